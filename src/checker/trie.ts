import type { ObserverTable } from './values.ts';
import type { Read } from './recorder.ts';
import { assert, present } from '../base/assert.ts';
import { NumberMap } from './numbers.ts';

/**
 * Footprints of one piece of code, by what it asks: each node is a question about one cell, each
 * branch an answer, each leaf a number that the owner gives a meaning.
 *
 * What a deterministic program asks next depends on the answers so far alone. So all its runs fit
 * one trie, and a walk from the root finds the run that stands for the present state, or none.
 */
export class Trie {
  /** By node: the cell asked. Node 0 is not used: as a branch, 0 says *not known*. */
  private readonly indexes: number[] = [0];
  private readonly tables: (ObserverTable | null)[] = [null];
  /** By node and branch: a node, or minus one minus a leaf, or 0. */
  private readonly branches: NumberMap[] = [new NumberMap()];
  /** By node: the array of its branches, for walks. */
  private readonly near: Int32Array[] = [new Int32Array(1)];
  private root = 0;
  /** Allocated bytes, near enough. */
  bytes = 0;

  /** The leaf for the state unpacked in `row`, or -1 where the code must be run. */
  walk(row: Int32Array): number {
    const { indexes, tables, near } = this;
    let node = this.root;
    while (node > 0) {
      let branch = row[indexes[node] ?? 0] ?? 0;
      const table = tables[node];
      if (table !== null && table !== undefined) {
        const { known } = table;
        const answer = branch < known.length ? (known[branch] ?? 0) : 0;
        branch = answer === 0 ? table.ask(branch) : answer;
      }
      const next = near[node];
      if (next !== undefined && branch < next.length) node = next[branch] ?? 0;
      else node = this.branch(node, branch);
    }
    return -node - 1;
  }

  /**
   * Adds a run.
   *
   * @throws InternalError when it asked something else than an earlier run with the same answers
   */
  add(reads: readonly Read[], leaf: number): void {
    assert(leaf >= 0, 'leaves are numbers from 0');
    let node = 0;
    let branch = 0;
    for (const read of reads) {
      let next = node === 0 ? this.root : this.branch(node, branch);
      assert(next >= 0, `asked ${nameOfRead(read)} where it had asked nothing more before`);
      if (next === 0) {
        next = this.newNode(read);
        this.link(node, branch, next);
      }
      assert(
        this.indexes[next] === read.index && this.tables[next] === read.table,
        `asked ${nameOfRead(read)} where it had asked something else before`,
      );
      node = next;
      branch = read.branch;
    }
    this.link(node, branch, -leaf - 1);
  }

  private newNode(read: Read): number {
    this.indexes.push(read.index);
    this.tables.push(read.table);
    const branches = new NumberMap();
    this.branches.push(branches);
    this.near.push(branches.near);
    this.bytes += bytesOfNode + branches.bytes;
    return this.indexes.length - 1;
  }

  private branch(node: number, branch: number): number {
    return present(this.branches[node], 'a node has branches').get(branch);
  }

  private link(node: number, branch: number, target: number): void {
    if (node === 0) {
      this.root = target;
      return;
    }
    const branches = present(this.branches[node], 'a node has branches');
    const before = branches.bytes;
    branches.set(branch, target);
    this.near[node] = branches.near;
    this.bytes += branches.bytes - before;
  }
}

/** What a node takes besides its branches, near enough. */
const bytesOfNode = 192;

function nameOfRead(read: Read): string {
  return read.table === null ? `for cell ${read.index} as a whole` : `for ${read.table.name}`;
}
