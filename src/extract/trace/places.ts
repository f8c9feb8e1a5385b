/**
 * Names to memory: which variable a name means, what it holds at the start, what type it has.
 *
 * Static variables carry their file in the path, static locals their function, ordinary locals
 * the number of their activation, so that no two are ever mixed up.
 */
import type { CType, Expr, GlobalDef } from '../c/ir.ts';
import { assumedValues } from './axioms.ts';
import type { Frame, Session } from './session.ts';
import type { Value } from './value.ts';
import { addressOf, rootOf } from './value.ts';

export type Binding =
  | { readonly kind: 'place'; readonly path: string; readonly type: CType | undefined }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'constant'; readonly value: Expr; readonly file: string };

const initialValuesMax = 4_000;
/** The member that stands for all of which nothing is known one by one. */
const everywhere = '.<all>';

export class Places {
  readonly #session: Session;
  readonly #evaluate: (expression: Expr, frame: Frame) => Value;
  /** What names outside of functions mean, by file. */
  readonly #bindings = new Map<string, Map<string, Binding>>();
  readonly #constantFrames = new Map<string, Frame>();
  readonly #defaults = new Map<string, Value>();
  readonly #ofDevices = new Set<string>();
  #initialCount = 0;

  constructor(session: Session, evaluate: (expression: Expr, frame: Frame) => Value) {
    this.#session = session;
    this.#evaluate = evaluate;
    for (const [path, value] of Object.entries(assumedValues))
      session.store.initialise(path, value);
  }

  bind(name: string, frame: Frame): Binding {
    const local = frame.locals.get(name);
    if (local !== undefined) return local;
    const { file } = frame.definition;
    let inFile = this.#bindings.get(file);
    if (inFile === undefined) {
      inFile = new Map();
      this.#bindings.set(file, inFile);
    }
    let binding = inFile.get(name);
    if (binding === undefined) {
      binding = this.#global(name, file);
      inFile.set(name, binding);
    }
    return binding;
  }

  #global(name: string, file: string): Binding {
    const { program } = this.#session;
    if (name === 'curlwp') return { kind: 'value', value: addressOf('lwp0') };
    const set = /^__(start|stop)_link_set_(\w+)$/.exec(name);
    if (set !== null)
      return { kind: 'value', value: this.#linkSet(set[2] ?? '', set[1] === 'stop') };
    const constant = program.enumConstant(name, file);
    if (constant !== undefined) return { kind: 'constant', value: constant, file };
    const global = program.global(name, file);
    if (global !== null) {
      const path = global.isStatic ? `${name}@${global.file}` : name;
      this.#initialise(path, global);
      return {
        kind: 'place',
        path,
        type: completed(global.type, global.init, program.declaredType(name)),
      };
    }
    // Assembly has labels for data, too.
    const declared = program.declaredType(name);
    const isData = declared !== undefined && declared.k !== 'function' && declared.k !== 'name';
    if (!isData && program.mightBeFunction(name)) {
      const value = this.functionAddress(name, file);
      if (value !== undefined) return { kind: 'value', value };
    }
    return { kind: 'place', path: name, type: declared };
  }

  /** The address of a function; static ones carry their file. */
  functionAddress(name: string, file: string): Value {
    const definition = this.#session.program.function(name, file);
    if (definition !== null) {
      const path = definition.isStatic ? `${definition.name}@${definition.file}` : definition.name;
      return addressOf(path);
    }
    return this.#session.program.isLabel(name) ? addressOf(name) : undefined;
  }

  #linkSet(name: string, stop: boolean): Value {
    const { program, store } = this.#session;
    const entries = program.linkSet(name);
    const array = `__link_set_${name}`;
    entries.forEach(({ symbol, file }, i) => {
      const base = /^\w+/.exec(symbol)?.[0] ?? symbol;
      const frame = this.constantFrame(file);
      const binding = this.bind(base, frame);
      const rest = symbol.slice(base.length);
      const value =
        binding.kind === 'place'
          ? addressOf(binding.path + (rest === '' && binding.type?.k === 'array' ? '[0]' : rest))
          : binding.kind === 'value'
            ? binding.value
            : undefined;
      store.initialise(`${array}[${i}]`, value);
    });
    this.#defaults.set(array, undefined);
    return addressOf(`${array}[${stop ? entries.length : 0}]`);
  }

  /** A frame without locals, for expressions that stand outside of functions. */
  constantFrame(file: string): Frame {
    const known = this.#constantFrames.get(file);
    if (known !== undefined) return known;
    const frame: Frame = {
      id: 0,
      definition: {
        ...{ name: '', file, line: 0, isStatic: false, hasError: false, parameters: [] },
        returns: { k: 'unknown' },
        body: { k: 'list', list: [] },
      },
      locals: new Map(),
      caller: null,
      line: 0,
      result: undefined,
      returned: false,
      end: null,
    };
    this.#constantFrames.set(file, frame);
    return frame;
  }

  #initialise(path: string, global: GlobalDef): void {
    if (this.#defaults.has(path)) return;
    if (/^(arch|dev)\//.test(global.file)) this.#ofDevices.add(path);
    const touched = this.#session.program.isTouchedByAssembly(global.name);
    const { init } = global;
    if (init === undefined) {
      this.#defaults.set(path, touched && !(path in assumedValues) ? undefined : 0n);
      return;
    }
    this.#defaults.set(path, 0n);
    // What is assumed gives way to what C says: rump's kernel_map points at its map from the start.
    if (path in assumedValues) this.#session.store.uninitialise(path, assumedValues[path]);
    this.fill(path, global.type, init, this.constantFrame(global.file));
  }

  /** Writes an initialiser into memory, as what has been there from the start. */
  fill(path: string, type: CType, init: Expr, frame: Frame): void {
    if (++this.#initialCount > this.#session.limits.storeMax / 4) return;
    if (init.k !== 'init') {
      this.#session.store.initialise(path, this.#evaluate(init, frame));
      return;
    }
    const { types } = this.#session;
    const { file } = frame.definition;
    const at = types.resolve(type, file);
    const fields = at.k === 'struct' ? (types.structOf(at, file)?.fields ?? []) : [];
    let position = 0;
    for (const { at: designators, value } of init.items.slice(0, initialValuesMax)) {
      let place = path;
      let inner: CType | undefined = at;
      const [first] = designators;
      if (typeof first === 'string') {
        const index = fields.findIndex((field) => `.${field.name}` === first);
        if (index >= 0) position = index;
      } else if (first !== undefined) {
        const index = this.#evaluate(first, frame);
        if (typeof index !== 'bigint') continue;
        position = Number(index);
      }
      if (designators.length > 0) {
        for (const designator of designators) {
          if (typeof designator === 'string') {
            place += designator;
            inner = inner && types.fieldType(inner, designator.slice(1), file);
          } else {
            place += `[${String(this.#evaluate(designator, frame) ?? '*')}]`;
            inner = inner && elementType(types.resolve(inner, file));
          }
        }
      } else if (at.k === 'array') {
        place += `[${position}]`;
        inner = at.of;
      } else {
        const field = fields[position];
        if (field === undefined || field.name === '') {
          // Values that cannot be given a place are not zero either.
          this.#defaults.set(rootOf(path), undefined);
          position++;
          continue;
        }
        place += `.${field.name}`;
        inner = field.type;
      }
      this.fill(place, inner ?? { k: 'unknown' }, value, frame);
      position++;
    }
  }

  /** What a place holds; arrays and functions are their own address. */
  read(path: string, type: CType | undefined, frame: Frame): Value {
    const at =
      type === undefined ? undefined : this.#session.types.resolve(type, frame.definition.file);
    if (at?.k === 'array') return addressOf(`${path}[0]`);
    if (at?.k === 'function') return addressOf(path);
    const { written, value } = this.#session.store.read(path);
    return written ? value : this.#defaultOf(path);
  }

  #defaultOf(path: string): Value {
    if (path.includes('[')) {
      const any = path.replace(/\[-?\d+\]/g, '[*]');
      if (path.includes('[*]') || this.#session.store.read(any).written) return undefined;
    }
    const root = rootOf(path);
    if (this.#session.store.read(`${root}[*]`).written) return undefined;
    // Attach routines, which are not followed, may have set what belongs to machine and drivers.
    const { cutsMet, isBoardUnknown } = this.#session;
    const isOpen = isBoardUnknown || cutsMet.has('config_rootfound');
    if (isOpen && this.#ofDevices.has(root)) return undefined;
    const { written, value } = this.#session.store.read(root + everywhere);
    return written ? value : this.#defaults.get(root);
  }

  /** From here on the object holds this wherever nothing else is written: memory from calloc, say. */
  setDefault(root: string, value: Value): void {
    const { store } = this.#session;
    const { written, value: before } = store.read(root + everywhere);
    const now = written ? before : this.#defaults.get(root);
    if (now !== value || (value === undefined && !written)) store.write(root + everywhere, value);
  }
}

function elementType(type: CType): CType | undefined {
  return type.k === 'array' ? type.of : type.k === 'pointer' ? type.to : undefined;
}

// `int x[] = { … }` has as many elements as its initialiser; `extern int x[10];` may know better.
function completed(type: CType, init: Expr | undefined, declared: CType | undefined): CType {
  if (type.k !== 'array' || type.count !== undefined) return type;
  const isPlain = init?.k === 'init' && init.items.every((item) => item.at.length === 0);
  if (isPlain) return { ...type, count: { k: 'num', v: init.items.length } };
  return declared?.k === 'array' ? declared : type;
}
