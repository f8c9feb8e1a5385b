import type { Model } from '../base/model.ts';
import type { CheckResult, Enabled, Trace, Violation, Walker } from '../checker/index.ts';
import { startSearch, walker } from '../checker/index.ts';
import type { Search } from './batches.ts';
import { searched } from './batches.ts';
import type { RunOptions } from './schedule.ts';
import { runSchedule, runSteps, schedules } from './schedule.ts';
import { smallest } from './smallest.ts';

/**
 * Random runs of one model: long schedules, each checked in every state that it enters.
 *
 * What they find is shortened by the search, which knows the shortest run; where the search does
 * not end, steps are left out of the run while it still shows the same.
 */
export interface RandomRuns {
  readonly runs: number;
  readonly found: ScheduleFault | null;
  /** Recorded violations, with the number of runs that met them. */
  readonly known: ReadonlyMap<string, number>;
  readonly states: {
    /** Different states that the runs entered. */
    readonly reached: number;
    /** All there are; null where the search was stopped by a bound. */
    readonly all: number | null;
  };
}

export interface ScheduleFault {
  readonly violation: Violation;
  /** fast-check's own path to the counterexample. */
  readonly path: string;
  /** The numbers as fast-check shrank them. */
  readonly schedule: readonly number[];
  /** Steps of the run that they decide. */
  readonly shrunkLength: number;
  /** A run to the same violation, as short as the engine could make it. */
  readonly shortest: readonly Enabled[];
  /** Whether no shorter run exists. */
  readonly isMinimal: boolean;
}

export interface RandomRunOptions {
  readonly isNews: (violation: Violation) => boolean;
  readonly stepsMax?: number;
  /** Bounds of the search that counts the states and shortens the run. */
  readonly statesMax?: number;
  readonly timeLimitMs?: number;
}

const stepsMaxDefault = 5000;
const statesMaxDefault = 200_000;
const timeLimitDefault = 20_000;

export async function randomRuns(
  model: Model,
  search: Search,
  options: RandomRunOptions,
): Promise<RandomRuns> {
  const walk = walker(model);
  const reached = new Set<number>();
  const known = new Map<string, number>();
  const runOptions: RunOptions = {
    stepsMax: options.stepsMax ?? stepsMaxDefault,
    isNews: options.isNews,
    visit: () => void reached.add(walk.stateKey()),
  };
  const { runs, found } = await searched(
    schedules(),
    (schedule) => {
      const run = runSchedule(walk, schedule, runOptions);
      for (const property of run.known) known.set(property, (known.get(property) ?? 0) + 1);
      return run.violations.length === 0;
    },
    search,
  );
  const result = exhausted(model, search, options);
  const states = { reached: reached.size, all: result.stoppedBy ? null : result.states };
  if (found === null) return { runs, found, known, states };
  const shrunk = runSchedule(walk, found.value, runOptions);
  const [violation] = shrunk.violations;
  if (violation === undefined) throw new Error('a schedule shows twice what it shows once');
  const trace = traceOf(result, violation);
  return {
    runs,
    known,
    states,
    found: {
      violation,
      path: found.path,
      schedule: found.value,
      shrunkLength: shrunk.steps.length,
      shortest: trace?.steps ?? shortened(walk, shrunk.steps, violation, runOptions),
      isMinimal: trace?.minimal ?? false,
    },
  };
}

/** Every state, as far as the bounds go. */
function exhausted(model: Model, search: Search, options: RandomRunOptions): CheckResult {
  const { statesMax = statesMaxDefault, timeLimitMs = timeLimitDefault } = options;
  const under = startSearch(model, { statesMax, timeLimitMs });
  while (!under.advance(Infinity)) if (search.isStopped()) under.interrupt();
  return under.result();
}

function traceOf(result: CheckResult, { property, object }: Violation): Trace | undefined {
  if (property === 'deadlock') return result.deadlocks.trace;
  const found = result.properties.find(({ name }) => name === property);
  return found?.objects.find((one) => one.object === object || found.objects.length === 1)?.trace;
}

/** A run from which no step can be left out. */
function shortened(
  walk: Walker,
  steps: readonly Enabled[],
  violation: Violation,
  options: RunOptions,
): readonly Enabled[] {
  const isSame = (one: Violation): boolean =>
    one.property === violation.property && one.object === violation.object;
  const { stepsMax } = options;
  return smallest(
    steps,
    (some) => runSteps(walk, some, { stepsMax, isNews: isSame }).violations.length > 0,
  );
}

/** How many of so many random schedules show a violation: what they are worth against a fault. */
export async function shareOfSchedules(
  model: Model,
  search: Search,
  isShown: (violation: Violation) => boolean,
): Promise<{ readonly shown: number; readonly of: number }> {
  const walk = walker(model);
  const options = { stepsMax: stepsMaxDefault, isNews: isShown };
  let shown = 0;
  let of = 0;
  await searched(
    schedules(),
    (schedule) => {
      of++;
      if (runSchedule(walk, schedule, options).violations.length > 0) shown++;
      return true;
    },
    search,
  );
  return { shown, of };
}
