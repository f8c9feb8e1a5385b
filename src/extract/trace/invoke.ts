/**
 * Calls: which function, whether it is an event, whether it is followed.
 */
import type { CallExpr, Expr, FunctionDef, Stmt } from '../c/ir.ts';
import type { ApiCall } from './api.ts';
import { apiCalls, lockUses } from './api.ts';
import { aside, cutFor, ignored, neverReturns, placeholder } from './axioms.ts';
import type { Evaluator } from './evaluate.ts';
import type { Statements } from './execute.ts';
import { Emitter } from './emit.ts';
import { isPassedOn, Probes } from './probes.ts';
import { LockRecords } from './lock-records.ts';
import { SideEffects } from './side-effects.ts';
import { textOf } from './text.ts';
import { builtin } from './builtins.ts';
import { callBacksOf } from './call-backs.ts';
import type { OrderHole } from '../../order/order.ts';
import type { Target } from '../reach/function-pointers.ts';
import type { Reached } from '../reach/reach.ts';
import type { FlagTable } from './render.ts';
import type { Frame, Guard, Session, TraceEvent } from './session.ts';
import type { Value } from './value.ts';
import { addressesOf, addressOf, literal, pointee } from './value.ts';
import { converted } from './arithmetic.ts';

/** Functions that a pointer may hold, of which each is followed. */
const alternativesMax = 4;
const recursionMax = 2;

export class Calls {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  readonly #statements: Statements;
  readonly #flags: () => FlagTable;
  readonly #emitter: Emitter;
  readonly #probes: Probes;
  readonly #effects: SideEffects;
  readonly #lockRecords: LockRecords;

  constructor(
    session: Session,
    evaluator: Evaluator,
    statements: Statements,
    flags: () => FlagTable,
  ) {
    this.#session = session;
    this.#evaluator = evaluator;
    this.#statements = statements;
    this.#flags = flags;
    this.#emitter = new Emitter(session, flags);
    this.#probes = new Probes(session, this, flags);
    this.#effects = new SideEffects(session, evaluator);
    this.#lockRecords = new LockRecords(session, evaluator, this);
  }

  /** Told of each assignment. */
  written(path: string, value: Value, frame: Frame, line: number): void {
    const global = this.#emitter.written(path, value, frame, line);
    if (global !== null) this.#probes.marked(global);
  }

  /** Told of a look through a pointer that is NULL. */
  nullRead(e: Expr, frame: Frame): void {
    this.#emitter.nullRead(e, frame);
  }

  call(e: CallExpr, frame: Frame): Value {
    if (!this.#session.step()) return undefined;
    frame.line = e.line;
    const direct = e.f.k === 'id' && !frame.locals.has(e.f.n) ? e.f.n : null;
    // Not even the arguments of what is ignored matter: KASSERT(mutex_owned(…)).
    if (direct !== null && ignored.has(direct)) return undefined;
    const target = direct === null ? this.#evaluator.value(e.f, frame) : this.#named(direct, frame);
    const values = e.args.map((arg) => this.#evaluator.value(arg, frame));
    if (this.#session.isDead) return undefined;
    const several = addressesOf(target);
    if (several.length > 1) {
      const each = several.map((path) => {
        const [one = path, at = frame.definition.file] = path.split('@');
        return { name: one, file: at };
      });
      return this.#each(e, each, null, values, frame);
    }
    const name = direct !== null && target === undefined ? direct : pointee(target);
    if (name === undefined) return this.#unresolved(e, values, frame);
    const [base = name, file = frame.definition.file] = name.split('@');
    return this.#invoke(
      base.replace(/^__builtin_(?=mem|str|bzero|ffs)/, ''),
      file,
      e,
      values,
      frame,
    );
  }

  // A name that is a variable holds a function's address; anything else is the function itself.
  #named(name: string, frame: Frame): Value {
    if (apiCalls.has(name) || cutFor(name) !== undefined || neverReturns.has(name))
      return undefined;
    const binding = this.#evaluator.places.bind(name, frame);
    if (binding.kind !== 'place') return binding.kind === 'value' ? binding.value : undefined;
    const at = binding.type && this.#session.types.resolve(binding.type, frame.definition.file);
    if (at?.k !== 'pointer') return undefined;
    return this.#evaluator.places.read(binding.path, binding.type, frame) ?? this.#unknownPointer;
  }

  readonly #unknownPointer = '?';

  #unresolved(e: CallExpr, values: readonly Value[], frame: Frame): Value {
    const { program, reach } = this.#session;
    let callee = e.f;
    while (callee.k === 'deref' || callee.k === 'cast') callee = callee.a;
    const member = callee.k === 'field' ? callee.n : null;
    const named = member === null ? [] : program.memberCandidates(member);
    const isEarly = !this.#session.isSubsystemUp();
    const reached = isEarly ? reach.ofCall(e, frame.definition) : null;
    // Functions that reach nothing need not be followed; of the others, one by one if all are known.
    const isQuiet = reached?.open === null;
    const all = isEarly && !isQuiet && member !== null ? reach.candidates(member) : null;
    if (all !== null && all.length <= alternativesMax)
      return this.#each(e, all, null, values, frame);
    if (isQuiet || named.length !== 1) {
      const some = named.slice(0, 6).join(', ');
      const why =
        named.length === 0 ? 'no candidate is known' : `${named.length} candidates: ${some}`;
      this.#unresolvedHole(e, why, reached, frame);
      this.#forgetArguments(e, frame);
      return undefined;
    }
    if (reached !== null) this.#unresolvedHole(e, undefined, reached, frame);
    const one = named.map((name) => ({ name, file: frame.definition.file }));
    return this.#each(e, one, 'something else', values, frame);
  }

  #unresolvedHole(
    e: CallExpr,
    why: string | undefined,
    reached: Reached | null,
    frame: Frame,
  ): void {
    const at = `${frame.definition.file}:${e.line}`;
    const before = this.#session.events.length;
    const hole = { kind: 'unresolved call', what: textOf(e.f), at, before } as const;
    const whole = why === undefined ? hole : { ...hole, why };
    if (reached === null) this.#session.holes.add(whole);
    else this.#hole(whole, () => reached);
  }

  /** Calls each of several functions, of which one is the one; or none, where there may be others. */
  #each(
    e: CallExpr,
    candidates: readonly Target[],
    others: string | null,
    values: readonly Value[],
    frame: Frame,
  ): Value {
    const at = `${frame.definition.file}:${e.line}`;
    const isOne = (name: string): Guard => ({
      text: `${textOf(e.f)} is ${name}`,
      at,
      certainty: 'may',
    });
    const guards = [
      ...candidates.map(({ name }) => isOne(name)),
      ...(others === null ? [] : [isOne(others)]),
    ];
    return this.#statements.alternatives(guards, (i) => {
      const one = candidates[i];
      return one === undefined ? undefined : this.#invoke(one.name, one.file, e, values, frame);
    });
  }

  /**
   * Notes a hole, and what the code behind it can call at most. Where that is known, what it assigns
   * by name is forgotten: a branch that hangs on it is then open, not taken for what it was.
   */
  #hole(hole: OrderHole, reached: () => Reached): void {
    const { holes, store } = this.#session;
    const { places } = this.#evaluator;
    if (this.#session.isSubsystemUp()) return holes.add(hole);
    const { calls, open, assigned, functions } = reached();
    if (open !== null) {
      this.#session.passedOver++;
      const why = [hole.why, open].filter((part) => part !== undefined).join('; ');
      return holes.add({ ...hole, why });
    }
    const looked = functions === 1 ? 'it was read' : `${functions} functions were read`;
    const note = functions === 0 ? undefined : `${looked} for what it calls`;
    const why = [hole.why, note].filter((part) => part !== undefined).join('; ');
    holes.add({ ...hole, ...(why !== '' && { why }), reaches: [...calls] });
    for (const { path, file } of assigned) {
      const [root = path] = path.split(/[.[]/, 1);
      const binding = places.bind(root, places.constantFrame(file));
      if (binding.kind !== 'place') continue;
      store.write(binding.path + path.slice(root.length), undefined);
      store.forgetBelow(binding.path + path.slice(root.length), undefined);
    }
  }

  // What a function that is not followed may have stored through `&local`.
  #forgetArguments(e: CallExpr, frame: Frame): void {
    for (const arg of e.args) {
      if (arg.k !== 'addr') continue;
      const path = this.#evaluator.place(arg.a, frame);
      if (path === undefined) continue;
      this.#session.store.write(path, undefined);
      this.#session.store.forgetBelow(path, undefined);
    }
  }

  #invoke(name: string, file: string, e: CallExpr, values: readonly Value[], frame: Frame): Value {
    if (ignored.has(name)) return undefined;
    if (neverReturns.has(name)) {
      this.#session.isDead = true;
      const path = [...this.#session.entryNames].slice(-6).join(' > ');
      this.#session.lastEnd = `${name}() at ${frame.definition.file}:${e.line} (${path})`;
      return undefined;
    }
    // MIPS has a name of its own for it.
    if (name === '_splnone') return this.#invoke('spl0', file, e, values, frame);
    const known = builtin(name, values, this.#session, this.#evaluator, this.#flags());
    if (known !== null) return known.value;
    const parts = { session: this.#session, evaluator: this.#evaluator, frame };
    const calledBack = callBacksOf(name, values, parts);
    if (calledBack !== null) {
      for (const one of calledBack) {
        const [base = '', from = file] = one.callee.split('@');
        this.#invoke(base, from, e, one.values, frame);
      }
      return undefined;
    }
    if (lockUses.has(name)) {
      if (this.#session.withLocks) this.#emitter.call(name, lockUse, e, values, frame);
      // Whether it is listed or not, the boot goes the same way: nobody else holds a lock.
      return name.includes('try') ? 1n : undefined;
    }
    const api = isPassedOn(name, this.#session) ? undefined : apiCalls.get(name);
    const event = api === undefined ? null : this.#emitter.call(name, api, e, values, frame);
    if (this.#lockRecords.called(name, file, values, frame)) return undefined;
    // The call itself still runs at the level that it leaves.
    if (name === 'spl0') this.#session.store.write('@ipl', literal('NONE'));
    if (api !== undefined && event !== null && !api.follow) {
      this.#effects.notFollowed(name);
      return this.#answer(name, api, e, event, frame);
    }
    const cut = cutFor(name);
    const { program, events } = this.#session;
    const before = events.length;
    const reached = (): Reached => this.#session.reach.ofFunction(name, file);
    const at = `${frame.definition.file}:${e.line}`;
    if (cut !== undefined) {
      this.#session.cutsMet.add(name);
      if (cut === placeholder) this.#session.isBoardUnknown = true;
      if (cut.hole) this.#hole({ kind: 'cut', what: name, at, before, why: cut.why }, reached);
      if (name === 'config_rootfound') this.#emitter.attach(e.line, frame);
      if (cut.writes !== false) this.#forgetArguments(e, frame);
      return undefined;
    }
    const definition = program.function(name, file);
    if (definition === null) {
      const label = program.labelPlace(name);
      if (label === undefined)
        this.#hole({ kind: 'missing definition', what: name, at, before }, reached);
      else {
        const why = 'assembly';
        this.#hole({ kind: 'opaque function', what: name, at: label, before, why }, reached);
      }
      this.#forgetArguments(e, frame);
      return api === undefined ? undefined : this.#answer(name, api, e, event, frame);
    }
    if (api?.follow === 'aside') {
      this.#followAside(definition, values, frame, e);
      return this.#answer(name, api, e, event, frame);
    }
    if (aside.has(name)) {
      this.#followAside(definition, values, frame, e);
      return undefined;
    }
    const result = this.follow(definition, values, frame, e.line, e.texts);
    if (api?.answer === 'success') return this.#answer(name, api, e, event, frame);
    const made = api?.object === 'result' ? pointee(result) : undefined;
    if (made !== undefined && event?.object === null) {
      event.object = this.#session.display(made);
      this.#emitter.made(made, event);
    }
    return result;
  }

  /** What happens inside is listed; that it happened changes nothing that is known. */
  #followAside(definition: FunctionDef, values: readonly Value[], frame: Frame, e: CallExpr): void {
    const { store } = this.#session;
    const mark = store.mark();
    this.follow(definition, values, frame, e.line, e.texts);
    store.rewind(mark);
    this.#session.isDead = false;
  }

  /** Runs an entry function; with the end of the last one, boot ends. */
  enter(definition: FunctionDef, line: number, isLast: boolean): void {
    const { body } = definition;
    const last = body.k === 'list' ? body.list.at(-1) : undefined;
    this.follow(definition, [], null, line, [], isLast ? (last ?? body) : null);
  }

  /** Runs a function's body; `frame` is null for an entry, `end` is set for the last one. */
  follow(
    definition: FunctionDef,
    values: readonly Value[],
    frame: Frame | null,
    line: number,
    texts: readonly string[] = [],
    end: Stmt | null = null,
  ): Value {
    const session = this.#session;
    const { stack, limits, holes, entryNames } = session;
    const { name } = definition;
    if (stack.length >= limits.callDepthMax) {
      holes.add({ kind: 'limit', what: `callDepthMax at ${name}`, before: session.events.length });
      return undefined;
    }
    if (entryNames.filter((one) => one === name).length >= recursionMax) {
      holes.add({
        kind: 'cut',
        what: name,
        before: session.events.length,
        why: 'recursion is followed once',
      });
      return undefined;
    }
    if (definition.hasError) {
      const at = `${definition.file}:${definition.line}`;
      holes.add({ kind: 'parse error', what: `in ${name}`, at });
    }
    const inner: Frame = {
      id: ++session.frameCount,
      definition,
      locals: new Map(),
      caller: frame === null ? null : { frame, texts },
      line: definition.line,
      result: undefined,
      returned: false,
      end,
    };
    definition.parameters.forEach((parameter, i) => {
      const path = `${inner.id}:${parameter.name}`;
      inner.locals.set(parameter.name, { kind: 'place', path, type: decayed(parameter.type) });
      session.store.write(path, converted(values[i], parameter.type, session, inner));
    });
    session.callCount++;
    session.filesEntered.add(definition.file);
    if (frame !== null) {
      stack.push({ function: frame.definition.name, file: frame.definition.file, line });
    }
    entryNames.push(name);
    const guards = session.guards;
    session.guards = [...guards];
    this.#probes.begin(name);
    const completion = this.#statements.run(definition.body, inner);
    session.guards = guards;
    entryNames.pop();
    if (frame !== null) stack.pop();
    this.#probes.end(name);
    session.store.dropPrefix(`${inner.id}:`, inner.locals.keys());
    if (completion === 'dead' && !inner.returned) session.isDead = true;
    // A way back to a label that was not followed: what it would return is not known.
    if (completion.startsWith('goto ')) return undefined;
    return inner.result;
  }

  #answer(name: string, api: ApiCall, e: CallExpr, event: TraceEvent | null, frame: Frame): Value {
    if (api.answer === 'unknown') return undefined;
    // Success is 0 where the function returns an int; eras differ in what vmem_alloc() returns.
    const returns = this.#session.program.function(name, frame.definition.file)?.returns;
    if (api.answer === 'success' && (returns === undefined || returns.k === 'int')) {
      this.#forgetArguments(e, frame);
      return 0n;
    }
    const path = `@${name}#${++this.#session.objectCount}`;
    if (/zalloc$/.test(name)) this.#evaluator.places.setDefault(path, 0n);
    if (event !== null && api.object === 'result') this.#emitter.made(path, event);
    return addressOf(path);
  }
}

const lockUse: ApiCall = {
  kind: 'lock',
  object: 0,
  follow: false,
  answer: 'unknown',
  parameters: ['lock'],
};

function decayed(type: FunctionDef['returns']): FunctionDef['returns'] {
  return type.k === 'array' ? { k: 'pointer', to: type.of } : type;
}
