import type { Change, Trace, TraceStep } from './result.ts';
import type { Graph, Successors } from './graph.ts';
import { assert, present } from '../base/assert.ts';
import { NumberList } from './numbers.ts';

/**
 * Shortest traces, defined without the search: among all runs that show it the smallest by length,
 * then by switches of process, then step by step by process and choice labels.
 *
 * So the trace is the same however the states were found and numbered. It is worked out backwards,
 * level by level over the graph: for each state from which the goal can be reached in time, and
 * each process that may have stepped last, the fewest switches that remain; then forwards, taking
 * the step with the smallest label among those that lose nothing.
 */

/** What a run should end with. */
export interface Goal {
  /** The depth of the states below: the least at which there are any. */
  readonly level: number;
  /** States, in ascending order. */
  readonly states: readonly number[];
  /** For a goal that is a transition from one of `states`: whether the one in the graph is it. */
  readonly isLastStep?: (graph: Graph, written: readonly number[]) => boolean;
  /** Whether everything that could be shorter or smaller was explored. */
  readonly minimal: boolean;
}

/** More goals than bits in a number are done in batches. */
const goalsAtOnce = 30;

/**
 * One trace for each goal. Goals with the same states share the work.
 *
 * @param levels by depth: the number of the first state there; one more at the end
 */
export function* shortestTraces(
  graph: Graph,
  levels: readonly number[],
  goals: readonly Goal[],
): Generator<void, readonly Trace[]> {
  const distinct = new Map<string | Goal, Goal>();
  const keys = goals.map((goal) =>
    goal.isLastStep === undefined ? `${goal.level} ${goal.minimal} ${goal.states.join()}` : goal,
  );
  keys.forEach((key, i) => distinct.set(key, present(goals[i], 'one key for each goal')));
  const traces = new Map<string | Goal, Trace>();
  const all = [...distinct];
  for (let i = 0; i < all.length; i += goalsAtOnce) {
    const batch = all.slice(i, i + goalsAtOnce);
    const tracer = new Tracer(
      graph,
      levels,
      batch.map(([, goal]) => goal),
    );
    yield* tracer.backwards();
    for (const [k, [key]] of batch.entries()) traces.set(key, tracer.forwards(k));
  }
  return keys.map((key) => present(traces.get(key), 'each goal has a trace'));
}

/** The states of one level on the way to one goal, with the switches that remain from there. */
class Way {
  readonly states = new NumberList();
  private readonly switches = new NumberList();
  private readonly processes: number;

  constructor(processes: number) {
    this.processes = processes;
  }

  /** @param remaining by process that stepped last */
  add(state: number, remaining: ArrayLike<number>): void {
    this.states.push(state);
    for (let p = 0; p < this.processes; p++) this.switches.push(remaining[p] ?? 0);
  }

  /** Switches that remain from `state` on after a step of `process`, or -1 if the goal is out of reach. */
  remaining(state: number, process: number): number {
    let low = 0;
    let high = this.states.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.states.at(middle);
      if (found === state) return this.switches.at(middle * this.processes + process);
      if (found < state) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

const never = 0x3fffffff;

class Tracer implements Successors {
  private readonly graph: Graph;
  private readonly levels: readonly number[];
  private readonly goals: readonly Goal[];
  private readonly processes: number;
  /** By goal, then level. */
  private readonly ways: readonly Way[][];
  /** By goal and process: the fewest switches after a step of that process from the present state. */
  private readonly best: Int32Array;
  /** By state of the level below: which goals it is on the way to, as bits. */
  private wanted = new Int32Array(0);
  private wantedFrom = 0;
  private level = 0;

  constructor(graph: Graph, levels: readonly number[], goals: readonly Goal[]) {
    this.graph = graph;
    this.levels = levels;
    this.goals = goals;
    this.processes = graph.steps.processes.length;
    this.ways = goals.map(() => []);
    this.best = new Int32Array(goals.length * this.processes);
  }

  *backwards(): Generator<void, void> {
    const { graph, goals, levels, processes, best } = this;
    const deepest = Math.max(...goals.map((goal) => goal.level));
    for (this.level = deepest; this.level >= 0; this.level--) {
      const from = levels[this.level] ?? 0;
      const to = levels[this.level + 1] ?? from;
      const wanted = new Int32Array(to - from);
      const ends = goals.map((goal) => new Set(goal.level === this.level ? goal.states : []));
      for (const ways of this.ways) ways[this.level] = new Way(processes);
      const mustExpand = goals.some(
        (goal) => goal.level > this.level || (goal.level === this.level && goal.isLastStep),
      );
      for (let state = from; state < to; state++) {
        if ((state & 0x3ff) === 0x3ff) yield;
        best.fill(never);
        if (mustExpand) graph.expand(state, this, false);
        for (let g = 0; g < goals.length; g++) {
          const isEnd = ends[g]?.has(state) === true;
          const remaining = this.remainingAfter(g, isEnd);
          if (remaining === undefined) continue;
          this.wayOf(g, this.level).add(state, remaining);
          wanted[state - from] = (wanted[state - from] ?? 0) | (1 << g);
        }
      }
      this.wanted = wanted;
      this.wantedFrom = from;
    }
  }

  /** A transition while working backwards. */
  transition(outcome: number, writeSet: number, target: number): void {
    const { goals, processes, best, level } = this;
    const { process } = this.graph.steps.outcome(outcome);
    const bits = target < this.wantedFrom ? 0 : (this.wanted[target - this.wantedFrom] ?? 0);
    for (let g = 0; g < goals.length; g++) {
      const goal = present(goals[g], 'in range');
      let remaining = never;
      if (goal.level > level) {
        if ((bits >>> g) & 1) remaining = this.wayOf(g, level + 1).remaining(target, process);
      } else if (goal.level === level && goal.isLastStep !== undefined) {
        if (goal.isLastStep(this.graph, this.written(writeSet))) remaining = 0;
      }
      const at = g * processes + process;
      if (remaining < (best[at] ?? 0)) best[at] = remaining;
    }
  }

  /** By process that stepped last, the switches that remain; nothing where the goal is out of reach. */
  private remainingAfter(g: number, isEnd: boolean): Int32Array | undefined {
    const goal = present(this.goals[g], 'in range');
    const remaining = this.best.slice(g * this.processes, (g + 1) * this.processes);
    if (goal.level === this.level) {
      if (!isEnd) return undefined;
      if (goal.isLastStep === undefined) return remaining.fill(0);
    }
    const least = remaining.reduce((a, b) => Math.min(a, b), never);
    return least === never ? undefined : remaining.map((own) => Math.min(own, least + 1));
  }

  /** The trace to goal `g`. */
  forwards(g: number): Trace {
    const { graph, levels } = this;
    const goal = present(this.goals[g], 'in range');
    const steps: TraceStep[] = [];
    const length = goal.level + (goal.isLastStep === undefined ? 0 : 1);
    let state = 0;
    let last = -1;
    for (let level = 0; level < length; level++) {
      let best: { cost: number; label: string; outcome: number } | undefined;
      let next = 0;
      const to: Successors = {
        transition: (outcome, writeSet, target) => {
          const { process, label } = graph.steps.outcome(outcome);
          let cost = last < 0 || process === last ? 0 : 1;
          if (level === goal.level) {
            if (goal.isLastStep?.(graph, this.written(writeSet)) !== true) return;
          } else {
            if (target < (levels[level + 1] ?? 0)) return;
            const remaining = this.wayOf(g, level + 1).remaining(target, process);
            if (remaining < 0) return;
            cost += remaining;
          }
          if (
            best === undefined ||
            cost < best.cost ||
            (cost === best.cost && label < best.label)
          ) {
            best = { cost, label, outcome };
            next = target;
          }
        },
      };
      graph.expand(state, to, false);
      const { outcome } = present(best, 'the goal can be reached from here');
      steps.push(stepOf(graph, state, outcome, next));
      last = graph.steps.outcome(outcome).process;
      state = next;
    }
    assert(steps.length === length, 'a shortest trace is as long as its goal is deep');
    return { steps, minimal: goal.minimal };
  }

  private wayOf(g: number, level: number): Way {
    return present(this.ways[g]?.[level], 'levels below are done first');
  }

  private written(writeSet: number): readonly number[] {
    return present(this.graph.steps.writeSets[writeSet], 'write sets are numbered');
  }
}

/** What a step from one state to another shows in a trace. */
export function stepOf(graph: Graph, from: number, outcome: number, to: number): TraceStep {
  graph.load(from);
  const before = graph.row.slice();
  graph.load(to);
  return describeStep(graph, outcome, before, graph.row);
}

/** The same, for unpacked states. */
export function describeStep(
  { steps, space }: Pick<Graph, 'steps' | 'space'>,
  outcome: number,
  before: Int32Array,
  after: Int32Array,
): TraceStep {
  const { process, choices, marks } = steps.outcome(outcome);
  const { name } = present(steps.processes[process], 'a process of the model');
  const changes: Change[] = [];
  for (const cell of space.cells) {
    const index = space.indexOf(cell);
    const from = before[index] ?? 0;
    const to = after[index] ?? 0;
    if (from === to) continue;
    changes.push({
      cell: cell.key,
      before: space.valueAt(index, from),
      after: space.valueAt(index, to),
    });
  }
  return { process: name, choices, path: marks, changes };
}
