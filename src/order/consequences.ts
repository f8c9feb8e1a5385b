import { canonicalName } from './canonical.ts';
import type { Order } from './order.ts';
import type { Guard, Place } from './rules/answer.ts';
import { placeOf } from './rules/answer.ts';
import { isMust } from './rules/ask.ts';
import type { Seen, Survey } from './rules/survey.ts';
import { objectOf, surveyOf } from './rules/survey.ts';

/**
 * What the move of an initialiser made necessary.
 *
 * In one tree a routine uses an object that is up by then. In the other the initialiser has moved
 * behind the first run of that routine: now the use must have gone, or hang on a condition, or it is
 * too early. A comparison of events alone shows the move in one place and the new condition in
 * another; this says that they belong together, and finds the condition that somebody forgot.
 *
 * Only what has changed is told: in one tree the routine first runs after the initialiser, and has
 * the use in that run; in the other it first runs before. Of two equal orders nothing is.
 */
export interface Consequence {
  readonly object: string;
  readonly initialisedInA: Place;
  readonly initialisedInB: Place;
  /** The routine that uses the object, and now runs before it is initialised. */
  readonly routine: string;
  readonly runsInB: Place;
  readonly useInA: Place;
  /** `gone`: known not to happen there; `guarded`: hangs on conditions; `too early`: it happens. */
  readonly now: 'gone' | 'guarded' | 'too early';
  readonly useInB: Place | null;
  readonly guards: readonly Guard[];
}

export function consequencesOf(a: Order, b: Order): Consequence[] {
  const one = surveyOf(a);
  const other = surveyOf(b);
  const inA = initialisers(one);
  const inB = initialisers(other);
  const list: Consequence[] = [];
  const told = new Set<string>();
  for (const use of one.seen) {
    const { kind, role } = use.meaning;
    if (kind === undefined || (role !== 'use' && role !== 'grow')) continue;
    const object = canonicalObject(use);
    const was = object === null ? undefined : inA.get(`${kind} ${object}`);
    const is = object === null ? undefined : inB.get(`${kind} ${object}`);
    if (object === null || was === undefined || is === undefined) continue;
    const routine = use.event.function;
    if (told.has(`${object} ${routine}`) || was.index > use.index) continue;
    const ran = one.run(routine);
    const runs = other.run(routine)?.first;
    if (ran === null || runs === undefined || use.index > ran.last.index) continue;
    if (ran.first.index <= was.index || runs.index >= is.index) continue;
    if (is.path.includes(routine) || was.path.includes(routine)) continue;
    told.add(`${object} ${routine}`);
    list.push(...consequence(object, routine, { use, was, is, runs }));
  }
  return list;

  function consequence(
    object: string,
    routine: string,
    found: { use: Seen; was: Seen; is: Seen; runs: Seen },
  ): Consequence[] {
    const { use, was, is, runs } = found;
    const early = other.seen.filter(
      (seen) =>
        seen.index < is.index &&
        seen.event.function === routine &&
        seen.name === use.name &&
        canonicalObject(seen) === object,
    );
    const worst = early.find(isMust) ?? early[0];
    const initialisedInA = placeOf(a, was.index);
    const initialisedInB = placeOf(b, is.index);
    const runsInB = placeOf(b, runs.index);
    const useInA = placeOf(a, use.index);
    if (initialisedInA === null || initialisedInB === null) return [];
    if (runsInB === null || useInA === null) return [];
    const useInB = worst === undefined ? null : placeOf(b, worst.index);
    const now = worst === undefined ? 'gone' : isMust(worst) ? 'too early' : 'guarded';
    const guards = worst?.event.guards ?? [];
    const moved = { object, initialisedInA, initialisedInB };
    return [{ ...moved, routine, runsInB, useInA, now, useInB, guards }];
  }
}

/** The first initialiser of each object, by kind and name. */
function initialisers(survey: Survey): Map<string, Seen> {
  const found = new Map<string, Seen>();
  for (const seen of survey.seen) {
    const { kind, role } = seen.meaning;
    const object = canonicalObject(seen);
    if (kind === undefined || role !== 'declare' || object === null) continue;
    const key = `${kind} ${object}`;
    if (!found.has(key)) found.set(key, seen);
  }
  return found;
}

function canonicalObject(seen: Seen): string | null {
  const object = objectOf(seen);
  return object === null ? null : canonicalName(object);
}

/** The story as one sentence, without places. */
export function consequenceText(one: Consequence): string {
  const { object, routine, initialisedInA, initialisedInB, now } = one;
  const moved = `${object} was initialised in ${initialisedInA.function}() and is now in ${initialisedInB.function}()`;
  const runs = `${routine}(), which uses it, runs before that`;
  const conditions = one.guards.map(({ text }) => text).join(' and ');
  const end = {
    gone: 'the use does not happen there any more',
    guarded: `the use must not happen there, and hangs on ${conditions}`,
    'too early': 'the use happens there, too early',
  }[now];
  return `${moved}; ${runs}: ${end}`;
}
