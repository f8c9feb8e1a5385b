import type { Balance } from '../base/model.ts';
import type { Space } from './space.ts';
import { assert } from '../base/assert.ts';
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

  private weight(index: number, id: number): number {
    const weights = (this.weights[index] ??= []);
    return (weights[id] ??= this.weigh(index, id));
  }

  private weigh(index: number, id: number): number {
    this.runs++;
    const cell = this.space.cellAt(index);
    const weight = callWeight(this.balance, cell, this.space.valueAt(index, id));
    assert(Number.isSafeInteger(weight), `${this.balance.name}: ${cell.key} weighs an integer`);
    return weight;
  }
}
