/**
 * Statements: paths fork where a condition is not known, and are joined again.
 */
import type { Expr, Stmt } from '../c/ir.ts';
import type { Evaluator } from './evaluate.ts';
import { askedBy, type Asked } from './asked.ts';
import { Forks, otherwise } from './forks.ts';
import { holdsLabel, innerLabel } from './labels.ts';
import { Loops } from './loops.ts';
import type { Completion, Frame, Guard, Session } from './session.ts';
import { Switches } from './switches.ts';
import { isPure } from './pure.ts';
import { narrowed } from './range.ts';
import { lineOf, negated, textOf } from './text.ts';
import type { Value } from './value.ts';
import { eitherOf, fromBoolean, pointee, truth } from './value.ts';

const opposite: { readonly [op: string]: string } = {
  ...{ '<': '>=', '<=': '>', '>': '<=', '>=': '<', '!=': '==', '==': '!=' },
};
const swapped: { readonly [op: string]: string } = {
  ...{ '<': '>', '<=': '>=', '>': '<', '>=': '<=', '!=': '!=', '==': '==' },
};

interface Pending {
  readonly label: string;
  readonly index: number;
  readonly guard: Guard;
}

// Arms of a negated question change places; they stay decisions of their own.
const conditionOf = (asked: Asked | null): string | undefined =>
  asked === null ? undefined : `${asked.isNegated ? 'not ' : ''}${asked.key}`;

function leadsInto({ a, b }: Stmt & { k: 'if' }, label: string): boolean {
  return innerLabel(a, label) || (b !== undefined && innerLabel(b, label));
}

export class Statements {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  readonly #forks: Forks;
  readonly #loops: Loops;
  readonly #switches: Switches;
  #depth = 0;

  constructor(session: Session, evaluator: Evaluator) {
    this.#session = session;
    this.#evaluator = evaluator;
    this.#forks = new Forks(session);
    this.#loops = new Loops(session, evaluator, this, this.#forks);
    this.#switches = new Switches(session, evaluator, this, this.#forks);
  }

  run(statement: Stmt, frame: Frame): Completion {
    if (this.#depth > 3 * this.#session.limits.nestingMax || !this.#session.step()) return 'next';
    this.#depth++;
    try {
      return this.#statement(statement, frame);
    } finally {
      this.#depth--;
    }
  }

  #statement(s: Stmt, frame: Frame): Completion {
    if ('line' in s) frame.line = s.line;
    switch (s.k) {
      case 'list':
        return this.list(s.list, frame);
      case 'error':
        this.#session.holes.add({
          kind: 'parse error',
          what: `in ${frame.definition.name}`,
          at: `${frame.definition.file}:${s.line}`,
        });
        return this.list(s.list, frame);
      case 'expr':
        this.#evaluator.value(s.e, frame);
        return this.#forks.alive();
      case 'decl':
        return this.#declare(s, frame);
      case 'if':
        return this.#if(s, frame);
      case 'loop':
        return this.#loops.run(s, frame);
      case 'switch':
        return this.#switches.run(s, frame);
      case 'case':
        return this.list(s.list, frame);
      case 'label':
        this.#session.endGuards(0, [`goto ${s.n}`]);
        this.#session.labelsPassed = new Set<Completion>([
          ...this.#session.labelsPassed,
          `goto ${s.n}`,
        ]);
        return this.run(s.s, frame);
      case 'return': {
        const value = s.e === undefined ? undefined : this.#evaluator.value(s.e, frame);
        if (this.#forks.alive() === 'dead') return 'dead';
        if (frame.end !== null && frame.end !== s) return this.#givenUp(s.line, frame);
        frame.result = frame.returned ? eitherOf([frame.result, value]) : value;
        frame.returned = true;
        return 'return';
      }
      case 'goto':
        return `goto ${s.n}`;
      case 'break':
        return 'break';
      case 'continue':
        return 'continue';
    }
  }

  #givenUp(line: number, frame: Frame): Completion {
    this.#session.lastEnd = `a return at ${frame.definition.file}:${line}`;
    return 'dead';
  }

  /** Runs a list of statements from one of them on. */
  list(list: readonly Stmt[], frame: Frame, from = 0): Completion {
    for (let i = from; i < list.length; i++) {
      const statement = list[i];
      if (statement === undefined) continue;
      const completion = this.run(statement, frame);
      if (completion === 'next') continue;
      if (completion === 'dead' || completion === 'return') {
        const left = this.#pendingLabel(list, i);
        if (left === null) return completion;
        if (completion === 'return') return this.#afterReturn(list, frame, left);
        // This path ends, but another one jumped over it: go on from where that one landed.
        this.#session.endGuards(0, [`goto ${left.label}`]);
        i = left.index - 1;
        continue;
      }
      if (!completion.startsWith('goto ')) return completion;
      // Forward in this list: go on there. Backward, or elsewhere: somebody further out.
      const label = completion.slice(5);
      const to = list.findIndex((one, j) => j > i && holdsLabel(one, label));
      if (to < 0) return completion;
      this.#session.endGuards(0, [completion]);
      i = to - 1;
    }
    return 'next';
  }

  /** A label further on in the list that some path has jumped to. */
  #pendingLabel(list: readonly Stmt[], after: number): Pending | null {
    for (const guard of this.#session.guards) {
      if (guard.until?.startsWith('goto ') !== true) continue;
      const label = guard.until.slice(5);
      const index = list.findIndex((one, j) => j > after && holdsLabel(one, label));
      if (index >= 0) return { label, index, guard };
    }
    return null;
  }

  // `if (x) goto bad; … return 0; bad: …`: what follows the label runs where the jump was taken.
  #afterReturn(list: readonly Stmt[], frame: Frame, { label, index, guard }: Pending): Completion {
    this.#session.endGuards(0, [`goto ${label}`]);
    const taken = otherwise(guard);
    return this.#forks.fork([
      { guard: null, run: () => 'return' },
      { guard: taken, run: () => this.list(list, frame, index) },
    ]);
  }

  #declare(s: Stmt & { k: 'decl' }, frame: Frame): Completion {
    const { places } = this.#evaluator;
    if (s.isStatic) {
      const path = `${frame.definition.name}::${s.n}@${frame.definition.file}`;
      frame.locals.set(s.n, { kind: 'place', path, type: s.t });
      if (!this.#session.store.read(path).written) {
        places.setDefault(path, 0n);
        if (s.init !== undefined) places.fill(path, s.t, s.init, frame);
      }
      return 'next';
    }
    const path = `${frame.id}:${s.n}`;
    frame.locals.set(s.n, { kind: 'place', path, type: s.t });
    if (s.init === undefined) {
      this.#session.store.write(path, undefined);
      return 'next';
    }
    if (s.init.k === 'init') {
      places.setDefault(path, 0n);
      this.#evaluator.value(s.init, frame);
      this.#session.store.forgetBelow(path, undefined);
      places.setDefault(path, undefined);
    } else {
      const value = this.#evaluator.value(s.init, frame);
      this.#session.store.write(path, value);
    }
    return this.#forks.alive();
  }

  #if(s: Stmt & { k: 'if' }, frame: Frame): Completion {
    const condition = this.#evaluator.value(s.c, frame);
    if (this.#forks.alive() === 'dead') return 'dead';
    const known = truth(condition);
    if (known === true) return this.run(s.a, frame);
    if (known === false) return s.b === undefined ? 'next' : this.run(s.b, frame);
    const at = `${frame.definition.file}:${s.line}`;
    const { b } = s;
    const before = this.#session.guards.length;
    const asked = askedBy(s.c, frame, this.#session, this.#evaluator);
    const ways = [
      {
        guard: { text: s.text, at, certainty: 'may' as const },
        run: (): Completion => {
          this.#learn(s.c, true, frame);
          return this.run(s.a, frame);
        },
      },
      {
        guard: { text: negated(s.text), at, certainty: 'may' as const },
        run: (): Completion => {
          this.#learn(s.c, false, frame);
          return b === undefined ? 'next' : this.run(b, frame);
        },
      },
    ];
    const completion = this.#forks.fork(ways, conditionOf(asked));
    // A jump from one arm into the other comes out here as well.
    this.#session.endGuards(
      before,
      this.#session.guards
        .slice(before)
        .flatMap(({ until }) =>
          until?.startsWith('goto ') === true && leadsInto(s, until.slice(5)) ? [until] : [],
        ),
    );
    return completion;
  }

  // On the arm where `p == 0` holds p is 0, and so on; what does not fit is not learnt.
  #learn(condition: Expr, holds: boolean, frame: Frame): void {
    if (condition.k === 'un' && condition.op === '!')
      return this.#learn(condition.a, !holds, frame);
    if (condition.k === 'bin' && condition.op === (holds ? '&&' : '||')) {
      this.#learn(condition.a, holds, frame);
      return this.#learn(condition.b, holds, frame);
    }
    const isPlain = (e: Expr): boolean => e.k === 'id' || (e.k === 'field' && isPlain(e.a));
    let value: Value;
    let subject = condition;
    if (condition.k === 'bin' && condition.op === (holds ? '==' : '!=')) {
      subject = condition.a;
      value = this.#evaluator.value(condition.b, frame);
    } else if (condition.k === 'bin' && opposite[condition.op] !== undefined) {
      return this.#learnBounds(condition, holds, frame);
    } else if (!holds) value = 0n;
    if (value === undefined || !isPlain(subject)) return;
    const path = this.#evaluator.place(subject, frame);
    // What is known to be another object stays that: the arm is one that nothing takes.
    if (path === undefined || path.includes('[*]')) return;
    const before = pointee(this.#session.store.read(path).value);
    if (before === undefined || before.includes('[*]')) this.#session.store.learn(path, value);
  }

  // On the arm where `n < 8` does not hold n is at least 8, if no conversion comes between.
  #learnBounds(condition: Expr & { k: 'bin' }, holds: boolean, frame: Frame): void {
    const isQuiet = (e: Expr): boolean => e.k === 'id' || (e.k === 'field' && isQuiet(e.a));
    for (const [subject, limit, op] of [
      [condition.a, condition.b, condition.op],
      [condition.b, condition.a, swapped[condition.op] ?? ''],
    ] as const) {
      if (!isQuiet(subject) || !isPure(limit)) continue;
      const bounds = this.#evaluator.boundsIn(subject, limit, frame);
      const value = this.#evaluator.value(limit, frame);
      const path = this.#evaluator.place(subject, frame);
      if (bounds === undefined || typeof value !== 'bigint') continue;
      if (path === undefined || path.includes('[*]')) continue;
      const left = narrowed(bounds, holds ? op : (opposite[op] ?? ''), value);
      if (left !== undefined) this.#session.store.learn(path, left);
    }
  }

  /** `a && f()` where a is not known: f may be called. */
  maybeRight(e: Expr & { k: 'bin' }, frame: Frame): Value {
    const and = e.op === '&&';
    const at = `${frame.definition.file}:${lineOf(e) ?? frame.definition.line}`;
    const text = textOf(e.a);
    const {
      values: [right],
    } = this.#forks.forkExpression([
      {
        guard: { text: and ? text : negated(text), at, certainty: 'may' },
        run: () => {
          this.#learn(e.a, and, frame);
          return this.#evaluator.value(e.b, frame);
        },
      },
      { guard: { text: and ? negated(text) : text, at, certainty: 'may' }, run: () => undefined },
    ]);
    // `x && 0` is 0 whatever x is.
    const known = truth(right);
    return known === undefined || known === and ? undefined : fromBoolean(known);
  }

  /** `c ? f() : g()` where c is not known: either. */
  maybeEither(e: Expr & { k: 'cond' }, frame: Frame): Value {
    const at = `${frame.definition.file}:${e.line}`;
    const asked = askedBy(e.c, frame, this.#session, this.#evaluator);
    const { values, choice } = this.#forks.forkExpression(
      [
        {
          guard: { text: e.text, at, certainty: 'may' },
          run: () => {
            this.#learn(e.c, true, frame);
            return e.a === null ? undefined : this.#evaluator.value(e.a, frame);
          },
        },
        {
          guard: { text: negated(e.text), at, certainty: 'may' },
          run: () => {
            this.#learn(e.c, false, frame);
            return this.#evaluator.value(e.b, frame);
          },
        },
      ],
      conditionOf(asked),
    );
    return eitherOf(values, choice);
  }

  /** Runs alternatives, of which exactly one happens: candidates of a function pointer. */
  alternatives(guards: readonly Guard[], run: (index: number) => Value): Value {
    const arms = guards.map((guard, i) => ({ guard, run: () => run(i) }));
    return eitherOf(this.#forks.forkExpression(arms).values);
  }

  /** A GNU statement expression; its value is that of its last statement. */
  expressionBlock(s: Stmt, frame: Frame): Value {
    const list = s.k === 'list' ? s.list : [s];
    const last = list.at(-1);
    const completion = this.list(list.slice(0, -1), frame);
    if (completion === 'dead') this.#session.isDead = true;
    if (completion !== 'next' || last === undefined) return undefined;
    if (last.k === 'expr') return this.#evaluator.value(last.e, frame);
    if (this.run(last, frame) === 'dead') this.#session.isDead = true;
    return undefined;
  }
}
