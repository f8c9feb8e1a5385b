import type { Balance } from '../base/model.ts';
import type { Space } from './space.ts';
import { assert, InternalError } from '../base/assert.ts';
import { bytesOfMapEntry } from './numbers.ts';
import { someOf } from './shuffle.ts';
import { callWeight } from './erased.ts';

/**
 * A conserved sum, checked on transitions: what a step adds to one cell it must take from another.
 *
 * Written as a question about whole states, a conservation law reads every cell and costs more than
 * the search. The change of one transition reads only what the step wrote.
 */
export class BalanceWatch {
  readonly balance: Balance;
  runs = 0;
  private isAnyWeighty = false;
  private readonly space: Space;
  private readonly weighted = new Set<number>();
  /** By index of cell, then number of value. */
  private readonly weights: number[][] = [];

  constructor(space: Space, balance: Balance) {
    this.space = space;
    this.balance = balance;
    for (const cell of balance.weights.keys()) this.weighted.add(space.indexOf(cell));
  }

  /** Whether the step from `before` to `after`, which wrote the cells at `written`, keeps the sum. */
  keeps(before: Int32Array, after: Int32Array, written: readonly number[]): boolean {
    let change = 0;
    for (const index of written) {
      if (!this.weighted.has(index)) continue;
      const from = before[index] ?? 0;
      const to = after[index] ?? 0;
      if (from !== to) change += this.weight(index, to) - this.weight(index, from);
    }
    return change === 0;
  }

  /** Whether any cell weighs anything in any state, asked when the search is over. */
  hasWeight(initial: Int32Array): boolean {
    // Every other value was written by a step, and then it was weighed.
    for (const index of this.weighted) this.weight(index, initial[index] ?? 0);
    return this.isAnyWeighty;
  }

  /** @throws InternalError when a weight depended on something that is not state */
  recheck(againMax: number): void {
    const all = this.weights.flatMap((weights, index) =>
      weights.map((weight, id) => ({ index, id, weight })),
    );
    for (const { index, id, weight } of someOf(all, againMax)) {
      if (this.ask(index, id) === weight) continue;
      const { key } = this.space.cellAt(index);
      throw new InternalError(
        `${this.balance.name}: ${key} weighed something else when asked again`,
      );
    }
  }

  /** Bytes of the weights, near enough. */
  get bytes(): number {
    return this.runs * bytesOfMapEntry;
  }

  private weight(index: number, id: number): number {
    const weights = (this.weights[index] ??= []);
    return (weights[id] ??= this.weigh(index, id));
  }

  private weigh(index: number, id: number): number {
    this.runs++;
    const weight = this.ask(index, id);
    if (weight !== 0) this.isAnyWeighty = true;
    return weight;
  }

  private ask(index: number, id: number): number {
    const cell = this.space.cellAt(index);
    const weight = callWeight(this.balance, cell, this.space.valueAt(index, id));
    assert(Number.isSafeInteger(weight), `${this.balance.name}: ${cell.key} weighs an integer`);
    return weight;
  }
}
