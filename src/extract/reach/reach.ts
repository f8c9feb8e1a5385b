/**
 * What code can call that the reading does not follow: the call graph below it, by name.
 *
 * If no call of the allocators' API is in it, nothing that an order lists can hide there. The graph
 * is made larger than it is (both arms of every condition, every function that a pointer may
 * hold) and never smaller; where that cannot be said the answer is open. It ends at the first
 * allocator, so that most of a kernel is never read for it.
 */
import type { CallExpr, Expr, FunctionDef } from '../c/ir.ts';
import type { Program } from '../program/program.ts';
import { apiCalls, lockUses, phaseGlobals } from '../trace/api.ts';
import { cutFor, ignored, isCLibrary, isFirmware, neverReturns } from '../trace/axioms.ts';
import { isBuiltin } from '../trace/builtins.ts';
import type { Target } from './function-pointers.ts';
import { FunctionPointers } from './function-pointers.ts';
import { assignedGlobal, usesOf } from './uses.ts';

export interface Reached {
  /** Event calls that the code can make; complete where `open` is null. */
  readonly calls: readonly string[];
  /** What is not known of it, or the way to an allocator. */
  readonly open: string | null;
  /** Functions that were looked at. */
  readonly functions: number;
  /** Globals that it assigns by name, with the file that says so. */
  readonly assigned: readonly { readonly path: string; readonly file: string }[];
}

/** Kinds of events that are no allocator's. */
const harmlessKinds: ReadonlySet<string> = new Set(['lock', 'callout', 'ipl']);

/** Calls that may take memory; others are collected, and the search goes on. */
const takesMemory = (name: string, kind: string): boolean =>
  !/free$|put|destroy/.test(name) && (!harmlessKinds.has(kind) || name.endsWith('_obj_alloc'));

export class Reach {
  readonly #program: Program;
  readonly #pointers: FunctionPointers;
  readonly #functionsMax: number;
  readonly #byName = new Map<string, Reached>();

  constructor(program: Program, functionsMax: number) {
    this.#program = program;
    this.#pointers = new FunctionPointers(program);
    this.#functionsMax = functionsMax;
  }

  /** From a function that is not followed. */
  ofFunction(name: string, file: string): Reached {
    const key = `${name}@${file}`;
    const before = this.#byName.get(key);
    if (before !== undefined) return before;
    const search = this.#search();
    search.name(name, file, '');
    const reached = search.run();
    this.#byName.set(key, reached);
    return reached;
  }

  /** The functions that a member can hold; null where they are not all known. */
  candidates(member: string): readonly Target[] | null {
    const { functions, open } = this.#pointers.member(member);
    return open === null && functions.length > 0 ? functions : null;
  }

  /** From a call through a pointer, in `caller`. */
  ofCall(call: CallExpr, caller: FunctionDef): Reached {
    const search = this.#search();
    search.through(call.f, caller, '');
    return search.run();
  }

  #search(): Search {
    return new Search(this.#program, this.#pointers, this.#functionsMax);
  }
}

interface CallSite {
  readonly args: readonly Expr[];
  readonly caller: FunctionDef;
}

class Search {
  readonly #program: Program;
  readonly #pointers: FunctionPointers;
  readonly #functionsMax: number;
  readonly #seen = new Set<FunctionDef | string>();
  readonly #queue: { readonly definition: FunctionDef; readonly way: string }[] = [];
  readonly #calls = new Set<string>();
  readonly #assigned = new Map<string, { path: string; file: string }>();
  /** Where each function was called, and which of its parameters are called in it. */
  readonly #sites = new Map<FunctionDef, CallSite[]>();
  readonly #called = new Map<FunctionDef, Set<number>>();
  #open: string | null = null;

  constructor(program: Program, pointers: FunctionPointers, functionsMax: number) {
    this.#program = program;
    this.#pointers = pointers;
    this.#functionsMax = functionsMax;
  }

  run(): Reached {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this.#open !== null) break;
      if (this.#seen.size > this.#functionsMax) {
        this.#open = `more than ${this.#functionsMax} functions`;
        break;
      }
      this.#body(next.definition, next.way);
    }
    return {
      calls: [...this.#calls],
      open: this.#open,
      functions: this.#seen.size,
      assigned: [...this.#assigned.values()],
    };
  }

  /** A call by name. */
  name(name: string, file: string, way: string, site?: CallSite): void {
    const bare = name.replace(/^__builtin_/, '');
    if (ignored.has(bare) || neverReturns.has(bare)) return;
    if (lockUses.has(bare) || isBuiltin(bare)) return;
    const cut = cutFor(bare);
    if (cut !== undefined && !cut.hole && way !== '') return;
    const api = apiCalls.get(bare);
    if (api !== undefined) {
      this.#calls.add(bare);
      if (takesMemory(bare, api.kind)) this.#isOpen(`reaches ${bare}() by${way}`);
      return;
    }
    const definition = this.#program.function(bare, file);
    if (definition !== null) {
      if (site !== undefined) this.#site(definition, site, way);
      if (this.#seen.has(definition)) return;
      this.#seen.add(definition);
      this.#queue.push({ definition, way: `${way} ${bare}` });
      return;
    }
    if (this.#program.isLabel(bare)) return this.#assembly(bare, way);
    if (!isCLibrary(bare)) this.#isOpen(`${bare}() is not defined in what was selected`);
  }

  /** A call through a pointer. */
  through(callee: Expr, caller: FunctionDef, way: string, depth = 0): void {
    if (depth > 12) return this.#isOpen(`a call in ${caller.name}() is too deeply nested`);
    const inner = (e: Expr): void => this.through(e, caller, way, depth + 1);
    switch (callee.k) {
      case 'deref':
      case 'cast':
      case 'addr':
        return inner(callee.a);
      case 'index':
        return inner(callee.a);
      case 'cond':
        inner(callee.a ?? callee.c);
        return inner(callee.b);
      case 'assign':
        return inner(callee.b);
      case 'num':
        return;
      case 'field':
        return this.#targets(this.#pointers.member(callee.n), `->${callee.n}`, way);
      case 'id':
        return this.#variable(callee.n, caller, way, depth);
      default:
        this.#isOpen(`a call in ${caller.name}() is through a computed value`);
    }
  }

  #variable(name: string, caller: FunctionDef, way: string, depth: number): void {
    const { locals, setTo, addressTaken } = usesOf(caller);
    if (!locals.has(name)) {
      const global = this.#program.global(name, caller.file);
      if (global === null) return this.name(name, caller.file, way);
      return this.#targets(this.#pointers.variable(global), name, way);
    }
    const values = setTo.get(name) ?? [];
    for (const value of values) this.through(value, caller, way, depth + 1);
    const position = caller.parameters.findIndex((parameter) => parameter.name === name);
    if (position >= 0) this.#parameter(caller, position, way);
    if (addressTaken.has(name) || (position < 0 && values.length === 0)) {
      this.#isOpen(`what ${name} holds in ${caller.name}() is not seen`);
    }
  }

  /** What is passed there is called: at the calls that were seen, and at those to come. */
  #parameter(definition: FunctionDef, position: number, way: string): void {
    const positions = this.#called.get(definition) ?? new Set<number>();
    if (positions.has(position)) return;
    this.#called.set(definition, positions.add(position));
    const sites = this.#sites.get(definition) ?? [];
    if (sites.length === 0) {
      this.#isOpen(`${definition.name}() calls what it is given`);
    }
    for (const site of sites) this.#passed(site, position, way);
  }

  #site(definition: FunctionDef, site: CallSite, way: string): void {
    const sites = this.#sites.get(definition);
    if (sites === undefined) this.#sites.set(definition, [site]);
    else sites.push(site);
    for (const position of this.#called.get(definition) ?? []) this.#passed(site, position, way);
  }

  #passed({ args, caller }: CallSite, position: number, way: string): void {
    const arg = args[position];
    if (arg === undefined) this.#isOpen(`an argument in ${caller.name}() is missing`);
    else this.through(arg, caller, way);
  }

  #targets(
    { functions, open }: ReturnType<FunctionPointers['member']>,
    what: string,
    way: string,
  ): void {
    if (open !== null) return this.#isOpen(`${what} may be anything: ${open}`);
    for (const { name, file } of functions) this.name(name, file, `${way} ${what} is`);
  }

  #assembly(label: string, way: string): void {
    if (this.#seen.has(label)) return;
    this.#seen.add(label);
    const { names, isOpen } = this.#program.assemblyCalls(label);
    if (isFirmware(label)) return;
    if (isOpen) return this.#isOpen(`${label} jumps to an address in a register`);
    for (const name of names) this.name(name, '', `${way} ${label}`);
  }

  #body(definition: FunctionDef, way: string): void {
    if (definition.hasError) return this.#isOpen(`${definition.name}() was not parsed`);
    const { calls, assigned, locals } = usesOf(definition);
    for (const { target } of assigned) {
      const path = assignedGlobal(target, locals);
      if (path === null) continue;
      if (phaseGlobals.has(path)) this.#isOpen(`sets ${path} by${way}`);
      this.#assigned.set(`${path}@${definition.file}`, { path, file: definition.file });
    }
    for (const call of calls) {
      const callee = call.f;
      if (callee.k === 'id' && !locals.has(callee.n) && !this.#isVariable(callee.n, definition)) {
        this.name(callee.n, definition.file, way, { args: call.args, caller: definition });
      } else this.through(callee, definition, way);
      if (this.#open !== null) return;
    }
  }

  #isVariable(name: string, definition: FunctionDef): boolean {
    return (
      !this.#program.mightBeFunction(name) &&
      !apiCalls.has(name) &&
      this.#program.global(name, definition.file) !== null
    );
  }

  #isOpen(why: string): void {
    this.#open ??= why;
  }
}
