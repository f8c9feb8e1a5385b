import type { Plain } from '../base/plain.ts';
import type { Model } from '../base/model.ts';
import type { ReadView } from '../base/view.ts';
import type { Bounds, Trace } from './result.ts';
import type { SearchOptions } from './search.ts';
import { encode } from '../base/plain.ts';
import { present } from '../base/assert.ts';
import { finalQuestion } from './inquiry.ts';
import { TrieQuestion } from './question.ts';
import { answersAgainMax } from './recheck.ts';
import { BreadthFirst } from './search.ts';
import { shortestTraces } from './trace.ts';
import { Interner } from './values.ts';

/**
 * How a model can end: a projection of its final states as a set, to compare two models by.
 *
 * Two boot orders are as good as each other for somebody who looks only at the projection when
 * the sets are equal.
 */
export interface Finals {
  /** In the order of their canonical texts. */
  readonly outcomes: readonly FinalOutcome[];
  /** False when a bound stopped the search: there may be more. */
  readonly isComplete: boolean;
  /** A shortest run to a final state with this outcome. */
  trace(outcome: FinalOutcome): Trace;
}

export interface FinalOutcome {
  readonly value: Plain;
  /** Final states with this projection. */
  readonly states: number;
  /** Steps of a shortest run to one. */
  readonly depth: number;
}

export function finals(
  model: Model,
  projection: (view: ReadView) => Plain,
  bounds: Bounds = {},
  options: SearchOptions = {},
): Finals {
  const search = new BreadthFirst({ ...model, properties: [] }, bounds, {
    ...options,
    traces: false,
  });
  while (!search.advance(Infinity));
  const { graph } = search;
  const levels = search.levelStarts();
  const isFinal = present(search.inquiries.now[finalQuestion], 'final is always asked');
  const values = new Interner();
  const project = new TrieQuestion(graph.space, 'projection', (view) =>
    values.intern(projection(view), 'projection'),
  );
  // By number of value: its final states of least depth, and how many there are in all.
  const found = new Map<number, { readonly states: number[]; level: number; count: number }>();
  let level = 0;
  for (let state = 0; state < graph.stateCount; state++) {
    // States are numbered level by level.
    if (level + 2 < levels.length && state >= (levels[level + 1] ?? 0)) level++;
    graph.load(state);
    if (isFinal.answer(graph.row) !== 1) continue;
    const id = project.answer(graph.row);
    const entry = found.get(id) ?? { states: [], level, count: 0 };
    found.set(id, entry);
    entry.count++;
    if (entry.level === level) entry.states.push(state);
  }
  project.recheck(answersAgainMax);

  const goals = new Map<FinalOutcome, { readonly states: readonly number[]; level: number }>();
  for (const [id, entry] of found) {
    const outcome = { value: values.value(id), states: entry.count, depth: entry.level };
    goals.set(outcome, entry);
  }
  const isComplete = search.stoppedBy === undefined;
  return {
    outcomes: [...goals.keys()].sort((a, b) => (encode(a.value) < encode(b.value) ? -1 : 1)),
    isComplete,
    trace(outcome) {
      const { states, level } = present(goals.get(outcome), 'an outcome of these finals');
      const minimal = isComplete || search.head >= (levels[level] ?? 0);
      const tracing = shortestTraces(graph, levels, [{ states, level, minimal }]);
      for (;;) {
        const next = tracing.next();
        if (next.done === true) return present(next.value[0], 'one goal has one trace');
      }
    },
  };
}

export interface FinalsDifference {
  /**
   * Whether both searches were complete. Where one was not, an outcome that it lacks may still come:
   * nothing is said to be missing from it.
   */
  readonly isConclusive: boolean;
  readonly onlyInFirst: readonly FinalOutcome[];
  readonly onlyInSecond: readonly FinalOutcome[];
  /** The shortest run to an outcome that only one of them has. */
  readonly shortest?: {
    readonly in: 'first' | 'second';
    readonly outcome: FinalOutcome;
    readonly trace: Trace;
  };
}

export function compareFinals(first: Finals, second: Finals): FinalsDifference {
  const onlyInFirst = missing(first, second);
  const onlyInSecond = missing(second, first);
  const [nearest] = [
    ...onlyInFirst.map((outcome) => ({ in: 'first' as const, outcome, from: first })),
    ...onlyInSecond.map((outcome) => ({ in: 'second' as const, outcome, from: second })),
  ].sort((a, b) => a.outcome.depth - b.outcome.depth);
  const isConclusive = first.isComplete && second.isComplete;
  if (nearest === undefined) return { isConclusive, onlyInFirst, onlyInSecond };
  const { in: where, outcome, from } = nearest;
  return {
    isConclusive,
    onlyInFirst,
    onlyInSecond,
    shortest: { in: where, outcome, trace: from.trace(outcome) },
  };
}

function missing(from: Finals, other: Finals): readonly FinalOutcome[] {
  if (!other.isComplete) return [];
  const known = new Set(other.outcomes.map(({ value }) => encode(value)));
  return from.outcomes.filter(({ value }) => !known.has(encode(value)));
}
