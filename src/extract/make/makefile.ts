/**
 * Which sources a library has, and how they are compiled, read from its makefile.
 *
 * A small part of make(1): assignments, `.PATH`, `.include` inside the tree, conditionals and
 * `.for`. No command is run. Whatever else stands there is a problem with its place.
 */
import type { ConfProblem } from '../config/configuration.ts';
import type { Limits } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import { folderOf, insideTree, joinPath } from '../source-tree.ts';
import { makeCondition } from './condition.ts';
import { expandText } from './expand.ts';
import type { MakeLine } from './lines.ts';
import { makeLines } from './lines.ts';

export interface Makefile {
  /** A variable with everything in it expanded; empty where nobody sets it. */
  value(name: string): string;
  readonly variables: readonly string[];
  /** Folders of `.PATH`, in order, inside the tree. */
  readonly paths: readonly string[];
  /** Makefiles that were read. */
  readonly files: readonly string[];
  readonly problems: readonly ConfProblem[];
  /** Files that a rule makes by a command. */
  readonly made: ReadonlySet<string>;
  /** Files of the tree that were looked for in vain. */
  readonly absent: readonly string[];
  /** Variables that a condition asks about and nobody sets. */
  readonly unset: readonly string[];
}

/** Reads a makefile with all it includes; `given` stands for the command line, and wins. */
export function readMakefile(
  tree: SourceTree,
  path: string,
  given: ReadonlyMap<string, string>,
  limits: Limits,
): Makefile {
  const reader = new MakeReader(tree, limits, given);
  reader.set('.CURDIR', folderOf(path));
  reader.include(path, path, true);
  return {
    value: (name) => reader.expanded(`\${${name}}`, path),
    variables: reader.names(),
    paths: reader.paths,
    files: reader.files,
    problems: reader.problems,
    made: reader.made,
    absent: [...reader.absent],
    unset: [...reader.unset],
  };
}

interface Branch {
  on: boolean;
  taken: boolean;
}

class MakeReader {
  readonly paths: string[] = [];
  readonly files: string[] = [];
  readonly problems: ConfProblem[] = [];
  readonly made = new Set<string>();
  readonly absent = new Set<string>();
  readonly unset = new Set<string>();
  readonly #tree: SourceTree;
  readonly #limits: Limits;
  readonly #given: ReadonlyMap<string, string>;
  readonly #variables = new Map<string, string>();
  readonly #open: string[] = [];
  #lineCount = 0;
  #loops = 0;

  constructor(tree: SourceTree, limits: Limits, given: ReadonlyMap<string, string>) {
    this.#tree = tree;
    this.#limits = limits;
    this.#given = given;
  }

  set(name: string, value: string): void {
    this.#variables.set(name, value);
  }

  names(): readonly string[] {
    return [...this.#variables.keys()];
  }

  expanded(text: string, at: string): string {
    return expandText(text, {
      value: (name) => this.#value(name),
      unknown: (what) => this.#problem('not understood', what, at),
      nestingMax: this.#limits.nestingMax,
      left: { letters: this.#limits.expansionTokensMax },
    });
  }

  #value(name: string): string | undefined {
    if (name === '.PARSEDIR') return folderOf(this.#open.at(-1) ?? '');
    return this.#given.get(name) ?? this.#variables.get(name);
  }

  #problem(kind: ConfProblem['kind'], what: string, at: string): void {
    const isKnown = this.problems.some((one) => one.what === what && one.at === at);
    if (!isKnown) this.problems.push({ kind, what, at });
  }

  include(path: string, at: string, required: boolean): void {
    const inside = insideTree(path);
    if (inside === null) {
      if (required) this.#problem('missing file', `${path}: leads outside the tree`, at);
      return;
    }
    if (this.#open.includes(inside)) return this.#problem('limit', `${inside} includes itself`, at);
    if (this.#open.length >= this.#limits.includeDepthMax) {
      return this.#problem('limit', `includeDepthMax at ${inside}`, at);
    }
    if (this.files.length >= this.#limits.includesMax) {
      return this.#problem('limit', `includesMax at ${inside}`, at);
    }
    const size = this.#tree.size(inside);
    const text = size === null || size > this.#limits.fileSizeMax ? null : this.#tree.read(inside);
    if (text === null) {
      if (size !== null)
        return this.#problem('limit', `fileSizeMax: ${inside} has ${size} bytes`, at);
      this.absent.add(inside);
      if (required) this.#problem('missing file', inside, at);
      return;
    }
    this.files.push(inside);
    this.#open.push(inside);
    this.#lines(makeLines(text, inside));
    this.#open.pop();
  }

  #lines(lines: readonly MakeLine[]): void {
    const branches: Branch[] = [];
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      if (line === undefined) break;
      if (++this.#lineCount > this.#limits.confLinesMax) {
        return this.#problem('limit', 'confLinesMax', line.at);
      }
      if (line.text.length > this.#limits.expansionTokensMax) {
        this.#problem('limit', 'expansionTokensMax', line.at);
        continue;
      }
      const [, directive, rest = ''] =
        /^\.\s*(-?[a-z]+)\b\s*(.*)$/.exec(line.text) ?? ([] as readonly string[]);
      if (directive !== undefined && /^(?:el)?if|^else$|^endif$/.test(directive)) {
        this.#conditional(directive, rest, branches, line.at);
      } else if (directive === 'for') {
        const end = endOfLoop(lines, i);
        if (branches.every(({ on }) => on)) this.#loop(rest, lines.slice(i + 1, end), line.at);
        i = end;
      } else if (branches.every(({ on }) => on)) this.#line(directive, rest, line);
    }
  }

  #line(directive: string | undefined, rest: string, line: MakeLine): void {
    if (directive === undefined) return this.#assignment(line);
    if (directive === 'undef') return void this.#variables.delete(rest);
    if (/^(?:-|s|d)?include$/.test(directive)) return this.#included(directive, rest, line.at);
    if (/^(?:error|warning|info|export|endfor)$/.test(directive)) return;
    this.#problem('not understood', line.text.slice(0, 60), line.at);
  }

  #included(directive: string, rest: string, at: string): void {
    const [, mark, name = ''] = /^([<"])([^>"]+)[>"]/.exec(rest) ?? [];
    const path = this.expanded(name, at);
    const isRequired = directive === 'include';
    // make's own folder is not part of a kernel tree.
    if (mark === '<') {
      const isNew = this.problems.every(({ what }) => what !== `<${path}>`);
      if (isRequired && isNew) this.#problem('outside', `<${path}>`, at);
      // What all libraries of a folder share: bsd.lib.mk reads it, through bsd.init.mk.
      const shared = this.expanded('${.CURDIR}/../Makefile.inc', at);
      if (path === 'bsd.lib.mk') this.include(shared, at, false);
      return;
    }
    const beside = joinPath(folderOf(this.#open.at(-1) ?? ''), path);
    const isBeside = insideTree(path) !== null && this.#isFile(beside) && !this.#isFile(path);
    this.include(isBeside ? beside : path, at, isRequired);
  }

  #isFile(path: string): boolean {
    const inside = insideTree(path);
    return inside !== null && this.#tree.size(inside) !== null;
  }

  #conditional(directive: string, rest: string, branches: Branch[], at: string): void {
    if (directive === 'endif') return void branches.pop();
    const last = branches.at(-1);
    if (directive.startsWith('el')) {
      if (last === undefined) return;
      const isAsked = !last.taken && branches.slice(0, -1).every(({ on }) => on);
      last.on = isAsked && (directive === 'else' || this.#holds(directive.slice(2), rest, at));
      last.taken ||= last.on;
      return;
    }
    const on = branches.every((branch) => branch.on) && this.#holds(directive, rest, at);
    branches.push({ on, taken: on });
  }

  #holds(directive: string, text: string, at: string): boolean {
    const negated = directive.startsWith('ifn');
    if (directive.endsWith('make')) return negated;
    const isKnown = (name: string): boolean => {
      if (this.#value(name) !== undefined) return true;
      this.unset.add(name);
      return false;
    };
    const value = makeCondition(
      text,
      {
        isDefined: (name) => isKnown(this.expanded(name, at)),
        isEmpty: (variable) => this.expanded(`\${${variable}}`, at).trim() === '',
        exists: (path) => this.#exists(path),
        text: (word) =>
          (word.match(/\$\{([\w.]+)\}/g) ?? []).every((one) => isKnown(one.slice(2, -1)))
            ? this.expanded(word, at)
            : null,
      },
      this.#limits.nestingMax,
    );
    if (value === null) this.#problem('not understood', `.${directive} ${text}`.slice(0, 90), at);
    return (value ?? false) !== negated;
  }

  #exists(path: string): boolean {
    const inside = insideTree(path);
    const isThere = inside !== null && this.#tree.exists(inside);
    if (!isThere && inside !== null) this.absent.add(inside);
    return isThere;
  }

  #loop(head: string, body: readonly MakeLine[], at: string): void {
    const match = /^(\w+)\s+in\s+(.*)$/.exec(head);
    if (match === null) return this.#problem('not understood', `.for ${head}`.slice(0, 60), at);
    const [, name = '', list = ''] = match;
    const whole = new RegExp(`\\$\\{${name}\\}|\\$\\(${name}\\)|\\$${name}\\b`, 'g');
    const changed = new RegExp(`\\$\\{${name}:`, 'g');
    if (this.#loops >= this.#limits.nestingMax) return this.#problem('limit', 'nestingMax', at);
    this.#loops++;
    for (const word of this.expanded(list, at).split(/\s+/)) {
      if (word === '') continue;
      this.#lineCount += body.length;
      if (this.#lineCount > this.#limits.confLinesMax) {
        this.#problem('limit', 'confLinesMax', at);
        break;
      }
      // As make does: `${i:Mx}` becomes `${:Uword:Mx}`.
      const put = (text: string): string =>
        text.replace(whole, () => word).replace(changed, () => `\${:U${word}:`);
      this.#lines(body.map((line) => ({ at: line.at, text: put(line.text) })));
    }
    this.#loops--;
  }

  #assignment(line: MakeLine): void {
    const match = /^((?:[^\s=:+?!$]|\$\{[^}]*\})+)\s*([+?:!]?)=\s*(.*)$/.exec(line.text);
    if (match === null) return this.#path(line);
    const [, head = '', how = '', value = ''] = match;
    const name = this.expanded(head, line.at);
    const before = this.#variables.get(name);
    if (how === '!') return this.#problem('not understood', line.text.slice(0, 60), line.at);
    if (how === '?' && this.#value(name) !== undefined) return;
    if (how === '+') this.set(name, before === undefined ? value : `${before} ${value}`);
    else this.set(name, how === ':' ? this.expanded(value, line.at) : value);
  }

  // Any other line is a rule: what it makes is not in the tree.
  #path({ text, at }: MakeLine): void {
    const target = /^([\w.]+\.[cS])\s*:/.exec(text)?.[1];
    if (target !== undefined) this.made.add(target);
    const match = /^\.PATH(?:\.\w+)?\s*:\s*(.*)$/.exec(text);
    for (const folder of this.expanded(match?.[1] ?? '', at).split(/\s+/)) {
      if (folder === '') continue;
      const inside = insideTree(folder);
      if (inside === null) this.#problem('missing file', `${folder}: leads outside the tree`, at);
      else if (!this.paths.includes(inside)) this.paths.push(inside);
    }
  }
}

function endOfLoop(lines: readonly MakeLine[], from: number): number {
  let depth = 0;
  for (let i = from; i < lines.length; i++) {
    if (/^\.\s*for\b/.test(lines[i]?.text ?? '')) depth++;
    if (/^\.\s*endfor\b/.test(lines[i]?.text ?? '') && --depth === 0) return i;
  }
  return lines.length;
}
