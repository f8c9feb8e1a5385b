/**
 * One unit on its way through the preprocessor: conditionals, includes, expansion.
 */
import type { Limits } from '../limits.ts';
import type { Conditional, Directive, IncludeTarget, Opening } from './directive.ts';
import { includeTarget, isConditional } from './directive.ts';
import { WatchedMacros } from './header-effects.ts';
import type { Expansion, MacroTable, MacroView } from './macros.ts';
import { endsInsideCall, expand } from './macros.ts';
import type { HeaderDesk, Preprocessed, PreprocessorSetup, Recorded } from './preprocessed.ts';
import type { SourceFile } from './source.ts';
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

/** Headers that do something else each time are walked each time. */
const effectsMax = 8;

export class Run implements Expansion {
  readonly macros: MacroView;
  readonly keep: ReadonlySet<string>;
  readonly limits: Limits;
  line = 0;
  readonly #owner: HeaderDesk;
  readonly #setup: PreprocessorSetup;
  readonly #gives: boolean;
  readonly #watched: WatchedMacros;
  readonly #headers: { path: string; text: string }[] = [];
  readonly #recorded: Recorded[] = [];
  readonly #origins = new Map<string, string>();
  readonly #exceeded = new Map<string, string>();
  readonly #open: string[] = [];
  #limitsMet = 0;
  #size = 0;
  #file = '';

  /** Conditions and names of headers ask for macros that decide what a header does; text does not. */
  readonly #asking: Expansion;

  constructor(owner: HeaderDesk, setup: PreprocessorSetup, macros: MacroTable, gives: boolean) {
    this.#owner = owner;
    this.#gives = gives;
    this.#setup = setup;
    this.macros = macros;
    this.#watched = new WatchedMacros(macros);
    this.keep = setup.keep;
    this.limits = setup.limits;
    this.#asking = {
      macros: this.#watched,
      keep: this.keep,
      limits: this.limits,
      line: 0,
      record: () => false,
    };
  }

  whole(main: SourceFile): Preprocessed {
    const out: string[] = [];
    this.#process(main, out);
    const { table, includes, absent, missing } = this.#watched;
    return {
      path: main.path,
      text: out.join(''),
      headers: this.#headers,
      includes,
      absent,
      recorded: this.#recorded,
      origins: this.#origins,
      missing: [...missing.values()],
      exceeded: [...this.#exceeded].map(([limit, at]) => ({ limit, at })),
      macros: table,
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
    this.#limitsMet++;
    if (!this.#exceeded.has(limit)) this.#exceeded.set(limit, `${this.#file}:${this.line}`);
  }

  #process(file: SourceFile, out: string[] | null): void {
    if (file.guard !== null && this.#watched.has(file.guard)) return;
    if (this.#open.length >= this.limits.includeDepthMax) return this.#limit('includeDepthMax');
    if (this.#watched.includes.length >= this.limits.includesMax) return this.#limit('includesMax');
    this.#open.push(file.path);
    this.#watched.included(file.path);
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
      const { directive } = line;
      if (directive !== null) {
        if (isConditional(directive)) on = this.#branch(directive, branches, on);
        else if (on) this.#directive(directive, file.path, out);
        if (out !== null) out.push('\n'.repeat(line.count));
      } else if (out !== null && on) {
        const taken = this.#text(file, i, branches, on);
        i = taken.last;
        on = taken.on;
        this.#size += taken.text.length;
        out.push(taken.text, '\n'.repeat(taken.count));
      } else {
        // Text that nobody wants: on to the next directive.
        const next = file.nextDirective[i] ?? file.lines.length;
        const end = file.lines[next - 1] ?? line;
        if (out !== null) out.push('\n'.repeat(end.line + end.count - line.line));
        i = next - 1;
      }
    }
    this.#open.pop();
    this.#file = before;
  }

  #branch(directive: Conditional, branches: Branch[], on: boolean): boolean {
    switch (directive.kind) {
      case 'endif':
        return branches.pop()?.around ?? on;
      case 'else':
      case 'elif': {
        const branch = branches.at(-1);
        if (branch === undefined) return on;
        if (!branch.around || branch.taken) return false;
        branch.taken = directive.kind === 'else' || this.#holds(directive.tokens);
        return branch.taken;
      }
      default: {
        const taken = on && this.#begins(directive);
        branches.push({ around: on, taken });
        return taken;
      }
    }
  }

  #begins(directive: Opening): boolean {
    if (directive.kind === 'if') return this.#holds(directive.tokens);
    return this.#watched.has(directive.name) === (directive.kind === 'ifdef');
  }

  #holds(tokens: readonly string[]): boolean {
    const asked: string[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] ?? '';
      if (token === 'defined') {
        const inBrackets = tokens[i + 1] === '(';
        asked.push(this.#watched.has(tokens[inBrackets ? i + 2 : i + 1] ?? '') ? '1' : '0');
        i += inBrackets ? 3 : 1;
      } else if (questions.has(token) && tokens[i + 1] === '(') {
        while (i < tokens.length && tokens[i] !== ')') i++;
        asked.push('0');
      } else asked.push(token);
    }
    const expanded = expand(asked, this.#asking, (limit) => this.#limit(limit));
    return this.#owner.condition(expanded.filter((token) => !isBlank(token)));
  }

  #directive(directive: Directive, path: string, out: string[] | null): void {
    switch (directive.kind) {
      case 'define': {
        const { macro } = directive;
        if (macro !== null && !this.#setup.fixed.has(macro.name)) {
          this.#watched.define(macro);
        }
        return;
      }
      case 'undef':
        if (!this.#setup.fixed.has(directive.name)) this.#watched.undefine(directive.name);
        return;
      case 'include': {
        const target = directive.target ?? this.#madeTarget(directive.text);
        if (target !== null) this.#include(target, path, out);
        return;
      }
      default:
        return;
    }
  }

  // `#include MACRO`
  #madeTarget(text: string): IncludeTarget | null {
    if (/^[<"]/.test(text)) return null;
    const tokens = expand(tokenise(text), this.#asking, (limit) => this.#limit(limit));
    return includeTarget(tokens.join('').trim());
  }

  #include({ name, quoted }: IncludeTarget, from: string, around: string[] | null): void {
    const found = this.#setup.includes.find(name, from, quoted);
    this.#watched.lookedFor(found.absent);
    const file = found.path === null ? null : this.#owner.source(found.path);
    if (file === null || found.isStandIn === true) {
      const standIn = file === null ? {} : { standIn: file.path };
      this.#watched.notFound({ name, at: `${from}:${this.line}`, ...standIn });
    }
    if (file === null) return;
    if (this.#open.filter((open) => open === file.path).length > 3) {
      return this.#limit(`includeDepthMax: ${file.path} includes itself`);
    }
    if (file.guard !== null && this.#watched.has(file.guard)) return;
    if (!this.#gives) return this.#process(file, null);
    if (around !== null && isInsideBraces(around)) return this.#inline(file, around);
    if (!this.#owner.wantsText(file.path)) return this.#takeMacros(file);
    const out: string[] = [];
    this.#process(file, out);
    this.#headers.push({ path: file.path, text: out.join('') });
  }

  // A piece of a table or of a function's body stands on the line that includes it.
  #inline(file: SourceFile, around: string[]): void {
    const out: string[] = [];
    this.#process(file, out);
    around.push(out.join('').replaceAll('\n', ' '));
  }

  /** Does what the header did before to macros like these; else walks it, and notes what it does. */
  #takeMacros(file: SourceFile): void {
    const known = this.#owner.effects(file.path);
    const room = this.limits.includesMax - this.#watched.includes.length;
    const before = known.find((one) => one.includes.length < room && this.#watched.fits(one));
    if (before !== undefined) return this.#watched.repeat(before);
    const limitsMet = this.#limitsMet;
    const effect = this.#watched.watch(() => this.#process(file, null));
    if (limitsMet === this.#limitsMet && known.length < effectsMax) known.push(effect);
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
    let tokens = first === undefined || first.text === '' ? [] : tokenise(first.text);
    if (!tokens.some((token) => isName(token) && this.#watched.table.has(token))) {
      return { text: first?.text ?? '', count, last, on };
    }
    while (last - start < 400 && endsInsideCall(tokens, this.macros)) {
      const next = file.lines[last + 1];
      if (next === undefined) break;
      if (next.directive !== null) {
        if (!isConditional(next.directive)) break;
        on = this.#branch(next.directive, branches, on);
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

const braceOrQuoted = /[{}]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;

/** Whether text that ends here leaves a body or an initialiser open. */
function isInsideBraces(text: readonly string[]): boolean {
  let depth = 0;
  for (const piece of text) {
    for (const [found] of piece.matchAll(braceOrQuoted)) {
      if (found === '{') depth++;
      else if (found === '}') depth--;
    }
  }
  return depth > 0;
}
