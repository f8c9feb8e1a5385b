import type { Property } from '../src/base/model.ts';
import { always } from '../src/base/model.ts';
import type { BootParts } from '../src/boot/boot-model.ts';
import { declaringPools, isInitialised, mapIsUp, timesOnChain } from './pools.ts';

/**
 * A pool that no reclaim chain knows keeps its idle pages while its map starves.
 *
 * Counts from the first page that the pool holds while its map exists, and for every pool from the
 * end of pool_subsystem_init on: that is the last moment at which anybody comes back to a deferred
 * allocator.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_reclaim_register()
 */
export const registered = (parts: BootParts): Property =>
  always({
    name: 'registered',
    sentence: 'each pool is on the reclaim chain of its declared map exactly once',
    cites: 'INV-20',
    about: 'mission',
    breaks: 'when the map runs short, the idle pages of this pool are never asked for',
    objects: declaringPools(parts),
    premise: (object, view) =>
      isInitialised(parts, object, view) &&
      mapIsUp(parts, object, view) &&
      (view.observe(parts.boot, 'isPast', parts.subsystemInit) ||
        view.observe(parts.kernel.cells.pools.at(object.pool), 'hasPages')),
    holds: (object, view) => timesOnChain(parts, object, view) === 1,
  });

/** The mission's second sentence: what *registered* comes to on the day that boot is over. */
export const hooksInstalled = (parts: BootParts): Property =>
  always({
    name: 'hooks-installed',
    sentence: 'every pool_reclaim callback is installed when boot completes',
    cites: 'INV-20',
    about: 'mission',
    corollary: 'every pool_reclaim callback is installed when boot completes',
    breaks: 'memory in this pool is never given back while its map is short of space',
    objects: declaringPools(parts),
    premise: (object, view) =>
      view.observe(parts.boot, 'isPast', parts.events.length - 1) &&
      isInitialised(parts, object, view),
    holds: (object, view) => timesOnChain(parts, object, view) === 1,
  });
