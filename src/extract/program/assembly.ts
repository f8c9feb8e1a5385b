/**
 * What assembly tells: which labels exist (calls into them are opaque), which C symbols it
 * touches (their initial values are not what C says), and what the start code calls.
 */
import type { Configuration } from '../config/configuration.ts';

export interface AssemblyNames {
  readonly labels: ReadonlyMap<string, number>;
  readonly symbols: ReadonlySet<string>;
}

const entryMacro =
  /^\s*(?:[A-Z_]*ENTRY[A-Z_0-9]*|GLOBAL|STRONG_ALIAS|LEAF\w*|NESTED\w*|ALTENTRY|IDTVEC|STATIC_\w+)\s*\(\s*(\w+)/;
const label = /^\s*(?:_C_LABEL\((\w+)\)|([A-Za-z_]\w*))\s*:/;

/** Names in one assembly file, as written (conditionals are not followed). */
export function assemblyNames(text: string): AssemblyNames {
  const labels = new Map<string, number>();
  const symbols = new Set<string>();
  text.split('\n').forEach((line, i) => {
    const found = entryMacro.exec(line)?.[1] ?? label.exec(line)?.slice(1).find(Boolean);
    if (found !== undefined && !labels.has(found)) labels.set(found, i + 1);
    if (/^\s*(?:\/?\*|#|\||!|;|@|\/\/)/.test(line)) return;
    for (const word of line.match(/[A-Za-z_]\w{2,}/g) ?? []) symbols.add(word);
  });
  return { labels, symbols };
}

/** What a stretch of assembly may call. */
export interface AssemblyCalls {
  /** Names after branches, in _C_LABEL() and in macros' arguments; some are no functions. */
  readonly names: readonly string[];
  /** Whether it goes to an address in a register, other than to return. */
  readonly isOpen: boolean;
}

const toRegister =
  /\b(?:call|jmp)l?\s+\*|\bblx\s+(?:r\d|ip)|\bbx\s+(?:r\d|ip)|\bmov\s+pc\s*,\s*(?:r\d|ip)|\bldr\s+pc\s*,|\bjalr\b|\bj(?:sr|mp)\s+(?:[^,\n(]*,)?\s*\((?!zero|ra)/;

/**
 * The calls of a routine in assembly, from its label to the next entry point, as written: both
 * sides of each conditional, and what it falls through to.
 */
export function callsOfLabel(text: string, from: number): AssemblyCalls {
  const lines = text.replace(/\/\*[\s\S]*?\*\//g, keptLines).split('\n');
  const end = lines.findIndex((line, i) => i >= from && entryMacro.test(line));
  const body = lines.slice(from - 1, end < 0 ? undefined : end).map(withoutComment);
  body[0] = (body[0] ?? '').replace(entryMacro, '');
  const names = body.flatMap((line) =>
    named.flatMap((pattern) => [...line.matchAll(pattern)].flatMap((match) => match[1] ?? [])),
  );
  return { names: [...new Set(names)], isOpen: body.some((line) => toRegister.test(line)) };
}

// Each by itself: the operand of a branch may be a macro with the name as its argument.
const named = [
  /_(?:C|ASM)_LABEL\(\s*(\w+)/g,
  /\b(?:call|b|j)[a-z]{0,5}\s+(?:\$?\w+\s*,\s*)?\(?(?!_C_|_ASM_)([A-Za-z_]\w*)/g,
  /\b[A-Z_]+\(\s*(\w+)/g,
];

const keptLines = (comment: string): string => comment.replace(/[^\n]+/g, ' ');

const withoutComment = (line: string): string => line.replace(/^\s*[#|!@;].*|\/\/.*/, '');

/** Assembly that a file includes, where it may stand in the tree. */
export function includedAssembly(text: string, file: string): readonly string[] {
  const folder = file.replace(/[^/]*$/, '');
  return [...text.matchAll(/^\s*#\s*include\s*["<]([^">]+\.[sS])[">]/gm)].flatMap(
    ([, path = '']) => [`${folder}${path}`, `arch/${path}`, path],
  );
}

/** One call that the start code makes. */
export interface StartCall {
  readonly name: string;
  readonly line: number;
}

const call =
  /(?:^|[\s;:)}])(?:call|calls|CALL|jsr|jbsr|jra|jmp|bsr|bl|blx|b|jal|j|br\.call\S*(?:\s+\w+\s*=)?|calls\s+\$\d+,)\s*\(?\s*(?:_C_LABEL\(\s*(\w+)\s*\)|_ASM_LABEL\(\s*(\w+)\s*\)|\(?\s*([A-Za-z_]\w*))/g;

/** Calls in preprocessed assembly, in the order in which they are written. */
export function callsIn(text: string): readonly StartCall[] {
  const calls: StartCall[] = [];
  text.split('\n').forEach((line, i) => {
    for (const match of line.matchAll(call)) {
      const name = match[1] ?? match[2] ?? match[3];
      if (name !== undefined) calls.push({ name, line: i + 1 });
    }
  });
  return calls;
}

/** The start code: linked first, by the port's makefile and not by a `file` line. */
export function startFiles(configuration: Configuration): readonly string[] {
  const { machine, families, kind } = configuration;
  if (kind === 'library') return [];
  const places = [machine, ...families].flatMap((name) => [
    ...[`arch/${name}/${name}/locore.S`, `arch/${name}/${name}/locore.s`],
  ]);
  return [...places, ...(families.includes('arm') ? ['arch/arm/arm32/locore.S'] : [])];
}
