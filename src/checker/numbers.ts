import { longer } from './pairs.ts';

/** A list of small integers, four bytes each. */
export class NumberList {
  length = 0;
  private items = new Int32Array(256);

  push(item: number): void {
    if (this.length === this.items.length) this.items = longer(this.items);
    this.items[this.length++] = item;
  }

  at(i: number): number {
    return this.items[i] ?? 0;
  }

  get bytes(): number {
    return this.items.byteLength;
  }
}

/** A set of small integers, one bit each. */
export class NumberSet {
  private readonly words: Int32Array;

  constructor(size: number) {
    this.words = new Int32Array((size >>> 5) + 1);
  }

  add(item: number): void {
    const word = item >>> 5;
    this.words[word] = (this.words[word] ?? 0) | (1 << (item & 31));
  }

  has(item: number): boolean {
    return (((this.words[item >>> 5] ?? 0) >>> (item & 31)) & 1) === 1;
  }
}

/**
 * A partial function from numbers to numbers but 0: an array where it is asked often, and
 * a map for the far ends of functions that are known at few places only.
 *
 * So a function of many values that is known at one of them does not take room for all.
 */
export class NumberMap {
  /** By number what it goes to, 0 where that is not known or in `far`. Read without a call. */
  near = new Int32Array(4);
  /** How many numbers go somewhere. */
  count = 0;
  private far: Map<number, number> | undefined;

  /** What `from` goes to, 0 where that is not known. */
  get(from: number): number {
    if (from < this.near.length) return this.near[from] ?? 0;
    return this.far?.get(from) ?? 0;
  }

  set(from: number, to: number): void {
    if (this.get(from) === 0) this.count++;
    const { length } = this.near;
    if (from >= length && from < Math.max(denseEnd, this.count * roomForEach)) {
      this.gather(Math.max(from + 1, length * 2));
    }
    if (from < this.near.length) this.near[from] = to;
    else (this.far ??= new Map<number, number>()).set(from, to);
  }

  /** Every number that goes somewhere, in no particular order. */
  *keys(): Generator<number, void> {
    for (let from = 0; from < this.near.length; from++) if (this.near[from] !== 0) yield from;
    if (this.far !== undefined) yield* this.far.keys();
  }

  /** Allocated bytes, near enough. */
  get bytes(): number {
    return this.near.byteLength + (this.far?.size ?? 0) * bytesOfMapEntry;
  }

  private gather(length: number): void {
    const longer = new Int32Array(length);
    longer.set(this.near);
    this.near = longer;
    for (const [from, to] of this.far ?? []) {
      if (from >= length) continue;
      longer[from] = to;
      this.far?.delete(from);
    }
  }
}

/** Up to here a function is an array however few places it is known at. */
const denseEnd = 64;
/** Beyond that, where at least one place in so many is known. */
const roomForEach = 8;

/** What an entry of a map from numbers takes, near enough. */
export const bytesOfMapEntry = 48;

/** Counts what grows in many places. */
export interface Meter {
  bytes: number;
}
