/**
 * Bodies of functions are taken out of a text before it is parsed, and parsed when they are run.
 *
 * A boot runs through about one function in five of those that its units define; parsing and
 * lowering the others was the largest part of a reading. What is left keeps every line and column.
 */
import { afterQuoted } from '../cpp/attributes.ts';
import { lineEnds } from '../cpp/source.ts';

/** A body that waits: from its brace to the closing one, and the line on which it begins. */
export interface BodyText {
  readonly text: string;
  readonly line: number;
}

export interface Skeleton {
  /** The text with `{`, line ends, blanks and `}` in place of each body that was taken out. */
  readonly text: string;
  /** What was taken out, by the place of its `{` in the skeleton. */
  readonly bodies: ReadonlyMap<number, BodyText>;
}

const bracesAndQuotes = /[{}"']/g;
// `static int f(int a)`: a type, a name, parameters. A macro that was left unexpanded has no type.
const head = /\w[\s*]+\w+\s*\([^=]*\)\s*$/;
const attribute = /\b__attribute(?:__)?\s*\([^;]*\)\s*$/;
// What a body declares for the whole unit: a tag, and constants of an enumeration.
const definesType = /\b(?:struct|union|enum)\b[^;{}]*\{/;

/**
 * Takes out the bodies that can be read by themselves; where braces do not match, all stays. With
 * `every` those go too that define types: a text is read so if a body in it has an error.
 */
export function withoutBodies(text: string, every = false): Skeleton {
  const bodies = new Map<number, BodyText>();
  let out = '';
  let kept = 0;
  let line = 1;
  let counted = 0;
  let declaration = 0;
  let open = nextBrace(text, 0);
  while (open >= 0) {
    const end = text[open] === '{' ? closingBrace(text, open) : -1;
    if (end < 0) break;
    if (isFunctionHead(text.slice(declaration, open))) {
      const body = text.slice(open, end);
      if (every || !definesType.test(body)) {
        line += lineEnds(text, counted, open);
        counted = open;
        out += text.slice(kept, open);
        bodies.set(out.length, { text: body, line });
        out += hollow(body);
        kept = end;
      }
    }
    declaration = end;
    open = nextBrace(text, end);
  }
  return { text: out + text.slice(kept), bodies };
}

function isFunctionHead(before: string): boolean {
  const last = before.slice(before.lastIndexOf(';') + 1);
  return head.test(last) && !attribute.test(last);
}

// Braces of the same places, so that what follows on the last line keeps its column.
function hollow(body: string): string {
  const lines = body.split('\n');
  const last = lines.at(-1)?.length ?? 0;
  if (lines.length === 1) return `{${' '.repeat(last - 2)}}`;
  return `{${'\n'.repeat(lines.length - 1)}${' '.repeat(last - 1)}}`;
}

/** The next brace that is not in a literal; -1 where there is none. */
function nextBrace(text: string, from: number): number {
  bracesAndQuotes.lastIndex = from;
  for (let match = bracesAndQuotes.exec(text); match !== null; match = bracesAndQuotes.exec(text)) {
    const [c] = match;
    if (c === '{' || c === '}') return match.index;
    bracesAndQuotes.lastIndex = afterQuoted(text, match.index, c);
  }
  return -1;
}

/** Where the block that opens at `open` is over; -1 where it never is. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at >= 0; at = nextBrace(text, at + 1)) {
    depth += text[at] === '{' ? 1 : -1;
    if (depth === 0) return at + 1;
  }
  return -1;
}
