/**
 * config(1)'s text: comments go, indented lines continue the line before, open braces do too.
 */
export interface ConfLine {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/** The logical lines of one conf file. */
export function confLines(text: string, file: string): readonly ConfLine[] {
  const lines: { text: string; file: string; line: number }[] = [];
  let number = 0;
  for (const raw of text.split('\n')) {
    number++;
    const bare = withoutComment(raw);
    if (bare.trim() === '') continue;
    const last = lines.at(-1);
    const continues = last !== undefined && (/^[ \t]/.test(raw) || openBraces(last.text) > 0);
    if (continues) last.text += ` ${bare.trim()}`;
    else lines.push({ text: bare.trim(), file, line: number });
  }
  return lines;
}

function withoutComment(raw: string): string {
  let quoted = false;
  for (let i = 0; i < raw.length; i++) {
    const c = raw[i];
    if (c === '"') quoted = !quoted;
    else if (c === '#' && !quoted) return raw.slice(0, i);
  }
  return raw;
}

function openBraces(text: string): number {
  let open = 0;
  for (const c of text) {
    if (c === '{') open++;
    else if (c === '}') open--;
  }
  return open;
}

/** Words, quoted strings and punctuation of a line. */
export function confTokens(text: string): readonly string[] {
  return text.match(/"(?:[^"\\]|\\.)*"|[A-Za-z0-9_./$\-+*?]+|:=|==|[^\s]/g) ?? [];
}

/** The words of a comma-separated list, without what stands in braces or brackets. */
export function confList(text: string): readonly string[] {
  return text
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
