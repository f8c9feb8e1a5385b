/** Flags of the C compiler, as far as they say what the preprocessor sees. */
export interface CFlags {
  readonly defines: ReadonlyMap<string, string>;
  readonly undefined: ReadonlySet<string>;
  /** Folders of `-I` and `-isystem`, in order, as they are written. */
  readonly folders: readonly string[];
}

/** Reads `-D`, `-U`, `-I` and `-isystem`, with their argument in one word or the next. */
export function cFlags(text: string): CFlags {
  const defines = new Map<string, string>();
  const taken = new Set<string>();
  const folders: string[] = [];
  const words = text.split(/\s+/);
  for (let i = 0; i < words.length; i++) {
    const [, flag, rest = ''] = /^-(D|U|I|isystem)(.*)$/.exec(words[i] ?? '') ?? [];
    if (flag === undefined) continue;
    const argument = rest === '' ? (words[++i] ?? '') : rest;
    const [, name = '', value = '1'] = /^(\w+)(?:=(.*))?$/.exec(argument) ?? [];
    if (flag === 'D') {
      defines.set(name, value);
      taken.delete(name);
    } else if (flag === 'U') {
      defines.delete(argument);
      taken.add(argument);
    } else folders.push(argument);
  }
  return { defines, undefined: taken, folders };
}
