/**
 * A C file as the preprocessor wants it: logical lines without comments, each knowing how many
 * physical lines it covers, so that what comes out stands on the line where it was written.
 */
export interface SourceLine {
  /** The first physical line, from 1. */
  readonly line: number;
  /** How many physical lines it covers. */
  readonly count: number;
  /** `define`, `if`, … without `#`; null for text. */
  readonly directive: string | null;
  /** The text, or what follows the directive. */
  readonly text: string;
}

export interface SourceFile {
  readonly path: string;
  readonly lines: readonly SourceLine[];
  /** The macro whose definition makes the whole file void, as in `#ifndef X … #endif`. */
  readonly guard: string | null;
}

// Stands for a line end inside a comment: joins the lines logically, counts them physically.
const foldedEnd = '\u0001';

/** Splits a file; linear in its length whatever is in it. */
export function sourceFile(path: string, text: string): SourceFile {
  const physical = withoutComments(text).split('\n');
  const lines: SourceLine[] = [];
  let line = 1;
  for (let i = 0; i < physical.length; i++) {
    const parts = [physical[i] ?? ''];
    while (i + 1 < physical.length && /\\\r?$/.test(parts.at(-1) ?? '')) {
      parts[parts.length - 1] = (parts.at(-1) ?? '').replace(/\\\r?$/, ' ');
      parts.push(physical[++i] ?? '');
    }
    const joined = parts.length === 1 ? (parts[0] ?? '') : parts.join('');
    const folded = joined.split(foldedEnd);
    const whole = folded.length === 1 ? joined : folded.join(' ');
    const count = parts.length + folded.length - 1;
    const match = /^\s*#\s*([a-z_]*)\s*/.exec(whole);
    lines.push(
      match === null
        ? { line, count, directive: null, text: whole }
        : { line, count, directive: match[1] ?? '', text: whole.slice(match[0].length).trim() },
    );
    line += count;
  }
  return { path, lines, guard: includeGuard(lines) };
}

function withoutComments(text: string): string {
  if (!text.includes('/*') && !text.includes('//')) return text;
  const interesting = /["'/\n]/g;
  let out = '';
  let kept = 0;
  for (let match = interesting.exec(text); match !== null; match = interesting.exec(text)) {
    const at = match.index;
    const c = match[0];
    if (c === '"' || c === "'") interesting.lastIndex = endOfQuoted(text, at, c);
    else if (c === '/' && text[at + 1] === '/') {
      const end = text.indexOf('\n', at);
      out += text.slice(kept, at);
      kept = end < 0 ? text.length : end;
      interesting.lastIndex = kept;
    } else if (c === '/' && text[at + 1] === '*') {
      const close = text.indexOf('*/', at + 2);
      const end = close < 0 ? text.length : close + 2;
      out += `${text.slice(kept, at)} ${foldedEnd.repeat(lineEnds(text, at, end))}`;
      kept = end;
      interesting.lastIndex = end;
    }
  }
  return out + text.slice(kept);
}

// A quote that does not close on its line is an apostrophe in assembly or in `#error`.
function endOfQuoted(text: string, start: number, quote: string): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === quote) return i + 1;
    else if (c === '\n') return start + 1;
  }
  return start + 1;
}

export function lineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = text.indexOf('\n', from); i >= 0 && i < to; i = text.indexOf('\n', i + 1)) count++;
  return count;
}

function includeGuard(lines: readonly SourceLine[]): string | null {
  const body = lines.filter((line) => line.directive !== null || line.text.trim() !== '');
  const [first, second] = body;
  if (first?.directive !== 'ifndef' || second?.directive !== 'define') return null;
  const name = first.text.split(/\s/)[0] ?? '';
  if ((/^\w+/.exec(second.text)?.[0] ?? '') !== name || body.at(-1)?.directive !== 'endif')
    return null;
  let depth = 0;
  for (const { directive } of body.slice(0, -1)) {
    if (directive === null) continue;
    if (/^if/.test(directive)) depth++;
    else if (directive === 'endif' && --depth === 0) return null;
    else if (/^el/.test(directive) && depth === 1) return null;
  }
  return name;
}
