import type { Order, OrderEvent, OrderFrame } from '../../src/order/order.ts';

/**
 * The boot orders of eras B and C as changes of era A's.
 *
 * Nobody can find the text of the patches of January 2011, so what they changed is kept as a short
 * list with a reason each, and not as orders that look as if they had been read somewhere. Every
 * event that a change touches is marked `reconstructed`; the others stay as they are.
 */
export type Change = Insert | Move | Remove | Replace;

interface Named {
  readonly name: string;
  /** What the change rests on; it becomes the note of each event touched. */
  readonly because: string;
}

/** Picks events by call and, where given, object. */
export interface Pick {
  readonly call: string;
  readonly object?: string | null;
}

/** A new call, placed where the call chain to the first event picked leaves its outermost function. */
export interface Insert extends Named {
  readonly kind: 'insert';
  readonly call: string;
  readonly before: readonly Pick[];
}

/** All events picked, in the order that they have, to just before the anchor. */
export interface Move extends Named {
  readonly kind: 'move';
  readonly what: readonly Pick[];
  readonly before: Pick;
}

export interface Remove extends Named {
  readonly kind: 'remove';
  readonly what: readonly Pick[];
}

/** The first event picked, the same call with another meaning. */
export interface Replace extends Named {
  readonly kind: 'replace';
  readonly what: readonly Pick[];
}

/**
 * The order that the changes make of `order`; an event that a change asks for and cannot find is
 * an error of ours.
 */
export function derive(order: Order, era: string, changes: readonly Change[]): Order {
  const events = changes.reduce(
    (before: readonly OrderEvent[], change) => apply(before, change),
    order.events,
  );
  return {
    ...order,
    title: `${order.title}, era ${era} (reconstruction)`,
    origin: 'reconstructed',
    axioms: [
      ...(order.axioms ?? []),
      'only the order of initialisation is reconstructed: kmem(9) and malloc(9) stay as in era A',
      ...changes.map((change) => `${change.name}: ${change.because}`),
    ],
    events: [...events],
  };
}

function apply(events: readonly OrderEvent[], change: Change): readonly OrderEvent[] {
  switch (change.kind) {
    case 'insert': {
      const at = firstOf(events, change.before, change);
      return [...events.slice(0, at.index), inserted(at.event, change), ...events.slice(at.index)];
    }
    case 'move': {
      firstOf(events, change.what, change);
      const moving = events.filter((event) => isAny(event, change.what));
      const staying = events.filter((event) => !isAny(event, change.what));
      const at = firstOf(staying, [change.before], change);
      return [
        ...staying.slice(0, at.index),
        ...moving.map((event) => touched(event, change)),
        ...staying.slice(at.index),
      ];
    }
    case 'remove':
      firstOf(events, change.what, change);
      return events.filter((event) => !isAny(event, change.what));
    case 'replace': {
      const at = firstOf(events, change.what, change);
      return events.map((event, index) => (index === at.index ? touched(event, change) : event));
    }
  }
}

/** The place of an inserted call is a function that is really there, before the call named by its line. */
function inserted(next: OrderEvent, change: Insert): OrderEvent {
  const place: OrderFrame = next.stack[0] ?? next;
  return {
    call: change.call,
    object: null,
    args: {},
    function: place.function,
    file: place.file,
    line: place.line,
    stack: [],
    context: next.context,
    certainty: 'must',
    guards: [],
    origin: 'reconstructed',
    note: `${change.because} The line is the one that it would stand before.`,
  };
}

function touched(event: OrderEvent, change: Change): OrderEvent {
  return { ...event, origin: 'reconstructed', note: change.because };
}

function firstOf(
  events: readonly OrderEvent[],
  picks: readonly Pick[],
  change: Change,
): { readonly index: number; readonly event: OrderEvent } {
  const index = events.findIndex((event) => isAny(event, picks));
  const event = events[index];
  if (event === undefined) {
    throw new Error(`${change.name}: no event ${picks.map(describe).join(' or ')} in this order`);
  }
  return { index, event };
}

const isAny = (event: OrderEvent, picks: readonly Pick[]): boolean =>
  picks.some(
    (pick) =>
      event.call === pick.call && (pick.object === undefined || event.object === pick.object),
  );

const describe = (pick: Pick): string =>
  pick.object === undefined ? pick.call : `${pick.call} ${pick.object ?? 'without object'}`;
