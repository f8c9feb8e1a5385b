import fc from 'fast-check';
import { InternalError, present } from '../base/assert.ts';
import type { Model } from '../base/model.ts';
import type { CatalogEntry, ModelOptions } from '../boot/catalog-entry.ts';
import type { CheckResult, Enabled, Trace, Violation, Walker } from '../checker/index.ts';
import { startSearch, walker } from '../checker/index.ts';
import type { Search } from './batches.ts';
import { searched } from './batches.ts';
import { configurations, optionWords } from './configurations.ts';
import type { RunOptions, ScheduledRun } from './schedule.ts';
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
    /** Different states that the runs entered; over configurations, the steps that were taken. */
    readonly reached: number;
    /** All there are; null where the search was stopped by a bound. */
    readonly all: number | null;
  };
}

export interface ScheduleFault {
  readonly violation: Violation;
  /** fast-check's own path to the counterexample. */
  readonly path: string;
  /** What was not as the entry has it by default. */
  readonly configuration: ModelOptions;
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
/** How long the search goes on before it listens to whoever wants it to end. */
const sliceMs = 200;

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
    clean: new Set(),
    reached,
  };
  const { runs, found } = await searched(
    schedules(),
    (schedule) => {
      const run = runSchedule(walk, schedule, runOptions);
      count(known, run);
      return run.violations.length === 0;
    },
    search,
  );
  const result = await exhausted(model, search, options);
  const states = { reached: reached.size, all: result.stoppedBy ? null : result.states };
  const fault = found && faultOf(walk, found, result, runOptions);
  return { runs, known, states, found: fault };
}

/** The same over configurations, too; how many states all of them have together nobody knows. */
export async function randomConfigurations(
  entry: CatalogEntry,
  search: Search,
  options: RandomRunOptions,
): Promise<RandomRuns> {
  const known = new Map<string, number>();
  const walkers = new Map<string, { walk: Walker; clean: Set<number> } | null>();
  const walkerOf = (configuration: ModelOptions) => {
    const key = optionWords(configuration);
    const built = walkers.has(key) ? null : entry.build(configuration);
    // A configuration that the model refuses shows nothing.
    const fresh =
      built?.ok === true ? { walk: walker(built.value), clean: new Set<number>() } : null;
    if (built !== null) walkers.set(key, fresh);
    return walkers.get(key) ?? null;
  };
  const runOptions = { stepsMax: options.stepsMax ?? stepsMaxDefault, isNews: options.isNews };
  let reached = 0;
  const { runs, found } = await searched(
    fc.tuple(configurations(entry), schedules()),
    ([configuration, schedule]) => {
      const own = walkerOf(configuration);
      if (own === null) return true;
      const run = runSchedule(own.walk, schedule, { ...runOptions, clean: own.clean });
      reached += run.steps.length;
      count(known, run);
      return run.violations.length === 0;
    },
    search,
  );
  const states = { reached, all: null };
  if (found === null) return { runs, known, states, found };
  const [configuration, schedule] = found.value;
  const model = orThrow(entry.build(configuration));
  const result = await exhausted(model, search, options);
  const fresh = { ...runOptions, clean: new Set<number>() };
  const fault = faultOf(walker(model), { ...found, value: schedule }, result, fresh);
  return { runs, known, states, found: { ...fault, configuration } };
}

function orThrow(built: ReturnType<CatalogEntry['build']>): Model {
  if (built.ok) return built.value;
  throw new InternalError('a configuration that was built once is built again');
}

function count(known: Map<string, number>, run: ScheduledRun): void {
  for (const property of run.known) known.set(property, (known.get(property) ?? 0) + 1);
}

/** What a schedule shows, with the engine's shortest run to it. */
function faultOf(
  walk: Walker,
  found: { readonly value: readonly number[]; readonly path: string },
  result: CheckResult,
  options: RunOptions,
): ScheduleFault {
  const shrunk = runSchedule(walk, found.value, options);
  const violation = present(shrunk.violations[0], 'a schedule shows twice what it shows once');
  const trace = traceOf(result, violation);
  return {
    violation,
    path: found.path,
    configuration: {},
    schedule: found.value,
    shrunkLength: shrunk.steps.length,
    shortest: trace?.steps ?? shortened(walk, shrunk.steps, violation, options),
    isMinimal: trace?.minimal ?? false,
  };
}

/** Every state, as far as the bounds go. */
async function exhausted(
  model: Model,
  search: Search,
  options: RandomRunOptions,
): Promise<CheckResult> {
  const { statesMax = statesMaxDefault, timeLimitMs = timeLimitDefault } = options;
  const under = startSearch(model, { statesMax, timeLimitMs });
  while (!under.advance(sliceMs)) {
    if (search.isStopped()) under.interrupt();
    await new Promise<void>((resume) => setImmediate(resume));
  }
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
  const asked = { ...options, isNews: isSame };
  return smallest(steps, (some) => runSteps(walk, some, asked).violations.length > 0);
}

/** How many of so many random schedules show a violation: what they are worth against a fault. */
export async function shareOfSchedules(
  model: Model,
  search: Search,
  isShown: (violation: Violation) => boolean,
): Promise<{ readonly shown: number; readonly of: number }> {
  const walk = walker(model);
  const options = { stepsMax: stepsMaxDefault, isNews: isShown, clean: new Set<number>() };
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
