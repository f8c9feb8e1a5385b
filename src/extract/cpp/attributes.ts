/**
 * GCC's attributes in preprocessed text: those that change a structure's layout stay, where the
 * grammar takes them; all others go, line ends kept.
 */
const interesting = /[{}"']|\b__attribute(?:__)?\b/g;

// `register long a0 __asm("$16") = ipl;`: which register a variable lives in.
const registerName = /(?<=\w\s{1,8})\b(?:__asm(?:__)?|asm)\s*\(\s*"[^"\n]*"\s*\)(?=\s*[=;,])/g;

/** Takes out the names of registers, which the grammar does not take beside an initial value. */
export const withoutRegisters = (text: string): string =>
  text.includes('asm') ? text.replace(registerName, '') : text;

/** Leaves `packed` and `aligned(n)` of structures and members, merged into one attribute each. */
export function layoutAttributes(text: string): string {
  if (!text.includes('__attribute')) return text;
  let out = '';
  let kept = 0;
  const isStruct: boolean[] = [];
  interesting.lastIndex = 0;
  for (let match = interesting.exec(text); match !== null; match = interesting.exec(text)) {
    const at = match.index;
    const [word] = match;
    if (word === '{') isStruct.push(beginsStruct(text, at));
    else if (word === '}') isStruct.pop();
    else if (word === '"' || word === "'") interesting.lastIndex = afterQuoted(text, at, word);
    else {
      const end = afterAttributes(text, at);
      const whole = text.slice(at, end);
      out += text.slice(kept, at);
      const before = out.slice(-40).trimEnd();
      const follows = /^\s*(.)/.exec(text.slice(end, end + 40))?.[1];
      const isPlace =
        /(?:[^=]\s*\}|\b(?:struct|union))$/.test(before) ||
        (isStruct.at(-1) === true && follows === ';');
      out += (isPlace ? layoutOf(whole) : '') + whole.replace(/[^\n]+/g, '');
      kept = end;
      interesting.lastIndex = end;
    }
  }
  return out + text.slice(kept);
}

// `struct x {`, with or without a name; what stands before it is at most a line or two away.
function beginsStruct(text: string, brace: number): boolean {
  const before = text.slice(Math.max(0, brace - 300), brace);
  return /\b(?:struct|union)\b(?:\s*__attribute(?:__)?\s*\(.*\))?\s*\w*\s*$/s.test(before);
}

/** Where a run of attributes ends. */
function afterAttributes(text: string, start: number): number {
  let end = start;
  const next = /\s*\b__attribute(?:__)?\s*\(/y;
  for (;;) {
    next.lastIndex = end;
    const match = next.exec(text);
    if (match === null) break;
    let depth = 1;
    let i = next.lastIndex;
    for (; i < text.length && depth > 0; i++) {
      if (text[i] === '(') depth++;
      else if (text[i] === ')') depth--;
    }
    if (depth > 0) break;
    end = i;
  }
  return end > start ? end : start + (/^\w+/.exec(text.slice(start, start + 20))?.[0].length ?? 1);
}

function layoutOf(attributes: string): string {
  const parts: string[] = [];
  if (/\b(?:__packed__|packed)\b/.test(attributes)) parts.push('packed');
  const open = /\b(?:__aligned__|aligned)\s*\(/.exec(attributes);
  if (open !== null) {
    let depth = 1;
    let i = open.index + open[0].length;
    const start = i;
    for (; i < attributes.length && depth > 0; i++) {
      if (attributes[i] === '(') depth++;
      else if (attributes[i] === ')') depth--;
    }
    parts.push(`aligned(${attributes.slice(start, i - 1).replaceAll('\n', ' ')})`);
  }
  return parts.length === 0 ? '' : ` __attribute__((${parts.join(',')}))`;
}

function afterQuoted(text: string, start: number, quote: string): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === quote || c === '\n') return i + 1;
  }
  return text.length;
}
