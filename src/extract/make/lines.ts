/**
 * make(1)'s text: comments go, a backslash continues the line, recipes are left out.
 */
export interface MakeLine {
  readonly text: string;
  readonly at: string;
}

/** The logical lines of one makefile. */
export function makeLines(text: string, file: string): readonly MakeLine[] {
  const lines: MakeLine[] = [];
  const raw = text.split('\n');
  for (let i = 0; i < raw.length; i++) {
    const at = `${file}:${i + 1}`;
    const parts = [raw[i] ?? ''];
    while (continues(raw[i] ?? '') && i + 1 < raw.length) parts.push((raw[++i] ?? '').trimStart());
    const line = parts
      .map((part) => (continues(part) ? part.slice(0, -1).trimEnd() : part))
      .join(' ');
    // What a shell would run says nothing about which files there are.
    if (line.startsWith('\t')) continue;
    const bare = withoutComment(line).trim();
    if (bare !== '') lines.push({ text: bare, at });
  }
  return lines;
}

const continues = (line: string): boolean => line.endsWith('\\') && !line.endsWith('\\\\');

const withoutComment = (line: string): string =>
  line.replace(/(^|[^\\])#.*$/, '$1').replaceAll('\\#', '#');
