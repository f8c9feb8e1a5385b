import type { Family } from './calls.ts';
import { bareName, families, isLockUse, meaningOf, plainName, shownName } from './calls.ts';
import { canonicalName, pathOf } from './canonical.ts';
import type { Order, OrderEvent } from './order.ts';

/**
 * An order for people: one line an API call, at most 100 columns.
 *
 * What a call does inside itself is folded into it, repeats are counted, the entries of a link set
 * are one line, and giving back is left out: a trace of two thousand events reads as two hundred
 * lines. `expand` shows every event as it stands.
 */
export interface ListingOptions {
  readonly expand?: boolean;
  /** Up to the end of the first run of this function. */
  readonly until?: string;
  readonly only?: readonly Family[];
  readonly width?: number;
}

export interface Listing {
  readonly lines: readonly string[];
  /** What is not shown, as a sentence; empty where everything is. */
  readonly hidden: string;
}

interface Row {
  readonly index: number;
  readonly event: OrderEvent;
  readonly path: readonly string[];
  times: number;
  linkSet: string | null;
}

export function listOrder(order: Order, options: ListingOptions = {}): Listing {
  const width = options.width ?? 100;
  const end = endOf(order, options.until);
  const rows: Row[] = [];
  const hidden = { folded: 0, frees: 0, locks: 0, others: 0, later: order.events.length - end };
  for (const [index, event] of order.events.slice(0, end).entries()) {
    const { family, role } = meaningOf(event);
    if (isLockUse(event) && options.expand !== true && options.only?.includes('lock') !== true) {
      hidden.locks++;
      continue;
    }
    if (options.only !== undefined && !options.only.includes(family)) {
      hidden.others++;
      continue;
    }
    const path = pathOf(event);
    if (options.expand === true) {
      rows.push({ index, event, path, times: 1, linkSet: null });
      continue;
    }
    if (role === 'free') {
      hidden.frees++;
      continue;
    }
    if (isInside(rows, path)) {
      hidden.folded++;
      continue;
    }
    add(rows, { index, event, path, times: 1, linkSet: linkSetOf(event) });
  }
  return { lines: rows.map((row) => rowText(row, width)), hidden: hiddenText(hidden) };
}

/** Calls whose inside is worth showing: they bring up more than one object of their own. */
const opens = /_subsystem_init$|_sysinit$|_startup$|^configure|^mi_cpu_attach$|^kmem_?init$|^cpu_/;

/** Whether an event happens inside the call of the last rows. */
function isInside(rows: readonly Row[], path: readonly string[]): boolean {
  for (const row of rows.slice(-6).toReversed()) {
    const call = plainName(row.event.call);
    if (row.event.call === 'set' || opens.test(call)) continue;
    const depth = row.path.length;
    const isUnder = row.path.every((name, i) => path[i] === name);
    const next = path[depth];
    if (isUnder && next !== undefined && plainName(next) === call) return true;
  }
  return false;
}

/** What is told as one line: the same call of one routine for elements of one array. */
const lineKey = (event: OrderEvent): string => {
  const object = event.object === null ? '' : canonicalName(event.object).replace(/\[\]/g, '');
  const value = event.call === 'set' ? String(event.args['value'] ?? '') : '';
  return [plainName(event.call), object, value, event.file, event.function].join('\n');
};

function add(rows: Row[], row: Row): void {
  const last = rows.at(-1);
  if (last !== undefined) {
    const same = lineKey(last.event) === lineKey(row.event);
    const sameSet = row.linkSet !== null && last.linkSet === row.linkSet;
    if (same || sameSet) {
      last.times++;
      return;
    }
  }
  rows.push(row);
}

/** `link set NAME`, where the guard says that an entry of a link set is being walked. */
function linkSetOf(event: OrderEvent): string | null {
  for (const { text } of event.guards) {
    const name = /\blink ?set[_ ](\w+)/.exec(text)?.[1];
    if (name !== undefined) return name;
  }
  return null;
}

function endOf(order: Order, until: string | undefined): number {
  if (until === undefined) return order.events.length;
  let last: number | null = null;
  for (const [index, event] of order.events.entries()) {
    if (pathOf(event).includes(until) || event.call === until) last = index;
    else if (last !== null) break;
  }
  return last === null ? order.events.length : last + 1;
}

const marks: Readonly<Record<OrderEvent['certainty'], string>> = {
  must: 'M',
  may: 'm',
  loop: 'L',
  loop0: 'l',
};

/** Index, certainty, call, object, file and line, and the way there as far as there is room. */
function rowText({ index, event, path, times, linkSet }: Row, width: number): string {
  const set = linkSet === null ? '' : `link set ${linkSet}`;
  const count = times > 1 ? ` x${times}` : '';
  const call = event.call === 'set' ? `${event.object ?? ''} =` : plainName(event.call);
  const object = set === '' ? objectText(event) : set;
  const place = `${shortFile(event.file)}:${event.line}`;
  const head = [
    String(index).padStart(4),
    marks[event.certainty],
    fit(call, 21),
    fit(object, 28 - count.length)
      .trimEnd()
      .concat(count)
      .padEnd(28),
    place.padEnd(19),
  ].join(' ');
  const room = width - head.length - 1;
  if (room < 4) return head.trimEnd().slice(0, width);
  return `${head} ${fit(tailText(event, path, room), room)}`.trimEnd();
}

/** The routine that makes the call, as many of its callers as there is room for, a condition. */
function tailText(event: OrderEvent, path: readonly string[], room: number): string {
  const guard = event.guards.at(-1);
  const condition = guard === undefined ? '' : ` ?${guard.text}`;
  const names = path.filter((name, i) => name !== 'main' || i === path.length - 1);
  for (const depth of [3, 2]) {
    const way = names.slice(-depth).join('>') + condition;
    if (way.length <= room) return way;
  }
  return (names.at(-1) ?? '') + condition;
}

function objectText(event: OrderEvent): string {
  const shown = shownName(event);
  const object =
    event.call === 'set'
      ? String(event.args['value'] ?? '')
      : event.object === null
        ? ''
        : canonicalName(event.object);
  return [object, shown === undefined ? '' : `"${shown}"`].filter((part) => part !== '').join(' ');
}

const shortFile = (file: string): string => file.split('/').slice(-1).join('/');

const fit = (text: string, width: number): string =>
  text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}~`;

function hiddenText(hidden: {
  folded: number;
  frees: number;
  locks: number;
  others: number;
  later: number;
}): string {
  const parts = [
    hidden.folded > 0 ? `${hidden.folded} inside the calls above` : '',
    hidden.frees > 0 ? `${hidden.frees} that give back` : '',
    hidden.locks > 0 ? `${hidden.locks} that use locks` : '',
    hidden.others > 0 ? `${hidden.others} of other kinds` : '',
    hidden.later > 0 ? `${hidden.later} after the end of the listing` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `not shown: ${parts.join(', ')}`;
}

/** Everything that happens to one object, with the way to each call. */
export function whyObject(order: Order, object: string, width = 100): string[] {
  const lines: string[] = [];
  for (const [index, event] of order.events.entries()) {
    if (!concerns(event, bareName(object))) continue;
    const guards = event.guards.map(({ text, at }) => `    if ${text} (${at})`);
    const way = [
      ...event.stack.map((frame) => `    ${frame.function} (${frame.file}:${frame.line})`),
      `    ${event.function} (${event.file}:${event.line})`,
    ];
    const args = Object.entries(event.args)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ');
    lines.push(
      `${String(index).padStart(4)} ${marks[event.certainty]} ${event.call}(${args})`.slice(
        0,
        width,
      ),
      ...way.map((line) => line.slice(0, width)),
      ...guards.map((line) => line.slice(0, width)),
    );
  }
  return lines;
}

/**
 * Whether an event is about an object, by its C name, a part of it, or the name that ddb shows. The
 * name of an array means each element; with an index it means that one, and those of which the
 * index is not known.
 */
function concerns(event: OrderEvent, wanted: string): boolean {
  if (shownName(event) === wanted) return true;
  const { value, palloc } = event.args;
  return [event.object ?? '', String(value ?? ''), String(palloc ?? '')].some((name) => {
    const full = bareName(name).replace(/#\d+/g, '');
    return isOrIsPart(full, wanted) || full === `${wanted}_store`;
  });
}

function isOrIsPart(name: string, wanted: string): boolean {
  const index = /\[\d+\]/.exec(wanted)?.[0];
  const known = index === undefined ? name : name.replace(/\[[^\]\d]*\]/g, index);
  // The first element goes by the array's name.
  const plain = index === '[0]' ? wanted.replace('[0]', '') : wanted;
  const isElement = index === undefined && known.startsWith(`${wanted}[`);
  return [wanted, plain].some((one) => known === one || known.startsWith(`${one}.`)) || isElement;
}

/** Reads `pool,vmem`; the names that it does not know are returned instead. */
export function parseFamilies(
  text: string,
): { readonly families: readonly Family[] } | { readonly unknown: readonly string[] } {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !families.some((family) => family === name));
  if (unknown.length > 0) return { unknown };
  return { families: families.filter((family) => names.includes(family)) };
}
