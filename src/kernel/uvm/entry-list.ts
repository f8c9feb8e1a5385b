/**
 * Searching, merging and clipping in a sorted list of map entries, without a map around it.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 uvm_map_findspace(), uvm_map_enter(), uvm_unmap_remove()
 * @differs hint and first_free only speed the search up: with the hint at vm_map_min, as all
 *   callers here have it, what the tree walk and its list search find is the lowest fitting gap
 */
import { draftOf } from '../../base/plain.ts';
import type { Draft } from '../../base/plain.ts';
import type { Va } from '../spec.ts';
import type { EntryHome, EntryKind, MapEntries, MapEntry } from './map-entries.ts';

/** How uvm_map_enter() will insert: `index` is where a new entry would stand. */
export type Insertion = {
  readonly index: number;
  readonly back: boolean;
  readonly forward: boolean;
  /** The successor that a merge on both sides makes superfluous. */
  readonly dead: EntryHome | null;
};

/** An assertion or lock that uvm_unmap_remove() would stop at, with its line. */
export type ClipFailure = { readonly message: string; readonly line: number };

/** Where entries for clipping come from; entries that are not quantum have no other source. */
export type ClipSource = {
  /** Entries that can be had, the next one first. */
  readonly homes: readonly EntryHome[];
  /** What happens when there is none left; null: the caller has to get another one. */
  readonly lacking: ClipFailure | null;
};

/** What uvm_unmap_remove() takes out: entries in the order in which they are freed. */
export type Removal = {
  readonly freed: readonly EntryHome[];
  readonly bytes: number;
  /** How many entries of the source went into clipping. */
  readonly clipsUsed: number;
  readonly failure: ClipFailure | 'another entry' | null;
};

/** The lowest address with `bytes` free, a multiple of `align` (0 or 1 for any). */
export function findGap(map: NonNullable<MapEntries>, bytes: number, align: number): Va | null {
  let end = map.min;
  for (const entry of [...map.entries, { start: map.max, end: map.max }]) {
    const start = align > 1 ? Math.ceil(end / align) * align : end;
    if (start + bytes <= entry.start) return start;
    end = entry.end;
  }
  return null;
}

/** Whether neighbours may become one entry: UVM_ET_ISCOMPATIBLE as far as kernel entries differ. */
function isCompatible(entry: EntryKind, kind: EntryKind): boolean {
  return (
    entry.quantum === kind.quantum && entry.nomerge === kind.nomerge && entry.object === kind.object
  );
}

export function insertion(
  entries: readonly MapEntry[],
  start: Va,
  end: Va,
  kind: EntryKind,
): Insertion {
  const found = entries.findIndex((entry) => entry.start >= end);
  const index = found < 0 ? entries.length : found;
  if (kind.nomerge === true) return { index, back: false, forward: false, dead: null };
  const before = entries[index - 1];
  const after = entries[index];
  const back = before !== undefined && before.end === start && isCompatible(before, kind);
  const forward = after !== undefined && after.start === end && isCompatible(after, kind);
  return { index, back, forward, dead: back && forward ? after.home : null };
}

type RemovalPlan = Removal & {
  readonly entries: Draft<MapEntry>[];
  readonly merged: Draft<EntryHome>[];
};

/**
 * Plans an unmap of [start, end). An entry that straddles a bound is split: a quantum entry with a
 * parked one, any other with one of `source`.
 */
export function removal(
  map: { readonly entries: readonly MapEntry[]; readonly merged: readonly EntryHome[] },
  start: Va,
  end: Va,
  source: ClipSource,
): RemovalPlan {
  const merged = [...map.merged];
  const spare = [...source.homes];
  const entries: MapEntry[] = [];
  const freed: EntryHome[] = [];
  let bytes = 0;
  let failure: Removal['failure'] = null;
  // The part split off gets another entry's storage, and that entry's flags.
  const split = (entry: MapEntry, from: Va, to: Va): void => {
    const home = entry.quantum === true ? merged.shift() : spare.shift();
    if (home === undefined) {
      failure = entry.quantum === true ? noneMerged : (source.lacking ?? 'another entry');
      return;
    }
    const object = entry.object === undefined ? {} : { object: entry.object };
    const quantum = entry.quantum === true ? { quantum: true as const } : {};
    entries.push({ start: from, end: to, home, ...quantum, ...object });
  };
  for (const entry of map.entries) {
    if (entry.end <= start || entry.start >= end) {
      entries.push(entry);
      continue;
    }
    if (entry.start < start) split(entry, entry.start, start);
    if (entry.first === true)
      failure = { message: 'KASSERT((entry->flags & UVM_MAP_FIRST) == 0)', line: 2301 };
    if (entry.end > end) split(entry, end, entry.end);
    freed.unshift(entry.home);
    bytes += Math.min(entry.end, end) - Math.max(entry.start, start);
  }
  const clipsUsed = source.homes.length - spare.length;
  return {
    entries: draftOf(entries),
    merged: draftOf(merged),
    freed,
    bytes,
    clipsUsed,
    failure,
  };
}

const noneMerged: ClipFailure = {
  message: 'KASSERT(me): no merged entry to split a quantum entry with',
  line: 818,
};
