import type { NumberSet } from './numbers.ts';
import { NumberList } from './numbers.ts';

/**
 * Edges that were kept, to ask from which states something can still be reached.
 *
 * No fairness is assumed: what *can* be reached counts, not what will be.
 */
export class EdgeList {
  private readonly sources = new NumberList();
  /** By source: where its targets end. */
  private readonly ends = new NumberList();
  private readonly targets = new NumberList();

  addTarget(target: number): void {
    this.targets.push(target);
  }

  /** Ends the targets added since the last call: they were those of `source`. */
  endSource(source: number): void {
    this.sources.push(source);
    this.ends.push(this.targets.length);
  }

  /**
   * Adds to `reached` every source from which a state in it can be reached.
   *
   * Sweeps to and fro over the list until nothing changes: most edges lead one level down or far
   * back up, so few sweeps do, and no list of predecessors is needed.
   */
  *close(reached: NumberSet): Generator<void, void> {
    for (let down = true, changed = true; changed; down = !down) {
      changed = false;
      for (let k = 0; k < this.sources.length; k++) {
        const i = down ? this.sources.length - 1 - k : k;
        if ((k & 0xffff) === 0xffff) yield;
        const source = this.sources.at(i);
        if (reached.has(source) || !this.leadsInto(i, reached)) continue;
        reached.add(source);
        changed = true;
      }
    }
  }

  /** The sources, in the order in which they were added. */
  *all(): Generator<number, void> {
    for (let i = 0; i < this.sources.length; i++) yield this.sources.at(i);
  }

  /** The sources without targets, in the order in which they were added. */
  *dead(): Generator<number, void> {
    for (let i = 0; i < this.sources.length; i++) {
      const start = i === 0 ? 0 : this.ends.at(i - 1);
      if (start === this.ends.at(i)) yield this.sources.at(i);
    }
  }

  get bytes(): number {
    return this.sources.bytes + this.ends.bytes + this.targets.bytes;
  }

  private leadsInto(i: number, states: NumberSet): boolean {
    const end = this.ends.at(i);
    for (let k = i === 0 ? 0 : this.ends.at(i - 1); k < end; k++) {
      if (states.has(this.targets.at(k))) return true;
    }
    return false;
  }
}
