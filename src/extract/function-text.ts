import { createHash } from 'node:crypto';

/**
 * The text of a C function in the style of a BSD kernel: its name at the beginning of a line, its
 * body up to the next brace there. The hash does not change with white space and comments.
 */
export function functionHash(source: string, name: string): string | null {
  const text = functionText(source, name);
  if (text === null) return null;
  const plain = text
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return createHash('sha256').update(plain, 'latin1').digest('hex');
}

function functionText(source: string, name: string): string | null {
  const heads = source.matchAll(new RegExp(`^(?:[\\w \\t*]*[ \\t*])?${name}\\(`, 'gm'));
  for (const head of heads) {
    const body = source.indexOf('\n{', head.index);
    const end = source.indexOf('\n}', body);
    if (body < 0 || end < 0) continue;
    // A declaration or a call ends before a body begins.
    if (/;|^}/m.test(source.slice(head.index, body))) continue;
    return source.slice(head.index, end + 2);
  }
  return null;
}

/** The revision in a file's $NetBSD$ line. */
export const revisionOf = (source: string): string | null =>
  /\$NetBSD: [^,$]+,v (\S+) /.exec(source.slice(0, 2000))?.[1] ?? null;
