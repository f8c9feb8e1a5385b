import type { CheckResult, Trace } from './result.ts';
import type { BreadthFirst } from './search.ts';
import type { Finding } from './findings.ts';
import type { Goal } from './trace.ts';
import { assembled } from './assemble.ts';
import { findingsOf, stuckStates } from './findings.ts';
import { recheck } from './recheck.ts';
import { atFirstLevel, levelOf } from './levels.ts';
import { shortestTraces } from './trace.ts';

/**
 * From an explored graph to a result: what is asked once the search is over.
 *
 * First whether the model seems to have a memory of its own; then, backwards, what can still be reached; then
 * a shortest trace for everything that has one.
 */
export function* concluded(
  search: BreadthFirst,
  withTraces: boolean,
): Generator<void, CheckResult> {
  yield* recheck(search);
  const levels = search.levelStarts();
  const stuck = yield* stuckStates(search);
  const findings = yield* findingsOf(search, levels);

  // At a bounded grain only deadlocks count as stuck, and those are known when they are explored.
  const stuckAt = search.model.bound === undefined ? 'end' : 'exploring';
  const wanted = [
    goalOf(search, levels, { states: search.deadlocks.states, foundAt: 'exploring' }),
    goalOf(search, levels, { states: atFirstLevel(stuck, levels), foundAt: stuckAt }),
  ];
  for (const finding of findings) wanted.push(goalOf(search, levels, finding));
  const traces = yield* tracesOf(search, levels, withTraces ? wanted : []);
  return assembled(search, levels, { findings, stuckCount: stuck.length, traces });
}

/** What a shortest trace must end with, if there is anything to show. */
function goalOf(
  search: BreadthFirst,
  levels: readonly number[],
  { states, foundAt, isLastStep }: Pick<Finding, 'states' | 'foundAt' | 'isLastStep'>,
): Goal | undefined {
  const [first] = states;
  if (first === undefined) return undefined;
  const level = levelOf(first, levels);
  // Something smaller may be missing only where a level was not explored to its end.
  const needed = levels[foundAt === 'reaching' ? level : level + 1] ?? 0;
  const minimal = search.stoppedBy === undefined || (foundAt !== 'end' && search.head >= needed);
  return { level, states, minimal, ...(isLastStep === undefined ? {} : { isLastStep }) };
}

function* tracesOf(
  search: BreadthFirst,
  levels: readonly number[],
  wanted: readonly (Goal | undefined)[],
): Generator<void, readonly (Trace | undefined)[]> {
  const goals = wanted.filter((goal) => goal !== undefined);
  const traces = yield* shortestTraces(search.graph, levels, goals);
  const byGoal = new Map(goals.map((goal, i) => [goal, traces[i]]));
  return wanted.map((goal) => (goal === undefined ? undefined : byGoal.get(goal)));
}
