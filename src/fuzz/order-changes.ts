import fc from 'fast-check';
import type { Policies } from '../kernel/policies.ts';
import type { Order, OrderEvent } from '../order/order.ts';

/**
 * Changes of a boot order and of the policies of its allocators, as data.
 *
 * Events are named by their place in the original order, so that each change means the same
 * whatever the others are, and any of them can be left out. A change whose event is gone does
 * nothing.
 */
export type Change =
  | { readonly kind: 'move'; readonly what: number; readonly before: number }
  | { readonly kind: 'swap'; readonly what: number; readonly with: number }
  | { readonly kind: 'drop'; readonly what: number }
  | { readonly kind: 'repeat'; readonly what: number; readonly before: number }
  | PolicyChange;

export type PolicyChange = {
  [Field in PolicyField]: {
    readonly kind: 'policy';
    readonly field: Field;
    readonly value: Policies[Field];
  };
}[PolicyField];

/** The policies that may be generated: all but an era's name and what is said of it. */
type PolicyField = Exclude<keyof Policies, 'era' | 'reconstruction'>;

const policyValues: { readonly [Field in PolicyField]: readonly Policies[Field][] } = {
  unboundAllocator: ['queue', 'forget', 'bind at next pool_init', 'hold'],
  subsystemInit: ['flush queue', 'bind only', 'bind and register', 'nothing'],
  headerPools: ['first pool_init', 'pool_subsystem_bootstrap'],
  enforcement: ['none', 'every growth', 'standard page functions'],
  putReleases: ['above high water', 'above high water or when starved'],
  invalidateFlushesCpus: [false, true],
};

const policyChanges = Object.entries(policyValues).flatMap(([field, values]) =>
  values.map((value) => ({ kind: 'policy', field, value }) as PolicyChange),
);

/**
 * Events that generated orders have exactly once: without them there is no such object to speak
 * of, and no kernel makes it twice.
 */
const describing = [
  'pool_init',
  'pool_cache_bootstrap',
  'pool_cache_init',
  'uvm_km_suballoc',
  'uvm_km_vacache_init',
  'uvm_map_setup_kernel',
  'uvm_page_physload',
];

/** A few changes of an order, and of its policies unless these stay as they are. */
export function changesOf(
  order: Order,
  policies: Policies,
  turnsPolicies: boolean,
): fc.Arbitrary<readonly Change[]> {
  const any = fc.nat({ max: order.events.length - 1 });
  const others = order.events.flatMap((event, i) => (describing.includes(event.call) ? [] : [i]));
  const other = fc.constantFrom(...others);
  const turned = policyChanges.filter(({ field, value }) => policies[field] !== value);
  const change = fc.oneof(
    fc.record({ kind: fc.constant('move' as const), what: any, before: any }),
    fc.record({ kind: fc.constant('swap' as const), what: any, with: any }),
    fc.record({ kind: fc.constant('drop' as const), what: other }),
    fc.record({ kind: fc.constant('repeat' as const), what: other, before: any }),
    ...(turnsPolicies ? [fc.constantFrom(...turned)] : []),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 });
}

/** Both with the changes made; the original is kept where there are none. */
export function changed(
  order: Order,
  policies: Policies,
  changes: readonly Change[],
): { readonly order: Order; readonly policies: Policies } {
  const slots = order.events.map((event, original): Slot => ({ event, original }));
  const placed = changes.reduce<readonly Slot[]>(applied, slots);
  const turned = Object.fromEntries(
    changes.flatMap((change) => (change.kind === 'policy' ? [[change.field, change.value]] : [])),
  ) as Partial<Policies>;
  return {
    order: { ...order, events: placed.map(({ event }) => event) },
    policies: { ...policies, ...turned },
  };
}

/** An event with its place in the original order; a repetition has none. */
interface Slot {
  readonly event: OrderEvent;
  readonly original: number;
}

function applied(slots: readonly Slot[], change: Change): readonly Slot[] {
  if (change.kind === 'policy') return slots;
  const at = slots.findIndex(({ original }) => original === change.what);
  const slot = slots[at];
  if (slot === undefined) return slots;
  switch (change.kind) {
    case 'drop':
      return slots.toSpliced(at, 1);
    case 'repeat':
      return insertedBefore(slots, change.before, { ...slot, original: -1 });
    case 'move':
      return change.before === change.what ? slots : moved(slots, at, change.before);
    case 'swap': {
      const other = slots.findIndex(({ original }) => original === change.with);
      const there = slots[other];
      return there === undefined ? slots : slots.with(at, there).with(other, slot);
    }
  }
}

function moved(slots: readonly Slot[], at: number, before: number): readonly Slot[] {
  const isThere = slots.some(({ original }) => original === before);
  return isThere ? insertedBefore(slots.toSpliced(at, 1), before, slots[at]) : slots;
}

function insertedBefore(
  slots: readonly Slot[],
  before: number,
  slot: Slot | undefined,
): readonly Slot[] {
  const at = slots.findIndex(({ original }) => original === before);
  return at < 0 || slot === undefined ? slots : slots.toSpliced(at, 0, slot);
}

/** The part of an order whose places are given, with the changes that still mean something there. */
export function partOf(
  order: Order,
  changes: readonly Change[],
  places: readonly number[],
): { readonly order: Order; readonly changes: readonly Change[] } {
  const place = new Map(places.map((old, now) => [old, now]));
  const placed = (old: number): number => place.get(old) ?? -1;
  return {
    order: { ...order, events: order.events.filter((_, i) => place.has(i)) },
    changes: changes.map((change): Change => {
      switch (change.kind) {
        case 'policy':
          return change;
        case 'drop':
          return { ...change, what: placed(change.what) };
        case 'swap':
          return { ...change, what: placed(change.what), with: placed(change.with) };
        case 'move':
        case 'repeat':
          return { ...change, what: placed(change.what), before: nextPlaced(order, place, change) };
      }
    }),
  };
}

/** Where an anchor was left out, the next event that is there takes its place. */
function nextPlaced(
  order: Order,
  place: ReadonlyMap<number, number>,
  { what, before }: { readonly what: number; readonly before: number },
): number {
  for (let i = before; i < order.events.length; i++) {
    const now = i === what ? undefined : place.get(i);
    if (now !== undefined) return now;
  }
  return -1;
}

/** `move pool_subsystem_init before pool_init(P) sys/…:1489`. */
export function describeChange(order: Order, policies: Policies, change: Change): string {
  const event = (place: number): string => describeEvent(order.events[place]);
  switch (change.kind) {
    case 'policy':
      return `policy ${change.field}: ${String(policies[change.field])} → ${String(change.value)}`;
    case 'drop':
      return `drop ${event(change.what)}`;
    case 'swap':
      return `swap ${event(change.what)} with ${event(change.with)}`;
    case 'move':
    case 'repeat':
      return `${change.kind} ${event(change.what)} before ${event(change.before)}`;
  }
}

export function describeEvent(event: OrderEvent | undefined): string {
  if (event === undefined) return 'nothing';
  const object = String(event.args['wchan'] ?? event.object ?? '');
  const what = event.call === 'set' ? `set ${object}` : `${event.call}(${object})`;
  return `${what} sys/${event.file}:${event.line}`;
}
