import type { Meaning, ObjectKind } from '../calls.ts';
import { argumentText, meaningOf, plainName } from '../calls.ts';
import { pathOf } from '../canonical.ts';
import type { Order, OrderEvent, OrderHole } from '../order.ts';
import { missingFiles } from './unread.ts';

/** One event with what it means and where it stands. */
export interface Seen {
  readonly index: number;
  readonly event: OrderEvent;
  readonly meaning: Meaning;
  readonly name: string;
  /** The functions on the way to the call, the one that makes it last. */
  readonly path: readonly string[];
}

/** Everything the rules look up in an order, found once. */
export interface Survey {
  readonly order: Order;
  readonly seen: readonly Seen[];
  readonly holes: readonly OrderHole[];
  /** Events of a call, by its plain name. */
  calls(name: string): readonly Seen[];
  /** Assignments to a phase-marking global; `false`, `NULL` and 0 do not count. */
  sets(global: string): readonly Seen[];
  /**
   * First run of a function: its own event, and all that happens inside. Null if it was never seen,
   * or only called: where no file defines it, nothing of it has run.
   */
  run(name: string): Run | null;
  /**
   * Where the text names an object that no event initialises, otherwise than in a known use; null
   * where the text was not searched for it, or not all of it was there.
   */
  namedAt(object: string): readonly string[] | null;
  /** Other names of an object: what a global was set to point at. */
  aliases(object: string): readonly string[];
}

export interface Run {
  readonly first: Seen;
  readonly last: Seen;
  /** True where the function is itself called as an event, not only seen on the way to others. */
  readonly called: boolean;
}

const falsy = new Set(['false', '0', 'NULL', 'null']);

export function surveyOf(order: Order): Survey {
  const seen: Seen[] = order.events.map((event, index) => ({
    index,
    event,
    meaning: meaningOf(event),
    name: plainName(event.call),
    path: pathOf(event),
  }));
  const byCall = groupBy(seen, (one) => one.name);
  const bySet = groupBy(
    seen.filter(({ event }) => event.call === 'set' && isTrue(event)),
    ({ event }) => event.object ?? '',
  );
  const alias = new Map<string, Set<string>>();
  for (const [global, sets] of bySet) {
    for (const { event } of sets) {
      const value = argumentText(event, 'value');
      if (value === undefined || !/^[A-Za-z_]\w*_store(\.\w+)*$/.test(value)) continue;
      link(alias, global, value);
    }
  }
  const runs = runsOf(seen);
  const lacking = new Set(
    (order.holes ?? []).filter(({ kind }) => kind === 'missing definition').map(({ what }) => what),
  );
  const named = new Map(order.uninitialised?.map((one) => [one.object, one.named]));
  const isWhole = missingFiles(order.holes ?? []).length === 0;
  return {
    order,
    seen,
    holes: order.holes ?? [],
    calls: (name) => byCall.get(name) ?? [],
    sets: (global) => bySet.get(global) ?? [],
    run: (name) => (lacking.has(name) ? null : (runs.get(name) ?? null)),
    namedAt: (object) => (isWhole ? (named.get(object.replace(/\[.*$/, '')) ?? null) : null),
    aliases: (object) => [...(alias.get(object) ?? [])],
  };
}

function isTrue(event: OrderEvent): boolean {
  const value = argumentText(event, 'value');
  // `cold` is the one phase mark that is reached by clearing it.
  if (event.object === 'cold') return value === undefined || falsy.has(value);
  return value === undefined || !falsy.has(value);
}

function link(alias: Map<string, Set<string>>, a: string, b: string): void {
  for (const [from, to] of [[a, b] as const, [b, a] as const]) {
    const known = alias.get(from) ?? new Set<string>();
    known.add(to);
    alias.set(from, known);
  }
}

function runsOf(seen: readonly Seen[]): Map<string, Run> {
  const runs = new Map<string, Run>();
  const open = new Map<string, { first: Seen; last: Seen; called: boolean; closed: boolean }>();
  for (const one of seen) {
    const here = new Set([...one.path, one.name]);
    for (const [name, run] of open) {
      if (!here.has(name)) run.closed = true;
    }
    for (const name of here) {
      const run = open.get(name);
      if (run === undefined) {
        open.set(name, { first: one, last: one, called: one.name === name, closed: false });
      } else if (!run.closed) run.last = one;
    }
  }
  for (const [name, { first, last, called }] of open) runs.set(name, { first, last, called });
  return runs;
}

/**
 * The end of a routine's run as an event that brings something up: without the conditions inside
 * the routine. Those stand in its own file or in files of what it calls; a condition in a file
 * that also has a caller of the routine is kept, because it may be the caller's.
 */
export function endOfRun(run: Run, routine: string): Seen {
  const { last } = run;
  if (run.called && last === run.first) return last;
  const depth = last.path.indexOf(routine);
  if (depth < 0) return last;
  const files = [...last.event.stack.map((frame) => frame.file), last.event.file];
  const outer = new Set(files.slice(0, depth));
  const inner = new Set(files.slice(depth).filter((file) => !outer.has(file)));
  const guards = last.event.guards.filter(({ at }) => !inner.has(at.replace(/:\d+$/, '')));
  const certainty = guards.length === 0 ? 'must' : last.event.certainty;
  return { ...last, event: { ...last.event, guards, certainty } };
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

/** The object of a call, or null where the source's expression has no one meaning. */
export function objectOf(one: Seen): string | null {
  const { object } = one.event;
  if (object === null) return null;
  // A kernel map or arena that is still NULL is known by the global that will point at it.
  const unset = /^\?(\w+_(?:map|arena))$/.exec(object.trim())?.[1];
  if (unset !== undefined) return unset;
  if (/^\?|^NULL$|^0$|^\(/.test(object.trim())) return null;
  return object.trim().replace(/^&\s*/, '');
}

/**
 * The map that `uvm_km_suballoc` makes or takes from. Hand-written orders name the new map as the
 * object and the old one as `parent`; the C call's first argument is the old one.
 */
export function parentOf(one: Seen): string | null {
  return argumentText(one.event, 'parent') ?? objectOf(one);
}

/**
 * Whether an initialiser of `made` also makes `used`: the same name, an element of the same
 * array, or a part of it (`cache.pc_pool`, `map.lock`).
 */
export function covers(made: string, used: string): boolean {
  if (made === used) return true;
  if (!used.startsWith(made.replace(/\[.*$/, ''))) return false;
  const pattern = made
    .replace(/[.*+?^${}()|\\]/g, '\\$&')
    .replace(/\[(?:\\\*|[^\]0-9][^\]]*|)\]/g, '\\[[^\\]]*\\]');
  const prefix = new RegExp(`^${pattern}(?:$|[.\\[]|->)`);
  if (prefix.test(used)) return true;
  // An index that is not known in the use may be any of the elements that were made.
  return /\[(\*|[^\]0-9][^\]]*|)\]/.test(used) && looseIndexes(made) === looseIndexes(used);
}

const looseIndexes = (name: string): string => name.replace(/\[[^\]]*\]/g, '[]');

export const kindsOf: Readonly<Record<ObjectKind, string>> = {
  pool: 'pool',
  lock: 'lock',
  cv: 'condition variable',
  map: 'map',
  arena: 'arena',
  callout: 'callout',
};
