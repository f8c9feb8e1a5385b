import { assert, present } from '../../base/assert.ts';
import { cellType } from '../../base/cell.ts';
import type { Draft } from '../../base/plain.ts';
import type { MapName, Va } from '../spec.ts';
import { findGap, insertion, removal } from './entry-list.ts';
import type { ClipSource, Insertion, Removal } from './entry-list.ts';

/**
 * Where the storage of a map entry is: in an entry page of the same map (that page's address), in
 * the kernel image, or an item of the pool `vmmpepl`.
 */
export type EntryHome = Va | 'static' | { readonly page: Va; readonly index?: number };

/** What neighbours must have in common to be merged (UVM_ET_ISCOMPATIBLE), and two marks. */
export type EntryKind = {
  /** UVM_MAP_QUANTUM: unmapping it never allocates. */
  readonly quantum?: true;
  readonly nomerge?: true;
  /** UVM_MAP_KMAPENT: the entry maps the page that it lies in. */
  readonly kmapent?: true;
  /** UVM_MAP_FIRST: the kernel image. */
  readonly first?: true;
  readonly object?: 'kernel_object' | MapName;
};

export type MapEntry = EntryKind & {
  readonly start: Va;
  readonly end: Va;
  readonly home: EntryHome;
};

/** A page of entries of which some are free: its address and how many are in use. */
type EntryPage = { readonly page: Va; readonly used: number };

/**
 * The part of a vm_map that describes its space: entries, sorted, and where entries come from.
 *
 * Entries of kernel_map and of intrsafe maps lie in pages of the same map: recording a mapping
 * must not need a pool, whose page would need a mapping.
 */
export type MapEntries = {
  readonly min: Va;
  readonly max: Va;
  readonly entries: readonly MapEntry[];
  /** vmk_kentry_free: pages with a free entry, the one to take from first. */
  readonly pages: readonly EntryPage[];
  /** Pages of which all entries are in use; sorted. */
  readonly fullPages: readonly Va[];
  /** vmk_merged_entries: quantum entries merged away, kept for later splitting; last in, first out. */
  readonly merged: readonly EntryHome[];
} | null;

type Present = NonNullable<MapEntries>;

function up(map: Draft<MapEntries>): Draft<Present>;
function up(map: MapEntries): Present;
function up(map: MapEntries): Present {
  return present(map, 'the map was set up');
}

/** Bytes between neighbours, and before the first and after the last entry; 0 where they touch. */
function gapsOf(map: MapEntries): readonly number[] {
  if (map === null) return [];
  const starts = [...map.entries.map((entry) => entry.start), map.max];
  const ends = [map.min, ...map.entries.map((entry) => entry.end)];
  return starts.map((start, i) => start - (ends[i] ?? start));
}

export const mapEntriesType = cellType<MapEntries>()({
  name: 'map-entries',
  observers: {
    isSetUp: (map): boolean => map !== null,
    /** uvm_map_findspace(): the lowest fitting address. */
    findspace: (map, bytes: number, align: number): Va | null => findGap(up(map), bytes, align),
    /** The page that the next entry comes from. */
    freeEntryPage: (map): Va | null => up(map).pages[0]?.page ?? null,
    /** What uvm_map_enter() will do: extend a neighbour, or use the new entry. */
    entering: (map, start: Va, end: Va, kind: EntryKind): Insertion =>
      insertion(up(map).entries, start, end, kind),
    /** What uvm_unmap_remove() will do. */
    removing: (map, start: Va, end: Va, clipping: Clipping): Removal =>
      outcomeOf(removal(up(map), start, end, clipSource(up(map), clipping))),
    /** uvm_kmapent_free(): whether the entry's page goes when this entry is put back. */
    isLastEntryOf: (map, page: Va): boolean => {
      const { pages } = up(map);
      return pages.length > 1 && pages.some((one) => one.page === page && one.used === 2);
    },
    entries: (map): readonly MapEntry[] => map?.entries ?? [],
    parked: (map): number => map?.merged.length ?? 0,
    entryPages: (map): number => (map === null ? 0 : map.pages.length + map.fullPages.length),
    /** The largest gap, for those who ask what could still be had. */
    largestGap: (map): number => Math.max(0, ...gapsOf(map)),
    /** Sizes of all gaps, lowest address first. */
    gaps: (map): readonly number[] => gapsOf(map).filter((bytes) => bytes > 0),
    bounds: (map): { readonly min: Va; readonly max: Va } => ({
      min: up(map).min,
      max: up(map).max,
    }),
  },
  operations: {
    setup: (_, min: Va, max: Va): MapEntries => ({
      min,
      max,
      entries: [],
      pages: [],
      fullPages: [],
      merged: [],
    }),
    /** uvm_kmapent_get(): a page whose entries are all used leaves the list. */
    takeEntry: (draft, chunk: number) => takeEntryOf(up(draft), chunk),
    /** uvm_kmapent_put(): a page that was full comes back at the head of the list. */
    putEntry: (draft, page: Va, chunk: number) => {
      const map = up(draft);
      const listed = map.pages.find((one) => one.page === page);
      if (listed !== undefined) {
        listed.used--;
        return;
      }
      assert(map.fullPages.includes(page), 'the entry lies in an entry page of this map');
      map.fullPages = map.fullPages.filter((one) => one !== page);
      map.pages.unshift({ page, used: chunk - 1 });
    },
    /** A new entry page records itself with its first entry and gives away its second. */
    addEntryPage: (draft, page: Va, bytes: number) => {
      const map = up(draft);
      const own: MapEntry = {
        start: page,
        end: page + bytes,
        home: page,
        nomerge: true,
        kmapent: true,
      };
      const plan = insertion(map.entries, own.start, own.end, own);
      map.entries.splice(plan.index, 0, own);
      map.pages.unshift({ page, used: 2 });
    },
    /** The page whose last entry was put back goes, and with it the entry that records it. */
    dropEntryPage: (draft, page: Va) => {
      const map = up(draft);
      map.pages = map.pages.filter((one) => one.page !== page);
      map.entries = map.entries.filter((entry) => entry.start !== page);
    },
    /**
     * uvm_map_enter(): extends neighbours where it can. A quantum entry that is not needed is
     * parked here; of the others the caller frees what `entering` called superfluous.
     */
    enter: (draft, start: Va, end: Va, kind: EntryKind, home: EntryHome) => {
      const map = up(draft);
      const plan = insertion(map.entries, start, end, kind);
      if (plan.back && plan.forward) {
        const [before, after] = map.entries.slice(plan.index - 1, plan.index + 1);
        present(before, 'it has a predecessor').end = present(after, 'and a successor').end;
        map.entries.splice(plan.index, 1);
      } else if (plan.back) {
        present(map.entries[plan.index - 1], 'it has a predecessor').end = end;
      } else if (plan.forward) {
        present(map.entries[plan.index], 'it has a successor').start = start;
      } else {
        map.entries.splice(plan.index, 0, { ...kind, start, end, home });
        return;
      }
      if (kind.quantum !== true) return;
      map.merged.unshift(home);
      if (plan.dead !== null) map.merged.unshift(plan.dead);
    },
    /** uvm_unmap_remove(): clips what straddles a bound, drops what lies between. */
    remove: (draft, start: Va, end: Va, clipping: Clipping) => {
      const map = up(draft);
      const plan = removal(map, start, end, clipSource(map, clipping));
      assert(plan.failure === null, 'whoever removes has asked first');
      if (!('homes' in clipping)) {
        for (let i = 0; i < plan.clipsUsed; i++) takeEntryOf(map, clipping.chunk);
      }
      map.entries = plan.entries;
      map.merged = plan.merged;
    },
    /** uvm_map_submap(): the blank entry that spans the range stands for another map. */
    setSubmap: (draft, start: Va, submap: MapName) => {
      const entry = up(draft).entries.find((one) => one.start === start);
      present(entry, 'uvm_km_suballoc mapped the range').object = submap;
    },
  },
});

/**
 * Where uvm_mapent_alloc_split() gets an entry: of the pool `vmmpepl`, those given; or a free one of
 * the map's own pages, which are `chunk` entries each. Those reserved for the unmap are only asked
 * for their number, and are given back unused.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 uvm_mapent_alloc_split(), uvm_mapent_alloc()
 */
export type Clipping =
  { readonly homes: readonly EntryHome[] } | { readonly reserved: boolean; readonly chunk: number };

/** An unmap clips two entries at most. */
const clipsMax = 2;

function clipSource(
  { pages }: { readonly pages: readonly EntryPage[] },
  clipping: Clipping,
): ClipSource {
  if ('homes' in clipping) return { homes: clipping.homes, lacking: null };
  if (!clipping.reserved) return { homes: [], lacking: noneReserved };
  const free = pages.flatMap(({ page, used }) =>
    Array.from({ length: Math.min(clipsMax, clipping.chunk - used) }, () => page),
  );
  return { homes: free, lacking: locksItself };
}

const noneReserved = {
  message: 'KASSERT(!UMR_EMPTY(umr)): no entry reserved for clipping',
  line: 810,
};

/**
 * The entries reserved are there, but uvm_mapent_alloc() looks for a free one: without any it makes
 * a page of entries, whose mapping needs the lock that the unmap holds. rw_enter() and
 * mutex_spin_enter() stop at that.
 */
const locksItself = {
  message: 'locking against myself: an entry to clip with is made while the map is locked',
  line: 822,
};

function takeEntryOf(map: Draft<Present>, chunk: number): void {
  const head = present(map.pages[0], 'there is a free entry');
  head.used++;
  if (head.used < chunk) return;
  map.pages.shift();
  map.fullPages = sorted([...map.fullPages, head.page]);
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

const outcomeOf = ({ freed, bytes, clipsUsed, failure }: ReturnType<typeof removal>): Removal => ({
  freed,
  bytes,
  clipsUsed,
  failure,
});
