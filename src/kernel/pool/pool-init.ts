/**
 * pool_init: a pool is described; no memory is used.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_init()
 */
import type { Ref } from '../../base/plain.ts';
import { nameOf, ref } from '../../base/plain.ts';
import type { Halt, Routine } from '../../base/routine.ts';
import { halt, ret, routine } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import { callbackRegister } from '../callback/callback.ts';
import type { Kernel } from '../kernel.ts';
import { headerAndGroupPools } from './geometry.ts';
import { poolFile, poolHalt, poolRevision } from './place.ts';
import { partsOf, poolNamed } from './pool-parts.ts';
import { initialiseAllocator } from './register.ts';

/**
 * Describes a pool, and registers its reclaim callback if its allocator knows its map by now.
 *
 * With the policy `headerPools: 'first pool_init'` the first call also describes the header and
 * group pools, nested inside and before the outer pool is on its allocator's list.
 *
 * @returns how the kernel stops on it, null where it does not
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_init(), pool_reclaim_register()
 */
export function poolInit(kernel: Kernel, view: View, pool: Ref<'pool'>): Halt | null {
  const { cell, spec, geometry, allocator } = partsOf(kernel, pool);
  if (view.observe(cell, 'initialised')) {
    return poolHalt('panic', `pool_init: pool ${spec.name} already initialised`, 636);
  }
  const map = initialiseAllocator(kernel, view, allocator);
  if (geometry.halt !== null) return geometry.halt;
  const { itemsPerPage, tracking } = geometry;
  const { maxPages, hardLimit } = spec;
  view.update(cell, 'init', { itemsPerPage, tracking, maxPages, hardLimit });
  if (kernel.spec.policies.headerPools === 'first pool_init') {
    const stopped = initHeaderPools(kernel, view);
    if (stopped !== null) return stopped;
  }
  view.update(kernel.cells.allocators.at(allocator), 'append', pool);
  // pool_reclaim_register.
  return map === null ? null : callbackRegister(kernel, view, map, pool);
}

/**
 * Describes the header and group pools unless header pool 0 is there already; inside the nested
 * calls it is, so that the recursion ends.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_init() lines 814-851
 */
export function initHeaderPools(kernel: Kernel, view: View): Halt | null {
  const pools = headerAndGroupPools(kernel.spec.lp64, kernel.spec.coherencyUnit)
    .map(({ name }) => poolNamed(kernel, name))
    .filter((pool) => pool !== null);
  const first = pools[0];
  if (first === undefined || view.observe(kernel.cells.pools.at(first), 'initialised')) {
    return null;
  }
  for (const pool of pools) {
    // Already there only if a configuration without some of them let an event name it first.
    if (view.observe(kernel.cells.pools.at(pool), 'initialised')) continue;
    const stopped = poolInit(kernel, view, pool);
    if (stopped !== null) return stopped;
  }
  return null;
}

/** pool_head: the pools that are initialised now, as pool_drain walks them. */
export function poolsByName(kernel: Kernel): readonly Ref<'pool'>[] {
  const names = kernel.cells.pools.refs.map(nameOf);
  return names.sort((a, b) => (a < b ? -1 : 1)).map((name) => ref('pool', name));
}

export function poolInitRoutines(kernel: Kernel): readonly Routine[] {
  return [
    routine<{ pool: Ref<'pool'> }>()({
      name: 'pool_init',
      file: poolFile,
      revision: poolRevision,
      labels: {
        describe: {
          line: 622,
          run: (frame, view) => {
            const stopped = poolInit(kernel, view, frame.pool);
            return stopped === null ? ret(null) : halt(stopped);
          },
        },
      },
    }),
  ];
}
