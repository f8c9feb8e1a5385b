import type { Model } from '../base/model.ts';
import type { Plain } from '../base/plain.ts';
import { present } from '../base/assert.ts';
import { Space } from './space.ts';
import { outcomeHead, Steps } from './steps.ts';
import { Storage } from './storage.ts';

/** Who is told of the transitions of a state. */
export interface Successors {
  /**
   * A transition of the state being expanded. While this runs, `graph.row` is the target unpacked.
   *
   * @param outcome number of the outcome
   * @param writeSet number of the set of cells that it wrote
   * @param target number of the state that it leads to, or -1 (only where nothing may be added)
   */
  transition(outcome: number, writeSet: number, target: number): void;
}

/**
 * The state graph of a model as far as it is known: states by number, edges on demand.
 *
 * States are numbered in the order in which they were first reached. Edges are not stored: to
 * follow recorded steps again is cheaper than to keep them.
 */
export class Graph {
  readonly space: Space;
  readonly steps: Steps;
  readonly storage: Storage;
  /** The state being looked at, unpacked. */
  readonly row: Int32Array;
  /** The state being expanded, unpacked. */
  readonly base: Int32Array;

  constructor(model: Model) {
    this.space = new Space(model);
    this.steps = new Steps(model, this.space);
    this.storage = new Storage(this.space.width);
    this.row = this.storage.newRow();
    this.base = this.storage.newRow();
  }

  /** How many states are known; their numbers are those below. */
  get stateCount(): number {
    return this.storage.states.count;
  }

  /**
   * Adds the initial state, through the same door as every other.
   *
   * @param from values to start with instead of the cells' own, by cell key
   */
  addInitial(from?: ReadonlyMap<string, Plain>): number {
    this.space.setInitial(this.row, from);
    const state = this.storage.intern(this.row);
    this.base.set(this.row);
    return state;
  }

  /** Unpacks a state into `row` and `base`. Not while one is being expanded. */
  load(state: number): void {
    this.storage.load(state, this.row, this.base);
  }

  /**
   * Tells `to` each transition of `state`, processes and choices in their own order.
   *
   * @param mayAdd whether states that were never seen are added to the graph
   * @returns how many there are
   */
  expand(state: number, to: Successors, mayAdd: boolean): number {
    const { row, base, storage, steps } = this;
    const { states } = storage;
    let transitions = 0;
    this.load(state);
    for (let process = 0; process < steps.processes.length; process++) {
      let at = steps.find(process, row);
      const { code } = steps;
      const outcomes = code[at++] ?? 0;
      transitions += outcomes;
      for (let i = 0; i < outcomes; i++) {
        const outcome = code[at] ?? 0;
        const writeSet = code[at + 1] ?? 0;
        const writesEnd = at + outcomeHead + 2 * (code[at + 2] ?? 0);
        const touchedEnd = writesEnd + (code[at + 3] ?? 0);
        const innerEnd = touchedEnd + (code[at + 4] ?? 0);
        applyWrites(steps, outcome, at + outcomeHead, writesEnd, row);
        for (let k = touchedEnd; k < innerEnd; k++) {
          storage.renew(row, code[k] ?? 0);
        }
        const left = row[2] ?? 0;
        const right = row[3] ?? 0;
        const target = mayAdd ? states.intern(left, right) : states.find(left, right);
        to.transition(outcome, writeSet, target);
        for (let k = writesEnd; k < innerEnd; k++) {
          const node = code[k] ?? 0;
          row[node] = base[node] ?? 0;
        }
        at = innerEnd;
      }
    }
    return transitions;
  }

  /** Bytes of all that is known about steps and values, near enough. */
  get codeBytes(): number {
    return this.steps.bytes + this.space.meter.bytes;
  }
}

/** Carries out an outcome's writes, at `code[from]` to `code[to]`, on an unpacked state. */
export function applyWrites(
  steps: Steps,
  outcome: number,
  from: number,
  to: number,
  row: Int32Array,
): void {
  const { code } = steps;
  const { operations } = steps.space;
  for (let k = from; k < to; k += 2) {
    const index = code[k] ?? 0;
    const write = code[k + 1] ?? 0;
    if (write < 0) row[index] = -1 - write;
    else {
      const operation = present(operations[write], 'operations are numbered');
      const id = row[index] ?? 0;
      const { known } = operation;
      const next = id < known.length ? (known[id] ?? 0) : 0;
      row[index] = next === 0 ? steps.apply(outcome, index, operation, id) : next - 1;
    }
  }
}
