import { PairTable } from './pairs.ts';

/**
 * States as trees of shared parts, numbered in the order in which they were first stored.
 *
 * Unpacked, a state is one array of `5 * width` numbers (a *row*):
 *
 * - from `2 * width` on the cells, in `width` groups of three;
 * - at `width` to `2 * width - 1` each group's cells packed into one number;
 * - below that the inner nodes of a binary tree over the groups: the children of node `k` are at
 *   `2k` and `2k + 1`, the root's at 2 and 3.
 *
 * A step packs the groups that it wrote and looks up the nodes above them; all else is shared.
 */
export class Storage {
  /** Groups of cells, at least two so that there is a root. */
  readonly width: number;
  readonly states = new PairTable();
  private readonly parts = new PairTable();
  /** Groups with a value's number too large to be packed. */
  private readonly large = new PairTable();

  constructor(width: number) {
    this.width = width;
  }

  newRow(): Int32Array<ArrayBuffer> {
    return new Int32Array(5 * this.width);
  }

  /** The number of the state of which the cells are given; fills in all nodes. */
  intern(row: Int32Array): number {
    for (let node = 2 * this.width - 1; node >= 2; node--) this.renew(row, node);
    return this.states.intern(row[2] ?? 0, row[3] ?? 0);
  }

  /** Brings one node up to date with its children, which must be so already. */
  renew(row: Int32Array, node: number): void {
    if (node < this.width) {
      row[node] = this.parts.intern(row[2 * node] ?? 0, row[2 * node + 1] ?? 0);
      return;
    }
    // The cells of the group at `width + g` start at `2 * width + 3 * g`.
    const first = 3 * node - this.width;
    const a = row[first] ?? 0;
    const b = row[first + 1] ?? 0;
    const c = row[first + 2] ?? 0;
    row[node] = (a | b | c) < packedEnd ? (a << 20) | (b << 10) | c : this.packLarge(a, b, c);
  }

  /**
   * Unpacks a state into two rows that are equal and unpacked already. What the new state shares
   * with theirs is left alone, and states one after the other mostly share a lot.
   */
  load(state: number, row: Int32Array, copy: Int32Array): void {
    this.unpack(2, this.states.left(state), row, copy);
    this.unpack(3, this.states.right(state), row, copy);
  }

  private unpack(node: number, value: number, row: Int32Array, copy: Int32Array): void {
    if (row[node] === value) return;
    row[node] = value;
    copy[node] = value;
    if (node < this.width) {
      this.unpack(2 * node, this.parts.left(value), row, copy);
      this.unpack(2 * node + 1, this.parts.right(value), row, copy);
      return;
    }
    const first = 3 * node - this.width;
    let a = value >>> 20;
    let b = (value >>> 10) & (packedEnd - 1);
    let c = value & (packedEnd - 1);
    if (value < 0) {
      const { large } = this;
      const pair = large.left(-1 - value);
      a = large.left(pair);
      b = large.right(pair);
      c = large.right(-1 - value);
    }
    row[first] = a;
    row[first + 1] = b;
    row[first + 2] = c;
    copy[first] = a;
    copy[first + 1] = b;
    copy[first + 2] = c;
  }

  get bytes(): number {
    return this.states.bytes + this.parts.bytes + this.large.bytes;
  }

  private packLarge(a: number, b: number, c: number): number {
    return -1 - this.large.intern(this.large.intern(a, b), c);
  }
}

/** Three numbers below this fit into one that is not negative. */
const packedEnd = 1024;

/** The node at which the cell's group is packed. */
function groupNode(index: number, width: number): number {
  return Math.floor((index + width) / 3);
}

/** The nodes to be renewed when these cells have changed: children before parents, not the root. */
export function nodesAbove(indexes: readonly number[], width: number): readonly number[] {
  const nodes = new Set<number>();
  for (const index of indexes) {
    for (let node = groupNode(index, width); node > 1; node >>= 1) nodes.add(node);
  }
  return [...nodes].sort((a, b) => b - a);
}
