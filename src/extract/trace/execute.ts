/**
 * Statements: paths fork where a condition is not known, and are joined again.
 */
import type { Expr, LoopStmt, Stmt } from '../c/ir.ts';
import type { Evaluator } from './evaluate.ts';
import { assignedIn } from './assigned.ts';
import type { Completion, Frame, Guard, Session, TraceEvent } from './session.ts';
import { AttemptGivenUp, rank } from './session.ts';
import type { Snapshot } from './store.ts';
import type { Value } from './value.ts';
import { fromBoolean, pointee, truth } from './value.ts';

/** One way on from a fork: the guard it goes under, and what it does. */
interface Arm {
  readonly guard: Guard | null;
  readonly run: () => Completion;
}

interface Pending {
  readonly label: string;
  readonly index: number;
  readonly guard: Guard;
}

const attemptStepsMax = 60_000;
const attemptsMax = 3;

export class Statements {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  #depth = 0;

  constructor(session: Session, evaluator: Evaluator) {
    this.#session = session;
    this.#evaluator = evaluator;
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
    switch (s.k) {
      case 'list':
        return this.#list(s.list, frame);
      case 'error':
        this.#session.holes.add({
          kind: 'parse error',
          what: `in ${frame.definition.name}`,
          at: `${frame.definition.file}:${s.line}`,
        });
        return this.#list(s.list, frame);
      case 'expr':
        this.#evaluator.value(s.e, frame);
        return this.#alive();
      case 'decl':
        return this.#declare(s, frame);
      case 'if':
        return this.#if(s, frame);
      case 'loop':
        return this.#loop(s, frame);
      case 'switch':
        return this.#switch(s, frame);
      case 'case':
        return this.#list(s.list, frame);
      case 'label':
        this.#session.endGuards(0, [`goto ${s.n}`]);
        return this.run(s.s, frame);
      case 'return': {
        const value = s.e === undefined ? undefined : this.#evaluator.value(s.e, frame);
        if (this.#alive() === 'dead') return 'dead';
        frame.result = frame.returned && frame.result !== value ? undefined : value;
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

  /** Whether the expression just evaluated came back. */
  #alive(): Completion {
    const { isDead } = this.#session;
    this.#session.isDead = false;
    return isDead ? 'dead' : 'next';
  }

  #list(list: readonly Stmt[], frame: Frame, from = 0): Completion {
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
    const taken: Guard = { text: negated(guard.text), at: guard.at, certainty: 'may' };
    return this.#fork([
      { guard: null, run: () => 'return' },
      { guard: taken, run: () => this.#list(list, frame, index) },
    ]);
  }

  #declare(s: Stmt & { k: 'decl' }, frame: Frame): Completion {
    frame.locals.set(s.n, s.t);
    const { places } = this.#evaluator;
    if (s.isStatic) {
      frame.statics.add(s.n);
      const path = `${frame.definition.name}::${s.n}@${frame.definition.file}`;
      if (!this.#session.store.read(path).written) {
        places.setDefault(path, 0n);
        if (s.init !== undefined) places.fill(path, s.t, s.init, frame);
      }
      return 'next';
    }
    const path = `${frame.id}:${s.n}`;
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
    return this.#alive();
  }

  #if(s: Stmt & { k: 'if' }, frame: Frame): Completion {
    const condition = this.#evaluator.value(s.c, frame);
    if (this.#alive() === 'dead') return 'dead';
    const known = truth(condition);
    if (known === true) return this.run(s.a, frame);
    if (known === false) return s.b === undefined ? 'next' : this.run(s.b, frame);
    const at = `${frame.definition.file}:${s.line}`;
    const { b } = s;
    return this.#fork([
      {
        guard: { text: s.text, at, certainty: 'may' },
        run: () => {
          this.#learn(s.c, true, frame);
          return this.run(s.a, frame);
        },
      },
      {
        guard: { text: negated(s.text), at, certainty: 'may' },
        run: () => {
          this.#learn(s.c, false, frame);
          return b === undefined ? 'next' : this.run(b, frame);
        },
      },
    ]);
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
    } else if (!holds) value = 0n;
    if (value === undefined || !isPlain(subject)) return;
    const path = this.#evaluator.place(subject, frame);
    if (path !== undefined && !path.includes('[*]')) this.#session.store.write(path, value);
  }

  /** Runs each arm from the present memory and goes on with the join of those that go on. */
  #fork(arms: readonly Arm[]): Completion {
    const { store } = this.#session;
    const guards = this.#session.guards;
    const ends: { completion: Completion; values: Snapshot; guards: Guard[]; arm: Arm }[] = [];
    for (const arm of arms) {
      this.#session.guards = arm.guard === null ? [...guards] : [...guards, arm.guard];
      const mark = store.mark();
      const completion = arm.run();
      const depth = guards.length + (arm.guard === null ? 0 : 1);
      const inner = this.#session.guards.slice(depth);
      ends.push({ completion, values: store.capture(mark), guards: inner, arm });
    }
    const best = Math.min(...ends.map(({ completion }) => rank(completion)));
    const going = ends.filter(({ completion }) => rank(completion) === best);
    store.join(going.map(({ values }) => values));
    const completion = going[0]?.completion ?? 'next';
    this.#session.guards = [...guards];
    if (completion === 'next' || completion === 'break' || completion === 'continue') {
      for (const end of ends) {
        if (end.completion === 'dead' || rank(end.completion) === best) {
          // Guards left by early ways out inside an arm still hold after it.
          if (end.completion !== 'dead') this.#session.guards.push(...end.guards);
          continue;
        }
        const text = end.arm.guard === null ? 'not left before' : negated(end.arm.guard.text);
        const at = end.arm.guard?.at ?? '';
        this.#session.guards.push({ text, at, certainty: 'may', until: end.completion });
      }
    }
    return completion;
  }

  #forkExpression(
    arms: readonly { readonly guard: Guard; readonly run: () => Value }[],
  ): readonly Value[] {
    const values: Value[] = [];
    const completion = this.#fork(
      arms.map(({ guard, run }, i) => ({
        guard,
        run: () => {
          values[i] = run();
          return this.#alive();
        },
      })),
    );
    if (completion === 'dead') this.#session.isDead = true;
    return values;
  }

  /** `a && f()` where a is not known: f may be called. */
  maybeRight(e: Expr & { k: 'bin' }, frame: Frame): Value {
    const and = e.op === '&&';
    const at = `${frame.definition.file}:${lineOf(e) ?? frame.definition.line}`;
    const text = textOf(e.a);
    const [right] = this.#forkExpression([
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
    const [a, b] = this.#forkExpression([
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
    ]);
    return a === b ? a : undefined;
  }

  /** Runs alternatives, of which exactly one happens: candidates of a function pointer. */
  alternatives(guards: readonly Guard[], run: (index: number) => Value): Value {
    const arms = guards.map((guard, i) => ({ guard, run: () => run(i) }));
    const values = this.#forkExpression(arms);
    return values.every((value) => value === values[0]) ? values[0] : undefined;
  }

  /** A GNU statement expression; its value is that of its last statement. */
  expressionBlock(s: Stmt, frame: Frame): Value {
    const list = s.k === 'list' ? s.list : [s];
    const last = list.at(-1);
    const completion = this.#list(list.slice(0, -1), frame);
    if (completion === 'dead') this.#session.isDead = true;
    if (completion !== 'next' || last === undefined) return undefined;
    if (last.k === 'expr') return this.#evaluator.value(last.e, frame);
    if (this.run(last, frame) === 'dead') this.#session.isDead = true;
    return undefined;
  }

  #switch(s: Stmt & { k: 'switch' }, frame: Frame): Completion {
    const value = this.#evaluator.value(s.c, frame);
    if (this.#alive() === 'dead') return 'dead';
    const before = this.#session.guards.length;
    const starts = s.list.flatMap((one, i) => (one.k === 'case' ? [{ one, i }] : []));
    const labels = starts.map(({ one }) =>
      one.v === undefined ? null : this.#evaluator.value(one.v, frame),
    );
    const otherwise = starts[labels.indexOf(null)];
    const isKnown = value !== undefined && labels.every((label) => label !== undefined);
    let completion: Completion;
    if (isKnown) {
      const hit = starts[labels.indexOf(value)] ?? otherwise;
      completion = hit === undefined ? 'next' : this.#list(s.list, frame, hit.i);
    } else {
      const at = `${frame.definition.file}:${s.line}`;
      const arms: Arm[] = starts.map(({ one, i }) => ({
        guard: {
          text: one.v === undefined ? `${s.text}: default` : `${s.text} == ${one.text}`,
          at,
          certainty: 'may',
        },
        run: () => {
          const end = this.#list(s.list, frame, i);
          return end === 'break' ? 'next' : end;
        },
      }));
      if (otherwise === undefined) {
        arms.push({
          guard: { text: `${s.text}: no case`, at, certainty: 'may' },
          run: () => 'next',
        });
      }
      completion = arms.length === 0 ? 'next' : this.#fork(arms);
    }
    this.#session.endGuards(before, ['break']);
    return completion === 'break' ? 'next' : completion;
  }

  #loop(s: LoopStmt, frame: Frame): Completion {
    if (s.first !== undefined) {
      const completion = this.run(s.first, frame);
      if (completion !== 'next') return completion;
    }
    const before = this.#session.guards.length;
    const followed = this.#attempt(s, frame);
    const completion = followed ?? this.#abstractLoop(s, frame);
    this.#session.endGuards(before, ['break', 'continue']);
    return completion;
  }

  /**
   * Follows a loop round by round, as long as its condition stays known; null, with everything
   * taken back, where it does not end in time.
   */
  #attempt(s: LoopStmt, frame: Frame): Completion | null {
    const session = this.#session;
    const { store, limits, holes } = session;
    if (session.attempts >= attemptsMax) return null;
    const saved = {
      mark: store.mark(),
      events: session.events.length,
      holes: holes.mark(),
      guards: session.guards,
      stack: session.stack.length,
      names: session.entryNames.length,
      steps: session.stepsMaxNow,
      result: frame.result,
      returned: frame.returned,
      depth: this.#depth,
    };
    session.guards = [...session.guards];
    session.attempts++;
    session.stepsMaxNow = Math.min(saved.steps, session.steps + attemptStepsMax);
    let completion: Completion | null = null;
    try {
      completion = this.#rounds(s, frame, limits.unrollMax);
    } catch (problem) {
      // An outer attempt's budget is the outer one's business.
      if (!(problem instanceof AttemptGivenUp)) throw problem;
      session.isDead = false;
    }
    session.attempts--;
    session.stepsMaxNow = saved.steps;
    if (completion !== null && !isMonotonous(session.events.slice(saved.events))) return completion;
    this.#depth = saved.depth;
    store.rewind(saved.mark);
    session.events.length = saved.events;
    holes.rewind(saved.holes);
    session.guards = saved.guards;
    session.stack.length = saved.stack;
    session.entryNames.length = saved.names;
    frame.result = saved.result;
    frame.returned = saved.returned;
    return null;
  }

  #rounds(s: LoopStmt, frame: Frame, unrollMax: number): Completion | null {
    for (let round = 0; ; round++) {
      if (s.kind !== 'do' || round > 0) {
        const condition = s.c === undefined ? 1n : this.#evaluator.value(s.c, frame);
        if (this.#alive() === 'dead') return 'dead';
        const known = truth(condition);
        if (known === undefined) return null;
        if (!known) return 'next';
      }
      if (round >= unrollMax && !this.#walksLinkSet(s, frame)) return null;
      if (round >= 40 * unrollMax) return null;
      const from = this.#session.guards.length;
      const completion = this.run(s.body, frame);
      if (completion === 'break') return 'next';
      if (completion !== 'next' && completion !== 'continue') return completion;
      this.#session.endGuards(from, ['continue']);
      // A round that may have left the loop makes all further ones uncertain: leave that to the join.
      if (this.#session.guards.slice(from).some((guard) => guard.until === 'break')) return null;
      if (s.next !== undefined) this.#evaluator.value(s.next, frame);
    }
  }

  // Link sets end where the linker says, however many entries they have.
  #walksLinkSet(s: LoopStmt, frame: Frame): boolean {
    if (s.c?.k !== 'bin') return false;
    return pointee(this.#evaluator.value(s.c.b, frame))?.startsWith('__link_set_') === true;
  }

  /** Runs the body once for all rounds: what it assigns is not known before or after. */
  #abstractLoop(s: LoopStmt, frame: Frame): Completion {
    const { store } = this.#session;
    const assigned = assignedIn(s);
    const forget = (): void => {
      for (const target of assigned) {
        const path =
          target.k === 'id' || target.k === 'field' ? this.#quietPlace(target, frame) : undefined;
        if (path !== undefined) store.write(path, undefined);
      }
    };
    let certainty: 'loop' | 'loop0' = 'loop';
    if (s.kind !== 'do') {
      const condition = s.c === undefined ? 1n : this.#evaluator.value(s.c, frame);
      if (this.#alive() === 'dead') return 'dead';
      const known = truth(condition);
      if (known === false) return 'next';
      if (known === undefined) certainty = 'loop0';
    }
    forget();
    const at = `${frame.definition.file}:${s.line}`;
    const endless = s.c === undefined || (s.c.k === 'num' && s.c.v === 1);
    const guard: Guard = { text: s.text === '' ? 'for ever' : s.text, at, certainty };
    const round = (): Completion => {
      const mark = store.mark();
      const completion = this.run(s.body, frame);
      if (s.next !== undefined && completion !== 'dead' && completion !== 'return') {
        this.#evaluator.value(s.next, frame);
      }
      if (s.kind === 'do' && s.c !== undefined) this.#evaluator.value(s.c, frame);
      this.#session.isDead = false;
      // Numbers that the round changed may have any value after more rounds.
      for (const path of store.changedSince(mark)) {
        if (typeof store.read(path).value === 'bigint') store.write(path, undefined);
      }
      if (completion === 'break' || completion === 'continue') return 'next';
      // Where the loop may end by its condition, not every path leaves from inside.
      return completion !== 'next' && !endless && s.kind !== 'do' ? 'next' : completion;
    };
    const arms: Arm[] = [{ guard: s.kind === 'do' && isOnce(s) ? null : guard, run: round }];
    if (certainty === 'loop0') arms.push({ guard: null, run: () => 'next' });
    const completion = this.#fork(arms);
    forget();
    return completion;
  }

  #quietPlace(target: Expr, frame: Frame): string | undefined {
    const isQuiet = (e: Expr): boolean => e.k === 'id' || (e.k === 'field' && isQuiet(e.a));
    return isQuiet(target) ? this.#evaluator.place(target, frame) : undefined;
  }
}

// Thirty-two mutex_init() of thirty-two buckets say no more than one does for all of them.
function isMonotonous(events: readonly TraceEvent[]): boolean {
  const sites = new Set(events.map((event) => `${event.file}:${event.line} ${event.call}`));
  const isPlain = ({ call, object }: TraceEvent): boolean =>
    object === null || /^(mutex|rw|cv|callout)_init$|_obj_alloc$/.test(call);
  return events.length > 4 * sites.size && events.every(isPlain);
}

function isOnce(s: LoopStmt): boolean {
  return s.c?.k === 'num' && s.c.v === 0;
}

function holdsLabel(s: Stmt, label: string): boolean {
  return s.k === 'label' && (s.n === label || holdsLabel(s.s, label) || innerLabel(s.s, label));
}

function innerLabel(s: Stmt, label: string): boolean {
  return s.k === 'list' && s.list.some((one) => holdsLabel(one, label));
}

/** The opposite of a condition, in words that still read as C. */
export function negated(text: string): string {
  if (/^!\s*\w+$/.test(text)) return text.slice(1).trim();
  if (/^!\([^()]*(?:\([^()]*\)[^()]*)*\)$/.test(text)) return text.slice(2, -1);
  return /^[\w.>-]+$/.test(text) ? `!${text}` : `!(${text})`;
}

/** A short text for an expression whose source was not kept. */
export function textOf(e: Expr): string {
  switch (e.k) {
    case 'id':
      return e.n;
    case 'num':
      return String(e.v);
    case 'field':
      return `${textOf(e.a)}${e.arrow ? '->' : '.'}${e.n}`;
    case 'index':
      return `${textOf(e.a)}[${textOf(e.i)}]`;
    case 'deref':
      return `*${textOf(e.a)}`;
    case 'addr':
      return `&${textOf(e.a)}`;
    case 'un':
      return `${e.op}${textOf(e.a)}`;
    case 'bin':
      return `${textOf(e.a)} ${e.op} ${textOf(e.b)}`;
    case 'call':
      return `${textOf(e.f)}(${e.texts.join(', ')})`;
    case 'cast':
      return textOf(e.a);
    default:
      return '…';
  }
}

function lineOf(e: Expr): number | undefined {
  if (e.k === 'call' || e.k === 'assign' || e.k === 'step' || e.k === 'cond') return e.line;
  if (e.k === 'bin') return lineOf(e.b) ?? lineOf(e.a);
  if (e.k === 'un' || e.k === 'cast' || e.k === 'deref' || e.k === 'field') return lineOf(e.a);
  return undefined;
}
