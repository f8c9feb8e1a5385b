/**
 * Giving idle pages back: pool_reclaim, the callback that a starving map runs, and the pagedaemon's
 * round robin.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_reclaim(), pool_reclaim_callback(),
 *   pool_drain_start(), pool_drain_end(), pool_cache_xcall()
 * @differs the pool's lock is never found taken, since no routine yields while it holds it; so
 *   pool_reclaim's "busy, try again another time" does not occur. KERNEL_LOCK is not modelled. The
 *   walk is one step, so starvation is asked once; C asks for each young page, and pr_lock does not
 *   protect the map (docs/grain.md).
 */
import { assert } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import type { Routine } from '../../base/routine.ts';
import { callRoutine, go, ret, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import { poolCacheXcall } from './cache-life.ts';
import { poolFile, poolRevision } from './place.ts';
import { poolsByName } from './pool-init.ts';
import type { ListPage } from './pool-pages.ts';
import { partsOf } from './pool-parts.ts';
import { paStarvedP } from './register.ts';

export function poolReclaimRoutines(kernel: Kernel): readonly Routine[] {
  return [poolReclaim(kernel), poolReclaimCallback(kernel), poolDrain(kernel)];
}

const poolReclaim = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; pages?: readonly ListPage[] }>()({
    name: 'pool_reclaim',
    file: poolFile,
    revision: poolRevision,
    labels: {
      hook: {
        line: 1609,
        run: (frame) => {
          const { drainHook } = partsOf(kernel, frame.pool).spec;
          if (drainHook === undefined) return go('cache');
          return callRoutine(drainHook, { pool: frame.pool, wait: false }, 'cache');
        },
      },
      cache: {
        line: 1628,
        run: ({ pool }, view) =>
          view.observe(partsOf(kernel, pool).cacheCell, 'initialised')
            ? call('pool_cache_invalidate', { pool }, 'invalidated')
            : go('walk'),
      },
      invalidated: { line: 1631, run: () => yieldAt('walk') },
      walk: {
        line: 1643,
        run: (frame, view) => {
          const { cell, allocator } = partsOf(kernel, frame.pool);
          // Starvation waives the age; where no age decides nobody asks for it.
          const starved = view.observe(cell, 'ageDecides') && paStarvedP(kernel, view, allocator);
          if (!view.observe(cell, 'reclaims', starved)) return ret(false);
          frame.pages = [...view.observe(cell, 'reclaimable', starved)];
          view.update(cell, 'removePages', starved);
          return yieldAt('free');
        },
      },
      free: {
        line: 1672,
        run: (frame) => {
          const pages = frame.pages ?? [];
          delete frame.pages;
          return call('pr_pagelist_free', { pool: frame.pool, pages }, 'freed');
        },
      },
      freed: { line: 1673, run: () => ret(true) },
    },
  });

const poolReclaimCallback = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'> }>()({
    name: 'pool_reclaim_callback',
    file: poolFile,
    revision: poolRevision,
    labels: {
      reclaim: { line: 527, run: ({ pool }) => call('pool_reclaim', { pool }, 'reclaimed') },
      // What was given back may already be somebody else's when the map is looked at.
      reclaimed: {
        line: 528,
        run: (_frame, _view, freed: boolean) => (freed ? yieldAt('abort') : go('abort')),
      },
      abort: {
        line: 528,
        run: ({ pool }, view) => ret(!paStarvedP(kernel, view, partsOf(kernel, pool).allocator)),
      },
    },
  });

const poolDrain = (kernel: Kernel): Routine => {
  const byName = poolsByName(kernel);
  return routine<{ pool?: Ref<'pool'>; cpu?: number; freed?: boolean }>()({
    name: 'pool_drain',
    file: poolFile,
    revision: poolRevision,
    labels: {
      start: {
        line: 1703,
        run: (frame, view) => {
          const pool = nextToDrain(kernel, view, byName);
          // The C loop spins until some pool has pages.
          if (pool === null) return view.blocked('a pool with pages');
          const { cell, cacheCell } = partsOf(kernel, pool);
          const cached = view.observe(cacheCell, 'initialised');
          const next = poolAfter(kernel, view, byName, pool);
          if (view.observe(kernel.cells.deferQueue, 'drainNext') !== next) {
            view.update(kernel.cells.deferQueue, 'setDrainNext', next);
          }
          view.update(cell, 'hold');
          frame.pool = pool;
          if (!cached) return yieldAt('reclaim');
          frame.cpu = 0;
          return yieldAt('crossCall');
        },
      },
      crossCall: {
        line: 2670,
        run: (frame, view) => {
          const cpu = frame.cpu ?? 0;
          poolCacheXcall(kernel, view, held(frame.pool), cpu);
          if (cpu + 1 < kernel.spec.cpus) {
            frame.cpu = cpu + 1;
            return yieldAt('crossCall');
          }
          delete frame.cpu;
          return yieldAt('reclaim');
        },
      },
      reclaim: {
        line: 1741,
        run: (frame) => call('pool_reclaim', { pool: held(frame.pool) }, 'reclaimed'),
      },
      reclaimed: {
        line: 1743,
        run: (frame, view, freed: boolean) => {
          view.update(partsOf(kernel, held(frame.pool)).cell, 'release');
          return ret(freed);
        },
      },
    },
  });
};

function held(pool: Ref<'pool'> | undefined): Ref<'pool'> {
  assert(pool !== undefined, 'pool_drain holds a pool');
  return pool;
}

/** The next pool with pages, from drainpp on and round. */
function nextToDrain(
  kernel: Kernel,
  view: View,
  byName: readonly Ref<'pool'>[],
): Ref<'pool'> | null {
  const from = view.observe(kernel.cells.deferQueue, 'drainNext');
  const start = from === null ? 0 : byName.indexOf(from);
  const round = [...byName.slice(start), ...byName.slice(0, start)];
  return round.find((pool) => view.observe(partsOf(kernel, pool).cell, 'hasPages')) ?? null;
}

/** TAILQ_NEXT(pp, pr_poollist); null at the end of the list. */
function poolAfter(
  kernel: Kernel,
  view: View,
  byName: readonly Ref<'pool'>[],
  pool: Ref<'pool'>,
): Ref<'pool'> | null {
  const later = byName.slice(byName.indexOf(pool) + 1);
  return later.find((one) => view.observe(partsOf(kernel, one).cell, 'initialised')) ?? null;
}
