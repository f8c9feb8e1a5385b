/**
 * Definitions in the style before ANSI C, as prototypes: `f(a, b) int a; char *b; {`.
 *
 * The grammar takes them only where the function returns no pointer; otherwise it reads a
 * declaration and a stray block, without a word, and the function is lost. Line ends are kept.
 */
const definition =
  /^((?:\w+[ \t]+\**[ \t]*)*)(\w+)[ \t]*\(\s*(\w+(?:\s*,\s*\w+)*)\s*\)\s*\n((?:\s*[A-Za-z_][^;{}=]*;)+)\s*\{/gm;

export function withPrototypes(text: string): string {
  return text.replace(
    definition,
    (whole: string, before: string, name: string, list: string, declared: string) => {
      const names = list.split(',').map((one) => one.trim());
      const types = declarationsOf(declared);
      if (types === null || ![...types.keys()].every((one) => names.includes(one))) return whole;
      const parameters = names.map((one) => types.get(one) ?? `int ${one}`);
      const lines = whole.match(/\n/g) ?? [];
      return `${before}${name}(${parameters.join(', ')})${lines.join('')}{`;
    },
  );
}

/** By name, what each parameter is declared as; null where a declaration is not a plain one. */
function declarationsOf(text: string): ReadonlyMap<string, string> | null {
  const types = new Map<string, string>();
  for (const line of text.split(';')) {
    const parts = line
      .replace(/\s+/g, ' ')
      .trim()
      .split(/,(?![^()]*\))/);
    const [first = ''] = parts;
    if (first === '') continue;
    const pointer = /\(\s*\*+\s*(\w+)\s*\)\s*\(/.exec(first);
    if (pointer !== null && parts.length === 1) {
      types.set(pointer[1] ?? '', first);
      continue;
    }
    const plain = /^(.*?[\s*])(\w+)\s*((?:\[[^\]]*\])*)$/.exec(first);
    if (plain === null || first.includes('(')) return null;
    const specifier = (plain[1] ?? '').replace(/[\s*]+$/, '');
    types.set(plain[2] ?? '', first);
    for (const more of parts.slice(1)) {
      const name = /^[\s*]*(\w+)\s*(?:\[[^\]]*\])*$/.exec(more)?.[1];
      if (name === undefined) return null;
      types.set(name, `${specifier} ${more.trim()}`);
    }
  }
  return types;
}
