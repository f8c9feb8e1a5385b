import { assert } from '../base/assert.ts';

/**
 * Pairs of numbers, each stored once: equal pairs have equal numbers, from 0 up without a gap.
 *
 * With it states are trees of shared parts (Laarman, van de Pol, Weber: "Parallel recursive state
 * compression for free", 2011): states that differ in one cell share all but one path of the tree.
 * Exact: a hash only says where to look, pairs are compared.
 */
export class PairTable {
  count = 0;
  /** The two halves of each pair, one beside the other. */
  halves = new Int32Array(256);
  /**
   * By the upper bits of a pair's hash its number plus one, 0 where free; above that, in the bits
   * that a number in a table of this size leaves free, the lower bits of the hash. So hardly any
   * pair is looked at that is not the right one, and looking is what takes the time.
   */
  private slots = new Int32Array(256);
  /** The slots are two to the power of this. */
  private bits = 8;

  /** The pair's number; it is new if that equals the count before. */
  intern(left: number, right: number): number {
    const { slots, halves, bits } = this;
    const mask = slots.length - 1;
    const mixed = hash(left, right);
    const tag = mixed << bits;
    let at = mixed >>> (32 - bits);
    for (;;) {
      const entry = slots[at] ?? 0;
      if (entry === 0) return this.add(left, right, at, tag);
      const number = (entry ^ tag) - 1;
      if ((number & ~mask) === 0) {
        if (halves[2 * number] === left && halves[2 * number + 1] === right) return number;
      }
      at = (at + 1) & mask;
    }
  }

  /** The pair's number, or -1 if it was never stored. */
  find(left: number, right: number): number {
    const { slots, halves, bits } = this;
    const mask = slots.length - 1;
    const mixed = hash(left, right);
    const tag = mixed << bits;
    let at = mixed >>> (32 - bits);
    for (;;) {
      const entry = slots[at] ?? 0;
      if (entry === 0) return -1;
      const number = (entry ^ tag) - 1;
      if ((number & ~mask) === 0) {
        if (halves[2 * number] === left && halves[2 * number + 1] === right) return number;
      }
      at = (at + 1) & mask;
    }
  }

  left(number: number): number {
    return this.halves[2 * number] ?? 0;
  }

  right(number: number): number {
    return this.halves[2 * number + 1] ?? 0;
  }

  /** Allocated bytes. */
  get bytes(): number {
    return this.halves.byteLength + this.slots.byteLength;
  }

  private add(left: number, right: number, at: number, tag: number): number {
    const number = this.count++;
    if (2 * number === this.halves.length) this.halves = longer(this.halves);
    this.halves[2 * number] = left;
    this.halves[2 * number + 1] = right;
    this.slots[at] = tag | (number + 1);
    if (this.count * 8 > this.slots.length * 5) this.rehash();
    return number;
  }

  private rehash(): void {
    const bits = ++this.bits;
    assert(bits < 31, 'a table has fewer than 2^30 pairs');
    const slots = new Int32Array(2 ** bits);
    const mask = slots.length - 1;
    const { halves, count } = this;
    for (let i = 0; i < count; i++) {
      const mixed = hash(halves[2 * i] ?? 0, halves[2 * i + 1] ?? 0);
      let at = mixed >>> (32 - bits);
      while (slots[at] !== 0) at = (at + 1) & mask;
      slots[at] = (mixed << bits) | (i + 1);
    }
    this.slots = slots;
  }
}

function hash(left: number, right: number): number {
  let mixed = Math.imul(left, 0x9e3779b1) ^ Math.imul(right + 0x7f4a7c15, 0x85ebca6b);
  mixed ^= mixed >>> 15;
  return Math.imul(mixed, 0x2c1b3c6d);
}

/** A copy with room for half as many again, an even number. */
export function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(2 * Math.ceil(array.length * 0.75));
  copy.set(array);
  return copy;
}
