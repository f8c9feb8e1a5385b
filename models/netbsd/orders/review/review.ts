import type { Imported } from '../../../../src/boot/import-order.ts';
import type { Order, OrderArgument, OrderEvent } from '../../../../src/order/order.ts';

/**
 * From an order that was read to the one that a model runs: what a person decided about it.
 *
 * A reading of C lists every call and leaves open what the machine, a configuration or an unread
 * type decides. A review closes that, one decision at a time, each with a reason. A decision that
 * finds nothing to decide about is an error: the source has changed, or the decision is wrong.
 */
export interface Review {
  /** How the order is called: `i386 of NetBSD 5.2`. */
  readonly title: string;
  readonly port: string;
  /** What the reading was asked for. */
  readonly arch: string;
  readonly config: string;
  readonly axioms: readonly string[];
  /** Before the order is brought to the level of the model: events go by the names of the reading. */
  readonly reading: readonly Decision[];
  readonly decisions: readonly Decision[];
  readonly remarks: readonly Remark[];
}

export type Decision = LeaveOut | Settle | Add;

/** Which events are meant. Every field that is given must fit. */
export interface Where {
  readonly call: string | readonly string[];
  /** The pool as ddb shows it, the object, or `what`. */
  readonly of?: string | readonly string[];
  /** All others of that call. */
  readonly except?: readonly string[];
  /** The function in which the call stands, or one on the way to it; of several, any. */
  readonly within?: string | readonly string[];
}

/** Events that mean nothing for what the model is asked, or that it makes by itself. */
export interface LeaveOut {
  readonly leaveOut: Where;
  /** The first one stays and stands for all. */
  readonly butFirst?: true;
  readonly because: string;
}

/** What the reading leaves open, or says in other words. */
export interface Settle {
  readonly settle: Where;
  readonly args?: { readonly [name: string]: OrderArgument };
  readonly object?: string | null;
  readonly certainty?: OrderEvent['certainty'];
  readonly origin?: OrderEvent['origin'];
  readonly because: string;
}

/** An event that no call of the reading stands for. */
export interface Add {
  readonly add: Pick<OrderEvent, 'call' | 'object' | 'args' | 'function' | 'file' | 'line'> &
    Partial<Pick<OrderEvent, 'certainty' | 'origin' | 'stack'>>;
  /** It comes right before the first of these, or right after the last one. */
  readonly before?: Where;
  readonly after?: Where;
  readonly because: string;
}

/** What a reader must know and the source does not say. */
export interface Remark {
  readonly on: Where;
  readonly note: string;
}

/** The reading with what is decided before the model looks at it. */
export function decidedReading(order: Order, { reading }: Review): Order {
  return { ...order, events: [...reading.reduce(decide, order.events)] };
}

/** The order that a model runs. Throws where a decision or a remark has no event. */
export function reviewed(imported: Imported, review: Review): Order {
  const { order } = imported;
  if (imported.unknown.length > 0) {
    const names = imported.unknown.map(({ event, why }) => `${nameOf(event)}: ${why}`);
    throw new Error(`${review.title}: no decision about ${names.join(', ')}`);
  }
  const decided = review.decisions.reduce(decide, order.events.map(withModelArguments));
  const events = review.remarks.reduce(remark, decided);
  const open = events.filter(({ guards }) => guards.length > 0).map(nameOf);
  if (open.length > 0)
    throw new Error(`${review.title}: conditions are open on ${open.join(', ')}`);
  const { tree, revisions, hash = '', options = {} } = order.source;
  const named = ['MULTIPROCESSOR', 'PAE', 'XEN'];
  return {
    schema: order.schema,
    title: review.title,
    port: review.port,
    origin: 'read',
    source: {
      tree,
      revisions,
      reading: hash,
      config: review.config,
      options: Object.fromEntries(
        named.map((name) => [name, name in options ? 'defined' : 'undefined']),
      ),
    },
    ...(order.entries === undefined ? {} : { entries: order.entries }),
    axioms: [...review.axioms, ...leftOut(review)],
    events: [...events],
  };
}

function leftOut({ reading, decisions }: Review): readonly string[] {
  const reasons = [...reading, ...decisions].flatMap((one) =>
    'leaveOut' in one ? [one.because] : [],
  );
  return reasons.length === 0 ? [] : [`left out: ${[...new Set(reasons)].join('; ')}`];
}

function decide(events: readonly OrderEvent[], decision: Decision): readonly OrderEvent[] {
  if ('leaveOut' in decision) {
    expectSome(events, decision.leaveOut, decision.because);
    const first = events.find((event) => fits(event, decision.leaveOut));
    const stays = decision.butFirst === true ? first : undefined;
    return events.filter((event) => event === stays || !fits(event, decision.leaveOut));
  }
  if ('settle' in decision) {
    expectSome(events, decision.settle, decision.because);
    return events.map((event) => (fits(event, decision.settle) ? settled(event, decision) : event));
  }
  return withAdded(events, decision);
}

function settled(event: OrderEvent, { args, object, certainty, origin }: Settle): OrderEvent {
  const isCertain = certainty !== undefined && certainty !== 'may';
  return {
    ...event,
    ...(object === undefined ? {} : { object }),
    args: { ...event.args, ...args },
    certainty: certainty ?? event.certainty,
    ...(origin === undefined ? {} : { origin }),
    guards: isCertain ? [] : event.guards,
  };
}

function withAdded(events: readonly OrderEvent[], decision: Add): readonly OrderEvent[] {
  const { before, after, add, because } = decision;
  const anchor = before ?? after;
  if (anchor === undefined) throw new Error(`${because}: neither before nor after`);
  expectSome(events, anchor, because);
  const isAnchor = (event: OrderEvent): boolean => fits(event, anchor);
  const at = before === undefined ? events.findLastIndex(isAnchor) + 1 : events.findIndex(isAnchor);
  const place = events[before === undefined ? at - 1 : at];
  if (place === undefined) throw new Error(`${because}: no place`);
  const added: OrderEvent = {
    ...add,
    stack: add.stack ?? [],
    context: place.context,
    certainty: add.certainty ?? 'must',
    guards: [],
    origin: add.origin ?? 'read',
  };
  return [...events.slice(0, at), added, ...events.slice(at)];
}

function remark(events: readonly OrderEvent[], { on, note }: Remark): readonly OrderEvent[] {
  expectSome(events, on, note);
  const first = events.findIndex((event) => fits(event, on));
  return events.map((event, index) => (index === first ? { ...event, note } : event));
}

function expectSome(events: readonly OrderEvent[], where: Where, because: string): void {
  if (events.some((event) => fits(event, where))) return;
  throw new Error(`no event ${JSON.stringify(where)}, for: ${because}`);
}

function fits(event: OrderEvent, { call, of, except, within }: Where): boolean {
  const names = subjectsOf(event);
  const way = [event.function, ...event.stack.map((frame) => frame.function)];
  return (
    [call].flat().includes(event.call) &&
    (of === undefined || [of].flat().some((name) => names.includes(name))) &&
    (except === undefined || !except.some((name) => names.includes(name))) &&
    (within === undefined || [within].flat().some((name) => way.includes(name)))
  );
}

/** All names by which one can speak of what an event is about. */
function subjectsOf({ args, object }: OrderEvent): readonly string[] {
  return [args['wchan'], object, args['what']].filter((name) => typeof name === 'string');
}

const nameOf = (event: OrderEvent): string =>
  `${event.call} ${subjectsOf(event)[0] ?? ''} (${event.function}, ${event.file}:${event.line})`;

/** Arguments that say something in the model; the others are C's. */
const modelArguments: ReadonlySet<string> = new Set([
  ...['wchan', 'size', 'align', 'ioff', 'flags', 'palloc', 'ipl', 'pageSize', 'backingMap'],
  ...['n', 'entry', 'value', 'name', 'intrsafe', 'storage', 'parent', 'cpu', 'what', 'sizeIs'],
]);

function withModelArguments(event: OrderEvent): OrderEvent {
  const args = Object.entries(event.args)
    .filter(([name, value]) => modelArguments.has(name) && !String(value).startsWith('?'))
    .map(([name, value]) => [name, name === 'flags' && value === '0' ? '' : value]);
  return { ...event, args: Object.fromEntries(args), origin: event.origin ?? 'read' };
}
