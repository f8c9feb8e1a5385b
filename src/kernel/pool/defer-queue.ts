/**
 * The static variables of subr_pool.c that belong to no pool: above all pa_deferinitq, the
 * allocators that wait for their map to exist.
 *
 * pool_head, the list of all pools by name, is not here: it is the initialised pools, sorted.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pa_deferinitq, drainpp
 */
import { cellType } from '../../base/cell.ts';
import type { Ref } from '../../base/plain.ts';

/** How far the pool subsystem is. In era A there is no bootstrap. */
export type PoolSubsystemStage = 'down' | 'bootstrapped' | 'up';

export type DeferQueueState = {
  /** pa_deferinitq, last in first out. */
  readonly queue: readonly Ref<'allocator'>[];
  /** drainpp: where the pagedaemon goes on; null starts again with the first pool. */
  readonly drainNext: Ref<'pool'> | null;
  /** `up` once pool_subsystem_init has run. */
  readonly stage: PoolSubsystemStage;
};

export const emptyDeferQueue: DeferQueueState = { queue: [], drainNext: null, stage: 'down' };

export const deferQueueType = cellType<DeferQueueState>()({
  name: 'deferQueue',
  observers: {
    isEmpty: (statics) => statics.queue.length === 0,
    first: (statics): Ref<'allocator'> | null => statics.queue[0] ?? null,
    has: (statics, allocator: Ref<'allocator'>) => statics.queue.includes(allocator),
    queue: (statics): readonly Ref<'allocator'>[] => statics.queue,
    drainNext: (statics): Ref<'pool'> | null => statics.drainNext,
    stage: (statics): PoolSubsystemStage => statics.stage,
    isUp: (statics) => statics.stage === 'up',
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
    setStage: (statics, stage: PoolSubsystemStage) => {
      statics.stage = stage;
    },
  },
});
