/**
 * The static variables of subr_pool.c that belong to no pool: above all pa_deferinitq, the
 * allocators that wait for their map to exist.
 *
 * pool_head, the list of all pools by name, is not here: it is the initialised pools, sorted.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pa_deferinitq, drainpp
 * @source NetBSD sys/arch/arm/arm32/pmap.c 1.187.4.1 last_bootstrap_page, free_bootstrap_pages
 */
import { cellType } from '../../base/cell.ts';
import type { Ref } from '../../base/plain.ts';
import type { Va } from '../spec.ts';

export type DeferQueueState = {
  /** pa_deferinitq, last in first out. */
  readonly queue: readonly Ref<'allocator'>[];
  /** drainpp: where the pagedaemon goes on; null starts again with the first pool. */
  readonly drainNext: Ref<'pool'> | null;
  /** CPUs for which pool_cache_cpu_init has run, the boot CPU included. */
  readonly cpusAttached: number;
  /**
   * arm32 last_bootstrap_page and free_bootstrap_pages: pages of kernel_map below `last` are
   * never given back; those put back wait in `free`. Absent where nobody took one.
   */
  readonly bootstrapPages?: { readonly last: Va; readonly free: readonly Va[] };
};

export const emptyDeferQueue: DeferQueueState = { queue: [], drainNext: null, cpusAttached: 1 };

export const deferQueueType = cellType<DeferQueueState>()({
  name: 'deferQueue',
  observers: {
    isEmpty: (statics) => statics.queue.length === 0,
    has: (statics, allocator: Ref<'allocator'>) => statics.queue.includes(allocator),
    queue: (statics): readonly Ref<'allocator'>[] => statics.queue,
    drainNext: (statics): Ref<'pool'> | null => statics.drainNext,
    cpusAttached: (statics) => statics.cpusAttached,
    freeBootstrapPage: (statics): Va | null => statics.bootstrapPages?.free[0] ?? null,
    isBootstrapPage: (statics, va: Va) => va <= (statics.bootstrapPages?.last ?? -1),
  },
  operations: {
    push: (statics, allocator: Ref<'allocator'>) => {
      statics.queue.unshift(allocator);
    },
    pop: (statics) => {
      statics.queue.shift();
    },
    setDrainNext: (statics, pool: Ref<'pool'> | null) => {
      statics.drainNext = pool;
    },
    attachCpu: (statics) => {
      statics.cpusAttached += 1;
    },
    noteBootstrapPage: (statics, va: Va) => {
      statics.bootstrapPages = { last: va, free: statics.bootstrapPages?.free ?? [] };
    },
    takeBootstrapPage: (statics) => {
      statics.bootstrapPages?.free.shift();
    },
    keepBootstrapPage: (statics, va: Va) => {
      statics.bootstrapPages?.free.unshift(va);
    },
  },
});
