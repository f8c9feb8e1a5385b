/**
 * Expressions and conditions as text for people, where the source's own words were not kept.
 */
import type { Expr } from '../c/ir.ts';

/** The opposite of a condition, in words that still read as C. */
export function negated(text: string): string {
  if (/^!\s*\w+$/.test(text)) return text.slice(1).trim();
  if (/^!\([^()]*(?:\([^()]*\)[^()]*)*\)$/.test(text)) return text.slice(2, -1);
  return /^[\w.>-]+$/.test(text) ? `!${text}` : `!(${text})`;
}

/** A short text for an expression whose source was not kept. */
export function textOf(e: Expr): string {
  switch (e.k) {
    case 'id':
      return e.n;
    case 'num':
      return String(e.v);
    case 'field':
      return `${textOf(e.a)}${e.arrow ? '->' : '.'}${e.n}`;
    case 'index':
      return `${textOf(e.a)}[${textOf(e.i)}]`;
    case 'deref':
      return `*${textOf(e.a)}`;
    case 'addr':
      return `&${textOf(e.a)}`;
    case 'un':
      return `${e.op}${textOf(e.a)}`;
    case 'bin':
      return `${textOf(e.a)} ${e.op} ${textOf(e.b)}`;
    case 'call':
      return `${textOf(e.f)}(${e.texts.join(', ')})`;
    case 'cast':
      return textOf(e.a);
    default:
      return '…';
  }
}

/** The line of the first part that knows one. */
export function lineOf(e: Expr): number | undefined {
  if (e.k === 'call' || e.k === 'assign' || e.k === 'step' || e.k === 'cond') return e.line;
  if (e.k === 'bin') return lineOf(e.b) ?? lineOf(e.a);
  if (e.k === 'un' || e.k === 'cast' || e.k === 'deref' || e.k === 'field') return lineOf(e.a);
  return undefined;
}
