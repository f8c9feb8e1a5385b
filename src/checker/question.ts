import type { Fold } from '../base/model.ts';
import type { ReadView } from '../base/view.ts';
import type { Read } from './recorder.ts';
import type { Space } from './space.ts';
import { InternalError, present } from '../base/assert.ts';
import { callFoldHolds, callFoldStep } from './erased.ts';
import { bytesOfMapEntry } from './numbers.ts';
import { recordQuestion } from './recorder.ts';
import { Trie } from './trie.ts';
import { someOf } from './shuffle.ts';
import { Interner, named } from './values.ts';

/**
 * What a property asks of a state, answered by a small number.
 *
 * Like a step, its code runs once for each footprint; and it is asked again only where a step
 * wrote a cell that it may read.
 */
export abstract class Question {
  readonly name: string;
  /** How often the property's code ran. */
  runs = 0;
  /** Called when the question is found to read one more cell. */
  onWider: ((index: number) => void) | undefined = undefined;
  /** The cells that it is known to read in some state. */
  readonly read = new Set<number>();

  constructor(name: string) {
    this.name = name;
  }

  abstract answer(row: Int32Array): number;

  /**
   * Asks once more what was asked: everything, latest first, then so much of it in no order at all.
   *
   * @throws InternalError when an answer depended on something that is not state
   */
  abstract recheck(againMax: number): void;

  /** Bytes of all that is known about it, near enough. */
  abstract get bytes(): number;

  protected willRead(index: number): void {
    if (this.read.has(index)) return;
    this.read.add(index);
    this.onWider?.(index);
  }

  protected nondeterministic(): InternalError {
    return new InternalError(
      `${this.name}: answered something else when asked again about the same state`,
    );
  }
}

/** A function of a view, with a number from 0 up as its answer. */
export class TrieQuestion extends Question {
  private readonly trie = new Trie();
  private readonly space: Space;
  private readonly ask: (view: ReadView) => number;
  private readonly recordings: Answered[] = [];
  private recordedBytes = 0;

  constructor(space: Space, name: string, ask: (view: ReadView) => number) {
    super(name);
    this.space = space;
    this.ask = ask;
  }

  override answer(row: Int32Array): number {
    const leaf = this.trie.walk(row);
    return leaf < 0 ? this.learn(row) : leaf;
  }

  override get bytes(): number {
    return this.trie.bytes + this.recordedBytes;
  }

  override recheck(againMax: number): void {
    const all = [...this.recordings];
    for (const { reads, answer } of [...all.toReversed(), ...someOf(all, againMax)]) {
      const ids = new Map(reads.map((read) => [read.index, read.id]));
      const again = recordQuestion(this.space, this.ask, (index) =>
        present(ids.get(index), `${this.name}: now asks about another cell`),
      );
      if (again.answer !== answer || again.reads.length !== reads.length) {
        throw this.nondeterministic();
      }
    }
  }

  private learn(row: Int32Array): number {
    this.runs++;
    return named(this.name, () => {
      const recording = recordQuestion(this.space, this.ask, (index) => row[index] ?? 0);
      this.trie.add(recording.reads, recording.answer);
      for (const read of recording.reads) this.willRead(read.index);
      this.recordings.push(recording);
      this.recordedBytes += 120 + 80 * recording.reads.length;
      return recording.answer;
    });
  }
}

interface Answered {
  readonly reads: readonly Read[];
  readonly answer: number;
}

/** 1 where the fold over the cells holds, else 2. */
export class FoldQuestion extends Question {
  private readonly fold: Fold;
  private readonly space: Space;
  private readonly indexes: readonly number[];
  private readonly meter = { bytes: 0 };
  private readonly accumulators = new Interner(this.meter);
  /** By place in the fold: from accumulator and value to the next accumulator. */
  private readonly steps: readonly Map<number, number>[];
  private readonly verdicts: number[] = [];
  private readonly from: number;

  constructor(space: Space, name: string, fold: Fold) {
    super(name);
    this.from = this.accumulators.intern(fold.from, `${name} from`);
    this.space = space;
    this.fold = fold;
    this.indexes = fold.over.map((cell) => space.indexOf(cell));
    this.steps = fold.over.map(() => new Map<number, number>());
    for (const index of this.indexes) this.willRead(index);
  }

  override answer(row: Int32Array): number {
    let accumulator = this.from;
    for (let place = 0; place < this.indexes.length; place++) {
      const index = this.indexes[place] ?? 0;
      const id = row[index] ?? 0;
      const steps = present(this.steps[place], 'one map for each cell');
      // Both numbers are below 2^26 in any search that fits in memory.
      const key = accumulator * 0x4000000 + id;
      let next = steps.get(key);
      if (next === undefined) {
        next = this.step(accumulator, index, id);
        steps.set(key, next);
        this.meter.bytes += bytesOfMapEntry;
      }
      accumulator = next;
    }
    return (this.verdicts[accumulator] ??= this.judge(accumulator));
  }

  override get bytes(): number {
    return this.meter.bytes;
  }

  override recheck(againMax: number): void {
    for (const [place, steps] of this.steps.entries()) {
      const all = [...steps];
      const share = Math.ceil(againMax / this.steps.length);
      for (const [key, next] of [...all.toReversed(), ...someOf(all, share)]) {
        const index = this.indexes[place] ?? 0;
        const again = this.step(Math.floor(key / 0x4000000), index, key % 0x4000000);
        if (again !== next) throw this.nondeterministic();
      }
    }
  }

  private step(accumulator: number, index: number, id: number): number {
    this.runs++;
    const before = this.accumulators.value(accumulator);
    const after = callFoldStep(this.fold, before, this.space.valueAt(index, id));
    return this.accumulators.intern(after, `${this.name} accumulator`);
  }

  private judge(accumulator: number): number {
    this.runs++;
    return callFoldHolds(this.fold, this.accumulators.value(accumulator)) ? 1 : 2;
  }
}
