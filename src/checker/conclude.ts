import type { CheckResult, Trace } from './result.ts';
import type { BreadthFirst } from './search.ts';
import type { Finding } from './findings.ts';
import type { Goal } from './trace.ts';
import { assembled } from './assemble.ts';
import { findingsOf, stuckStates } from './findings.ts';
import { atFirstLevel, levelOf } from './levels.ts';
import { shortestTraces } from './trace.ts';

/**
 * From an explored graph to a result: what is asked once the search is over.
 *
 * First that the model has no memory of its own; then, backwards, what can still be reached; then
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

  const wanted = [search.deadlocks.states, atFirstLevel(stuck, levels)].map((states) =>
    goalOf(search, levels, { states, foundAt: 'exploring' }),
  );
  for (const finding of findings) wanted.push(goalOf(search, levels, finding));
  const traces = yield* tracesOf(search, levels, withTraces ? wanted : []);
  return assembled(search, levels, { findings, stuckCount: stuck.length, traces });
}

function* recheck({ graph, inquiries }: BreadthFirst): Generator<void, void> {
  const { steps } = graph;
  const stepsAtOnce = 256;
  const end = steps.leafCount;
  for (let i = 0; i < end; i += stepsAtOnce) {
    steps.recheck(i, Math.min(end, i + stepsAtOnce));
    yield;
  }
  for (const question of [...inquiries.now, ...inquiries.later]) {
    question.recheck();
    yield;
  }
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
