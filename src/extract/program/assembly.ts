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
