/**
 * Taking an item out of a pool, and growing the pool when there is none.
 *
 * A pool never decides where its pages come from: pool_grow asks its pool_allocator, with the pool
 * unlocked, because that may sleep. PR_WAITOK does not make pool_get itself sleep for memory: what
 * the back end answers is final.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_get(), pool_grow(), pool_catchup(),
 *   pool_alloc_item_header(), pool_prime_page()
 * @differs no lock is visible: no label yields inside a locked region
 */
import { assert, present } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import { ref } from '../../base/plain.ts';
import type { Next, Routine } from '../../base/routine.ts';
import { callRoutine, go, halt, ret, routine, sleep, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Grown, Item, PoolFlags } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { Va } from '../spec.ts';
import { enforced } from './enforce.ts';
import { poolFile, poolHalt, poolRevision } from './place.ts';
import type { ListPage } from './pool-pages.ts';
import { partsOf } from './pool-parts.ts';

export function poolGetRoutines(kernel: Kernel): readonly Routine[] {
  return [poolGet(kernel), poolGrow(kernel), poolCatchup];
}

const poolGet = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; flags: PoolFlags; item?: Item }>()({
    name: 'pool_get',
    file: poolFile,
    revision: poolRevision,
    labels: {
      startover: {
        line: 992,
        run: (frame, view) => {
          const { cell, spec } = partsOf(kernel, frame.pool);
          switch (view.observe(cell, 'getMeets')) {
            case 'not initialised': {
              const why = `pool_get: pool ${spec.name}: pr_itemsperpage is zero, pool not initialized?`;
              return halt(poolHalt('panic', why, 976));
            }
            case 'hard limit': {
              if (spec.drainHook === undefined) return go('limited');
              const wait = frame.flags.wait;
              return callRoutine(spec.drainHook, { pool: frame.pool, wait }, 'hooked');
            }
            case 'no item':
              return call('pool_grow', { pool: frame.pool, wait: frame.flags.wait }, 'grown');
            case 'item':
              return go('take');
          }
        },
      },
      hooked: {
        line: 1017,
        run: (frame, view) => {
          const { cell } = partsOf(kernel, frame.pool);
          const below = view.observe(cell, 'getMeets') !== 'hard limit';
          return go(below ? 'startover' : 'limited');
        },
      },
      limited: {
        line: 1021,
        run: (frame, view) => {
          if (!frame.flags.wait || frame.flags.limitFail === true) return ret(null);
          const { cell, spec } = partsOf(kernel, frame.pool);
          const channel = ref('wchan', spec.name);
          view.update(cell, 'setWanted');
          return sleep(channel, 'startover');
        },
      },
      grown: {
        line: 1074,
        run: (frame, view, grown: Grown | null) => {
          const { cell } = partsOf(kernel, frame.pool);
          // The pool was unlocked meanwhile: perhaps somebody has put an item back.
          if (grown === null) {
            return view.observe(cell, 'hasAvailable') ? go('startover') : ret(null);
          }
          return grown.next === null
            ? go('startover')
            : takeItem(kernel, view, frame, grown.next, grown.lowAfterGet);
        },
      },
      take: {
        line: 1093,
        run: (frame, view) => {
          const { cell } = partsOf(kernel, frame.pool);
          const item = view.observe(cell, 'nextItem');
          assert(item !== null, 'the current page has an item');
          const low = view.observe(cell, 'needsCatchupAfterGet');
          return takeItem(kernel, view, frame, item, low);
        },
      },
      caughtUp: {
        line: 1191,
        // Whether the catching up failed is nobody's concern.
        run: (frame) => ret(frame.item ?? null),
      },
    },
  });

/** The item leaves the pool; if it was one of the reserve, the pool catches up first. */
function takeItem(
  kernel: Kernel,
  view: View,
  frame: { pool: Ref<'pool'>; item?: Item },
  item: Item,
  low: boolean,
): Next {
  view.update(partsOf(kernel, frame.pool).cell, 'takeItem');
  if (!low) return ret(item);
  frame.item = item;
  return call('pool_catchup', { pool: frame.pool }, 'caughtUp');
}

const poolGrow = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; wait: boolean; page?: Va; header?: Item }>()({
    name: 'pool_grow',
    file: poolFile,
    revision: poolRevision,
    labels: {
      unlock: {
        line: 1366,
        run: (_frame, view) => {
          const stopped = enforced(kernel, view, 'every growth', 'pool_grow', 1361);
          return stopped === null ? yieldAt('alloc') : halt(stopped);
        },
      },
      alloc: {
        line: 1367,
        run: ({ pool, wait }) => call('pool_allocator_alloc', { pool, wait }, 'page'),
      },
      page: {
        line: 1368,
        run: (frame, _view, page: Va | null) => {
          if (page === null) return ret(null);
          frame.page = page;
          const { headerPool } = partsOf(kernel, frame.pool);
          if (headerPool === null) return yieldAt('prime');
          return call('pool_get', { pool: headerPool, flags: { wait: frame.wait } }, 'header');
        },
      },
      header: {
        line: 1371,
        run: (frame, _view, header: Item | null) => {
          if (header !== null) {
            frame.header = header;
            return yieldAt('prime');
          }
          const va = present(frame.page, 'pool_grow has a page');
          delete frame.page;
          return call('pool_allocator_free', { pool: frame.pool, va }, 'noHeader');
        },
      },
      noHeader: { line: 1375, run: () => ret(null) },
      prime: {
        line: 1379,
        run: (frame, view) => {
          const va = present(frame.page, 'pool_grow has a page');
          const page = frame.header === undefined ? { va } : { va, header: frame.header };
          return primePage(kernel, view, frame.pool, page);
        },
      },
    },
  });

/** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_prime_page() */
function primePage(kernel: Kernel, view: View, pool: Ref<'pool'>, page: ListPage): Next {
  const { cell, geometry, spec } = partsOf(kernel, pool);
  if (!spec.noalign && page.va % geometry.pageBytes !== 0) {
    return halt(poolHalt('panic', `pool_prime_page: ${spec.name}: unaligned page`, 1432));
  }
  // Where one address stands for a whole chunk, pages of several items could not be told apart.
  if (kernel.spec.vacacheIdentity === 'chunk' && geometry.itemsPerPage > 1) {
    assert(
      !view.observe(cell, 'hasPage', page.va),
      `${spec.name} has a second page in one vacache chunk: this needs vacacheIdentity 'page'`,
    );
  }
  const grown = view.observe(cell, 'afterPrime', page.va);
  if (geometry.tracking === 'count' || geometry.maxColor === 0) {
    view.update(cell, 'prime', page);
    return ret(grown);
  }
  const color = view.observe(cell, 'nextColor');
  const next = color + geometry.align > geometry.maxColor ? 0 : color + geometry.align;
  view.update(cell, 'prime', { ...page, color }, next);
  return ret(grown);
}

// Both callers have found that items are missing before they call.
const poolCatchup: Routine = routine<{ pool: Ref<'pool'> }>()({
  name: 'pool_catchup',
  file: poolFile,
  revision: poolRevision,
  labels: {
    grow: { line: 1514, run: ({ pool }) => call('pool_grow', { pool, wait: false }, 'grown') },
    grown: {
      line: 1515,
      run: (_frame, _view, grown: Grown | null) => {
        if (grown === null) return ret(false);
        return grown.low ? go('grow') : ret(true);
      },
    },
  },
});
