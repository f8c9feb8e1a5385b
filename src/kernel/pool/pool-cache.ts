/**
 * Getting and putting objects through a pool_cache: each CPU's two groups first, then the groups
 * that all share, and only then the pool below.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_cache_get_paddr(), pool_cache_get_slow(),
 *   pool_cache_put_paddr(), pool_cache_put_slow()
 * @differs no constructor fails: objects are items. pc_lock is never found taken, since no label
 *   yields while it is held, so the retry after a context switch does not occur.
 */
import { present } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import type { Next, Routine } from '../../base/routine.ts';
import { go, halt, ret, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Item, PoolFlags } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import { curcpu, splvm, splx } from '../machine/curcpu.ts';
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
          const from = view.observe(cacheCell, 'getFinds', cpu);
          if (from === 'nothing') return yieldAt('pool');
          const object = view.observe(cacheCell, 'nextObject', cpu);
          view.update(cacheCell, 'take', cpu, from);
          return ret(object);
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
  routine<PutFrame>()({
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
          const object = objectOf(frame);
          const into = view.observe(cacheCell, 'putFinds', cpu);
          if (into === 'nothing') return newGroup(kernel, view, frame, self);
          if (into === 'empty group') view.update(cacheCell, 'storeInEmpty', cpu, object);
          else view.update(cacheCell, 'store', cpu, object, into);
          splx(kernel, view, self, frame.ipl);
          return ret(null);
        },
      },
      group: {
        line: 2548,
        run: (frame, view, group: Item | null, self) => {
          const { cacheCell } = partsOf(kernel, frame.pool);
          const cpu = curcpu(kernel, view, self);
          if (group !== null) {
            view.update(cacheCell, 'storeInEmpty', cpu, objectOf(frame), group);
            splx(kernel, view, self, frame.ipl);
            return ret(null);
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
          const item = objectOf(frame);
          delete frame.item;
          return call('pool_put', { pool: frame.pool, item }, 'destructed');
        },
      },
      destructed: { line: 2608, run: () => ret(null) },
    },
  });

type PutFrame = { pool: Ref<'pool'>; item?: Item; ipl?: number };

function objectOf(frame: PutFrame): Item {
  return present(frame.item, 'pool_cache_put has its object');
}

/** All groups are full: gets another one, at splvm and before the cache is locked. */
function newGroup(kernel: Kernel, view: View, frame: PutFrame, self: Ref<'thread'>): Next {
  const { groupPool } = partsOf(kernel, frame.pool);
  if (groupPool === null) return yieldAt('destruct');
  const ipl = splvm(kernel, view, self);
  if (ipl !== null) frame.ipl = ipl;
  return call('pool_get', { pool: groupPool, flags: { wait: false } }, 'group');
}
