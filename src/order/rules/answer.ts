import { eventKey } from '../canonical.ts';
import type { Order, OrderEvent, OrderFrame, OrderHole } from '../order.ts';

/**
 * What a rule says of an order. Four answers and never fewer: a tool that must choose between
 * *right* and *wrong* lies about everything that it could not see.
 *
 * - `violation`: it happens on every path, and nothing that was not read could undo it;
 * - `unproved`: whether it happens hangs on conditions, which are named;
 * - `not applicable`: the question does not arise in this tree, with the reason;
 * - `inconclusive`: what the answer needs was not read; the file, definition or hole is named.
 */
export const verdicts = ['violation', 'unproved', 'inconclusive', 'not applicable'] as const;
export type Verdict = (typeof verdicts)[number];

export type Guard = OrderEvent['guards'][number];

/** Where an event stands, with everything needed to go and look. */
export interface Place {
  /** Index of the event in the order. */
  readonly event: number;
  readonly call: string;
  readonly object: string | null;
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly stack: readonly OrderFrame[];
  /** The event without line numbers: names it across edits. */
  readonly key: string;
}

export interface Answer {
  readonly rule: string;
  readonly verdict: Verdict;
  /** The object or phase that the answer is about. */
  readonly object: string;
  /** One sentence, complete without the rest. */
  readonly says: string;
  readonly at: Place | null;
  /** The other event of the story: the initialiser that comes too late, the first registration. */
  readonly other?: Place;
  /** The conditions that it hangs on, as they stand in the source. */
  readonly guards: readonly Guard[];
  /** What was not read and could change the answer. */
  readonly holes: readonly string[];
  /** How many events it was asked for and answered alike, this one included. */
  readonly times: number;
}

/** Something worth knowing that is neither right nor wrong. */
export interface Note {
  readonly says: string;
  readonly at: Place | null;
}

export interface RuleReport {
  readonly rule: string;
  /** What the rule asks, as a sentence. */
  readonly sentence: string;
  /** Events that were asked. */
  readonly asked: number;
  readonly held: number;
  readonly answers: readonly Answer[];
  readonly notes: readonly Note[];
  /** What it means that all events hold, after their number, where the counts alone do not tell. */
  readonly means?: string;
  /** What it did not ask, with numbers: `74 uses through pointers`. */
  readonly unasked?: string;
}

export function placeOf(order: Order, index: number): Place | null {
  const event = order.events[index];
  if (event === undefined) return null;
  const { call, object, file, line, stack } = event;
  return {
    event: index,
    call,
    object,
    function: event.function,
    file,
    line,
    stack,
    key: eventKey(event),
  };
}

export function holeText(hole: OrderHole): string {
  const at = hole.at === undefined ? '' : ` at ${hole.at}`;
  const why = hole.why === undefined ? '' : ` (${hole.why})`;
  return `${hole.kind} ${hole.what}${at}${why}`;
}

/**
 * Collects a rule's answers. The same answer for the same object is kept once, at its first
 * event, and counted: a reader wants the fault, not its echoes.
 */
export class Answers {
  readonly #rule: string;
  readonly #sentence: string;
  readonly #byKey = new Map<string, Answer>();
  /** What is certainly wrong, by object and question: what may be wrong too says no more. */
  readonly #violated = new Set<string>();
  readonly #notes: Note[] = [];
  #asked = 0;
  #held = 0;
  #means: string | null = null;
  #unasked: string | null = null;

  constructor(rule: string, sentence: string) {
    this.#rule = rule;
    this.#sentence = sentence;
  }

  get heldCount(): number {
    return this.#held;
  }

  holds(): void {
    this.#asked++;
    this.#held++;
  }

  /** Says what it means that all events hold; the sentence goes on after their number. */
  means(says: string): void {
    this.#means = says;
  }

  /** Says what was left out: how many, of what, which; nothing where there is none. */
  unasked(...left: readonly (readonly [count: number, noun: string, which: string])[]): void {
    const parts = left
      .filter(([count]) => count > 0)
      .map(([count, noun, which]) => `${count} ${noun}${count === 1 ? '' : 's'} ${which}`);
    if (parts.length > 0) this.#unasked = parts.join(', ');
  }

  note(says: string, at: Place | null = null): void {
    this.#notes.push({ says, at });
  }

  /** `about` tells answers of one object apart, where there can be several. */
  add(
    answer: Pick<Answer, 'verdict' | 'object' | 'says' | 'at'> &
      Partial<Pick<Answer, 'other' | 'guards' | 'holes'>>,
    about = '',
  ): void {
    this.#asked++;
    const subject = [answer.object, about].join('\n');
    if (answer.verdict === 'violation') this.#violated.add(subject);
    const key = `${answer.verdict}\n${subject}`;
    const known = this.#byKey.get(key);
    this.#byKey.set(
      key,
      known === undefined
        ? { rule: this.#rule, guards: [], holes: [], ...answer, times: 1 }
        : { ...known, times: known.times + 1 },
    );
  }

  report(): RuleReport {
    const answers = [...this.#byKey].flatMap(([key, answer]) => {
      const subject = key.slice(key.indexOf('\n') + 1);
      const isEcho = answer.verdict !== 'violation' && this.#violated.has(subject);
      return isEcho ? [] : [answer];
    });
    return {
      rule: this.#rule,
      sentence: this.#sentence,
      asked: this.#asked,
      held: this.#held,
      answers: verdicts.flatMap((verdict) => answers.filter((one) => one.verdict === verdict)),
      notes: this.#notes,
      ...(this.#means !== null && { means: this.#means }),
      ...(this.#unasked !== null && { unasked: this.#unasked }),
    };
  }
}
