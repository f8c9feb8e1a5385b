import { argumentText, meaningOf } from './calls.ts';
import { eventKey } from './canonical.ts';
import type { Order, OrderEvent, OrderProbe } from './order.ts';
import type { Place } from './rules/answer.ts';
import type { Declared } from './rules/initialised.ts';
import { declarations, madeBy } from './rules/initialised.ts';
import type { Survey } from './rules/survey.ts';

/**
 * What a request would meet at a moment at which nobody makes it, from the probes of an order.
 *
 * A boot in which nobody asks for a page too early says nothing about a boot in which somebody
 * does. Probes do: they were asked at every phase, and their answer holds until the next one.
 */
export interface Early {
  readonly probe: OrderProbe;
  readonly event: OrderEvent;
  /** What is not there yet, as the source names it. */
  readonly object: string;
  readonly isNull: boolean;
}

/** What the orders of a tree ask about. */
export const requestsOf = (order: Order): readonly string[] => [
  ...new Set((order.probes ?? []).map(({ asks }) => asks)),
];

/** The probe whose answer holds before the event at `index`; undefined where none was asked yet. */
export const probeAt = (order: Order, asks: string, index: number): OrderProbe | undefined =>
  (order.probes ?? []).findLast((probe) => probe.asks === asks && probe.before <= index);

/** Everything in the answer of a probe that is used before it is there. */
export function earlyIn(
  survey: Survey,
  probe: OrderProbe,
  declared: readonly Declared[] = declarations(survey),
): Early[] {
  return probe.events.flatMap((event): Early[] => {
    const { object } = event;
    if (object === null) return [];
    const isNull = looksAtNull(event);
    if (!isNull && !isDeclaredLater(survey, declared, event, object, probe.before)) return [];
    return [{ probe, event, object: object.replace(/^\?/, ''), isNull }];
  });
}

/** The object is what the first argument points at, or the pointer that was looked through. */
function looksAtNull(event: OrderEvent): boolean {
  if (event.call === 'read') return argumentText(event, 'value') === 'NULL';
  const { kind, role } = meaningOf(event);
  if (kind !== 'arena' && kind !== 'map' && kind !== 'pool') return false;
  return role !== 'free' && Object.values(event.args)[0] === 0;
}

function isDeclaredLater(
  survey: Survey,
  declared: readonly Declared[],
  event: OrderEvent,
  object: string,
  before: number,
): boolean {
  const { kind, role } = meaningOf(event);
  if (kind === undefined || (role !== 'grow' && role !== 'use') || /^[@?]/.test(object))
    return false;
  const makers = declared.filter((one) => one.kind === kind && madeBy(survey, one.name, object));
  return makers.length > 0 && makers.every(({ seen }) => seen.index >= before);
}

/** From one moment to another a request would meet something that is not there. */
export interface Window {
  readonly first: Early;
  /** The moment from which it is there; null where that is not seen. */
  readonly until: OrderProbe | null;
}

/** When a request would meet what is not there: one window for each object and stretch of boot. */
export function windowsOf(survey: Survey, asks: string): Window[] {
  const probes = (survey.order.probes ?? []).filter((probe) => probe.asks === asks);
  const declared = declarations(survey);
  const early = probes.map((probe) => earlyIn(survey, probe, declared));
  const meets = (i: number, object: string): boolean =>
    (early[i] ?? []).some((one) => one.object === object);
  return probes.flatMap((_, i) => {
    const begun = (early[i] ?? []).filter(({ object }) => !meets(i - 1, object));
    const once = begun.filter(
      ({ object }, j) => begun.findIndex((one) => one.object === object) === j,
    );
    return once.map((first): Window => {
      const until = probes.find((__, j) => j > i && !meets(j, first.object));
      return { first, until: until ?? null };
    });
  });
}

export const isCertainlyMet = ({ probe, event }: Early): boolean =>
  (probe.guards ?? []).length === 0 && /^(must|loop)$/.test(event.certainty);

/** The event after which a moment comes: `uvm.page_init_done is set (uvm/uvm_page.c:488)`. */
export function momentText(order: Order, before: number): string {
  const mark = order.events[before - 1];
  if (mark === undefined) return 'the start';
  const { call, object, file, line } = mark;
  const what = call === 'set' ? `${object ?? ''} is set` : `${call}(${object ?? ''})`;
  return `${what} (${file}:${line})`;
}

/** Where an event of a probe stands, with the way to it from where the request enters. */
export const probedPlace = ({ before }: OrderProbe, event: OrderEvent): Place => ({
  event: Math.max(0, before - 1),
  call: event.call,
  object: event.object,
  function: event.function,
  file: event.file,
  line: event.line,
  stack: event.stack,
  key: eventKey(event),
});

/** `uvm_pagealloc_strat() > uvm_kick_pdaemon()`: the functions on the way. */
export const wayText = (event: OrderEvent): string =>
  [...event.stack.map((frame) => frame.function), event.function]
    .map((name) => `${name}()`)
    .join(' > ');
