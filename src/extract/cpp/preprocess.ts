/**
 * The C preprocessor: conditionals, includes, macros; what comes out keeps its line numbers.
 *
 * A header's text is given out once, the first time that any unit includes it; later units only
 * take its macros. That is right for headers whose declarations do not depend on who includes
 * them, which is nearly all, and makes a unit cost milliseconds instead of a second.
 */
import type { Limits } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import { conditionValue } from './condition.ts';
import type { IncludePath } from './include-path.ts';
import { virtualPrefix } from './include-path.ts';
import type { Expansion, Macro, MacroTable } from './macros.ts';
import { endsInsideCall, expand, parseMacro } from './macros.ts';
import type { SourceFile, SourceLine } from './source.ts';
import { sourceFile } from './source.ts';
import { isBlank, isName, tokenise } from './tokens.ts';

export interface PreprocessorSetup {
  readonly tree: SourceTree;
  readonly limits: Limits;
  readonly includes: IncludePath;
  readonly generated: ReadonlyMap<string, string>;
  readonly predefined: MacroTable;
  /** Macros of single files, as a makefile's `CPPFLAGS.file.c`. */
  readonly ownMacros?: ReadonlyMap<string, readonly Macro[]>;
  /** Names that the tree may neither define nor undefine. */
  readonly fixed: ReadonlySet<string>;
  readonly keep: ReadonlySet<string>;
  /** Functions whose calls should be traced back to the macro that made them. */
  readonly interesting: ReadonlySet<string>;
}

/** A use of a macro that is recorded and not expanded: `__link_set_add_data(pools, x)`. */
export interface Recorded {
  readonly name: string;
  readonly args: readonly string[];
  readonly file: string;
  readonly line: number;
}

export interface Preprocessed {
  readonly path: string;
  readonly text: string;
  /** Headers given out with this unit, in the order in which they end. */
  readonly headers: readonly { readonly path: string; readonly text: string }[];
  /** Every file that was read, in order. */
  readonly includes: readonly string[];
  /** Paths at which an included file was looked for in vain. */
  readonly absent: ReadonlySet<string>;
  readonly recorded: readonly Recorded[];
  /** `file:line:function` → the macro whose expansion holds the call. */
  readonly origins: ReadonlyMap<string, string>;
  readonly missing: readonly { readonly name: string; readonly at: string }[];
  readonly exceeded: readonly { readonly limit: string; readonly at: string }[];
  readonly macros: MacroTable;
}

export class Preprocessor {
  readonly #setup: PreprocessorSetup;
  readonly #sources = new Map<string, SourceFile | null>();
  readonly #conditions = new Map<string, boolean>();
  readonly #definitions = new WeakMap<SourceLine, Macro | null>();
  readonly #given = new Set<string>();

  constructor(setup: PreprocessorSetup) {
    this.#setup = setup;
  }

  /** Says that a header's declarations are known, so its text need not be given out. */
  give(path: string): void {
    this.#given.add(path);
  }

  hasGiven(path: string): boolean {
    return this.#given.has(path);
  }

  /** Preprocesses one file; null where it cannot be read. */
  run(path: string): Preprocessed | null {
    const main = this.source(path);
    if (main === null) return null;
    const macros: MacroTable = new Map(this.#setup.predefined);
    for (const macro of this.#setup.ownMacros?.get(path) ?? []) macros.set(macro.name, macro);
    return new Run(this, this.#setup, macros, true).whole(main);
  }

  /** Preprocesses a file that is not C: its headers read differently, and are not given out. */
  runAssembly(path: string, extra: readonly string[]): Preprocessed | null {
    const main = this.source(path);
    if (main === null) return null;
    const macros: MacroTable = new Map(this.#setup.predefined);
    for (const text of extra) {
      const macro = parseMacro(text);
      if (macro !== null) macros.set(macro.name, macro);
    }
    return new Run(this, this.#setup, macros, false).whole(main);
  }

  source(path: string): SourceFile | null {
    const before = this.#sources.get(path);
    if (before !== undefined) return before;
    const file = this.#load(path);
    this.#sources.set(path, file);
    return file;
  }

  #load(path: string): SourceFile | null {
    if (path.startsWith(virtualPrefix)) {
      const text = this.#setup.generated.get(path.slice(virtualPrefix.length));
      return text === undefined ? null : sourceFile(path, text);
    }
    const size = this.#setup.tree.size(path);
    if (size === null || size > this.#setup.limits.fileSizeMax) return null;
    const text = this.#setup.tree.read(path);
    return text === null ? null : sourceFile(path, text);
  }

  wantsText(path: string): boolean {
    if (this.#given.has(path) || path.startsWith(virtualPrefix)) return false;
    this.#given.add(path);
    return true;
  }

  definition(line: SourceLine): Macro | null {
    let macro = this.#definitions.get(line);
    if (macro === undefined) {
      macro = parseMacro(line.text);
      this.#definitions.set(line, macro);
    }
    return macro;
  }

  condition(tokens: readonly string[]): boolean {
    const key = tokens.join(' ');
    let value = this.#conditions.get(key);
    if (value === undefined) {
      value = conditionValue(tokens, this.#setup.limits.nestingMax) ?? false;
      this.#conditions.set(key, value);
    }
    return value;
  }
}

interface Branch {
  /** Whether the text around the conditional is wanted. */
  readonly around: boolean;
  taken: boolean;
}

const questions = new Set([
  '__has_include',
  '__has_feature',
  '__has_extension',
  '__has_attribute',
  '__has_builtin',
]);

class Run implements Expansion {
  readonly macros: MacroTable;
  readonly keep: ReadonlySet<string>;
  readonly limits: Limits;
  line = 0;
  readonly #owner: Preprocessor;
  readonly #setup: PreprocessorSetup;
  readonly #gives: boolean;
  readonly #absent = new Set<string>();
  readonly #headers: { path: string; text: string }[] = [];
  readonly #includes: string[] = [];
  readonly #recorded: Recorded[] = [];
  readonly #origins = new Map<string, string>();
  readonly #missing = new Map<string, string>();
  readonly #exceeded = new Map<string, string>();
  readonly #open: string[] = [];
  #size = 0;
  #file = '';

  constructor(owner: Preprocessor, setup: PreprocessorSetup, macros: MacroTable, gives: boolean) {
    this.#owner = owner;
    this.#gives = gives;
    this.#setup = setup;
    this.macros = macros;
    this.keep = setup.keep;
    this.limits = setup.limits;
  }

  whole(main: SourceFile): Preprocessed {
    const out: string[] = [];
    this.#process(main, out);
    return {
      path: main.path,
      text: out.join(''),
      headers: this.#headers,
      includes: this.#includes,
      absent: this.#absent,
      recorded: this.#recorded,
      origins: this.#origins,
      missing: [...this.#missing].map(([name, at]) => ({ name, at })),
      exceeded: [...this.#exceeded].map(([limit, at]) => ({ limit, at })),
      macros: this.macros,
    };
  }

  record(name: string, args: readonly (readonly string[])[]): boolean {
    if (!name.startsWith('__link_set_add') && !/^__(weak|strong)_alias$/.test(name)) return false;
    const texts = args.map((arg) =>
      expand(arg, this, () => undefined)
        .join('')
        .trim(),
    );
    this.#recorded.push({ name, args: texts, file: this.#file, line: this.line });
    return true;
  }

  expanded(macro: string, tokens: readonly string[]): void {
    for (const token of tokens) {
      if (token === macro || !this.#setup.interesting.has(token)) continue;
      this.#origins.set(`${this.#file}:${this.line}:${token}`, macro);
    }
  }

  #limit(limit: string): void {
    if (!this.#exceeded.has(limit)) this.#exceeded.set(limit, `${this.#file}:${this.line}`);
  }

  #process(file: SourceFile, out: string[] | null): void {
    if (file.guard !== null && this.macros.has(file.guard)) return;
    if (this.#open.length >= this.limits.includeDepthMax) return this.#limit('includeDepthMax');
    if (this.#includes.length >= this.limits.includesMax) return this.#limit('includesMax');
    this.#open.push(file.path);
    this.#includes.push(file.path);
    const before = this.#file;
    const branches: Branch[] = [];
    let on = true;
    for (let i = 0; i < file.lines.length; i++) {
      const line = file.lines[i];
      if (line === undefined) break;
      this.#file = file.path;
      this.line = line.line;
      if (this.#size > this.limits.unitSizeMax) {
        this.#limit('unitSizeMax');
        break;
      }
      if (line.directive !== null) {
        if (out !== null) out.push('\n'.repeat(line.count));
        if (/^(if|el|endif)/.test(line.directive)) on = this.#branch(line, branches, on);
        else if (on) this.#directive(line, file.path);
      } else if (out !== null) {
        if (on && line.text !== '') {
          const taken = this.#text(file, i, branches, on);
          i = taken.last;
          on = taken.on;
          this.#size += taken.text.length;
          out.push(taken.text, '\n'.repeat(taken.count));
        } else out.push('\n'.repeat(line.count));
      }
    }
    this.#open.pop();
    this.#file = before;
  }

  #branch(line: SourceLine, branches: Branch[], on: boolean): boolean {
    const { directive, text } = line;
    if (directive === 'endif') return branches.pop()?.around ?? on;
    if (directive === 'else' || directive === 'elif') {
      const branch = branches.at(-1);
      if (branch === undefined) return on;
      if (!branch.around || branch.taken) return false;
      branch.taken = directive === 'else' || this.#holds(text);
      return branch.taken;
    }
    const branch: Branch = { around: on, taken: false };
    branches.push(branch);
    if (!on) return false;
    if (directive === 'if') branch.taken = this.#holds(text);
    else {
      const name = /^[\w$]*/.exec(text)?.[0] ?? '';
      branch.taken = this.macros.has(name) === (directive === 'ifdef');
    }
    return branch.taken;
  }

  #holds(text: string): boolean {
    const tokens = tokenise(text).filter((token) => !isBlank(token));
    const asked: string[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] ?? '';
      if (token === 'defined') {
        const inBrackets = tokens[i + 1] === '(';
        asked.push(this.macros.has(tokens[inBrackets ? i + 2 : i + 1] ?? '') ? '1' : '0');
        i += inBrackets ? 3 : 1;
      } else if (questions.has(token) && tokens[i + 1] === '(') {
        while (i < tokens.length && tokens[i] !== ')') i++;
        asked.push('0');
      } else asked.push(token);
    }
    const expanded = expand(asked, this, (limit) => this.#limit(limit));
    return this.#owner.condition(expanded.filter((token) => !isBlank(token)));
  }

  #directive(line: SourceLine, path: string): void {
    switch (line.directive) {
      case 'define': {
        const macro = this.#owner.definition(line);
        if (macro !== null && !this.#setup.fixed.has(macro.name))
          this.macros.set(macro.name, macro);
        return;
      }
      case 'undef': {
        const name = /^[\w$]*/.exec(line.text)?.[0] ?? '';
        if (!this.#setup.fixed.has(name)) this.macros.delete(name);
        return;
      }
      case 'include':
      case 'include_next':
        return this.#include(line, path);
      default:
        return;
    }
  }

  #include(line: SourceLine, from: string): void {
    const direct = /^[<"]/.test(line.text);
    const text = direct
      ? line.text
      : expand(tokenise(line.text), this, (limit) => this.#limit(limit))
          .join('')
          .trim();
    const match = /^([<"])([^>"]+)[>"]/.exec(text);
    if (match === null) return;
    const [, quote, name = ''] = match;
    const { path, absent } = this.#setup.includes.find(name, from, quote === '"');
    for (const one of absent) this.#absent.add(one);
    const file = path === null ? null : this.#owner.source(path);
    if (file === null) {
      if (!this.#missing.has(name)) this.#missing.set(name, `${from}:${line.line}`);
      return;
    }
    if (this.#open.filter((open) => open === file.path).length > 3) {
      return this.#limit(`includeDepthMax: ${file.path} includes itself`);
    }
    if (file.guard !== null && this.macros.has(file.guard)) return;
    if (!this.#gives || !this.#owner.wantsText(file.path)) return this.#process(file, null);
    const out: string[] = [];
    this.#process(file, out);
    this.#headers.push({ path: file.path, text: out.join('') });
  }

  // Expands the line at `start`; takes the following lines in while a macro's arguments are open.
  #text(
    file: SourceFile,
    start: number,
    branches: Branch[],
    onBefore: boolean,
  ): {
    readonly text: string;
    readonly count: number;
    readonly last: number;
    readonly on: boolean;
  } {
    const first = file.lines[start];
    let count = first?.count ?? 1;
    let last = start;
    let on = onBefore;
    let tokens = tokenise(first?.text ?? '');
    if (!tokens.some((token) => isName(token) && this.macros.has(token))) {
      return { text: first?.text ?? '', count, last, on };
    }
    while (last - start < 400 && endsInsideCall(tokens, this.macros)) {
      const next = file.lines[last + 1];
      if (next === undefined) break;
      if (next.directive !== null) {
        if (!/^(if|el|endif)/.test(next.directive)) break;
        on = this.#branch(next, branches, on);
      } else if (on) tokens = [...tokens, ' ', ...tokenise(next.text)];
      last++;
      count += next.count;
    }
    return {
      text: expand(tokens, this, (limit) => this.#limit(limit)).join(''),
      count,
      last,
      on,
    };
  }
}
