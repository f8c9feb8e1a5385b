/**
 * How a pool_cache comes to be, gets a structure for each CPU, and gives its objects back.
 *
 * The first CPU's structure is part of the cache, so that bootstrapping one needs no allocation;
 * pool_cache_init and further CPUs need pool pages.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_cache_init(), pool_cache_bootstrap(),
 *   pool_cache_cpu_init(), pool_cache_cpu_init1(), pool_cache_invalidate(),
 *   pool_cache_invalidate_groups()
 * @differs a small configuration may leave out the pools pcache and pcachecpu: then their
 *   structures need no item. Destructors are not modelled.
 */
import type { Ref } from '../../base/plain.ts';
import { draftOf } from '../../base/plain.ts';
import type { Halt, Routine } from '../../base/routine.ts';
import { go, halt, ret, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Item } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { Group } from './cache-cell.ts';
import { groupObjects } from './geometry.ts';
import { poolFile, poolHalt, poolRevision } from './place.ts';
import { poolInit, poolsByName } from './pool-init.ts';
import { partsOf, poolNamed } from './pool-parts.ts';

export function cacheLifeRoutines(kernel: Kernel): readonly Routine[] {
  return [
    cacheInit(kernel),
    cacheBootstrap(kernel),
    cacheCpuInit1(kernel),
    cacheCpuInit(kernel),
    cacheInvalidate(kernel),
  ];
}

/**
 * pool_cache_bootstrap while one CPU is attached: nothing is allocated.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_cache_bootstrap()
 */
export function poolCacheBootstrap(
  kernel: Kernel,
  view: View,
  pool: Ref<'pool'>,
  storage?: Item,
): Halt | null {
  const stopped = poolInit(kernel, view, pool);
  if (stopped !== null) return stopped;
  const { cacheCell, spec } = partsOf(kernel, pool);
  view.update(cacheCell, 'init', groupObjects(spec, kernel.spec), kernel.spec.cpus, storage);
  view.update(cacheCell, 'attachCpu', 0);
  return null;
}

const cacheInit = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'> }>()({
    name: 'pool_cache_init',
    file: poolFile,
    revision: poolRevision,
    labels: {
      storage: {
        line: 2029,
        run: ({ pool }) => {
          const pcache = poolNamed(kernel, 'pcache');
          if (pcache === null) return call('pool_cache_bootstrap', { pool }, 'done');
          return call('pool_get', { pool: pcache, flags: { wait: true } }, 'bootstrap');
        },
      },
      bootstrap: {
        line: 2030,
        run: ({ pool }, _view, storage: Item | null) =>
          storage === null ? ret(false) : call('pool_cache_bootstrap', { pool, storage }, 'done'),
      },
      done: { line: 2036, run: () => ret(true) },
    },
  });

const cacheBootstrap = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; storage?: Item; cpu?: number }>()({
    name: 'pool_cache_bootstrap',
    file: poolFile,
    revision: poolRevision,
    labels: {
      describe: {
        line: 2060,
        run: (frame, view) => {
          const stopped = poolCacheBootstrap(kernel, view, frame.pool, frame.storage);
          delete frame.storage;
          if (stopped !== null) return halt(stopped);
          frame.cpu = 1;
          return go('cpus');
        },
      },
      cpus: {
        line: 2100,
        run: (frame, view) => {
          const cpu = frame.cpu ?? 1;
          if (cpu >= view.observe(kernel.cells.deferQueue, 'cpusAttached')) return ret(null);
          frame.cpu = cpu + 1;
          return call('pool_cache_cpu_init1', { pool: frame.pool, cpu }, 'cpus');
        },
      },
    },
  });

const cacheCpuInit1 = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; cpu: number }>()({
    name: 'pool_cache_cpu_init1',
    file: poolFile,
    revision: poolRevision,
    labels: {
      storage: {
        line: 2204,
        run: ({ pool, cpu }, view) => {
          const pcachecpu = poolNamed(kernel, 'pcachecpu');
          if (pcachecpu !== null) {
            return call('pool_get', { pool: pcachecpu, flags: { wait: true } }, 'attach');
          }
          view.update(partsOf(kernel, pool).cacheCell, 'attachCpu', cpu);
          return ret(null);
        },
      },
      attach: {
        line: 2207,
        run: ({ pool, cpu }, view, storage: Item | null) => {
          if (storage === null) {
            const why = `NULL pool_cache_cpu: ${partsOf(kernel, pool).spec.name}, CPU ${cpu}`;
            return halt(poolHalt('fault', why, 2207));
          }
          view.update(partsOf(kernel, pool).cacheCell, 'attachCpu', cpu, storage);
          return ret(null);
        },
      },
    },
  });

const cacheCpuInit = (kernel: Kernel): Routine => {
  const byName = poolsByName(kernel);
  return routine<{ cpu: number }>()({
    name: 'pool_cache_cpu_init',
    file: poolFile,
    revision: poolRevision,
    labels: {
      attach: {
        line: 2229,
        run: (_frame, view) => {
          view.update(kernel.cells.deferQueue, 'attachCpu');
          return go('cache');
        },
      },
      cache: {
        line: 2230,
        run: ({ cpu }, view) => {
          const pool = byName.find((one) => {
            const { cacheCell } = partsOf(kernel, one);
            return (
              view.observe(cacheCell, 'initialised') && !view.observe(cacheCell, 'hasCpu', cpu)
            );
          });
          return pool === undefined
            ? ret(null)
            : call('pool_cache_cpu_init1', { pool, cpu }, 'next');
        },
      },
      next: { line: 2236, run: () => yieldAt('cache') },
    },
  });
};

/**
 * What a cross-call does on its CPU: the CPU's own groups go to the cache's shared lists.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_cache_xcall()
 */
export function poolCacheXcall(kernel: Kernel, view: View, pool: Ref<'pool'>, cpu: number): void {
  const { cacheCell } = partsOf(kernel, pool);
  if (view.observe(cacheCell, 'hasCpu', cpu) && view.observe(cacheCell, 'hasOwn', cpu)) {
    view.update(cacheCell, 'flushCpu', cpu);
  }
}

const cacheInvalidate = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; cpu?: number; groups?: readonly Group[] }>()({
    name: 'pool_cache_invalidate',
    file: poolFile,
    revision: poolRevision,
    labels: {
      flush: {
        line: 2318,
        run: (frame, view) => {
          if (!kernel.spec.policies.invalidateFlushesCpus) return go('detach');
          const cpu = frame.cpu ?? 0;
          poolCacheXcall(kernel, view, frame.pool, cpu);
          if (cpu + 1 < kernel.spec.cpus) {
            frame.cpu = cpu + 1;
            return yieldAt('flush');
          }
          delete frame.cpu;
          return go('detach');
        },
      },
      detach: {
        line: 2319,
        run: (frame, view) => {
          const { cacheCell } = partsOf(kernel, frame.pool);
          if (!view.observe(cacheCell, 'hasShared')) return ret(null);
          frame.groups = draftOf(view.observe(cacheCell, 'shared'));
          view.update(cacheCell, 'detachShared');
          return yieldAt('groups');
        },
      },
      groups: {
        line: 2290,
        run: (frame) => {
          const [group, ...rest] = frame.groups ?? [];
          if (group === undefined) return ret(null);
          const { pool } = frame;
          const [item, ...objects] = group.objects;
          if (item !== undefined) {
            frame.groups = [{ ...group, objects }, ...rest];
            return call('pool_put', { pool, item }, 'next');
          }
          if (rest.length === 0) delete frame.groups;
          else frame.groups = rest;
          const { groupPool } = partsOf(kernel, pool);
          if (groupPool === null) return go('groups');
          return call('pool_put', { pool: groupPool, item: group.item }, 'next');
        },
      },
      next: {
        line: 2293,
        run: (frame) => (frame.groups === undefined ? ret(null) : yieldAt('groups')),
      },
    },
  });
