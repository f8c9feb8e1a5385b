/**
 * Which functions a member or a variable that holds a function can hold.
 *
 * By name of the member: what any selected file assigns to a member of that name, and what the
 * initialisers of structures that have one give it. A value that is not plainly a function leaves
 * the answer open.
 */
import type { CType, Expr, GlobalDef } from '../c/ir.ts';
import type { Program } from '../program/program.ts';
import { usesOf } from './uses.ts';

export interface Target {
  readonly name: string;
  /** The file in which the name means what it means: static functions differ by file. */
  readonly file: string;
}

export interface Targets {
  readonly functions: readonly Target[];
  /** A place where something else is put there; null if there is none. */
  readonly open: string | null;
}

/** Files whose initialisers may have to be read to answer one question. */
const filesMax = 24;

export class FunctionPointers {
  readonly #program: Program;
  readonly #members = new Map<string, Targets>();
  readonly #variables = new Map<string, Targets>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** What `x->name` can be. */
  member(name: string): Targets {
    const before = this.#members.get(name);
    if (before !== undefined) return before;
    const found = new Collected(this.#program, name);
    const written = assignmentsTo(`(?:\\.|->)\\s*${name}`);
    const taken = new RegExp(`&\\s*[\\w.>-]+(?:\\.|->)${name}\\b(?!\\s*[.[(-])`);
    for (const [file, text] of this.#program.texts()) {
      if (!text.includes(name)) continue;
      const values = [...text.matchAll(written)].map(([, value = '']) => value);
      if (!found.texts(values, file)) this.#parsed(name, file, found);
      if (taken.test(text)) found.isOpen(`the address of ${name} is taken in ${file}`);
    }
    this.#initialisers(name, found);
    const targets = found.targets();
    this.#members.set(name, targets);
    return targets;
  }

  /** What the global can be. */
  variable(global: GlobalDef): Targets {
    const { name } = global;
    const key = global.isStatic ? `${name}@${global.file}` : name;
    const before = this.#variables.get(key);
    if (before !== undefined) return before;
    const found = new Collected(this.#program, name);
    if (global.init !== undefined) found.expression(global.init, global.file);
    const written = assignmentsTo(`(?<![.>\\w])${name}`);
    const taken = new RegExp(`&\\s*${name}\\b(?!\\s*[.[(-])`);
    for (const [file, text] of this.#program.texts()) {
      if ((global.isStatic && file !== global.file) || !text.includes(name)) continue;
      const values = [...text.matchAll(written)].map(([, value = '']) => value);
      if (!found.texts(values, file)) this.#parsed(name, file, found);
      if (taken.test(text)) found.isOpen(`the address of ${name} is taken in ${file}`);
    }
    const targets = found.targets();
    this.#variables.set(key, targets);
    return targets;
  }

  // Where the text alone does not say it, what is compiled of the file does.
  #parsed(name: string, file: string, found: Collected): void {
    if (!found.mayRead()) return;
    for (const definition of this.#program.unit(file)?.functions.values() ?? []) {
      const { assigned, locals } = usesOf(definition);
      for (const { target, value } of assigned) {
        const to = target.k === 'index' ? target.a : target;
        const isIt = to.k === 'field' ? to.n === name : to.k === 'id' && to.n === name;
        if (!isIt || (to.k === 'id' && locals.has(name))) continue;
        if (value === null) found.isOpen(`${name} is changed in ${file}`);
        else found.expression(value, file, locals);
      }
    }
  }

  // `struct ops x = { f, g }` says by position what `.open = f` says by name.
  #initialisers(name: string, found: Collected): void {
    const tags = this.#tagsWith(name);
    if (tags.size === 0) return;
    const pattern = new RegExp(`\\bstruct\\s+(?:${[...tags].join('|')})\\b[^;{}()=]*=\\s*\\{`);
    for (const [file, text] of this.#program.texts()) {
      if (!pattern.test(text)) continue;
      if (!found.mayRead()) return;
      for (const global of this.#program.unit(file)?.globals.values() ?? []) {
        if (global.init === undefined) continue;
        this.#positions(global.type, global.init, name, file, found);
      }
    }
  }

  /** Structures with such a member, and those that hold one of them. */
  #tagsWith(name: string): ReadonlySet<string> {
    const tags = new Set<string>();
    const structs = this.#program.structs();
    for (const { tag, fields } of structs) {
      if (fields.some((field) => field.name === name)) tags.add(tag);
    }
    for (let size = -1; size !== tags.size;) {
      size = tags.size;
      for (const { tag, fields } of structs) {
        if (fields.some(({ type }) => tags.has(structTag(type) ?? ''))) tags.add(tag);
      }
    }
    return tags;
  }

  #positions(type: CType, init: Expr, name: string, file: string, found: Collected): void {
    if (init.k !== 'init') return;
    const at = this.#resolved(type, file);
    const fields =
      at.k === 'struct' ? (this.#program.struct(at.tag, file)?.fields ?? null) : undefined;
    if (at.k !== 'array' && fields === undefined) return;
    if (fields === null) return found.isOpen(`an initialiser in ${file} is of an unknown type`);
    let position = 0;
    for (const { at: designators, value } of init.items) {
      const [first] = designators;
      if (typeof first === 'string') {
        position = fields?.findIndex((field) => `.${field.name}` === first) ?? position;
      }
      const field = at.k === 'array' ? undefined : fields?.[position];
      if (field?.name === name) found.expression(value, file);
      else {
        const inner = at.k === 'array' ? at.of : field?.type;
        if (inner !== undefined) this.#positions(inner, value, name, file, found);
      }
      position++;
    }
  }

  #resolved(type: CType, file: string): CType {
    let at = type;
    for (let i = 0; i < 30 && at.k === 'name'; i++) {
      at = this.#program.typedef(at.name, file) ?? { k: 'unknown' };
    }
    return at;
  }
}

function structTag(type: CType): string | null {
  const at = type.k === 'array' ? type.of : type;
  return at.k === 'struct' ? at.tag : null;
}

/** The right sides of assignments to what matches. */
const assignmentsTo = (what: string): RegExp =>
  new RegExp(`${what}\\s*(?:\\[[^\\]]*\\]\\s*)?=(?!=)\\s*([^;,{}]*)`, 'g');

const aCast =
  /^\(\s*(?:const\s+|struct\s+)*[A-Za-z_][\w\s*]*(?:\(\s*\*\s*\)\s*\([^()]*\))?\s*\)\s*/;

class Collected {
  readonly #program: Program;
  readonly #name: string;
  readonly #functions = new Map<string, Target>();
  #open: string | null = null;
  #isNull = false;
  #filesRead = 0;

  constructor(program: Program, name: string) {
    this.#program = program;
    this.#name = name;
  }

  isOpen(why: string): void {
    this.#open ??= why;
  }

  /** Counts a file that has to be parsed for the answer. */
  mayRead(): boolean {
    if (++this.#filesRead > filesMax) this.isOpen(`more than ${filesMax} files set ${this.#name}`);
    return this.#open === null;
  }

  /** Right sides as they are written; false, with nothing taken, if one is not plainly a function. */
  texts(written: readonly string[], file: string): boolean {
    const values = written.flatMap(alternatives);
    const isPlain = (value: string): boolean =>
      isNull(value) || (/^[A-Za-z_]\w*$/.test(value) && this.#program.mightBeFunction(value));
    if (!values.every(isPlain)) return false;
    for (const value of values) {
      if (isNull(value)) this.#isNull = true;
      else this.#add(value, file);
    }
    return true;
  }

  expression(value: Expr, file: string, locals?: ReadonlySet<string>): void {
    switch (value.k) {
      case 'id':
        if (locals?.has(value.n) !== true && this.#program.mightBeFunction(value.n)) {
          this.#add(value.n, file);
        } else this.isOpen(`${this.#name} is set to ${value.n} in ${file}`);
        return;
      case 'addr':
      case 'cast':
        return this.expression(value.a, file, locals);
      case 'cond':
        this.expression(value.a ?? value.c, file, locals);
        return this.expression(value.b, file, locals);
      case 'assign':
        return this.expression(value.b, file, locals);
      case 'init':
        for (const item of value.items) this.expression(item.value, file, locals);
        return;
      case 'num':
        this.#isNull = true;
        return;
      case 'field':
        // A copy from another of its kind adds nothing.
        if (value.n === this.#name) return;
        return this.isOpen(`${this.#name} is set to a member ${value.n} in ${file}`);
      default:
        this.isOpen(`${this.#name} is set to a computed value in ${file}`);
    }
  }

  #add(name: string, file: string): void {
    this.#functions.set(`${name}@${file}`, { name, file });
  }

  targets(): Targets {
    const functions = [...this.#functions.values()];
    const isUnset = functions.length === 0 && !this.#isNull;
    return { functions, open: this.#open ?? (isUnset ? `nothing sets ${this.#name}` : null) };
  }
}

const isNull = (value: string): boolean => /^(?:NULL|0|nil)$/.test(value);

/** What a right side may be, without casts. */
function alternatives(written: string): readonly string[] {
  const value = written.replace(/\/\*[\s\S]*?(?:\*\/|$)/g, ' ').trim();
  const either = /^[^?]*\?([^:]*):(.*)$/s.exec(value);
  if (either !== null) return either.slice(1).flatMap(alternatives);
  let bare = value;
  while (aCast.test(bare)) bare = bare.replace(aCast, '');
  return [bare.replace(/^&\s*/, '').trim()];
}
