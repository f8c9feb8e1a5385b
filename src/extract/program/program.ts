/**
 * The configured kernel as one program, read as far as it is asked for.
 *
 * A name is looked up in the scan, the files that might define it are preprocessed and parsed,
 * and what they declare is kept. A trace of a boot touches a few hundred of some two thousand
 * selected files; the others are only scanned.
 */
import type { CType, Declared, Expr, FunctionDef, GlobalDef, StructDef } from '../c/ir.ts';
import type { Configuration } from '../config/configuration.ts';
import type { DataModel } from '../cpp/predefined.ts';
import type { Preprocessed } from '../cpp/preprocessed.ts';
import type { PortFacts } from '../facts.ts';
import type { Holes } from '../holes.ts';
import type { SourceTree } from '../source-tree.ts';
import type { Limits } from '../limits.ts';
import type { AssemblyCalls } from './assembly.ts';
import { assemblyNames, callsOfLabel, includedAssembly, startFiles } from './assembly.ts';
import { scanDefinitions, templateWords } from './scan.ts';
import type { LinkSetEntry } from './link-sets.ts';
import { headersBeside, LinkSets } from './link-sets.ts';
import type { Unit } from './unit.ts';
import { append, libraryFiles, unitOf } from './unit.ts';

/** How a file becomes declarations; the cache stands between this and the preprocessor. */
export interface UnitReader {
  /** Null where the file cannot be read. */
  unit(path: string): UnitText | null;
}

export interface UnitText {
  readonly declared: Declared;
  /** Headers whose declarations were not known before. */
  readonly headers: readonly Declared[];
  readonly preprocessed: Pick<
    Preprocessed,
    'includes' | 'absent' | 'recorded' | 'origins' | 'missing' | 'exceeded'
  >;
  /** Values of the constants that name flags and levels; null where they were not collected. */
  readonly flags: ReadonlyMap<string, bigint> | null;
  /** Facts of the port, from the file that asks for them. */
  readonly facts: PortFacts | null;
}

export interface ProgramSetup {
  readonly tree: SourceTree;
  readonly configuration: Configuration;
  readonly model: DataModel;
  readonly limits: Limits;
  readonly holes: Holes;
  readonly reader: UnitReader;
}

export class Program {
  readonly configuration: Configuration;
  readonly model: DataModel;
  readonly #setup: ProgramSetup;
  readonly #units = new Map<string, Unit | null>();
  readonly #functionFiles = new Map<string, string[]>();
  readonly #globalFiles = new Map<string, string[]>();
  readonly #inline = new Map<string, FunctionDef>();
  readonly #headerGlobals = new Map<string, GlobalDef>();
  readonly #structs = new Map<string, StructDef>();
  readonly #typedefs = new Map<string, CType>();
  readonly #constants = new Map<string, Expr>();
  readonly #declaredTypes = new Map<string, CType>();
  readonly #aliases = new Map<string, string>();
  readonly #linkSets = new LinkSets();
  readonly #origins = new Map<string, string>();
  readonly #labels = new Map<string, string>();
  readonly #symbols = new Set<string>();
  readonly #texts = new Map<string, string>();
  readonly #assembly = new Map<string, string>();
  readonly #setsRead = new Set<string>();
  /** Headers beside the selected files that name them; null until a link set asks. */
  #headersBeside: ReadonlySet<string> | null = null;
  /** Every file that a unit which was read includes, itself as well. */
  readonly #included = new Set<string>();
  /** Files that include a C file, with the words that they define as macros. */
  readonly #templates: { readonly file: string; readonly words: readonly string[] }[] = [];
  readonly #made = new Map<string, FunctionDef | null>();
  #members: Map<string, Set<string>> | null = null;

  constructor(setup: ProgramSetup) {
    this.#setup = setup;
    this.configuration = setup.configuration;
    this.model = setup.model;
    for (const file of setup.configuration.files) this.#scan(file);
    for (const file of libraryFiles(setup.tree)) this.#scan(file);
    for (const file of startFiles(setup.configuration)) {
      if (setup.tree.size(file) !== null) this.#scan(file);
    }
  }

  /** Every file that was read or scanned. */
  get filesRead(): readonly string[] {
    return [...this.#units.keys()];
  }

  /** Headers that were searched for macros of link sets, whether or not a unit includes them. */
  get headersSearched(): readonly string[] {
    return [...(this.#headersBeside ?? [])];
  }

  /** The text of every selected file, and of the headers given. */
  textsWith(headers: readonly string[]): ReadonlyMap<string, string> {
    const all = new Map(this.#texts);
    for (const file of headers) {
      const text = all.has(file) ? null : this.#setup.tree.read(file);
      if (text !== null) all.set(file, text);
    }
    return all;
  }

  isTypeName(name: string): boolean {
    return this.#typedefs.has(name);
  }

  #scan(file: string): void {
    const { tree, limits, holes } = this.#setup;
    if (!/\.[csS]$/.test(file)) return;
    const size = tree.size(file);
    if (size !== null && size > limits.fileSizeMax) {
      const why = `${size} bytes, fileSizeMax is ${limits.fileSizeMax}`;
      holes.add({ kind: 'limit', what: file, why });
      return;
    }
    const text = tree.read(file);
    if (text === null) {
      holes.add({ kind: 'missing file', what: file, why: 'it cannot be read' });
      return;
    }
    if (/\.[sS]$/.test(file)) {
      if (this.#assembly.has(file)) return;
      this.#assembly.set(file, text);
      const { labels, symbols } = assemblyNames(text);
      for (const [name, line] of labels) {
        if (!this.#labels.has(name)) this.#labels.set(name, `${file}:${line}`);
      }
      for (const symbol of symbols) this.#symbols.add(symbol);
      for (const included of includedAssembly(text, file)) {
        if (tree.size(included) !== null) this.#scan(included);
      }
      return;
    }
    this.#texts.set(file, text);
    const words = templateWords(text);
    if (words.length > 0) this.#templates.push({ file, words });
    const { functions, globals } = scanDefinitions(text);
    const renamed = this.configuration.fileDefines.get(file);
    for (const name of functions) append(this.#functionFiles, renamed?.get(name) ?? name, file);
    for (const name of globals) append(this.#globalFiles, name, file);
  }

  /** Reads a file if that has not been done; null where it cannot be read. */
  unit(path: string): Unit | null {
    const before = this.#units.get(path);
    if (before !== undefined) return before;
    if (!path.endsWith('.c')) return null;
    const read = this.#setup.reader.unit(path);
    const unit = read === null ? null : this.#take(read);
    this.#units.set(path, unit);
    return unit;
  }

  #take(read: UnitText): Unit {
    const { holes } = this.#setup;
    for (const { name, at, standIn } of read.preprocessed.missing) {
      const why = standIn === undefined ? {} : { why: `${standIn} is read in its place` };
      holes.add({ kind: 'missing header', what: name, at, ...why });
    }
    for (const { limit, at } of read.preprocessed.exceeded) {
      holes.add({ kind: 'limit', what: limit, at });
    }
    for (const path of read.preprocessed.includes) this.#included.add(path);
    for (const [place, macro] of read.preprocessed.origins) this.#origins.set(place, macro);
    for (const { name, args, file } of read.preprocessed.recorded) {
      const [first = '', second = '', third] = args;
      if (name.includes('alias')) this.#aliases.set(first, second);
      else {
        const symbol = third === undefined ? second : `${second}[${third}]`;
        this.#linkSets.add(first, { symbol, file });
      }
    }
    for (const header of read.headers) this.#takeHeader(header);
    const { declared } = read;
    this.#takeErrors(declared);
    // A macro may make a function's name, which no scan of the text sees.
    for (const { name } of declared.functions) {
      if (!this.#functionFiles.has(name)) append(this.#functionFiles, name, declared.path);
    }
    for (const { name, type } of declared.declared) {
      if (!this.#declaredTypes.has(name)) this.#declaredTypes.set(name, type);
    }
    return unitOf(declared);
  }

  #takeErrors(declared: Declared): void {
    for (const { line, text } of declared.errors) {
      this.#setup.holes.add({ kind: 'parse error', what: text, at: `${declared.path}:${line}` });
    }
  }

  /** Called by the reader too, before the unit that gave the header out is parsed. */
  takeTypes(header: Declared): void {
    for (const { name, type } of header.typedefs) {
      if (!this.#typedefs.has(name)) this.#typedefs.set(name, type);
    }
  }

  #takeHeader(header: Declared): void {
    this.takeTypes(header);
    this.#takeErrors(header);
    for (const definition of header.functions) {
      if (!this.#inline.has(definition.name)) this.#inline.set(definition.name, definition);
    }
    for (const global of header.globals) {
      if (!this.#headerGlobals.has(global.name)) this.#headerGlobals.set(global.name, global);
    }
    for (const struct of header.structs) {
      if (!this.#structs.has(struct.tag)) this.#structs.set(struct.tag, struct);
    }
    for (const { name, value } of header.constants) {
      if (!this.#constants.has(name)) this.#constants.set(name, value);
    }
    for (const { name, type } of header.declared) {
      if (!this.#declaredTypes.has(name)) this.#declaredTypes.set(name, type);
    }
  }

  /** The function that a call of `name` in `from` reaches; null where no selected file has it. */
  function(name: string, from: string, depth = 0): FunctionDef | null {
    const own = this.unit(from)?.functions.get(name);
    if (own !== undefined) return own;
    const files = this.#functionFiles.get(name) ?? [];
    for (const file of files) {
      const found = this.unit(file)?.functions.get(name);
      if (found !== undefined && !found.isStatic) return found;
    }
    const inline = this.#inline.get(name);
    if (inline !== undefined) return inline;
    const alias = this.#aliases.get(name);
    if (alias !== undefined && depth <= 5) return this.function(alias, from, depth + 1);
    return this.#fromTemplate(name);
  }

  // `#define CHIP lca` and an included C file whose functions are named CHIP_…: the scan sees none.
  #fromTemplate(name: string): FunctionDef | null {
    const before = this.#made.get(name);
    if (before !== undefined) return before;
    let found: FunctionDef | null = null;
    for (const { file, words } of this.#templates) {
      if (found !== null || !words.some((word) => name.includes(word))) continue;
      const made = this.unit(file)?.functions.get(name);
      if (made !== undefined && !made.isStatic) found = made;
    }
    this.#made.set(name, found);
    return found;
  }

  /** The variable that `name` means in `from`; null where no selected file defines it. */
  global(name: string, from: string): GlobalDef | null {
    const own = this.unit(from)?.globals.get(name);
    if (own !== undefined && (own.isStatic || own.init !== undefined)) return own;
    let found: GlobalDef | null = own ?? null;
    for (const file of this.#globalFiles.get(name) ?? []) {
      const candidate = this.unit(file)?.globals.get(name);
      if (candidate === undefined || candidate.isStatic) continue;
      if (candidate.init !== undefined) return candidate;
      found ??= candidate;
    }
    return found ?? this.#headerGlobals.get(name) ?? null;
  }

  isLabel(name: string): boolean {
    return this.#labels.has(name);
  }

  labelPlace(name: string): string | undefined {
    return this.#labels.get(name);
  }

  /** What the assembly from a label on may call. */
  assemblyCalls(name: string): AssemblyCalls {
    const [file = '', line = '0'] = (this.#labels.get(name) ?? '').split(':');
    const { names, isOpen } = callsOfLabel(this.#assembly.get(file) ?? '', Number(line));
    const isKnown = (one: string): boolean => one !== name && this.mightBeFunction(one);
    return { names: names.filter(isKnown), isOpen };
  }

  /** The selected C files, as they are written. */
  texts(): Iterable<readonly [string, string]> {
    return this.#texts;
  }

  /** Every structure that was read so far. */
  structs(): readonly StructDef[] {
    const own = [...this.#units.values()].flatMap((unit) => [...(unit?.structs.values() ?? [])]);
    return [...this.#structs.values(), ...own];
  }

  /** Whether assembly names the symbol: its value is then not what C alone would say. */
  isTouchedByAssembly(name: string): boolean {
    return this.#symbols.has(name);
  }

  mightBeFunction(name: string): boolean {
    return this.#functionFiles.has(name) || this.#inline.has(name) || this.#labels.has(name);
  }

  declaredType(name: string): CType | undefined {
    return this.#declaredTypes.get(name);
  }

  struct(tag: string, file: string): StructDef | undefined {
    return this.#units.get(file)?.structs.get(tag) ?? this.#structs.get(tag);
  }

  typedef(name: string, file: string): CType | undefined {
    return this.#units.get(file)?.typedefs.get(name) ?? this.#typedefs.get(name);
  }

  enumConstant(name: string, file: string): Expr | undefined {
    return this.#units.get(file)?.constants.get(name) ?? this.#constants.get(name);
  }

  /** The macro that a call of `name` on that line was expanded from. */
  origin(file: string, line: number, name: string): string | undefined {
    return this.#origins.get(`${file}:${line}:${name}`);
  }

  /** The entries of a link set in the linker's order; files that seem to add one are read. */
  linkSet(name: string): readonly LinkSetEntry[] {
    const { tree, configuration } = this.#setup;
    if (!this.#setsRead.has(name)) {
      this.#setsRead.add(name);
      this.#headersBeside ??= headersBeside(this.#texts, (path) => tree.size(path) !== null);
      for (const path of [...this.#included, ...this.#headersBeside]) {
        if (!this.#linkSets.hasHeader(path)) {
          this.#linkSets.addHeader(path, tree.read(path) ?? '');
        }
      }
      const mentions = this.#linkSets.mentions(name);
      for (const [file, text] of this.#texts) if (mentions.test(text)) this.unit(file);
    }
    return this.#linkSets.entries(name, configuration.files);
  }

  /** Functions that some structure holds in a member of that name: `.pgo_init = udv_init`. */
  memberCandidates(member: string): readonly string[] {
    if (this.#members === null) {
      this.#members = new Map();
      const pattern = /\.(\w+)\s*=\s*&?\s*(?:\([^()]{0,80}\)\s*)?([A-Za-z_]\w*)/g;
      for (const text of this.#texts.values()) {
        for (const [, name = '', value = ''] of text.matchAll(pattern)) {
          if (!this.mightBeFunction(value)) continue;
          const known = this.#members.get(name);
          if (known === undefined) this.#members.set(name, new Set([value]));
          else known.add(value);
        }
      }
    }
    return [...(this.#members.get(member) ?? [])];
  }
}
