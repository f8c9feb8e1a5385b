/**
 * Which names a C file might define, found without preprocessing it.
 *
 * This is what makes reading lazy: a name leads to a handful of files, and only those are
 * preprocessed. It may name too much (both sides of an `#ifdef`, macros that look like
 * functions); the file itself then has the last word. It must not name too little, so anything
 * that begins a line and looks like a definition counts.
 */
export interface ScannedNames {
  readonly functions: readonly string[];
  readonly globals: readonly string[];
}

const notDefinitions = /^(?:typedef|extern|return|case|default|else|if|for|while|do|goto|switch)\b/;

export function scanDefinitions(text: string): ScannedNames {
  const functions = new Set<string>();
  const globals = new Set<string>();
  const lineStart = /^[A-Za-z_][^\n]*/gm;
  for (let match = lineStart.exec(text); match !== null; match = lineStart.exec(text)) {
    const line = match[0];
    if (notDefinitions.test(line)) continue;
    const open = line.indexOf('(');
    const assigned = line.search(/[=[;]/);
    if (open < 0 || (assigned >= 0 && assigned < open)) {
      for (const name of declaredNames(line)) globals.add(name);
      continue;
    }
    // void (*delay_func)(unsigned int) = …; a variable that holds a function.
    const pointer = /^\(\s*\*\s*(\w+)\s*(?:\[[^\]]*\]\s*)?\)\s*\(/.exec(line.slice(open))?.[1];
    if (pointer !== undefined) globals.add(pointer);
    const name = /(\w+)\s*$/.exec(line.slice(0, open))?.[1];
    if (name === undefined) continue;
    const close = closing(text, match.index + open);
    if (close < 0) continue;
    const after = text.slice(close + 1, close + 200).replace(/^(?:\s|\/\*[\s\S]*?\*\/)+/, '');
    const inside = /^\s*(\w+)/.exec(
      text.slice(match.index + open + 1, match.index + open + 80),
    )?.[1];
    // SYSCTL_SETUP(name, …) { and POOL_INIT(name, …): the macro's first argument is what is made.
    if (/^[A-Z_][A-Z0-9_]+$/.test(name) && inside !== undefined && isName(inside)) {
      functions.add(inside);
      globals.add(inside);
    }
    if (/^_*(weak|strong)_alias$/.test(name) && inside !== undefined) functions.add(inside);
    const follows = after[0] ?? '';
    if (follows === '{' || /[A-Za-z_]/.test(follows)) functions.add(name);
    // LIST_HEAD(, proc) allproc = …; struct and array heads made by a macro.
    const head = /^(\w+)\s*[=;[]/.exec(after)?.[1];
    if (head !== undefined) globals.add(head);
  }
  return { functions: [...functions], globals: [...globals] };
}

const words =
  /^(?:\d.*|const|struct|union|enum|void|bool|int|char|short|long|unsigned|signed|float|double)$/;

/** What a macro makes has a name of its own, and is no parameter's type or number. */
const isName = (word: string): boolean => !words.test(word);

function declaredNames(line: string): readonly string[] {
  const whole = line.split('=')[0] ?? '';
  return whole
    .split(',')
    .map((part) => /(\w+)\s*(?:\[[^\]]*\]?\s*)*[;{]?\s*(?:\/\*.*)?$/.exec(part.trim())?.[1] ?? '')
    .filter((name) => name !== '');
}

function closing(text: string, open: number): number {
  let depth = 0;
  const end = Math.min(text.length, open + 4000);
  for (let i = open; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 40) depth++;
    else if (c === 41 && --depth === 0) return i;
  }
  return -1;
}

/** What a file that includes a C file defines as one word: parts of the names made there. */
export function templateWords(text: string): readonly string[] {
  if (!/^\s*#\s*include\s*[<"][^>"]+\.c[>"]/m.test(text)) return [];
  return [...text.matchAll(/^\s*#\s*define[ \t]+\w+[ \t]+([A-Za-z]\w+)[ \t]*$/gm)].flatMap(
    ([, word]) => word ?? [],
  );
}
