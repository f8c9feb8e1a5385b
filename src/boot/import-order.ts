import type { Order, OrderEvent, OrderHole } from '../order/order.ts';
import { withEither } from './import-either.ts';
import { holeReport, subsystemDone } from './import-holes.ts';
import { complete } from './import-missing.ts';
import { pathOf } from './import-names.ts';
import type { ImportPort } from './import-reader.ts';
import { OrderReader } from './import-reader.ts';

/**
 * An order read from C, as the modelled kernel can run it.
 *
 * The reading lists every call of the allocators' API; the model makes those inside its own
 * routines itself. What is left is named as the model names it. Nothing disappears: each event is
 * kept, counted under the routine that makes it, listed as irrelevant with a reason, or named as
 * unknown, and what was assumed is a list of sentences for the verdict.
 */
export interface Imported {
  /** What the model runs. */
  readonly order: Order;
  /** Events that a modelled routine makes by itself, by that routine. */
  readonly below: ReadonlyMap<string, number>;
  /** Events that no question hangs on, by reason. */
  readonly irrelevant: ReadonlyMap<string, readonly OrderEvent[]>;
  /** Events that bind to nothing and could matter: the verdict is open. */
  readonly unknown: readonly UnknownEvent[];
  readonly assumptions: readonly string[];
  /** Holes in which the answer could lie: the verdict is open. */
  readonly holes: readonly OrderHole[];
  /** Holes in which it cannot, by reason. */
  readonly closedHoles: ReadonlyMap<string, number>;
}

export interface UnknownEvent {
  readonly event: OrderEvent;
  readonly why: string;
}

export function importOrder(order: Order, port: ImportPort): Imported {
  const { events, decisions } = withEither(withFirstElements(order.events));
  const reader = new OrderReader({ ...order, events: [...events] }, port);
  const kept: OrderEvent[] = [];
  const assumed: string[] = [];
  const below = new Map<string, number>();
  const irrelevant = new Map<string, OrderEvent[]>();
  const unknown: UnknownEvent[] = [];
  const done = subsystemDone(events);
  let madeCertain = 0;
  let isQueueWalked = false;
  for (const [index, event] of events.entries()) {
    const fate = reader.fateOf(event, index);
    if (pathOf(event).includes('pa_reclaim_register')) isQueueWalked = true;
    if ('below' in fate) below.set(fate.below, (below.get(fate.below) ?? 0) + 1);
    else if ('irrelevant' in fate) {
      irrelevant.set(fate.irrelevant, [...(irrelevant.get(fate.irrelevant) ?? []), event]);
    } else if ('unknown' in fate) unknown.push({ event, why: fate.unknown });
    else {
      assumed.push(...fate.assumed);
      const isLate = index >= done && event.guards.some((guard) => !isKept(guard, decisions));
      if (isLate && (event.certainty === 'may' || event.certainty === 'loop0')) madeCertain++;
      const ready = isLate ? certain(fate.kept, decisions) : fate.kept;
      const place = linkSetPlace(kept, event, isQueueWalked);
      if (place < 0) kept.push(ready);
      else kept.splice(place, 0, ready);
    }
  }
  const loaded = withMemory(kept);
  const whole = complete(loaded.events, port.multiprocessor);
  const { open, closed } = holeReport(order.events, order.holes ?? []);
  return {
    order: { ...order, events: [...whole.events], holes: open.map(withoutPlace), probes: [] },
    below,
    irrelevant,
    unknown,
    assumptions: [
      ...new Set([...assumed, ...reader.assumed(), ...loaded.assumed, ...whole.assumed]),
      ...(madeCertain === 0
        ? []
        : [`${madeCertain} conditional calls after pool_subsystem_init are taken to happen`]),
    ],
    holes: open,
    closedHoles: closed,
  };
}

/** The indexes of an imported order are others. */
const withoutPlace = ({ kind, what, at, why }: OrderHole): OrderHole => ({
  kind,
  what,
  ...(at === undefined ? {} : { at }),
  ...(why === undefined ? {} : { why }),
});

/**
 * Where a pool of a link set goes: `pool_subsystem_init` describes those before it walks the
 * deferred queue, and the model walks it in the call itself. -1 for every other event.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_subsystem_init()
 */
function linkSetPlace(
  kept: readonly OrderEvent[],
  event: OrderEvent,
  isQueueWalked: boolean,
): number {
  if (isQueueWalked || event.function !== 'pool_subsystem_init') return -1;
  return kept.findIndex((one) => one.call === 'pool_subsystem_init');
}

/** The first element of an array goes by the array's name; others by their index. */
function withFirstElements(events: readonly OrderEvent[]): readonly OrderEvent[] {
  const arrays = new Set(
    events.flatMap(({ object }) => /^(\w+)\[\d+\]$/.exec(object ?? '')?.[1] ?? []),
  );
  return events.map((event) =>
    event.object !== null && arrays.has(event.object)
      ? { ...event, object: `${event.object}[0]` }
      : event,
  );
}

type Decisions = ReadonlySet<number>;

const isKept = ({ choice }: OrderEvent['guards'][number], decisions: Decisions): boolean =>
  choice !== undefined && decisions.has(choice);

/** Happens, but for what hangs on decisions that are kept. */
function certain(event: OrderEvent, decisions: Decisions = new Set()): OrderEvent {
  const guards = event.guards.filter((guard) => isKept(guard, decisions));
  return { ...event, certainty: guards.length === 0 ? 'must' : 'may', guards };
}

/** A machine has memory: where every call that loads some is conditional, the first one happens. */
function withMemory(events: readonly OrderEvent[]): {
  readonly events: readonly OrderEvent[];
  readonly assumed: readonly string[];
} {
  const loads = events.filter((event) => event.call === 'uvm_page_physload');
  const [first] = loads;
  const isSure = loads.some(({ certainty }) => certainty === 'must' || certainty === 'loop');
  if (first === undefined || isSure) return { events, assumed: [] };
  return {
    events: events.flatMap((event) =>
      event.call !== 'uvm_page_physload' ? [event] : event === first ? [certain(event)] : [],
    ),
    assumed: ['the machine has memory: one of the calls of uvm_page_physload happens'],
  };
}
