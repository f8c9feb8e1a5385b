/**
 * Pages for pools: through the map's cache of addresses, bare, or direct-mapped.
 *
 * @source NetBSD sys/uvm/uvm_km.c 1.101.4.2
 */
import { present } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import { ref } from '../../base/plain.ts';
import type { Routine } from '../../base/routine.ts';
import { go, halt, ret, routine, yieldAt } from '../../base/routine.ts';
import type { Item, MapFlags } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { KernelSpec, Va } from '../spec.ts';
import { mapSpec, nullMapFault, vacacheBytes } from './map-facts.ts';
import { allocDirectPage, freeDirectPage, uvmPagealloc, uvmPagefree } from './page-queues.ts';
import { kmFile, kmRevision } from './uvm-km.ts';

export function poolpageRoutines(kernel: Kernel): readonly Routine[] {
  return [
    allocPoolpage(kernel),
    allocPoolpageCache(kernel),
    freePoolpage(kernel),
    freePoolpageCache(kernel),
    vacacheAlloc(kernel),
    vacacheFree(kernel),
  ];
}

/** The address of a vacache item; where addresses are told apart by chunk, that of the chunk. */
function vaOf(spec: KernelSpec, item: Item): Va {
  return item.page + (item.index ?? 0) * spec.pageBytes;
}

/** The vacache item at an address. */
function itemAt(spec: KernelSpec, va: Va): Item {
  const page = va - (va % vacacheBytes(spec));
  if (spec.vacacheIdentity === 'chunk') return { page };
  return { page, index: (va - page) / spec.pageBytes };
}

const vacacheOf = (spec: KernelSpec, map: Ref<'map'>): Ref<'pool'> =>
  ref('pool', present(mapSpec(spec, map).vacache, `${map} has a vacache`));

type PageLocals = { map: Ref<'map'>; waitok: boolean; va?: Va };

/**
 * A page that bypasses the cache of addresses.
 *
 * With `waitok` it sleeps for a page, but answers 0 when the map has no space: neither WAITVA nor
 * NOWAIT is passed. On a direct-mapped port the map is not even looked at.
 */
function allocPoolpage(kernel: Kernel): Routine {
  const { spec } = kernel;
  return routine<PageLocals>()({
    name: 'uvm_km_alloc_poolpage',
    file: kmFile,
    revision: kmRevision,
    labels: {
      alloc: {
        line: 744,
        run: (frame) => {
          if (spec.directMap) return go('page');
          const { map, waitok } = frame;
          const flags: MapFlags = waitok ? { wait: 'neither' } : { wait: 'nowait', trylock: true };
          const request = { map, bytes: spec.pageBytes, align: 0, flags };
          return call('uvm_km_alloc', { ...request, type: 'wired' }, 'got');
        },
      },
      got: { line: 746, run: (_, __, va: Va | null) => ret(va) },
      page: {
        line: 729,
        run: (frame, view, _, self) => {
          const va = allocDirectPage(kernel, view, self, !frame.waitok);
          if (va !== null) return ret(va);
          return frame.waitok ? call('uvm_wait', { what: 'plpg' }, 'page') : ret(null);
        },
      },
    },
  });
}

/** A page whose address comes from the map's vacache; without one, as uvm_km_alloc_poolpage(). */
function allocPoolpageCache(kernel: Kernel): Routine {
  const { spec, cells } = kernel;
  return routine<PageLocals>()({
    name: 'uvm_km_alloc_poolpage_cache',
    file: kmFile,
    revision: kmRevision,
    labels: {
      address: {
        line: 695,
        run: (frame, view) => {
          const { map, waitok } = frame;
          if (spec.directMap) return call('uvm_km_alloc_poolpage', { map, waitok }, 'got');
          const place = { routine: 'uvm_km_alloc_poolpage_cache', file: kmFile, line: 692 };
          const fault = nullMapFault(kernel, view, map, place);
          if (fault !== null) return halt(fault);
          if (!view.observe(cells.mapControl.at(map), 'hasVacache')) {
            return call('uvm_km_alloc_poolpage', { map, waitok }, 'got');
          }
          const pool = vacacheOf(spec, map);
          return call('pool_get', { pool, flags: { wait: waitok } }, 'gotAddress');
        },
      },
      got: { line: 696, run: (_, __, va: Va | null) => ret(va) },
      gotAddress: {
        line: 699,
        run: (frame, _, item: Item | null) => {
          if (item === null) return ret(null);
          frame.va = vaOf(spec, item);
          return yieldAt('page');
        },
      },
      page: {
        line: 703,
        run: (frame, view, _, self) => {
          const va = frame.va ?? 0;
          if (uvmPagealloc(kernel, view, self, !frame.waitok) === 1) return ret(va);
          if (frame.waitok) return call('uvm_wait', { what: 'plpg' }, 'page');
          delete frame.va;
          const pool = vacacheOf(spec, frame.map);
          return call('pool_put', { pool, item: itemAt(spec, va) }, 'noPage');
        },
      },
      noPage: { line: 710, run: () => ret(null) },
    },
  });
}

type FreeLocals = { map: Ref<'map'>; va: Va };

function freePoolpage(kernel: Kernel): Routine {
  const { spec } = kernel;
  return routine<FreeLocals>()({
    name: 'uvm_km_free_poolpage',
    file: kmFile,
    revision: kmRevision,
    labels: {
      free: {
        line: 789,
        run: ({ map, va }, view) => {
          if (!spec.directMap) {
            const params = { map, va, bytes: spec.pageBytes, type: 'wired' } as const;
            return call('uvm_km_free', params, 'freed');
          }
          freeDirectPage(kernel, view, va);
          return ret(null);
        },
      },
      freed: { line: 794, run: () => ret(null) },
    },
  });
}

/** Gives back the page; its address goes to the vacache and stays reserved in the map. */
function freePoolpageCache(kernel: Kernel): Routine {
  const { spec, cells } = kernel;
  return routine<FreeLocals>()({
    name: 'uvm_km_free_poolpage_cache',
    file: kmFile,
    revision: kmRevision,
    labels: {
      free: {
        line: 765,
        run: ({ map, va }, view) => {
          if (spec.directMap || !view.observe(cells.mapControl.at(map), 'hasVacache')) {
            return call('uvm_km_free_poolpage', { map, va }, 'freed');
          }
          uvmPagefree(kernel, view);
          return yieldAt('address');
        },
      },
      address: {
        line: 779,
        run: ({ map, va }) =>
          call('pool_put', { pool: vacacheOf(spec, map), item: itemAt(spec, va) }, 'freed'),
      },
      freed: { line: 780, run: () => ret(null) },
    },
  });
}

/**
 * The back end of a vacache: one aligned chunk of address space. Who may sleep sleeps for it.
 *
 * @source NetBSD sys/uvm/uvm_km.c 1.101.4.2 km_vacache_alloc()
 */
function vacacheAlloc(kernel: Kernel): Routine {
  const bytes = vacacheBytes(kernel.spec);
  return routine<PageLocals>()({
    name: 'km_vacache_alloc',
    file: kmFile,
    revision: kmRevision,
    labels: {
      alloc: {
        line: 186,
        run: ({ map, waitok }) => {
          const flags: MapFlags = waitok
            ? { wait: 'waitva', quantum: true }
            : { wait: 'nowait', trylock: true, quantum: true };
          return call('uvm_map', { map, bytes, align: bytes, flags }, 'got');
        },
      },
      got: { line: 193, run: (_, __, va: Va | null) => ret(va) },
    },
  });
}

function vacacheFree(kernel: Kernel): Routine {
  const bytes = vacacheBytes(kernel.spec);
  return routine<FreeLocals>()({
    name: 'km_vacache_free',
    file: kmFile,
    revision: kmRevision,
    labels: {
      free: {
        line: 204,
        run: ({ map, va }) => call('uvm_unmap', { map, va, bytes, quantum: true }, 'freed'),
      },
      freed: { line: 205, run: () => ret(null) },
    },
  });
}
