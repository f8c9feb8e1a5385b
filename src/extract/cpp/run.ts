/**
 * One unit on its way through the preprocessor: conditionals, includes, expansion.
 */
import type { Limits } from '../limits.ts';
import type { Expansion, MacroTable } from './macros.ts';
import { endsInsideCall, expand } from './macros.ts';
import type { HeaderDesk, Preprocessed, PreprocessorSetup, Recorded } from './preprocessed.ts';
import type { SourceFile, SourceLine } from './source.ts';
import { isBlank, isName, tokenise } from './tokens.ts';

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

export class Run implements Expansion {
  readonly macros: MacroTable;
  readonly keep: ReadonlySet<string>;
  readonly limits: Limits;
  line = 0;
  readonly #owner: HeaderDesk;
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

  constructor(owner: HeaderDesk, setup: PreprocessorSetup, macros: MacroTable, gives: boolean) {
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
        const macro = this.#owner.definition(line, path);
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
