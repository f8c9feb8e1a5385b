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
