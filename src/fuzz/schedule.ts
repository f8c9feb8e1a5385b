import fc from 'fast-check';
import type { Enabled, Violation, Walker } from '../checker/index.ts';

/**
 * Schedules as data: small integers, each of which decides one real choice of a run.
 *
 * Where only one step can be taken no number is spent, so a boot in which nobody else runs costs
 * none, and what is left of a schedule after shrinking is what the fault needs. Where the numbers
 * end the run goes on with the first step that can be taken: 0 means the same as nothing.
 */

/** Divisible by 1 to 6: no step is favoured where up to six can be taken. */
const numberMax = 59;

export const scheduleLengthMax = 400;

/** Any length is as likely as any other, and so is any step at each choice. */
export function schedules(lengthMax = scheduleLengthMax): fc.Arbitrary<number[]> {
  const numbers = fc.array(fc.nat({ max: numberMax }), { maxLength: lengthMax, size: 'max' });
  return fc.noBias(numbers);
}

/** How one run went. */
export interface ScheduledRun {
  /** The steps taken: up to the first violation where there is one. */
  readonly steps: readonly Enabled[];
  readonly ended: 'final' | 'deadlock' | 'violation' | 'steps';
  /** What the last state violates; a deadlock as the property of that name. */
  readonly violations: readonly Violation[];
  /** Names of the properties that the run met violated as recorded. */
  readonly known: ReadonlySet<string>;
}

export interface RunOptions {
  readonly stepsMax: number;
  /** A violation that is recorded does not end a run. */
  readonly isNews: (violation: Violation) => boolean;
  /**
   * Steps of earlier runs of the same walker that led to nothing bad, by state and number: a whole
   * boot is asked about once, and not in each of a thousand runs.
   */
  readonly clean: Set<number>;
  /** The states that the runs entered, by the walker's keys. */
  readonly reached?: Set<number>;
}

/** More than the steps that can be taken in any state. */
const stepsInState = 1024;

/** What every model has beside its own properties, in the words of the catalogue. */
export const deadlock: Violation = { property: 'deadlock', object: '' };

/** Picks the next of the steps that can be taken; the run ends where it picks none. */
type Pick = (enabled: readonly Enabled[]) => number | null;

/** Runs one schedule from the initial state. */
export function runSchedule(
  walk: Walker,
  schedule: readonly number[],
  options: RunOptions,
): ScheduledRun {
  let spent = 0;
  const pick: Pick = ({ length }) => (length === 1 ? 0 : (schedule[spent++] ?? 0) % length);
  return run(walk, pick, options);
}

/** Runs steps by name, passing over those that cannot be taken where their turn comes. */
export function runSteps(
  walk: Walker,
  steps: readonly Enabled[],
  options: RunOptions,
): ScheduledRun {
  let next = 0;
  const pick: Pick = (enabled) => {
    for (let step = steps[next++]; step !== undefined; step = steps[next++]) {
      const wanted = step;
      const i = enabled.findIndex((one) => isSame(one, wanted));
      if (i >= 0) return i;
    }
    return null;
  };
  return run(walk, pick, options);
}

const isSame = (a: Enabled, b: Enabled): boolean =>
  a.process === b.process && a.choices.join('\n') === b.choices.join('\n');

function run(walk: Walker, pick: Pick, options: RunOptions): ScheduledRun {
  const { stepsMax, isNews, clean, reached } = options;
  walk.reset();
  const steps: Enabled[] = [];
  const known = new Set<string>();
  const ended = (
    how: ScheduledRun['ended'],
    violations: readonly Violation[] = [],
  ): ScheduledRun => ({ steps, ended: how, violations, known });
  for (let edge = -1; ;) {
    const key = walk.stateKey();
    reached?.add(key);
    const violations = clean.has(edge) ? [] : walk.violations();
    if (violations.length === 0) clean.add(edge);
    const enabled = walk.enabled();
    const isDeadlock = enabled.length === 0 && !walk.isFinal();
    const here = isDeadlock ? [...violations, deadlock] : violations;
    const news = here.filter(isNews);
    if (news.length > 0) return ended(isDeadlock ? 'deadlock' : 'violation', news);
    for (const { property } of here) known.add(property);
    if (enabled.length === 0) return ended(isDeadlock ? 'deadlock' : 'final');
    if (steps.length === stepsMax) return ended('steps');
    const i = pick(enabled);
    const step = i === null ? undefined : enabled[i];
    if (i === null || step === undefined) return ended('steps');
    steps.push(step);
    edge = key * stepsInState + i;
    walk.take(i);
  }
}
