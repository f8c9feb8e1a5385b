/**
 * A C file as the preprocessor wants it: logical lines without comments, each knowing how many
 * physical lines it covers, so that what comes out stands on the line where it was written.
 */
import type { Directive } from './directive.ts';
import { parseDirective } from './directive.ts';

export interface SourceLine {
  /** The first physical line, from 1. */
  readonly line: number;
  /** How many physical lines it covers. */
  readonly count: number;
  /** Null for text. */
  readonly directive: Directive | null;
  /** The text; empty for a directive. */
  readonly text: string;
}

export interface SourceFile {
  readonly path: string;
  readonly lines: readonly SourceLine[];
  /** For each line the index of the first directive behind it; the number of lines where none is. */
  readonly nextDirective: Int32Array;
  /** The macro whose definition makes the whole file void, as in `#ifndef X … #endif`. */
  readonly guard: string | null;
}

// Stands for a line end inside a comment: joins the lines logically, counts them physically.
const foldedEnd = '\u0001';

/** Splits a file; linear in its length whatever is in it. Macros that `placed` names know where they stand. */
export function sourceFile(
  path: string,
  text: string,
  placed: ReadonlySet<string> = new Set(),
): SourceFile {
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
        : {
            line,
            count,
            directive: withPlace(directiveOf(match, whole), `${path}:${line}`, placed),
            text: '',
          },
    );
    line += count;
  }
  return { path, lines, nextDirective: nextDirectives(lines), guard: includeGuard(lines) };
}

/** Macros whose place is asked for know it. */
function withPlace(directive: Directive, at: string, placed: ReadonlySet<string>): Directive {
  if (directive.kind !== 'define' || directive.macro === null) return directive;
  return placed.has(directive.macro.name)
    ? { kind: 'define', macro: { ...directive.macro, at } }
    : directive;
}

function directiveOf(match: RegExpExecArray, whole: string): Directive {
  return parseDirective(match[1] ?? '', whole.slice(match[0].length).trim());
}

function nextDirectives(lines: readonly SourceLine[]): Int32Array {
  const next = new Int32Array(lines.length);
  let found = lines.length;
  for (let i = lines.length - 1; i >= 0; i--) {
    next[i] = found;
    if (lines[i]?.directive !== null) found = i;
  }
  return next;
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
  const first = body[0]?.directive;
  const second = body[1]?.directive;
  if (first?.kind !== 'ifndef' || second?.kind !== 'define') return null;
  if (second.macro?.name !== first.name || body.at(-1)?.directive?.kind !== 'endif') return null;
  let depth = 0;
  for (const { directive } of body.slice(0, -1)) {
    switch (directive?.kind) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        depth++;
        break;
      case 'endif':
        if (--depth === 0) return null;
        break;
      case 'else':
      case 'elif':
        if (depth === 1) return null;
        break;
      default:
        break;
    }
  }
  return first.name;
}
