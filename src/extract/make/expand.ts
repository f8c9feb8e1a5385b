/**
 * Variables of make(1) in a text: `${NAME}`, `$(NAME)`, `$N`, and the modifiers that the kernel's
 * library makefiles use. What is not understood is told to `unknown`, and is empty.
 */
export interface Expansion {
  value(name: string): string | undefined;
  unknown(what: string): void;
  readonly nestingMax: number;
  /** Letters that may still be made; a variable of variables of variables ends here. */
  readonly left: { letters: number };
}

/** Expands a text; what is nested deeper than `nestingMax`, as a variable inside itself, is empty. */
export function expandText(text: string, how: Expansion, depth = 0): string {
  if (depth > how.nestingMax) {
    how.unknown(`nestingMax at ${text.slice(0, 40)}`);
    return '';
  }
  how.left.letters -= text.length;
  if (how.left.letters < 0) {
    how.unknown('expansionTokensMax');
    return '';
  }
  let out = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '$') {
      out += text[i] ?? '';
      continue;
    }
    const open = text[i + 1] ?? '';
    if (open === '$') {
      out += '$';
      i++;
      continue;
    }
    if (open !== '{' && open !== '(') {
      out += variable(open, how, depth);
      i++;
      continue;
    }
    const end = closing(text, i + 1);
    out += variable(text.slice(i + 2, end), how, depth);
    i = end;
  }
  return out;
}

function closing(text: string, open: number): number {
  const [left, right] = text[open] === '{' ? ['{', '}'] : ['(', ')'];
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === left) depth++;
    else if (text[i] === right && --depth === 0) return i;
  }
  return text.length;
}

function variable(inside: string, how: Expansion, depth: number): string {
  const { name, modifiers } = parts(inside);
  const raw = how.value(expandText(name, how, depth + 1));
  let value: string | undefined = raw === undefined ? undefined : expandText(raw, how, depth + 1);
  for (const modifier of modifiers) {
    value = modified(value, expandText(modifier, how, depth + 1), how);
  }
  return value ?? '';
}

/** The name and the modifiers of `NAME:Mpattern:S,a,b,`, split where no bracket is open. */
function parts(inside: string): { readonly name: string; readonly modifiers: readonly string[] } {
  const found: string[] = [''];
  let depth = 0;
  for (const c of inside) {
    if (c === '{' || c === '(') depth++;
    if (c === '}' || c === ')') depth--;
    if (c === ':' && depth === 0) found.push('');
    else found.push((found.pop() ?? '') + c);
  }
  const [name = '', ...modifiers] = found;
  return { name, modifiers };
}

function modified(value: string | undefined, modifier: string, how: Expansion): string | undefined {
  const words = (value ?? '').split(/\s+/).filter((word) => word !== '');
  const rest = modifier.slice(1);
  const suffix = /^([^=]*)=(.*)$/.exec(modifier);
  switch (modifier[0]) {
    case 'U':
      return value ?? rest;
    case 'D':
      return value === undefined ? undefined : rest;
    case 'M':
      return words.filter((word) => matches(word, rest)).join(' ');
    case 'N':
      return words.filter((word) => !matches(word, rest)).join(' ');
    default:
  }
  switch (modifier) {
    case 'T':
      return words.map((word) => word.slice(word.lastIndexOf('/') + 1)).join(' ');
    case 'H':
      return words.map((word) => word.replace(/\/?[^/]*$/, '') || '.').join(' ');
    case 'R':
      return words.map((word) => word.replace(/\.[^.]*$/, '')).join(' ');
    default:
  }
  if (suffix !== null) {
    const [, from = '', to = ''] = suffix;
    return words
      .map((word) => (word.endsWith(from) ? word.slice(0, word.length - from.length) + to : word))
      .join(' ');
  }
  how.unknown(`modifier :${modifier}`);
  return '';
}

/** Whether a word has the shape of a pattern of the shell: `*`, `?` and lists in brackets. */
function matches(word: string, pattern: string): boolean {
  // One row a letter of the pattern, so that no pattern costs more than its length times the word's.
  let ends = new Set([0]);
  for (const part of pattern.match(/\[[^\]]*\]|[^]/g) ?? []) {
    const next = new Set<number>();
    for (const at of ends) {
      if (part === '*') for (let i = at; i <= word.length; i++) next.add(i);
      else if (at < word.length && fits(word[at] ?? '', part)) next.add(at + 1);
    }
    ends = next;
  }
  return ends.has(word.length);
}

function fits(letter: string, part: string): boolean {
  if (part === '?' || part === letter) return true;
  return part.length > 2 && part.startsWith('[') && part.includes(letter, 1);
}
