/**
 * Plain text for a terminal: columns, wrapping, counts in words. Nothing here knows what it lays
 * out; everything keeps to `pageWidth` columns where the words allow it.
 */
export const pageWidth = 100;

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
}

/** A table with aligned columns, two spaces apart, without trailing spaces. */
export function layOut(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, i) =>
    Math.max(column.head.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? '';
        const width = widths[i] ?? 0;
        return column.align === 'left' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.head)), ...rows.map(line)];
}

/** Breaks `text` at spaces; the first line begins with `first`, the others with `rest`. */
export function wrap(text: string, first: string, rest: string, width = pageWidth): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ').filter((part) => part !== '')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line.trimEnd());
  return lines;
}

/** `1,234,567`, the same in every locale. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 state`, `2 states`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}

/** `amappl, aobj and 12 more`. */
export function listed(names: readonly string[], shown = 3): string {
  if (names.length <= shown + 1) {
    const last = names.at(-1);
    if (last === undefined) return 'none';
    const others = names.slice(0, -1);
    return others.length === 0 ? last : `${others.join(', ')} and ${last}`;
  }
  return `${names.slice(0, shown).join(', ')} and ${grouped(names.length - shown)} more`;
}

/** Each text once, in the order of the first, with a count where there are several: `memcmp ×3`. */
export function unique(texts: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return [...times].map(([text, count]) => (count === 1 ? text : `${text} ×${count}`));
}

/** Cuts at `width` with an ellipsis. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Seconds as a person reads them: `0.04`, `1.3`, `125`. */
export function secondsText(seconds: number): string {
  if (seconds < 1) return seconds.toFixed(2);
  return seconds < 100 ? seconds.toFixed(1) : seconds.toFixed(0);
}
