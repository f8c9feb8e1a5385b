import type { Question } from './question.ts';
import { present } from '../base/assert.ts';
import { longer } from './pairs.ts';

/**
 * The answers of many questions in every state of a search, at next to no cost a state.
 *
 * A state takes over the answers of the state that it was reached from; only questions that may
 * read a cell written on the way are asked again. Sixteen answers of two bits make a *sheet*, and
 * a state holds the numbers of its sheets. Counting a state is adding one to each of them: how many
 * states had which answer, and which state had it first, is read off the sheets at the end.
 */
export class Judge {
  readonly questions: readonly Question[];
  private readonly sheets: readonly Sheets[];
  /** By state from `first` on: the numbers of its sheets. */
  private ids = new Int32Array(1024);
  private first = 0;
  private end = 0;
  /** By write set: who must be asked again. Good until a question is found to read more. */
  private concerned: (readonly number[])[] = [];

  constructor(questions: readonly Question[]) {
    this.questions = questions;
    const count = Math.ceil(questions.length / perSheet);
    this.sheets = Array.from({ length: count }, () => new Sheets());
    for (const question of questions) question.onWider = () => void (this.concerned = []);
  }

  /** Asks everything about the initial state. */
  begin(row: Int32Array): void {
    for (const [k, sheets] of this.sheets.entries()) {
      let answers = 0;
      for (let i = 0; i < perSheet; i++) {
        const question = this.questions[k * perSheet + i];
        if (question !== undefined) answers |= question.answer(row) << (2 * i);
      }
      this.ids[k] = sheets.count(answers, 0);
    }
    this.end = 1;
  }

  /** A new state, numbered after all before, unpacked in `row`, reached from `parent`. */
  arrive(
    parent: number,
    state: number,
    writeSet: number,
    written: readonly number[],
    row: Int32Array,
  ): void {
    const width = this.sheets.length;
    if (width === 0) return;
    const from = (parent - this.first) * width;
    const to = (state - this.first) * width;
    while (to + width > this.ids.length) this.ids = longer(this.ids);
    const { ids } = this;
    const concerned = this.concernedBy(writeSet, written);
    let next = 0;
    for (let k = 0; k < width; k++) {
      const sheets = present(this.sheets[k], 'as many as the width');
      const id = ids[from + k] ?? 0;
      const before = sheets.answersOf(id);
      let answers = before;
      for (; next < concerned.length; next++) {
        const number = concerned[next] ?? 0;
        if (number >= (k + 1) * perSheet) break;
        const shift = 2 * (number % perSheet);
        const answer = present(this.questions[number], 'numbered').answer(row);
        answers = (answers & ~(3 << shift)) | (answer << shift);
      }
      if (answers === before) {
        sheets.countAgain(id);
        ids[to + k] = id;
      } else {
        ids[to + k] = sheets.count(answers, state);
      }
    }
    this.end = state + 1;
  }

  /** Answers of states before `state` are not needed any more. */
  forgetBefore(state: number): void {
    const width = this.sheets.length;
    this.ids.copyWithin(0, (state - this.first) * width, (this.end - this.first) * width);
    this.first = state;
  }

  /** What the question's answer was in a state that is not forgotten. */
  answerAt(state: number, question: number): number {
    const k = Math.floor(question / perSheet);
    const id = this.ids[(state - this.first) * this.sheets.length + k] ?? 0;
    const answers = present(this.sheets[k], 'questions are on sheets').answersOf(id);
    return (answers >>> (2 * (question % perSheet))) & 3;
  }

  /** How many states gave this answer, and the number of the first that did (-1 if none). */
  tally(question: number, answer: number): { readonly count: number; readonly first: number } {
    const sheets = present(this.sheets[Math.floor(question / perSheet)], 'on a sheet');
    return sheets.tally(2 * (question % perSheet), answer);
  }

  get bytes(): number {
    return this.sheets.reduce((sum, sheets) => sum + sheets.bytes, this.ids.byteLength);
  }

  private concernedBy(writeSet: number, written: readonly number[]): readonly number[] {
    const known = this.concerned[writeSet];
    if (known !== undefined) return known;
    const questions = this.questions.flatMap((question, i) =>
      written.some((index) => question.reads(index)) ? [i] : [],
    );
    this.concerned[writeSet] = questions;
    return questions;
  }
}

const perSheet = 16;

/** Each combination of sixteen answers that occurred, with how often and where first. */
class Sheets {
  private readonly answers: number[] = [];
  private readonly counts: number[] = [];
  private readonly firsts: number[] = [];
  private readonly ids = new Map<number, number>();

  answersOf(id: number): number {
    return this.answers[id] ?? 0;
  }

  count(answers: number, state: number): number {
    let id = this.ids.get(answers);
    if (id === undefined) {
      id = this.answers.length;
      this.ids.set(answers, id);
      this.answers.push(answers);
      this.counts.push(0);
      this.firsts.push(state);
    }
    this.countAgain(id);
    return id;
  }

  countAgain(id: number): void {
    this.counts[id] = (this.counts[id] ?? 0) + 1;
  }

  tally(shift: number, answer: number): { readonly count: number; readonly first: number } {
    let count = 0;
    let first = -1;
    for (const [id, answers] of this.answers.entries()) {
      if (((answers >>> shift) & 3) !== answer) continue;
      const seen = this.firsts[id] ?? 0;
      count += this.counts[id] ?? 0;
      first = first < 0 ? seen : Math.min(first, seen);
    }
    return { count, first };
  }

  get bytes(): number {
    return this.answers.length * 64;
  }
}
