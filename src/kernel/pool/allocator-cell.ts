/**
 * One pool_allocator: whether it was ever used, the map it has found, and the pools that use it.
 *
 * The map it was *declared* with and the map it is *bound* to are two things; that they may differ
 * for a while, or for ever, is what this project is about. The declaration is a constant
 * (`AllocatorSpec.declares`); the binding is here.
 *
 * @source NetBSD sys/sys/pool.h 1.64 struct pool_allocator
 */
import { cellType } from '../../base/cell.ts';
import type { Ref } from '../../base/plain.ts';

export type AllocatorState = {
  /** PA_INITIALIZED. */
  readonly initialised: boolean;
  /** pa_backingmap. */
  readonly backingMap: Ref<'map'> | null;
  /** pa_list, in the order of pool_init. */
  readonly pools: readonly Ref<'pool'>[];
};

export const unusedAllocator: AllocatorState = { initialised: false, backingMap: null, pools: [] };

export const allocatorType = cellType<AllocatorState>()({
  name: 'allocator',
  observers: {
    initialised: (allocator) => allocator.initialised,
    backingMap: (allocator): Ref<'map'> | null => allocator.backingMap,
    bound: (allocator) => allocator.backingMap !== null,
    pools: (allocator): readonly Ref<'pool'>[] => allocator.pools,
    has: (allocator, pool: Ref<'pool'>) => allocator.pools.includes(pool),
  },
  operations: {
    markInitialised: (allocator) => {
      allocator.initialised = true;
    },
    bind: (allocator, map: Ref<'map'>) => {
      allocator.backingMap = map;
    },
    append: (allocator, pool: Ref<'pool'>) => {
      allocator.pools.push(pool);
    },
    remove: (allocator, pool: Ref<'pool'>) => {
      allocator.pools = allocator.pools.filter((one) => one !== pool);
    },
  },
});
