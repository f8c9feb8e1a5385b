import fc from 'fast-check';
import type { Violation, Walker } from '../checker/index.ts';

/**
 * Schedules as data: small integers, each of which decides one real choice of a run.
 *
 * Where only one step can be taken no number is spent, so a boot in which nobody else runs costs
 * none, and what is left of a schedule after shrinking is what the fault needs. Where the numbers
 * end the run goes on with the first step that can be taken: 0 means the same as nothing.
 */

/** Divisible by 1 to 6: no step is favoured where up to six can be taken. */
const numberMax = 59;

export function schedules(lengthMax: number): fc.Arbitrary<number[]> {
  const numbers = fc.array(fc.nat({ max: numberMax }), { maxLength: lengthMax, size: 'max' });
  return fc.noBias(numbers);
}

/** How one run went. */
export interface ScheduledRun {
  /** Steps taken: up to the first violation where there is one. */
  readonly steps: number;
  /** The index of each step among those that could be taken. */
  readonly taken: readonly number[];
  readonly ended: 'final' | 'deadlock' | 'violation' | 'steps';
  /** What the first bad state violates; a deadlock as the property of that name. */
  readonly violations: readonly Violation[];
}

export interface RunOptions {
  readonly stepsMax: number;
  /** A violation that is known already does not end a run. */
  readonly isNews: (violation: Violation) => boolean;
  /** Called in each state that the run enters, the initial one first. */
  readonly visit?: () => void;
}

/** What every model has beside its own properties, in the words of the catalogue. */
export const deadlock: Violation = { property: 'deadlock', object: 'model' };

/** Runs one schedule from the initial state. */
export function runSchedule(
  walk: Walker,
  schedule: readonly number[],
  { stepsMax, isNews, visit }: RunOptions,
): ScheduledRun {
  walk.reset();
  const taken: number[] = [];
  let spent = 0;
  const ended = (
    how: ScheduledRun['ended'],
    violations: readonly Violation[] = [],
  ): ScheduledRun => ({ steps: taken.length, taken, ended: how, violations });
  for (;;) {
    visit?.();
    const violations = walk.violations().filter(isNews);
    if (violations.length > 0) return ended('violation', violations);
    const { length } = walk.enabled();
    if (length === 0) {
      const isStuck = !walk.isFinal() && isNews(deadlock);
      return isStuck ? ended('deadlock', [deadlock]) : ended('final');
    }
    if (taken.length === stepsMax) return ended('steps');
    const i = length === 1 ? 0 : (schedule[spent++] ?? 0) % length;
    taken.push(i);
    walk.take(i);
  }
}
