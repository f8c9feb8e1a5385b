import { ownLocks } from '../calls.ts';
import type { Answers } from './answer.ts';
import { holeText, placeOf } from './answer.ts';
import { guardsText, holesWithin, isCertain, isMust } from './ask.ts';
import type { Seen, Survey } from './survey.ts';
import { covers, objectOf } from './survey.ts';

const isLockInit = ({ name, meaning }: Seen): boolean =>
  (meaning.role === 'declare' && meaning.kind === 'lock') || /^(mutex|rw)_obj_alloc$/.test(name);

/** What happens inside a call: the events behind it that pass it. */
function inside(survey: Survey, call: Seen): readonly Seen[] {
  const way = [...call.path, call.event.call];
  const from = call.index + 1;
  let end = from;
  const isInside = (one: Seen | undefined): boolean =>
    one !== undefined && way.every((name, i) => one.path[i] === name);
  while (isInside(survey.seen[end])) end++;
  return survey.seen.slice(from, end);
}

/**
 * Asks for the lock of each pool and arena of which the making was followed.
 *
 * Who takes memory from a pool or an arena takes its lock, deep inside routines that are not
 * followed. So the lock is asked of the routine that makes the structure: followed to its end, it
 * has initialised the lock or nobody has. A tree in which the structure has no such lock is not
 * asked: no event initialises one, and no text names one.
 */
export function askOwnLocks(survey: Survey, answers: Answers): void {
  const known = new Set(
    [...ownLocks.values()].filter(
      (field) =>
        survey.namedAt(field) !== null ||
        survey.seen.some((one) => isLockInit(one) && isField(one, field)),
    ),
  );
  for (const made of survey.seen) {
    const field = ownLocks.get(made.name);
    const object = objectOf(made);
    if (field === undefined || object === null || !known.has(field)) continue;
    const run = inside(survey, made);
    if (run.length === 0) continue;
    const init = run.filter((one) => isLockInit(one) && isField(one, field));
    if (init.some((one) => isCertain(one, made))) continue;
    const use = firstUse(survey, made, object);
    if (use !== undefined) tell(survey, answers, { made, run, field, object, use, init: init[0] });
  }
}

const isField = (one: Seen, field: string): boolean =>
  new RegExp(`(\\.|->)${field}$`).test(one.event.object ?? '');

function firstUse(survey: Survey, made: Seen, object: string): Seen | undefined {
  const names = [object, ...survey.aliases(object)];
  return survey.seen.slice(made.index + 1).find((one) => {
    const { role, kind } = one.meaning;
    if (role !== 'grow' && !(role === 'use' && kind === 'lock')) return false;
    const used = objectOf(one);
    // A cache is used by its own name, and has a pool inside.
    return used !== null && names.some((name) => covers(name, used) || covers(used, name));
  });
}

interface Lockless {
  readonly made: Seen;
  readonly run: readonly Seen[];
  readonly field: string;
  readonly object: string;
  readonly use: Seen;
  /** An initialiser that runs on a condition. */
  readonly init: Seen | undefined;
}

function tell(survey: Survey, answers: Answers, lockless: Lockless): void {
  const { made, run, field, object, use, init } = lockless;
  const gaps = holesWithin(survey, made.index + 1, (run.at(-1)?.index ?? made.index) + 1);
  const at = placeOf(survey.order, use.index);
  const other = placeOf(survey.order, made.index);
  const guards = [...made.event.guards, ...(init?.event.guards ?? []), ...use.event.guards];
  const isSure = init === undefined && isMust(use) && isCertain(made, use);
  const only = init === undefined ? '' : ` unless ${guardsText(init.event.guards)}`;
  answers.add({
    verdict: !isSure ? 'unproved' : gaps.length > 0 ? 'inconclusive' : 'violation',
    object: field,
    says: `${use.event.call}() takes the lock ${object}.${field}, which ${made.event.call}() does not initialise${only}`,
    at,
    ...(other !== null && { other }),
    guards: isSure ? [] : guards,
    holes: gaps.slice(0, 4).map(holeText),
  });
}

/** How many locks inside structures nothing was asked of: no taking was seen, and no rule implies one. */
export function unaskedLocks(survey: Survey): number {
  const taken: string[] = [];
  const made = new Set<string>();
  for (const one of survey.seen) {
    const object = objectOf(one);
    if (object === null || !/\.|->/.test(object)) continue;
    const { role, kind } = one.meaning;
    if (role === 'use' && kind === 'lock') taken.push(object);
    if (isLockInit(one) && ![...ownLocks.values()].some((field) => isField(one, field)))
      made.add(object);
  }
  const isTaken = (object: string): boolean =>
    taken.some((used) => covers(object, used) || covers(used, object));
  return [...made].filter((object) => !isTaken(object)).length;
}
