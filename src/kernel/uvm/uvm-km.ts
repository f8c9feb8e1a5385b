/**
 * Kernel memory: address space with pages behind it, submaps, and the map of all of it.
 *
 * @source NetBSD sys/uvm/uvm_km.c 1.101.4.2
 */
import type { Ref } from '../../base/plain.ts';
import { nameOf, ref } from '../../base/plain.ts';
import type { Halt, Routine } from '../../base/routine.ts';
import { go, halt, ret, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Calls, MapFlags } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { Va } from '../spec.ts';
import { kmapentFree } from './kmapent.ts';
import {
  mapSpec,
  mapentOverhead,
  nullMapFault,
  roundPage,
  setupMap,
  usesEntryPages,
  vacacheBytes,
  writeLock,
} from './map-facts.ts';
import { uvmPagealloc, uvmPagefree } from './page-queues.ts';

export const kmFile = 'sys/uvm/uvm_km.c';
export const kmRevision = '1.101.4.2';

export function kmRoutines(kernel: Kernel): readonly Routine[] {
  return [
    kmAlloc(kernel),
    kmFree(kernel),
    kmSuballoc(kernel),
    vaDrain(kernel),
    vacacheInit(kernel),
  ];
}

/**
 * The part of uvm_km_init() that makes kernel_map, without publishing it: the range, the reclaim
 * head, and the image at its start, described by the one entry that is not allocated.
 *
 * @source NetBSD sys/uvm/uvm_km.c 1.101.4.2 uvm_km_init(), lines 299-320
 */
export function uvmMapSetupKernel(kernel: Kernel, view: View, map: Ref<'map'>): void {
  const { start, bytes, imageBytes } = mapSpec(kernel.spec, map);
  setupMap(kernel, view, map, start, start + bytes);
  if (imageBytes === 0) return;
  const kind = { first: true } as const;
  view.update(kernel.cells.mapEntries.at(map), 'enter', start, start + imageBytes, kind, 'static');
  view.update(kernel.cells.mapControl.at(map), 'grow', imageBytes);
}

type AllocLocals = Calls['uvm_km_alloc']['params'] & { va?: Va; pagesHeld?: number };

/**
 * Allocates kernel memory: address space first, then pages one by one.
 *
 * Without WAITVA it answers 0 when there is no space, to those who may sleep, too. Short of pages
 * it waits, unless the request is NOWAIT, or CANFAIL with nothing that could be paged out.
 */
function kmAlloc(kernel: Kernel): Routine {
  const { spec } = kernel;
  return routine<AllocLocals>()({
    name: 'uvm_km_alloc',
    file: kmFile,
    revision: kmRevision,
    labels: {
      space: {
        line: 559,
        run: (frame, view) => {
          const place = {
            routine: 'uvm_km_alloc',
            file: kmFile,
            line: 540,
          };
          const fault = nullMapFault(kernel, view, frame.map, place);
          if (fault !== null) return halt(fault);
          frame.bytes = roundPage(spec, frame.bytes);
          const flags: MapFlags = { ...frame.flags, quantum: true };
          const { map, bytes, align, type } = frame;
          const object = type === 'pageable' ? { object: 'kernel_object' as const } : {};
          return call('uvm_map', { map, bytes, align, flags, ...object }, 'gotSpace');
        },
      },
      gotSpace: {
        line: 565,
        run: (frame, _, va: Va | null) => {
          if (va === null || frame.type !== 'wired') return ret(va);
          frame.va = va;
          frame.pagesHeld = 0;
          return go('pages');
        },
      },
      pages: {
        line: 603,
        run: (frame, view, _, self) => {
          const held = frame.pagesHeld ?? 0;
          const wanted = frame.bytes / spec.pageBytes - held;
          const nowait = frame.flags.wait === 'nowait';
          const granted = uvmPagealloc(kernel, view, self, nowait, wanted);
          if (granted === wanted) return ret(frame.va ?? null);
          frame.pagesHeld = held + granted;
          const fails = frame.canfail === true && spec.pages.reclaimable === false;
          return nowait || fails ? go('undo') : call('uvm_wait', { what: 'km_getwait2' }, 'pages');
        },
      },
      undo: {
        line: 613,
        run: (frame, view) => {
          uvmPagefree(kernel, view, frame.pagesHeld ?? 0);
          delete frame.pagesHeld;
          return yieldAt('undoSpace');
        },
      },
      undoSpace: {
        line: 669,
        run: (frame) => {
          const { map, va = 0, bytes } = frame;
          delete frame.va;
          return call('uvm_unmap', { map, va, bytes, quantum: true }, 'undone');
        },
      },
      undone: { line: 615, run: () => ret(null) },
    },
  });
}

/** Gives back pages (wired memory) and address space. It never allocates and never fails. */
function kmFree(kernel: Kernel): Routine {
  const { spec } = kernel;
  return routine<Calls['uvm_km_free']['params']>()({
    name: 'uvm_km_free',
    file: kmFile,
    revision: kmRevision,
    labels: {
      pages: {
        line: 657,
        run: (frame, view) => {
          const place = { routine: 'uvm_km_free', file: kmFile, line: 653 };
          const fault = nullMapFault(kernel, view, frame.map, place);
          if (fault !== null) return halt(fault);
          frame.bytes = roundPage(spec, frame.bytes);
          if (frame.type !== 'wired') return go('space');
          uvmPagefree(kernel, view, frame.bytes / spec.pageBytes);
          return yieldAt('space');
        },
      },
      space: {
        line: 669,
        run: ({ map, va, bytes }) =>
          call('uvm_unmap', { map, va, bytes, quantum: true }, 'unmapped'),
      },
      unmapped: { line: 670, run: () => ret(null) },
    },
  });
}

type SuballocLocals = Calls['uvm_km_suballoc']['params'] & {
  va?: Va;
  reserved?: Va[];
  pagesHeld?: number;
};

/** sizeof(struct vm_map_kernel), as the boot orders have it (inferred). */
const mapStructBytes = 508;

/**
 * Makes a submap of a kernel map. The caller stores the pointer: only then is the map published.
 *
 * @source NetBSD sys/uvm/uvm_km.c 1.101.4.2 uvm_km_suballoc(); sys/uvm/uvm_map.c 1.263.4.5 uvm_map_submap()
 */
function kmSuballoc(kernel: Kernel): Routine {
  const { spec, cells } = kernel;
  const sizeOf = (map: Ref<'map'>): number => {
    const { bytes, intrsafe } = mapSpec(spec, map);
    const rounded = roundPage(spec, bytes);
    return rounded + mapentOverhead(spec, rounded, intrsafe);
  };
  const panic = (message: string, line: number) =>
    halt({ kind: 'panic', message: `panic: uvm_km_suballoc: ${message}`, file: kmFile, line });
  return routine<SuballocLocals>()({
    name: 'uvm_km_suballoc',
    file: kmFile,
    revision: kmRevision,
    labels: {
      space: {
        line: 357,
        run: (frame, view) => {
          const place = {
            routine: 'uvm_km_suballoc',
            file: kmFile,
            line: 348,
          };
          const fault = nullMapFault(kernel, view, frame.parent, place);
          if (fault !== null) return halt(fault);
          const flags = { wait: 'neither' } as const;
          const request = { map: frame.parent, bytes: sizeOf(frame.map), align: 0, flags };
          return call('uvm_map', { ...request, nomerge: true }, 'gotSpace');
        },
      },
      gotSpace: {
        line: 360,
        run: (frame, _, va: Va | null) => {
          if (va === null) return panic('unable to allocate space in parent map', 360);
          frame.va = va;
          if (frame.storage === 'static') return go('setup');
          return call('malloc', { bytes: mapStructBytes, flags: 'M_WAITOK' }, 'gotStorage');
        },
      },
      gotStorage: {
        line: 376,
        run: (frame, _, storage: Va | null) => {
          if (storage === null) return panic('unable to create submap', 377);
          // The structure's page, until the caller has the map.
          frame.pagesHeld = roundPage(spec, mapStructBytes) / spec.pageBytes;
          return go('setup');
        },
      },
      setup: {
        line: 379,
        run: (frame, view) => {
          const va = frame.va ?? 0;
          setupMap(kernel, view, frame.map, va, va + sizeOf(frame.map));
          if (!usesEntryPages(spec, frame.parent)) return go('submap');
          return call('uvm_kmapent_alloc', { map: frame.parent, nowait: false }, 'reserved');
        },
      },
      reserved: {
        line: 386,
        run: (frame, _, home: Va | null) => {
          if (home === null) return go('submap');
          frame.reserved = [...(frame.reserved ?? []), home];
          if (frame.reserved.length === 2) return go('submap');
          return call('uvm_kmapent_alloc', { map: frame.parent, nowait: false }, 'reserved');
        },
      },
      submap: {
        line: 386,
        run: (frame, view) => {
          writeLock(kernel, view, frame.parent);
          const entries = cells.mapEntries.at(frame.parent);
          view.update(entries, 'setSubmap', frame.va ?? 0, mapSpec(spec, frame.map).name);
          const reserved = [...(frame.reserved ?? [])].reverse();
          for (const home of reserved) kmapentFree(kernel, view, frame.parent, home);
          return ret(null);
        },
      },
    },
  });
}

/** Runs the map's reclaim chain once, whatever the flags. */
function vaDrain(kernel: Kernel): Routine {
  return routine<{ map: Ref<'map'> }>()({
    name: 'uvm_km_va_drain',
    file: kmFile,
    revision: kmRevision,
    labels: {
      run: {
        line: 268,
        run: (frame, view) =>
          view.observe(kernel.cells.chains.at(frame.map), 'length') === 0
            ? ret(null)
            : call('callback_run_roundrobin', { map: frame.map }, 'ran'),
      },
      ran: { line: 269, run: () => ret(null) },
    },
  });
}

/**
 * Declares the pool of a map's address space by the page. Its allocator knows the map directly, so
 * the pool is on the map's chain from the start. Nothing on a direct-mapped port.
 *
 * @source NetBSD sys/uvm/uvm_km.c 1.101.4.2 uvm_km_vacache_init(), km_vacache_init()
 */
function vacacheInit(kernel: Kernel): Routine {
  const { spec, cells } = kernel;
  return routine<{ map: Ref<'map'> }>()({
    name: 'uvm_km_vacache_init',
    file: kmFile,
    revision: kmRevision,
    labels: {
      init: {
        line: 246,
        run: (frame, view) => {
          const { vacache } = mapSpec(spec, frame.map);
          if (spec.directMap || vacache === null) return ret(null);
          const place = { routine: 'uvm_km_vacache_init', file: kmFile, line: 246 };
          const fault = nullMapFault(kernel, view, frame.map, place);
          if (fault !== null) return halt(fault);
          const { min, max } = view.observe(cells.mapEntries.at(frame.map), 'bounds');
          if (vacacheBytes(spec) >= Math.floor((max - min) / 2))
            return halt(chunkTooLarge(frame.map));
          view.update(cells.mapControl.at(frame.map), 'setVacache');
          return call('pool_init', { pool: ref('pool', vacache) }, 'done');
        },
      },
      done: { line: 250, run: () => ret(null) },
    },
  });
}

const chunkTooLarge = (map: Ref<'map'>): Halt => ({
  kind: 'assertion',
  message: `KASSERT(size < (vm_map_max(map) - vm_map_min(map)) / 2) for ${nameOf(map)}`,
  file: kmFile,
  line: 220,
});
