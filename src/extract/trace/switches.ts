/**
 * Switches: the case that is hit where that is known, else every case as a way of its own.
 */
import type { Stmt } from '../c/ir.ts';
import type { Evaluator } from './evaluate.ts';
import type { Statements } from './execute.ts';
import type { Arm, Forks } from './forks.ts';
import { isRange } from './range.ts';
import type { Completion, Frame, Session } from './session.ts';

export class Switches {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  readonly #statements: Statements;
  readonly #forks: Forks;

  constructor(session: Session, evaluator: Evaluator, statements: Statements, forks: Forks) {
    this.#session = session;
    this.#evaluator = evaluator;
    this.#statements = statements;
    this.#forks = forks;
  }

  run(s: Stmt & { k: 'switch' }, frame: Frame): Completion {
    const value = this.#evaluator.value(s.c, frame);
    if (this.#forks.alive() === 'dead') return 'dead';
    const before = this.#session.guards.length;
    const starts = s.list.flatMap((one, i) => (one.k === 'case' ? [{ one, i }] : []));
    const labels = starts.map(({ one }) =>
      one.v === undefined ? null : this.#evaluator.value(one.v, frame),
    );
    const otherwise = starts[labels.indexOf(null)];
    const isKnown =
      value !== undefined && !isRange(value) && labels.every((label) => label !== undefined);
    let completion: Completion;
    if (isKnown) {
      const hit = starts[labels.indexOf(value)] ?? otherwise;
      completion = hit === undefined ? 'next' : this.#statements.list(s.list, frame, hit.i);
    } else {
      const at = `${frame.definition.file}:${s.line}`;
      const arms: Arm[] = starts.map(({ one, i }) => ({
        guard: {
          text: one.v === undefined ? `${s.text}: default` : `${s.text} == ${one.text}`,
          at,
          certainty: 'may',
        },
        run: () => {
          const end = this.#statements.list(s.list, frame, i);
          return end === 'break' ? 'next' : end;
        },
      }));
      if (otherwise === undefined) {
        arms.push({
          guard: { text: `${s.text}: no case`, at, certainty: 'may' },
          run: () => 'next',
        });
      }
      completion = arms.length === 0 ? 'next' : this.#forks.fork(arms);
    }
    this.#session.endGuards(before, ['break']);
    return completion === 'break' ? 'next' : completion;
  }
}
