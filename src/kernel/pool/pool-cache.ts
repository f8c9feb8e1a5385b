/**
 * Getting and putting objects through a pool_cache: each CPU's two groups first, then the groups
 * that all share, and only then the pool below.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_cache_get_paddr(), pool_cache_get_slow(),
 *   pool_cache_put_paddr(), pool_cache_put_slow()
 * @differs no constructor fails: objects are items. pc_lock is never found taken, since no label
 *   yields while it is held, so the retry after a context switch does not occur.
 */
import { assert } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import type { Next, Routine } from '../../base/routine.ts';
import { go, halt, ret, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Item, PoolFlags } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import { curcpu, splvm, splx } from './curcpu.ts';
import { poolFile, poolHalt, poolRevision } from './place.ts';
import type { PoolParts } from './pool-parts.ts';
import { partsOf } from './pool-parts.ts';

export function poolCacheRoutines(kernel: Kernel): readonly Routine[] {
  return [poolCacheGet(kernel), poolCachePut(kernel)];
}

/** Before pool_cache_bootstrap pc_cpus holds NULL, and so for a CPU that was not attached. */
function noCpuLayer(view: View, parts: PoolParts, cpu: number, line: number): Next | null {
  if (view.observe(parts.cacheCell, 'hasCpu', cpu)) return null;
  return halt(poolHalt('fault', `NULL pool_cache_cpu: ${parts.spec.name}, CPU ${cpu}`, line));
}

const poolCacheGet = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; flags: PoolFlags }>()({
    name: 'pool_cache_get',
    file: poolFile,
    revision: poolRevision,
    labels: {
      retry: {
        line: 2476,
        run: (frame, view, _answer, self) => {
          const parts = partsOf(kernel, frame.pool);
          const { cacheCell } = parts;
          const cpu = curcpu(kernel, view, self);
          const stopped = noCpuLayer(view, parts, cpu, 2480);
          if (stopped !== null) return stopped;
          switch (view.observe(cacheCell, 'getFinds', cpu)) {
            case 'current': {
              const object = view.observe(cacheCell, 'top', cpu);
              view.update(cacheCell, 'pop', cpu);
              return ret(object);
            }
            case 'previous':
              view.update(cacheCell, 'swap', cpu);
              return go('retry');
            case 'full group':
              view.update(cacheCell, 'installFull', cpu);
              return go('retry');
            case 'nothing':
              return yieldAt('pool');
          }
        },
      },
      pool: {
        line: 2428,
        run: ({ pool, flags }) => call('pool_get', { pool, flags }, 'got'),
      },
      got: { line: 2430, run: (_frame, _view, object: Item | null) => ret(object) },
    },
  });

const poolCachePut = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; item?: Item; ipl?: number }>()({
    name: 'pool_cache_put',
    file: poolFile,
    revision: poolRevision,
    labels: {
      retry: {
        line: 2628,
        run: (frame, view, _answer, self) => {
          const parts = partsOf(kernel, frame.pool);
          const { cacheCell } = parts;
          const cpu = curcpu(kernel, view, self);
          const stopped = noCpuLayer(view, parts, cpu, 2632);
          if (stopped !== null) return stopped;
          switch (view.observe(cacheCell, 'putFinds', cpu)) {
            case 'current': {
              const object = frame.item;
              assert(object !== undefined, 'pool_cache_put has its object');
              view.update(cacheCell, 'push', cpu, object);
              splx(kernel, view, self, frame.ipl);
              return ret(null);
            }
            case 'previous':
              view.update(cacheCell, 'swap', cpu);
              return go('retry');
            case 'empty group':
              view.update(cacheCell, 'installEmpty', cpu);
              return go('retry');
            case 'nothing': {
              const { groupPool } = parts;
              if (groupPool === null) return yieldAt('destruct');
              const ipl = splvm(kernel, view, self);
              if (ipl !== null) frame.ipl = ipl;
              return call('pool_get', { pool: groupPool, flags: { wait: false } }, 'group');
            }
          }
        },
      },
      group: {
        line: 2548,
        run: (frame, view, group: Item | null, self) => {
          const { cacheCell } = partsOf(kernel, frame.pool);
          const cpu = curcpu(kernel, view, self);
          if (group !== null) {
            view.update(cacheCell, 'installEmpty', cpu, group);
            return go('retry');
          }
          // Another CPU may have shared an empty group meanwhile.
          if (view.observe(cacheCell, 'putFinds', cpu) !== 'nothing') return go('retry');
          splx(kernel, view, self, frame.ipl);
          delete frame.ipl;
          return yieldAt('destruct');
        },
      },
      destruct: {
        line: 2606,
        run: (frame) => {
          const object = frame.item;
          assert(object !== undefined, 'pool_cache_put has its object');
          delete frame.item;
          return call('pool_put', { pool: frame.pool, item: object }, 'destructed');
        },
      },
      destructed: { line: 2608, run: () => ret(null) },
    },
  });
