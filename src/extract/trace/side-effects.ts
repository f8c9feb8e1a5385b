/**
 * What an allocation changes that is not followed: the numbers that allocators keep.
 *
 * An allocation answers with an object and its body is not run. What its file counts beside that
 * (boundary tags left, pages taken) is not what it was, so it is forgotten: every integer that the
 * allocator's functions assign by name, as far as they reach each other inside their own file. Any
 * allocator may ask any other, through a pointer that nobody follows, so one forgets for all whose
 * code has been entered: what nothing has set up yet is not asked in a boot that succeeds.
 */
import type { Expr, FunctionDef } from '../c/ir.ts';
import { apiCalls } from './api.ts';
import type { Evaluator } from './evaluate.ts';
import type { Session } from './session.ts';

const allocators: ReadonlySet<string> = new Set(['pool', 'cache', 'kmem', 'malloc', 'vmem', 'kva']);

/** They take the map entry that they are given, and ask nobody for memory. */
const takesNoMemory: ReadonlySet<string> = new Set([
  ...['uvm_map_prepare', 'uvm_map_enter', 'uvm_map_setup', 'uvm_map_setup_kernel', 'vmem_size'],
]);

/** An integer that allocations change, and the file whose code does. */
interface Counted {
  readonly path: string;
  readonly file: string;
  readonly isOfMaps: boolean;
}

export class SideEffects {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  #known: readonly Counted[] | null = null;

  constructor(session: Session, evaluator: Evaluator) {
    this.#session = session;
    this.#evaluator = evaluator;
  }

  /** Told of each call of the API that is not followed. */
  notFollowed(name: string): void {
    const kind = apiCalls.get(name)?.kind ?? '';
    if (kind !== 'map' && !allocators.has(kind)) return;
    const { filesEntered, store, program } = this.#session;
    const own = program.function(name, '')?.file;
    const mapsOnly = kind === 'map' && takesNoMemory.has(name);
    this.#known ??= this.#collect();
    for (const { path, file, isOfMaps } of this.#known) {
      if (mapsOnly && !isOfMaps) continue;
      if (file === own || filesEntered.has(file)) store.write(path, undefined);
    }
  }

  #collect(): readonly Counted[] {
    const found = new Map<string, Counted>();
    for (const [name, { kind, answer }] of apiCalls) {
      if (answer === 'unknown' || (kind !== 'map' && !allocators.has(kind))) continue;
      const definition = this.#session.program.function(name, '');
      if (definition === null) continue;
      const { file } = definition;
      for (const path of this.#assignedBy(definition)) {
        const isOfMaps = kind === 'map' || found.get(path)?.isOfMaps === true;
        found.set(path, { path, file, isOfMaps });
      }
    }
    return [...found.values()];
  }

  /** Paths of the integers that a function and those of its file that it calls assign by name. */
  #assignedBy(start: FunctionDef): readonly string[] {
    const own = this.#session.program.unit(start.file)?.functions;
    const seen = new Set([start.name]);
    const waiting = [start];
    const paths: string[] = [];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { assigned, calls, locals } = namesIn(next);
      for (const name of assigned) {
        const path = locals.has(name) ? undefined : this.#integer(name, start.file);
        if (path !== undefined) paths.push(path);
      }
      for (const name of calls) {
        const called = own?.get(name);
        if (called === undefined || seen.has(name)) continue;
        seen.add(name);
        waiting.push(called);
      }
    }
    return paths;
  }

  #integer(name: string, file: string): string | undefined {
    const { places } = this.#evaluator;
    const binding = places.bind(name, places.constantFrame(file));
    if (binding.kind !== 'place' || binding.type === undefined) return undefined;
    return this.#session.types.resolve(binding.type, file).k === 'int' ? binding.path : undefined;
  }
}

interface Names {
  readonly assigned: Set<string>;
  readonly calls: Set<string>;
  readonly locals: Set<string>;
}

function namesIn(definition: FunctionDef): Names {
  const locals = new Set(definition.parameters.map(({ name }) => name));
  const names: Names = { assigned: new Set(), calls: new Set(), locals };
  walk(definition.body, names);
  return names;
}

// The intermediate form is plain data, so one walk over all its parts does.
function walk(part: unknown, names: Names): void {
  if (Array.isArray(part)) for (const item of part) walk(item, names);
  else if (isNode(part)) {
    if ((part.k === 'assign' || part.k === 'step') && part.a?.k === 'id')
      names.assigned.add(part.a.n);
    if (part.k === 'call' && part.f?.k === 'id') names.calls.add(part.f.n);
    if (part.k === 'decl' && part.n !== undefined) names.locals.add(part.n);
    for (const inner of Object.values(part)) if (typeof inner === 'object') walk(inner, names);
  }
}

interface Node {
  readonly k: string;
  readonly a?: Expr;
  readonly f?: Expr;
  readonly n?: string;
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null && 'k' in part;
}
