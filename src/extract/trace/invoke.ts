/**
 * Calls: which function, whether it is an event, whether it is followed.
 */
import type { CallExpr, FunctionDef } from '../c/ir.ts';
import type { ApiCall } from './api.ts';
import { apiCalls, lockUses } from './api.ts';
import { cutFor, ignored, neverReturns, placeholder } from './axioms.ts';
import type { Evaluator } from './evaluate.ts';
import type { Statements } from './execute.ts';
import { Emitter } from './emit.ts';
import { textOf } from './text.ts';
import { builtin } from './builtins.ts';
import type { FlagTable } from './render.ts';
import type { Frame, Guard, Session, TraceEvent } from './session.ts';
import type { Value } from './value.ts';
import { addressOf, pointee } from './value.ts';
import { converted } from './arithmetic.ts';

const candidatesMax = 1;
const recursionMax = 2;

export class Calls {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  readonly #statements: Statements;
  readonly #flags: () => FlagTable;
  readonly #emitter: Emitter;

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
  }

  /** Told of each assignment. */
  written(path: string, value: Value, frame: Frame, line: number): void {
    this.#emitter.written(path, value, frame, line);
  }

  call(e: CallExpr, frame: Frame): Value {
    if (!this.#session.step()) return undefined;
    const direct = e.f.k === 'id' && !frame.locals.has(e.f.n) ? e.f.n : null;
    // Not even the arguments of what is ignored matter: KASSERT(mutex_owned(…)).
    if (direct !== null && ignored.has(direct)) return undefined;
    const target = direct === null ? this.#evaluator.value(e.f, frame) : this.#named(direct, frame);
    const values = e.args.map((arg) => this.#evaluator.value(arg, frame));
    if (this.#session.isDead) return undefined;
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
    const { program, holes, events } = this.#session;
    let callee = e.f;
    while (callee.k === 'deref' || callee.k === 'cast') callee = callee.a;
    const member = callee.k === 'field' ? callee.n : null;
    const candidates = member === null ? [] : program.memberCandidates(member);
    const at = `${frame.definition.file}:${e.line}`;
    if (candidates.length > candidatesMax || candidates.length === 0) {
      const some = candidates.slice(0, 6).join(', ');
      const why =
        candidates.length === 0
          ? 'no candidate is known'
          : `${candidates.length} candidates: ${some}`;
      holes.add({ kind: 'unresolved call', what: textOf(e.f), at, before: events.length, why });
      this.#forgetArguments(e, frame);
      return undefined;
    }
    const guards: Guard[] = candidates.map((name) => ({
      text: `${textOf(e.f)} is ${name}`,
      at,
      certainty: 'may',
    }));
    const others: Guard = { text: `${textOf(e.f)} is something else`, at, certainty: 'may' };
    return this.#statements.alternatives([...guards, others], (i) => {
      const name = candidates[i];
      return name === undefined
        ? undefined
        : this.#invoke(name, frame.definition.file, e, values, frame);
    });
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
    if (lockUses.has(name)) {
      if (this.#session.withLocks) this.#emitter.call(name, lockUse, e, values, frame);
      // Whether it is listed or not, the boot goes the same way: nobody else holds a lock.
      return name.includes('try') ? 1n : undefined;
    }
    const api = apiCalls.get(name);
    const event = api === undefined ? null : this.#emitter.call(name, api, e, values, frame);
    if (api !== undefined && event !== null && !api.follow)
      return this.#answer(name, api, e, event, frame);
    const cut = cutFor(name);
    const { holes, program, events } = this.#session;
    const at = `${frame.definition.file}:${e.line}`;
    if (cut !== undefined) {
      this.#session.cutsMet.add(name);
      if (cut === placeholder) this.#session.isBoardUnknown = true;
      if (cut.hole) holes.add({ kind: 'cut', what: name, at, before: events.length, why: cut.why });
      if (name === 'config_rootfound') this.#emitter.attach(e.line, frame);
      this.#forgetArguments(e, frame);
      return undefined;
    }
    const definition = program.function(name, file);
    if (definition === null) {
      const label = program.labelPlace(name);
      if (label === undefined)
        holes.add({ kind: 'missing definition', what: name, at, before: events.length });
      else
        holes.add({
          kind: 'opaque function',
          what: name,
          at: label,
          before: events.length,
          why: 'assembly',
        });
      this.#forgetArguments(e, frame);
      return api === undefined ? undefined : this.#answer(name, api, e, event, frame);
    }
    if (api?.follow === 'aside') {
      this.#followAside(definition, values, frame, e.line);
      return this.#answer(name, api, e, event, frame);
    }
    const result = this.follow(definition, values, frame, e.line);
    const made = api?.object === 'result' ? pointee(result) : undefined;
    if (made !== undefined && event?.object === null) {
      event.object = this.#session.display(made);
      this.#emitter.made(made, event);
    }
    return result;
  }

  /** What happens inside is listed; that it happened changes nothing that is known. */
  #followAside(
    definition: FunctionDef,
    values: readonly Value[],
    frame: Frame,
    line: number,
  ): void {
    const { store } = this.#session;
    const mark = store.mark();
    this.follow(definition, values, frame, line);
    store.rewind(mark);
    this.#session.isDead = false;
  }

  /** Runs a function's body; `frame` is null for an entry. */
  follow(
    definition: FunctionDef,
    values: readonly Value[],
    frame: Frame | null,
    line: number,
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
      statics: new Set(),
      result: undefined,
      returned: false,
    };
    definition.parameters.forEach((parameter, i) => {
      inner.locals.set(parameter.name, decayed(parameter.type));
      const value = converted(values[i], parameter.type, session, inner);
      session.store.write(`${inner.id}:${parameter.name}`, value);
    });
    session.callCount++;
    if (frame !== null) {
      stack.push({ function: frame.definition.name, file: frame.definition.file, line });
    }
    entryNames.push(name);
    const guards = session.guards;
    session.guards = [...guards];
    const completion = this.#statements.run(definition.body, inner);
    session.guards = guards;
    entryNames.pop();
    if (frame !== null) stack.pop();
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
