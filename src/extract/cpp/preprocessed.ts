/** What the preprocessor is given and what comes out of it. */
import type { Limits } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import type { HeaderEffect } from './header-effects.ts';
import type { IncludePath } from './include-path.ts';
import type { Macro, MacroTable } from './macros.ts';
import type { SourceFile } from './source.ts';

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
  /** Macros whose place is kept. */
  readonly placed?: ReadonlySet<string>;
}

/** A use of a macro that is recorded and not expanded: `__link_set_add_data(pools, x)`. */
export interface Recorded {
  readonly name: string;
  readonly args: readonly string[];
  readonly file: string;
  readonly line: number;
}

/** A header that is not in the tree. */
export interface MissingHeader {
  readonly name: string;
  readonly at: string;
  /** The tree's own copy of it, where that was read instead. */
  readonly standIn?: string;
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
  readonly missing: readonly MissingHeader[];
  readonly exceeded: readonly { readonly limit: string; readonly at: string }[];
  readonly macros: MacroTable;
}

/** What all units share: files, macros and conditions that were read before. */
export interface HeaderDesk {
  source(path: string): SourceFile | null;
  /** Whether the header's text is to be given out; true once. */
  wantsText(path: string): boolean;
  condition(tokens: readonly string[]): boolean;
  /** What the header is known to do, in one situation or several; the list may be added to. */
  effects(path: string): HeaderEffect[];
}
