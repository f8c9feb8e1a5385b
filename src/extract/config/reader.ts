/**
 * Reads a kernel configuration with everything it includes, as config(1) does.
 *
 * One grammar serves kernel configurations and `files.*`: boards include the latter from the
 * former. Traps that the real trees hold: `machine amd64 x86` pulls in conf/files, then the
 * families', then the machine's; options are case-sensitive but select the attribute of the
 * lower-case name; `prefix` applies to what follows, includes as well.
 */
import type { Limits } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import { insideTree, joinPath } from '../source-tree.ts';
import type { Declarations } from './configuration.ts';
import { noDeclarations } from './configuration.ts';
import type { ConfLine } from './lines.ts';
import { confLines, confList, confTokens } from './lines.ts';

/** Reads `path` and all it includes; `machine` stands for a first line that names one. */
export function readDeclarations(
  tree: SourceTree,
  path: string,
  limits: Limits,
  machine?: string,
): Declarations {
  const reader = new ConfReader(tree, limits);
  if (machine !== undefined) reader.machine([machine], path);
  reader.include(path, 'conf', true);
  return reader.declarations;
}

/** Statements that say nothing about which code is compiled. */
const irrelevant = new Set([
  ...['maxpartitions', 'device-major', 'version', 'buildprefix', 'ident', 'config'],
  ...['obsolete', 'defattr', 'block', 'char', 'major', 'object'],
]);

class ConfReader {
  readonly declarations: Declarations = noDeclarations();
  readonly #tree: SourceTree;
  readonly #limits: Limits;
  readonly #prefixes: string[] = [];
  readonly #open: string[] = [];
  #lineCount = 0;
  #includeCount = 0;

  constructor(tree: SourceTree, limits: Limits) {
    this.#tree = tree;
    this.#limits = limits;
  }

  include(path: string, at: string, required: boolean): void {
    const inside = insideTree(path);
    const refuse = (kind: 'missing file' | 'limit', what: string): void =>
      void this.declarations.problems.push({ kind, what, at });
    if (inside === null) return refuse('missing file', `${path}: leads outside the tree`);
    if (this.#open.includes(inside)) return refuse('limit', `${inside} includes itself`);
    if (this.#open.length >= this.#limits.includeDepthMax) {
      return refuse('limit', `includeDepthMax at ${inside}`);
    }
    if (++this.#includeCount > this.#limits.includesMax) {
      return refuse('limit', `includesMax at ${inside}`);
    }
    const size = this.#tree.size(inside);
    const text = size === null || size > this.#limits.fileSizeMax ? null : this.#tree.read(inside);
    if (text === null) {
      if (size !== null) return refuse('limit', `fileSizeMax: ${inside} has ${size} bytes`);
      if (required) refuse('missing file', inside);
      return;
    }
    this.declarations.confFiles.push(inside);
    this.#open.push(inside);
    this.#statements(confLines(text, inside));
    this.#open.pop();
  }

  machine(names: readonly string[], at: string): void {
    const { declarations } = this;
    if (declarations.machine !== '') return;
    declarations.machine = names[0] ?? '';
    declarations.families = [...names.slice(1)];
    this.include('conf/files', at, true);
    for (const family of declarations.families) {
      this.include(`arch/${family}/conf/files.${family}`, at, false);
    }
    this.include(`arch/${declarations.machine}/conf/files.${declarations.machine}`, at, true);
  }

  #statements(lines: readonly ConfLine[]): void {
    // Whether each open conditional is taken now, and whether any branch of it was.
    const conditions: { on: boolean; taken: boolean }[] = [];
    for (const line of lines) {
      if (++this.#lineCount > this.#limits.confLinesMax) {
        const at = `${line.file}:${line.line}`;
        this.declarations.problems.push({ kind: 'limit', what: 'confLinesMax', at });
        return;
      }
      const tokens = confTokens(line.text);
      const keyword = tokens[0] ?? '';
      if (/^(el)?ifn?def$|^else$|^endif$/.test(keyword)) {
        this.#conditional(keyword, tokens[1] ?? '', conditions);
      } else if (conditions.every((condition) => condition.on)) {
        this.#statement(keyword, tokens, line);
      }
    }
  }

  #conditional(keyword: string, name: string, conditions: { on: boolean; taken: boolean }[]): void {
    if (keyword === 'endif') return void conditions.pop();
    const holds = keyword.includes('ifn') ? !this.#isDefined(name) : this.#isDefined(name);
    if (!keyword.startsWith('el')) return void conditions.push({ on: holds, taken: holds });
    const last = conditions.at(-1);
    if (last === undefined) return;
    last.on = !last.taken && (keyword === 'else' || holds);
    last.taken ||= last.on;
  }

  #isDefined(name: string): boolean {
    const { machine, families, implies, devices, options } = this.declarations;
    const known = machine === name || families.includes(name) || implies.has(name);
    return known || devices.has(name) || options.has(name);
  }

  #statement(keyword: string, tokens: readonly string[], line: ConfLine): void {
    const rest = line.text.slice(keyword.length).trim();
    switch (keyword) {
      case 'include':
      case 'cinclude':
      case 'package':
        return this.#included(rest, line, keyword !== 'cinclude');
      case 'prefix':
        if (rest === '') this.#prefixes.pop();
        else this.#prefixes.push(this.#substituted(rest));
        return;
      case 'machine':
        return this.machine(tokens.slice(1), `${line.file}:${line.line}`);
      case 'defflag':
      case 'defopt':
      case 'defparam':
      case 'deffs':
        return this.#option(keyword, tokens.slice(1));
      case 'define':
      case 'device':
      case 'devclass':
      case 'defclass':
      case 'defpseudo':
      case 'defpseudodev':
        return this.#attribute(keyword, rest);
      case 'attach':
        return this.#attach(rest);
      case 'file':
        return this.#file(rest, line);
      case 'options':
        return this.#options(rest);
      case 'file-system':
        for (const name of confList(rest)) this.declarations.fileSystems.add(unquoted(name));
        return;
      case 'pseudo-device':
        return void this.declarations.pseudoDevices.set(
          tokens[1] ?? '',
          Number(tokens[2] ?? 1) || 1,
        );
      case 'makeoptions':
        for (const [, folder = ''] of rest.matchAll(/-I\s*\$\{?S\}?\/([^\s"]+)/g)) {
          const inside = insideTree(folder);
          if (inside !== null) this.declarations.includeFolders.add(inside);
        }
        return;
      case 'maxusers':
        return this.#maxUsers(tokens.slice(1));
      case 'select':
        return void this.declarations.selects.add(tokens[1] ?? '');
      case 'no':
        return this.#no(tokens.slice(1), rest);
      default:
        return irrelevant.has(keyword) ? undefined : this.#instance(line);
    }
  }

  #included(rest: string, line: ConfLine, required: boolean): void {
    const path = this.#prefixed(this.#substituted(rest));
    this.include(path, `${line.file}:${line.line}`, required);
  }

  #option(keyword: string, words: readonly string[]): void {
    const named = /\.h$/.test(words[0] ?? '');
    const header = named ? words[0] : undefined;
    const text = words.slice(named ? 1 : 0).join(' ');
    const [names = '', implied = ''] = text.split(' : ');
    const implies = implied.split(/[\s,]+/).filter((word) => word !== '');
    for (const name of names.replace(/:?=\s*("[^"]*"|\S+)/g, ' ').split(/[\s,]+/)) {
      if (name === '') continue;
      this.declarations.headerOf.set(name, header ?? `opt_${name.toLowerCase()}.h`);
      if (implies.length > 0) this.declarations.optionImplies.set(name, implies);
      if (keyword !== 'defparam') this.#imply(name.toLowerCase(), lowered(implies));
    }
  }

  #attribute(keyword: string, rest: string): void {
    const bare = rest.replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ');
    const [head = '', list = ''] = bare.split(':');
    const name = confTokens(head)[0];
    if (name === undefined) return;
    const implied = confList(list);
    if (keyword === 'device' || keyword.startsWith('defpseudo')) {
      this.declarations.devices.set(name, implied);
    }
    this.#imply(name, implied);
  }

  #imply(name: string, implied: readonly string[]): void {
    const before = this.declarations.implies.get(name) ?? [];
    this.declarations.implies.set(name, [...before, ...implied]);
  }

  #attach(rest: string): void {
    const [head = '', list = ''] = rest.replace(/\{[^}]*\}/g, ' ').split(':');
    const match = /^(\S+)\s+at\s+(.*?)(?:\s+with\s+(\S+))?\s*$/.exec(head.trim());
    if (match === null) return;
    const [, device = '', parents = '', name] = match;
    this.declarations.attaches.push({
      device,
      parents: confList(parents),
      name: name ?? device,
      implies: confList(list),
    });
  }

  #file(rest: string, line: ConfLine): void {
    const match = /^("[^"]*"|\S+)\s*(.*)$/.exec(rest);
    if (match === null) return;
    const words = (match[2] ?? '').replace(/compile-with\s+"(?:[^"\\]|\\.)*"/, '');
    const header = /needs-(flag|count)/.exec(words)?.[1];
    this.declarations.files.push({
      path: this.#prefixed(this.#substituted(match[1] ?? '')),
      condition: words.replace(/needs-(flag|count)/g, ' ').trim(),
      header: header === 'flag' || header === 'count' ? header : 'none',
      at: `${line.file}:${line.line}`,
    });
  }

  #options(rest: string): void {
    const part = /([A-Za-z0-9_]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^,\s]+))?/g;
    for (const [, name = '', value] of rest.matchAll(part)) {
      const text = value === undefined ? '' : value.replace(/^"(.*)"$/s, '$1').replace(/\\"/g, '"');
      this.declarations.options.set(name, text);
    }
  }

  // files(5) gives the least, usual and greatest number; a kernel's own configuration one, which counts.
  #maxUsers(numbers: readonly string[]): void {
    const users = numbers.length > 1 ? numbers[1] : numbers[0];
    if (users !== undefined) this.declarations.options.set('MAXUSERS', users);
  }

  #no(words: readonly string[], rest: string): void {
    const names = confList(rest.replace(/^\S+\s*/, ''));
    const { options, pseudoDevices, fileSystems, instances } = this.declarations;
    if (words[0] === 'options') for (const name of names) options.delete(name);
    else if (words[0] === 'pseudo-device') for (const name of names) pseudoDevices.delete(name);
    else if (words[0] === 'file-system') for (const name of names) fileSystems.delete(name);
    else {
      const gone = /^(?:device\s+)?(\S+?)[\d*?]*(?:\s+at\s+(\S+?)[\d*?]*)?$/.exec(rest);
      if (gone === null) return;
      const kept = instances.filter(
        (one) => one.device !== gone[1] || (gone[2] !== undefined && one.parent !== gone[2]),
      );
      instances.splice(0, instances.length, ...kept);
    }
  }

  #instance(line: ConfLine): void {
    const match = /^(\S+)\s+at\s+(\S+)/.exec(line.text);
    if (match === null) {
      const what = line.text.slice(0, 60);
      const at = `${line.file}:${line.line}`;
      return void this.declarations.problems.push({ kind: 'not understood', what, at });
    }
    const bare = (name: string | undefined): string => (name ?? '').replace(/[*?]$|\d+$/, '');
    this.declarations.instances.push({ device: bare(match[1]), parent: bare(match[2]) });
  }

  #prefixed(path: string): string {
    const prefix = this.#prefixes.at(-1);
    return prefix === undefined ? path : joinPath(prefix, path);
  }

  #substituted(path: string): string {
    const { machine, families } = this.declarations;
    return unquoted(path)
      .replace(/\$\{?MACHINE_ARCH\}?/g, families[0] ?? machine)
      .replace(/\$\{?MACHINE\}?/g, machine)
      .replace(/^\$\{?S\}?\//, '');
  }
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1');
}

function lowered(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}
