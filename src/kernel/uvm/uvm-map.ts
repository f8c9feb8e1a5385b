/**
 * Mapping and unmapping: uvm_map(), uvm_map_prepare(), uvm_unmap1().
 *
 * No step ends inside a locked region, so no lock is modelled: a try-lock always succeeds and
 * EAGAIN is never answered.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5
 * @differs kernel page tables (pmap_growkernel) are left out; so are objects other than the kernel
 *   object, amaps, and protections, which are the same for all kernel mappings
 */
import type { Ref } from '../../base/plain.ts';
import type { Halt, Next, Routine } from '../../base/routine.ts';
import { go, halt, ret, routine, sleep, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Item, MapFlags } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { Va } from '../spec.ts';
import { kmapentAlloc, kmapentFree } from './kmapent.ts';
import type { Clipping, EntryHome, EntryKind } from './map-entries.ts';
import {
  entriesPerPage,
  mapEntryCache,
  mapFile,
  mapRevision,
  nullMapFault,
  pagerMap,
  usesEntryPages,
  writeLock,
} from './map-facts.ts';

export function mapRoutines(kernel: Kernel): readonly Routine[] {
  return [uvmMap(kernel), uvmMapPrepare(kernel), kmapentAlloc(kernel), uvmUnmap(kernel)];
}

type MapLocals = {
  map: Ref<'map'>;
  bytes: number;
  align: number;
  flags: MapFlags;
  nomerge?: true;
  object?: 'kernel_object';
  /** The new entry, had before the map is locked. */
  home?: EntryHome;
  va?: Va;
  superfluous?: EntryHome[];
};

/**
 * Establishes a mapping: entry first, then space.
 *
 * Only NOWAIT is passed on when the entry is allocated, never WAITVA: a caller who may sleep for
 * space is refused at once when there is no space left for an entry page.
 */
function uvmMap(kernel: Kernel): Routine {
  const { spec } = kernel;
  return routine<MapLocals>()({
    name: 'uvm_map',
    file: mapFile,
    revision: mapRevision,
    labels: {
      entry: {
        line: 1178,
        run: (frame, view) => {
          const line = frame.flags.quantum === true ? 1166 : 1179;
          const place = { routine: 'uvm_map', file: mapFile, line };
          const fault = nullMapFault(kernel, view, frame.map, place);
          if (fault !== null) return halt(fault);
          if (frame.map === pagerMap) frame.nomerge = true;
          const nowait = frame.flags.wait === 'nowait';
          if (usesEntryPages(spec, frame.map)) {
            return call('uvm_kmapent_alloc', { map: frame.map, nowait }, 'gotEntry');
          }
          const params = { pool: mapEntryCache, flags: { wait: !nowait } };
          return call('pool_cache_get', params, 'gotEntry');
        },
      },
      gotEntry: {
        line: 1182,
        run: (frame, _, home: Va | Item | null) => {
          if (home === null) return ret(null);
          frame.home = home;
          return go('prepare');
        },
      },
      prepare: {
        line: 1190,
        run: (frame) => {
          const { map, bytes, align, flags } = frame;
          return call('uvm_map_prepare', { map, bytes, align, flags }, 'enter');
        },
      },
      enter: {
        line: 1192,
        run: (frame, view, va: Va | null) => {
          const home = frame.home ?? 'static';
          delete frame.home;
          if (va === null) {
            frame.superfluous = [home];
            return go('free');
          }
          frame.va = va;
          frame.superfluous = enterMapping(kernel, view, frame, va, home);
          return go('free');
        },
      },
      free: {
        line: 1196,
        run: (frame, view) =>
          freeNext(kernel, view, frame.map, frame.superfluous ?? []) ?? ret(frame.va ?? null),
      },
    },
  });
}

/**
 * uvm_map_enter(): inserts the mapping, extending neighbours where it can.
 *
 * @returns the entries that are not needed, to be freed once the map is unlocked
 */
function enterMapping(
  kernel: Kernel,
  view: View,
  request: {
    map: Ref<'map'>;
    bytes: number;
    flags: MapFlags;
    nomerge?: true;
    object?: 'kernel_object';
  },
  va: Va,
  home: EntryHome,
): EntryHome[] {
  const entries = kernel.cells.mapEntries.at(request.map);
  const kind: EntryKind = {
    ...(request.flags.quantum === true ? { quantum: true } : {}),
    ...(request.nomerge === true ? { nomerge: true } : {}),
    ...(request.object === undefined ? {} : { object: request.object }),
  };
  const end = va + request.bytes;
  const plan = view.observe(entries, 'entering', va, end, kind);
  view.update(entries, 'enter', va, end, kind, home);
  view.update(kernel.cells.mapControl.at(request.map), 'grow', request.bytes);
  if (kind.quantum === true || !(plan.back || plan.forward)) return [];
  return plan.dead === null ? [home] : [home, plan.dead];
}

/** Frees the first of some entries; null when there are no more. */
function freeNext(kernel: Kernel, view: View, map: Ref<'map'>, homes: EntryHome[]): Next | null {
  for (let home = homes.shift(); home !== undefined; home = homes.shift()) {
    if (home === 'static') continue;
    if (typeof home !== 'number') {
      return call('pool_cache_put', { pool: mapEntryCache, item: home }, 'free');
    }
    kmapentFree(kernel, view, map, home);
  }
  return null;
}

type PrepareLocals = { map: Ref<'map'>; bytes: number; align: number; flags: MapFlags };

/**
 * Searches the map until there is space: after each failure it asks the reclaim chain, once, and
 * searches again if meanwhile something was unmapped or the map was write-locked. If not, it gives
 * up, or sleeps until one of the two happens, without asking the chain again.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 uvm_map_prepare()
 */
function uvmMapPrepare(kernel: Kernel): Routine {
  const { cells } = kernel;
  return routine<PrepareLocals>()({
    name: 'uvm_map_prepare',
    file: mapFile,
    revision: mapRevision,
    labels: {
      search: {
        line: 1262,
        run: (frame, view, _, self) => {
          const { map, bytes, align } = frame;
          const va = view.observe(cells.mapEntries.at(map), 'findspace', bytes, align);
          writeLock(kernel, view, map);
          if (va !== null) return ret(va);
          view.update(cells.mapControl.at(map), 'want', self);
          view.update(cells.threads.at(self), 'searchFailed');
          return yieldAt('drain');
        },
      },
      drain: {
        line: 1279,
        run: (frame) => call('uvm_km_va_drain', { map: frame.map }, 'drained'),
      },
      drained: {
        line: 1282,
        run: (frame, view, _, self) => {
          const control = cells.mapControl.at(frame.map);
          const unchanged = view.observe(control, 'unchanged', self);
          if (unchanged && frame.flags.wait === 'waitva') return sleep(null, 'poll');
          view.update(control, 'forget', self);
          return unchanged ? ret(null) : go('search');
        },
      },
      // cv_timedwait() of one second, again and again: the same two conditions, and no drain.
      poll: {
        line: 1290,
        run: (frame, view, _, self) => {
          const control = cells.mapControl.at(frame.map);
          if (view.observe(control, 'unchanged', self)) view.blocked(`space in ${frame.map}`);
          view.update(control, 'forget', self);
          return go('search');
        },
      },
    },
  });
}

type UnmapLocals = {
  map: Ref<'map'>;
  va: Va;
  bytes: number;
  quantum?: true;
  /** Entries reserved for clipping, before the map is locked; none of them is ever used for it. */
  reserved?: EntryHome[];
  /** Entries of the pool to clip with, where the map has no pages of its own. */
  clips?: EntryHome[];
  dead?: EntryHome[];
};

/**
 * Removes mappings, clears VM_MAP_WANTVA and so lets those who wait for space search again.
 *
 * Quantum mappings never need an allocation: the entries for splitting them were kept when they
 * were merged. For others two entries are reserved first; a failure of that is ignored. What is
 * split then takes its entry from the free ones all the same, with the map locked, and the reserved
 * ones go back.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 uvm_unmap1(), uvm_unmap_remove(), uvm_unmap_detach(),
 *   uvm_mapent_reserve(), uvm_mapent_unreserve()
 * @differs an entry of the pool to clip with is fetched before the map is locked, not under the lock
 */
function uvmUnmap(kernel: Kernel): Routine {
  const { spec, cells } = kernel;
  return routine<UnmapLocals>()({
    name: 'uvm_unmap',
    file: mapFile,
    revision: mapRevision,
    labels: {
      reserve: {
        line: 5216,
        run: (frame, view) => {
          const line = frame.quantum === true ? 5217 : 4796;
          const place = { routine: 'uvm_unmap1', file: mapFile, line };
          const fault = nullMapFault(kernel, view, frame.map, place);
          if (fault !== null) return halt(fault);
          if (frame.quantum === true || !usesEntryPages(spec, frame.map)) return go('remove');
          return call('uvm_kmapent_alloc', { map: frame.map, nowait: false }, 'reserved');
        },
      },
      reserved: {
        line: 4801,
        run: (frame, _, home: Va | null) => {
          if (home === null) return go('unreserve');
          frame.reserved = [...(frame.reserved ?? []), home];
          if (frame.reserved.length === 2) return go('remove');
          return call('uvm_kmapent_alloc', { map: frame.map, nowait: false }, 'reserved');
        },
      },
      unreserve: {
        line: 4803,
        run: (frame, view) => {
          for (const home of frame.reserved ?? []) kmapentFree(kernel, view, frame.map, home);
          delete frame.reserved;
          return go('remove');
        },
      },
      remove: {
        line: 5218,
        run: (frame, view) => {
          const entries = cells.mapEntries.at(frame.map);
          const reserved = frame.reserved ?? [];
          const clips = frame.clips ?? [];
          const clipping: Clipping = usesEntryPages(spec, frame.map)
            ? { reserved: reserved.length > 0, chunk: entriesPerPage(spec) }
            : { homes: clips };
          const end = frame.va + frame.bytes;
          const plan = view.observe(entries, 'removing', frame.va, end, clipping);
          if (plan.failure === 'another entry') {
            return call('pool_cache_get', { pool: mapEntryCache, flags: { wait: true } }, 'clip');
          }
          if (plan.failure !== null) {
            return halt({ kind: 'assertion', file: mapFile, ...plan.failure });
          }
          delete frame.reserved;
          delete frame.clips;
          view.update(entries, 'remove', frame.va, end, clipping);
          writeLock(kernel, view, frame.map);
          view.update(cells.mapControl.at(frame.map), 'shrink', plan.bytes);
          frame.dead = [...reserved.reverse(), ...clips.slice(plan.clipsUsed), ...plan.freed];
          return go('free');
        },
      },
      clip: {
        line: 822,
        run: (frame, _, home: Item | null) => {
          if (home === null) return halt(nothingToClipWith);
          frame.clips = [...(frame.clips ?? []), home];
          return go('remove');
        },
      },
      free: {
        line: 5223,
        run: (frame, view) => freeNext(kernel, view, frame.map, frame.dead ?? []) ?? ret(null),
      },
    },
  });
}

/** uvm_map_clip_start() and uvm_map_clip_end() go through what uvm_mapent_alloc_split() answered. */
const nothingToClipWith: Halt = {
  kind: 'fault',
  message: 'NULL map entry in uvm_mapent_copy: the pool has none to clip with',
  file: mapFile,
  line: 1082,
};
