/**
 * The C preprocessor: conditionals, includes, macros; what comes out keeps its line numbers.
 *
 * A header's text is given out once, the first time that any unit includes it; later units only
 * take its macros. That is right for headers whose declarations do not depend on who includes
 * them, which is nearly all, and makes a unit cost milliseconds instead of a second.
 */
import { conditionValue } from './condition.ts';
import type { HeaderEffect } from './header-effects.ts';
import { virtualPrefix } from './include-path.ts';
import type { MacroTable } from './macros.ts';
import { parseMacro } from './macros.ts';
import type { HeaderDesk, Preprocessed, PreprocessorSetup } from './preprocessed.ts';
import { Run } from './run.ts';
import type { SourceFile } from './source.ts';
import { sourceFile } from './source.ts';

export class Preprocessor implements HeaderDesk {
  readonly #setup: PreprocessorSetup;
  readonly #sources = new Map<string, SourceFile | null>();
  readonly #conditions = new Map<string, boolean>();
  readonly #given = new Set<string>();
  readonly #effects = new Map<string, HeaderEffect[]>();

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
      return text === undefined ? null : sourceFile(path, text, this.#setup.placed);
    }
    const size = this.#setup.tree.size(path);
    if (size === null || size > this.#setup.limits.fileSizeMax) return null;
    const text = this.#setup.tree.read(path);
    return text === null ? null : sourceFile(path, text, this.#setup.placed);
  }

  wantsText(path: string): boolean {
    if (this.#given.has(path) || path.startsWith(virtualPrefix)) return false;
    this.#given.add(path);
    return true;
  }

  effects(path: string): HeaderEffect[] {
    let effects = this.#effects.get(path);
    if (effects === undefined) {
      effects = [];
      this.#effects.set(path, effects);
    }
    return effects;
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
