import { canonicalEvent, canonicalName, eventKey, pathOf, subjectOf } from './canonical.ts';
import type { Consequence } from './consequences.ts';
import { consequencesOf } from './consequences.ts';
import type { DemandChange } from './demand-changes.ts';
import { demandChanges } from './demand-changes.ts';
import { keptInPlace } from './increasing.ts';
import type { Order, OrderEvent } from './order.ts';
import type { Guard, Place } from './rules/answer.ts';
import { placeOf } from './rules/answer.ts';
import type { EraName } from './rules/era.ts';
import { eraOf } from './rules/era.ts';
import { surveyOf } from './rules/survey.ts';

/**
 * What changed between two orders: two trees, two options of one tree, two revisions.
 *
 * Line numbers and heap numbers do not count. Of an order that changed, the fewest events that
 * have moved are told, not all pairs: events that mark phases are taken to have stayed, because a
 * person says *the pools moved behind the kernel map*, not the reverse.
 */
export interface OrderDiff {
  readonly a: string;
  readonly b: string;
  readonly eras: readonly [EraName | null, EraName | null];
  readonly moved: readonly Moved[];
  readonly added: readonly Place[];
  readonly removed: readonly Place[];
  /** `may` became `must`, or the reverse, or the conditions are others. */
  readonly certainty: readonly CertaintyChange[];
  /** Called from somewhere else, or with other arguments. */
  readonly changed: readonly Changed[];
  /** What can now happen before a phase that it came after, or in no order at all. */
  readonly reachable: readonly Reachable[];
  /** What the move of an initialiser made necessary elsewhere. */
  readonly consequences: readonly Consequence[];
  /** Requests that nobody makes, and that would no longer work, or work earlier. */
  readonly demands: readonly DemandChange[];
}

export interface Moved {
  readonly inA: Place;
  readonly inB: Place;
  readonly direction: 'earlier' | 'later';
  /** Phase marks and objects of its own that it has crossed, as they stand in b. */
  readonly crossed: readonly Place[];
}

export interface CertaintyChange {
  readonly inA: Place;
  readonly inB: Place;
  readonly from: OrderEvent['certainty'];
  readonly to: OrderEvent['certainty'];
  readonly guardsGone: readonly Guard[];
  readonly guardsNew: readonly Guard[];
}

export interface Changed {
  readonly inA: Place;
  readonly inB: Place;
  readonly what: 'caller' | 'arguments';
}

export interface Reachable {
  /** Can now run before … */
  readonly event: Place;
  /** … this. */
  readonly before: Place;
  readonly was: 'after it' | 'not there';
}

interface Pair {
  readonly a: number;
  readonly b: number;
}

export function diffOrders(a: Order, b: Order): OrderDiff {
  const pairs = matched(a, b).toSorted((one, other) => one.a - other.a);
  const inB = new Set(pairs.map((pair) => pair.b));
  const inA = new Set(pairs.map((pair) => pair.a));
  const stay = keptInPlace(
    pairs.map((pair) => ({ position: pair.b, weight: isPhase(b.events[pair.b]) ? 1000 : 1 })),
  );
  const moved = pairs.flatMap((pair, i) => (stay.has(i) ? [] : movedOf(pair)));
  const added = indexesNotIn(b, inB);
  const removed = indexesNotIn(a, inA);
  return {
    a: a.title,
    b: b.title,
    eras: [eraOf(surveyOf(a)).era, eraOf(surveyOf(b)).era],
    moved: moved.filter(({ inB: at }) =>
      isOutermost(
        at,
        moved.map((one) => one.inB),
      ),
    ),
    added: outermost(places(b, added)),
    removed: outermost(places(a, removed)),
    certainty: pairs.flatMap(certaintyOf),
    changed: pairs.flatMap(changedOf),
    reachable: reachableOf(),
    consequences: consequencesOf(a, b),
    demands: demandChanges(a, b),
  };

  function both(pair: Pair): { inA: Place; inB: Place } | null {
    const one = placeOf(a, pair.a);
    const other = placeOf(b, pair.b);
    return one === null || other === null ? null : { inA: one, inB: other };
  }

  function movedOf(pair: Pair): Moved[] {
    const at = both(pair);
    if (at === null) return [];
    const crossed = pairs.filter(
      (other, i) => stay.has(i) && other.a < pair.a !== other.b < pair.b && isRelated(pair, other),
    );
    const all = pairs.filter((other, i) => stay.has(i) && other.a < pair.a !== other.b < pair.b);
    const shown = crossed.length > 0 ? crossed : all.slice(0, 1);
    const earlier = all.some((other) => other.a < pair.a);
    return [
      {
        ...at,
        direction: earlier ? 'earlier' : 'later',
        crossed: places(
          b,
          shown.map((other) => other.b),
        ),
      },
    ];
  }

  /** Phase marks, and events of the same object. */
  function isRelated(pair: Pair, other: Pair): boolean {
    if (isPhase(b.events[other.b])) return true;
    const object = b.events[pair.b]?.object ?? null;
    const that = b.events[other.b]?.object ?? null;
    return object !== null && that !== null && canonicalName(object) === canonicalName(that);
  }

  function certaintyOf(pair: Pair): CertaintyChange[] {
    const at = both(pair);
    const was = a.events[pair.a];
    const is = b.events[pair.b];
    if (at === null || was === undefined || is === undefined) return [];
    const had = new Set(was.guards.map(({ text }) => text));
    const has = new Set(is.guards.map(({ text }) => text));
    const guardsGone = was.guards.filter(({ text }) => !has.has(text));
    const guardsNew = is.guards.filter(({ text }) => !had.has(text));
    const same = was.certainty === is.certainty && guardsGone.length + guardsNew.length === 0;
    if (same) return [];
    return [{ ...at, from: was.certainty, to: is.certainty, guardsGone, guardsNew }];
  }

  function changedOf(pair: Pair): Changed[] {
    const at = both(pair);
    const was = a.events[pair.a];
    const is = b.events[pair.b];
    if (at === null || was === undefined || is === undefined) return [];
    if (pathOf(was).join('>') !== pathOf(is).join('>')) return [{ ...at, what: 'caller' }];
    const plain = (event: OrderEvent): string =>
      canonicalEvent({ ...event, certainty: 'must', guards: [] });
    return plain(was) === plain(is) ? [] : [{ ...at, what: 'arguments' }];
  }

  /** New, moved and newly certain events against the phases that they now precede. */
  function reachableOf(): Reachable[] {
    const phases = pairs.filter((pair) => isPhase(b.events[pair.b])).toSorted((x, y) => x.b - y.b);
    const list: Reachable[] = [];
    const tell = (index: number, phase: number, was: Reachable['was']): void => {
      const event = placeOf(b, index);
      const before = placeOf(b, phase);
      if (event !== null && before !== null) list.push({ event, before, was });
    };
    for (const [i, pair] of pairs.entries()) {
      if (stay.has(i) || isPhase(b.events[pair.b])) continue;
      const crossed = phases.find((phase) => pair.b < phase.b && pair.a > phase.a);
      if (crossed !== undefined) tell(pair.b, crossed.b, 'after it');
    }
    for (const index of added) {
      const next = phases.find((phase) => index < phase.b);
      if (next !== undefined && !isPhase(b.events[index])) tell(index, next.b, 'not there');
    }
    return list;
  }
}

/** Pairs by the way and the subject; what is left by the subject alone. */
function matched(a: Order, b: Order): Pair[] {
  const pairs: Pair[] = [];
  const usedA = new Set<number>();
  const usedB = new Set<number>();
  for (const key of [
    eventKey,
    (event: OrderEvent) => `${event.function} ${subjectOf(event)}`,
    subjectOf,
  ]) {
    const waiting = new Map<string, number[]>();
    b.events.forEach((event, index) => {
      if (usedB.has(index)) return;
      const list = waiting.get(key(event)) ?? [];
      list.push(index);
      waiting.set(key(event), list);
    });
    a.events.forEach((event, index) => {
      if (usedA.has(index)) return;
      const found = waiting.get(key(event))?.shift();
      if (found === undefined) return;
      usedA.add(index);
      usedB.add(found);
      pairs.push({ a: index, b: found });
    });
  }
  return pairs;
}

const phaseCall = /_subsystem_init$|^kmem_init$|^kmeminit$|^callout_startup$|^cpu_boot_secondary/;

/** Events that mark a phase of boot. */
function isPhase(event: OrderEvent | undefined): boolean {
  if (event === undefined) return false;
  return event.call === 'set' || phaseCall.test(event.call);
}

const indexesNotIn = (order: Order, known: ReadonlySet<number>): number[] =>
  order.events.flatMap((_, index) => (known.has(index) ? [] : [index]));

const places = (order: Order, indexes: readonly number[]): Place[] =>
  indexes.flatMap((index) => placeOf(order, index) ?? []);

/** What happens inside a call goes with it, and needs no telling of its own. */
const outermost = (list: readonly Place[]): Place[] =>
  list.filter((place) => isOutermost(place, list));

function isOutermost(place: Place, among: readonly Place[]): boolean {
  const path = [...place.stack.map((frame) => frame.function), place.function];
  return !among.some((other) => {
    if (other.event >= place.event) return false;
    const around = [...other.stack.map((frame) => frame.function), other.function, other.call];
    return around.length <= path.length && around.every((name, i) => path[i] === name);
  });
}

/** Whether anything that concerns order differs. */
export const isSameOrder = (diff: OrderDiff): boolean =>
  diff.moved.length +
    diff.added.length +
    diff.removed.length +
    diff.certainty.length +
    diff.demands.length ===
  0;
