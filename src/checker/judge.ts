import type { Question } from './question.ts';
import { present } from '../base/assert.ts';
import { bytesOfMapEntry } from './numbers.ts';
import { longer } from './pairs.ts';
import { nodesAbove, Storage } from './storage.ts';

/**
 * The answers of many questions in every state of a search, at next to no cost a state.
 *
 * A state takes over the answers of the state that it was reached from; only questions that may
 * read a cell written on the way are asked again. Sixteen answers of two bits make a *sheet*, and
 * all sheets together are stored as states are: as a tree of shared parts with one number, the
 * state's *record*. Most steps change no answer, so a state costs one number and one count, and
 * how many states had which answer, and which had it first, is worked out of the records.
 */
export class Judge {
  readonly questions: readonly Question[];
  private readonly sheets: readonly Sheets[];
  private readonly records: Storage;
  private readonly row: Int32Array;
  private readonly copy: Int32Array;
  /** By record: how many states have it, and the first that had. */
  private counts = new Int32Array(256);
  private firsts = new Int32Array(256);
  /** By state from `first` on: its record. */
  private states = new Int32Array(1024);
  private first = 0;
  private end = 0;
  /** By index of cell: the questions that may read it. */
  private readonly readers: number[][] = [];
  /** By write set: who must be asked again. Good until a question is found to read more. */
  private concerned: (readonly number[])[] = [];
  private tallies: Tallies | undefined;

  constructor(questions: readonly Question[]) {
    this.questions = questions;
    const count = Math.ceil(questions.length / perSheet);
    this.sheets = Array.from({ length: count }, () => new Sheets());
    this.records = new Storage(Math.max(2, Math.ceil(count / 3)));
    this.row = this.records.newRow();
    this.copy = this.records.newRow();
    for (const [number, question] of questions.entries()) {
      const widen = (index: number): void => {
        (this.readers[index] ??= []).push(number);
        this.concerned = [];
      };
      question.read.forEach(widen);
      question.onWider = widen;
    }
  }

  /** Asks everything about the initial state. */
  begin(row: Int32Array): void {
    for (const [k, sheets] of this.sheets.entries()) {
      let answers = 0;
      for (let i = 0; i < perSheet; i++) {
        const question = this.questions[k * perSheet + i];
        if (question !== undefined) answers |= question.answer(row) << (2 * i);
      }
      this.row[this.indexOf(k)] = sheets.idOf(answers);
    }
    const record = this.records.intern(this.row);
    this.copy.set(this.row);
    this.settle(0, record);
  }

  /** A new state, numbered after all before, unpacked in `row`, reached from `parent`. */
  arrive(
    parent: number,
    state: number,
    writeSet: number,
    written: readonly number[],
    row: Int32Array,
  ): void {
    let record = this.states[parent - this.first] ?? 0;
    const concerned = this.concernedBy(writeSet, written);
    if (concerned.length > 0) record = this.askAgain(record, concerned, row);
    this.settle(state, record);
  }

  /** Answers of states before `state` are not needed any more. */
  forgetBefore(state: number): void {
    this.states.copyWithin(0, state - this.first, this.end - this.first);
    this.first = state;
  }

  /** What the question's answer was in a state that is not forgotten. */
  answerAt(state: number, question: number): number {
    const k = Math.floor(question / perSheet);
    this.records.load(this.states[state - this.first] ?? 0, this.row, this.copy);
    const answers = this.sheetsAt(k).answersOf(this.row[this.indexOf(k)] ?? 0);
    return (answers >>> (2 * (question % perSheet))) & 3;
  }

  /** How many states gave this answer, and the number of the first that did (-1 if none). */
  tally(question: number, answer: number): Tally {
    if (this.tallies?.end !== this.end) this.tallies = { end: this.end, sheets: this.added() };
    const shift = 2 * (question % perSheet);
    let count = 0;
    let first = -1;
    const tallies = this.tallies.sheets[Math.floor(question / perSheet)] ?? new Map();
    for (const [answers, seen] of tallies) {
      if (((answers >>> shift) & 3) !== answer) continue;
      count += seen.count;
      first = first < 0 ? seen.first : Math.min(first, seen.first);
    }
    return { count, first };
  }

  /** Allocated bytes of the answers in all states. */
  get bytes(): number {
    const { records, states, counts, firsts } = this;
    const sheets = this.sheets.reduce((sum, one) => sum + one.bytes, 0);
    return records.bytes + states.byteLength + counts.byteLength + firsts.byteLength + sheets;
  }

  /** Bytes of all that is known about the questions, near enough. */
  get codeBytes(): number {
    return this.questions.reduce((sum, question) => sum + question.bytes, 0);
  }

  /** The record after some questions have been asked again. */
  private askAgain(record: number, concerned: readonly number[], row: Int32Array): number {
    this.records.load(record, this.row, this.copy);
    const changed: number[] = [];
    for (let next = 0; next < concerned.length;) {
      const k = Math.floor((concerned[next] ?? 0) / perSheet);
      const sheets = this.sheetsAt(k);
      const before = sheets.answersOf(this.row[this.indexOf(k)] ?? 0);
      let answers = before;
      for (; next < concerned.length; next++) {
        const number = concerned[next] ?? 0;
        if (number >= (k + 1) * perSheet) break;
        const shift = 2 * (number % perSheet);
        const answer = present(this.questions[number], 'numbered').answer(row);
        answers = (answers & ~(3 << shift)) | (answer << shift);
      }
      if (answers === before) continue;
      this.row[this.indexOf(k)] = sheets.idOf(answers);
      changed.push(this.indexOf(k));
    }
    if (changed.length === 0) return record;
    const nodes = nodesAbove(changed, this.records.width);
    for (const node of nodes) this.records.renew(this.row, node);
    const after = this.records.states.intern(this.row[2] ?? 0, this.row[3] ?? 0);
    for (const at of [...changed, ...nodes]) this.row[at] = this.copy[at] ?? 0;
    return after;
  }

  private settle(state: number, record: number): void {
    if (state - this.first === this.states.length) this.states = longer(this.states);
    this.states[state - this.first] = record;
    this.end = state + 1;
    while (record >= this.counts.length) {
      this.counts = longer(this.counts);
      this.firsts = longer(this.firsts);
    }
    const count = this.counts[record] ?? 0;
    if (count === 0) this.firsts[record] = state;
    this.counts[record] = count + 1;
  }

  /** By sheet: each combination of answers, with the states of all records that have it. */
  private added(): readonly Map<number, Tally>[] {
    const all = this.sheets.map(() => new Map<number, Tally>());
    for (let record = 0; record < this.records.states.count; record++) {
      this.records.load(record, this.row, this.copy);
      const count = this.counts[record] ?? 0;
      const first = this.firsts[record] ?? 0;
      for (const [k, tallies] of all.entries()) {
        const answers = this.sheetsAt(k).answersOf(this.row[this.indexOf(k)] ?? 0);
        const seen = tallies.get(answers);
        // Records are numbered in the order of their first states.
        if (seen === undefined) tallies.set(answers, { count, first });
        else seen.count += count;
      }
    }
    return all;
  }

  private concernedBy(writeSet: number, written: readonly number[]): readonly number[] {
    const known = this.concerned[writeSet];
    if (known !== undefined) return known;
    const questions = new Set(written.flatMap((index) => this.readers[index] ?? []));
    return (this.concerned[writeSet] = [...questions].sort((a, b) => a - b));
  }

  private sheetsAt(k: number): Sheets {
    return present(this.sheets[k], 'every question is on a sheet');
  }

  /** Where the number of the k-th sheet stands in an unpacked record. */
  private indexOf(k: number): number {
    return 2 * this.records.width + k;
  }
}

interface Tally {
  count: number;
  readonly first: number;
}

interface Tallies {
  /** Good for as many states. */
  readonly end: number;
  readonly sheets: readonly Map<number, Tally>[];
}

const perSheet = 16;

/** Numbers for each combination of sixteen answers that occurred. */
class Sheets {
  private readonly answers: number[] = [];
  private readonly ids = new Map<number, number>();

  get bytes(): number {
    return this.answers.length * (8 + bytesOfMapEntry);
  }

  answersOf(id: number): number {
    return this.answers[id] ?? 0;
  }

  idOf(answers: number): number {
    let id = this.ids.get(answers);
    if (id === undefined) {
      id = this.answers.length;
      this.ids.set(answers, id);
      this.answers.push(answers);
    }
    return id;
  }
}
