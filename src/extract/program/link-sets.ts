/**
 * Link sets: tables that the linker puts together out of entries in many files.
 *
 * A file adds its entry with `__link_set_add_rodata(pools, x)`, nearly always through a macro of
 * some header (`POOL_INIT`, `MODULE`, `SYSCTL_SETUP`). Which files to read for a set is told by the
 * names of such macros, so those are looked for in the headers that are known.
 */
import { append } from './unit.ts';

export interface LinkSetEntry {
  /** What the entry points at: `&name`, or `name[1]`. */
  readonly symbol: string;
  readonly file: string;
}

export class LinkSets {
  readonly #entries = new Map<string, LinkSetEntry[]>();
  /** Macro → the sets that its body adds to; `*` where a parameter names the set. */
  readonly #macros = new Map<string, Set<string>>();
  readonly #headers = new Map<string, string>();

  /** An entry that a file which was read adds. */
  add(set: string, entry: LinkSetEntry): void {
    append(this.#entries, set, entry);
  }

  /** Entries in the linker's order: that of the files. */
  entries(set: string, files: readonly string[]): readonly LinkSetEntry[] {
    const order = new Map(files.map((file, index) => [file, index]));
    const unique = new Map(
      (this.#entries.get(set) ?? []).map((entry) => [`${entry.symbol}@${entry.file}`, entry]),
    );
    return [...unique.values()].sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0));
  }

  hasHeader(path: string): boolean {
    return this.#headers.has(path);
  }

  addHeader(path: string, text: string): void {
    this.#headers.set(path, text.includes('define') ? text : '');
  }

  /** What a file's text holds if it adds to the set. */
  mentions(set: string): RegExp {
    this.#findMacros();
    const adding = [...this.#macros]
      .filter(([, sets]) => sets.has(set) || sets.has('*'))
      .map(([macro]) => `\\b${macro}\\s*\\(`);
    return new RegExp([`__link_set_add\\w*\\s*\\(\\s*${set}\\b`, ...adding].join('|'));
  }

  // A macro may add by another one, which may stand in a later header.
  #findMacros(): void {
    for (let before = -1; before !== this.#macros.size;) {
      before = this.#macros.size;
      const known = [...this.#macros.keys()].map((macro) => `\\b${macro}\\s*\\(`);
      const adds = new RegExp(['__link_set_add', ...known].join('|'));
      for (const text of this.#headers.values()) {
        if (adds.test(text)) this.#macrosIn(text);
      }
    }
  }

  #macrosIn(text: string): void {
    for (const [, macro = '', parameters = '', body = ''] of text.matchAll(functionMacro)) {
      if (macro.startsWith('__link_set_add')) continue;
      const sets = this.#macros.get(macro) ?? new Set<string>();
      const isParameter = (name: string): boolean =>
        parameters.split(',').some((parameter) => parameter.trim() === name);
      for (const [, set = ''] of body.matchAll(/__link_set_add\w*\s*\(\s*(\w+)/g)) {
        sets.add(isParameter(set) ? '*' : set);
      }
      for (const [other, theirs] of this.#macros) {
        if (other !== macro && new RegExp(`\\b${other}\\s*\\(`).test(body)) {
          for (const set of theirs) sets.add(set);
        }
      }
      if (sets.size > 0) this.#macros.set(macro, sets);
    }
  }
}

/** Headers beside the files that name them, read or not: the macro that adds to a set may be theirs. */
export function headersBeside(
  texts: Iterable<readonly [file: string, text: string]>,
  exists: (path: string) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [file, text] of texts) {
    const folder = file.slice(0, file.lastIndexOf('/') + 1);
    for (const [, name = ''] of text.matchAll(includeLine)) {
      const path = `${folder}${name}`;
      if (!found.has(path) && exists(path)) found.add(path);
    }
  }
  return found;
}

const includeLine = /^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm;

/** `#define NAME(a, b) …` with all lines that a backslash continues. */
const functionMacro = /^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)]*)\)((?:[^\\\n]|\\(?:\r?\n|.))*)/gm;
