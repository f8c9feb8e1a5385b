/**
 * One pool: its pages on three lists, and the limits that move.
 *
 * What never changes after pool_init is in the pool's geometry; what only grows (nget, nfail,
 * nput, hiwat, npagealloc) is statistics and not part of a state. nitems, nout, npages and nidle
 * are not stored either: they are sums over the pages, so that they cannot disagree with them.
 *
 * The empty list keeps its order, because pages are released and chosen by it; so does the partial
 * list; the full list is sorted, because nobody ever walks it.
 *
 * @source NetBSD sys/sys/pool.h 1.64 struct pool
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 struct pool_item_header
 */
import { cellType } from '../../base/cell.ts';
import { assert, present } from '../../base/assert.ts';
import type { Draft } from '../../base/plain.ts';
import type { Grown, Item } from '../calls.ts';
import type { Va } from '../spec.ts';
import type { ListPage, LivePool, PoolPage, PoolState, Tracking } from './pool-pages.ts';
import {
  allPages,
  byAddress,
  findPage,
  firstItem,
  freeItems,
  idlePages,
  missingItems,
  outItems,
  pageCount,
  reclaimablePages,
  updateCurrent,
  withItem,
  withoutItem,
} from './pool-pages.ts';

/** What pool_init fixes: `tracking` says how the items of a page are told apart. */
export type PoolShape = {
  readonly itemsPerPage: number;
  readonly tracking: Tracking;
  readonly maxPages: number | null;
  readonly hardLimit: number | null;
};

/** What a pool_put is about to do. */
export type PutOutcome =
  /** `pool_put`'s own panics. */
  | 'none out'
  | 'page header missing'
  | 'already free'
  | 'page stays in use'
  /** The page empties and stays, because the pool holds no more pages than its minimum. */
  | 'page empties'
  /** It empties, there are more pages than the minimum, but not more than the high-water mark. */
  | 'page empties above the minimum'
  /** It empties, with more pages than both marks allow. */
  | 'page empties above high water';

export const poolType = cellType<PoolState>()({
  name: 'pool',
  observers: {
    initialised: (pool) => pool !== null,
    /** What a pool_get meets first. */
    getMeets: (pool): 'not initialised' | 'hard limit' | 'no item' | 'item' => {
      if (pool === null) return 'not initialised';
      if (pool.hardLimit !== null && outItems(pool) >= pool.hardLimit) return 'hard limit';
      return pool.current === null ? 'no item' : 'item';
    },
    /** pr_nitems. */
    available: (pool) => (pool === null ? 0 : freeItems(pool)),
    hasAvailable: (pool) => pool !== null && pool.current !== null,
    /** The item that the next pool_get hands out; null where it would have to grow. */
    nextItem: (pool): Item | null => (pool === null ? null : firstItem(pool)),
    /** POOL_NEEDS_CATCHUP, as it will be when one more item is out. */
    needsCatchupAfterGet: (pool) => pool !== null && freeItems(pool) - 1 < pool.minItems,
    /** How the pool will stand when a page at `va` is primed. */
    afterPrime: (pool, va: Va): Grown => {
      if (pool === null) return { next: null, low: false, lowAfterGet: false };
      const free = freeItems(pool) + pool.itemsPerPage;
      const atLimit = pool.hardLimit !== null && outItems(pool) >= pool.hardLimit;
      const next = firstItem(pool) ?? firstOfFresh(pool, va);
      return {
        next: atLimit ? null : next,
        low: free < pool.minItems,
        lowAfterGet: free - 1 < pool.minItems,
      };
    },
    hasAtLeast: (pool, items: number) => pool !== null && freeItems(pool) >= items,
    hasPages: (pool) => pool !== null && pageCount(pool) > 0,
    hasIdlePages: (pool) => pool !== null && pool.empty.length > 0,
    /** pr_npages. */
    pages: (pool) => (pool === null ? 0 : pageCount(pool)),
    hasPage: (pool, va: Va) => pool !== null && allPages(pool).some((page) => page.va === va),
    /** Idle pages that have not been idle for pool_inactive_time yet. */
    hasYoungPages: (pool) => pool !== null && pool.empty.some((page) => page.aged !== true),
    /** Idle pages' addresses, in the order of the list. */
    idle: (pool): readonly Va[] => (pool === null ? [] : pool.empty.map((page) => page.va)),
    /** pr_nout. */
    out: (pool) => (pool === null ? 0 : outItems(pool)),
    /** Whether pool_reclaim would take anything, and what, in the order in which it is freed. */
    reclaims: (pool, starved: boolean) =>
      pool !== null && reclaimablePages(pool, starved).length > 0,
    reclaimable: (pool, starved: boolean): readonly ListPage[] =>
      pool === null ? [] : reclaimablePages(pool, starved),
    /** All idle pages, in the order in which pool_destroy frees them. */
    allIdle: (pool): readonly ListPage[] =>
      pool === null ? [] : pool.empty.map(listPage).reverse(),
    /** Whether it depends on starvation what pool_reclaim takes. */
    ageDecides: (pool) =>
      pool !== null && reclaimablePages(pool, true).length !== reclaimablePages(pool, false).length,
    /** What putting this item back comes to. */
    putMeets: (pool, item: Item): PutOutcome => {
      if (pool === null || outItems(pool) === 0) return 'none out';
      const page = findPage(pool, item);
      if (page === null) return 'page header missing';
      if (missingItems(pool, page) === 0) return 'already free';
      if (Array.isArray(page.free) && page.free.includes(item.index)) return 'already free';
      if (missingItems(pool, page) > 1) return 'page stays in use';
      const pages = pageCount(pool);
      if (pages <= pool.minPages) return 'page empties';
      return pool.maxPages !== null && pages > pool.maxPages
        ? 'page empties above high water'
        : 'page empties above the minimum';
    },
    /** The page an item belongs to, with its header: what is freed when it empties. */
    pageOf: (pool, item: Item): ListPage | null => {
      const page = pool === null ? null : findPage(pool, item);
      return page === null ? null : listPage(page);
    },
    /** PR_WANTED: somebody sleeps until an item comes back. */
    wanted: (pool) => pool?.wanted === true,
    /** pr_refcnt != 0: the pagedaemon is at it. */
    busy: (pool) => (pool?.refcnt ?? 0) > 0,
    /** Colour of the next page. Only where items have addresses. */
    nextColor: (pool) => pool?.color ?? 0,
  },
  operations: {
    init: (_pool, shape: PoolShape): PoolState => ({
      itemsPerPage: shape.itemsPerPage,
      tracking: shape.tracking,
      empty: [],
      partial: [],
      full: [],
      current: null,
      minItems: 0,
      minPages: 0,
      maxPages: shape.maxPages,
      hardLimit: shape.hardLimit,
    }),
    destroy: (): PoolState => null,
    /** pool_prime_page: a fresh page at the head of the empty list. */
    prime: (pool, page: ListPage, nextColor?: number) => {
      const live = initialised(pool);
      live.empty.unshift({ ...draftPage(page), free: allFree(live) });
      live.current ??= page.va;
      if (nextColor !== undefined) live.color = nextColor;
    },
    /** pool_get's last part: the next item of the current page, and the page to its new list. */
    takeItem: (pool) => {
      const live = initialised(pool);
      const { list, at } = place(live, present(live.current, 'an item is available'));
      const page = present(list.splice(at, 1)[0], 'the current page is on a list');
      delete page.aged;
      page.free = withoutItem(page.free);
      if (missingItems(live, page) === live.itemsPerPage) {
        live.full.push(page);
        live.full.sort(byAddress);
        updateCurrent(live);
      } else if (list === live.empty) {
        live.partial.unshift(page);
      } else {
        list.splice(at, 0, page);
      }
    },
    /**
     * pool_do_put. `release` takes an emptied page out of the pool; `stay` is the wake-up path of
     * 1.142, which forgets to move the page.
     */
    putItem: (pool, item: Item, then: 'keep' | 'release' | 'stay') => {
      const live = initialised(pool);
      const found = present(findPage(live, item), 'the item is of this pool');
      const list = listHolding(live, found);
      const at = list.indexOf(found);
      const wasFull = missingItems(live, found) === live.itemsPerPage;
      found.free = withItem(live.tracking, found.free, item);
      live.current ??= found.va;
      if (then === 'stay') return;
      if (missingItems(live, found) === 0) {
        list.splice(at, 1);
        if (then === 'keep') live.empty.unshift(found);
        updateCurrent(live);
      } else if (wasFull || missingItems(live, found) === live.itemsPerPage - 1) {
        list.splice(at, 1);
        live.partial.unshift(found);
        live.current = found.va;
      }
    },
    /** Takes out what `reclaimable` lists. */
    removePages: (pool, starved: boolean) => {
      const live = initialised(pool);
      const gone = new Set(idlePages(live, starved));
      live.empty = live.empty.filter((page) => !gone.has(page));
      if (gone.size > 0) updateCurrent(live);
    },
    /** pool_inactive_time passes: every idle page is old enough for pool_reclaim. */
    age: (pool) => {
      if (pool === null) return;
      for (const page of pool.empty) page.aged = true;
    },
    setLowWater: (pool, items: number) => {
      const live = initialised(pool);
      live.minItems = items;
      live.minPages = Math.ceil(items / live.itemsPerPage);
    },
    setHighWater: (pool, items: number) => {
      const live = initialised(pool);
      live.maxPages = Math.ceil(items / live.itemsPerPage);
    },
    setHardLimit: (pool, items: number) => {
      const live = initialised(pool);
      live.hardLimit = items;
      live.maxPages = Math.ceil(items / live.itemsPerPage);
    },
    /** pool_prime claims the page that it has just added. */
    claimPage: (pool) => {
      initialised(pool).minPages += 1;
    },
    /** pool_prime's end: the high-water mark stays above what was claimed. */
    raiseHighWater: (pool) => {
      const live = initialised(pool);
      if (live.maxPages !== null && live.minPages >= live.maxPages) {
        live.maxPages = live.minPages + 1;
      }
    },
    setWanted: (pool) => {
      initialised(pool).wanted = true;
    },
    clearWanted: (pool) => {
      delete initialised(pool).wanted;
    },
    hold: (pool) => {
      const live = initialised(pool);
      live.refcnt = (live.refcnt ?? 0) + 1;
    },
    release: (pool) => {
      const live = initialised(pool);
      const left = (live.refcnt ?? 0) - 1;
      if (left > 0) live.refcnt = left;
      else delete live.refcnt;
    },
  },
});

function initialised(pool: Draft<PoolState>): Draft<LivePool> {
  return present(pool, 'only an initialised pool is changed');
}

function firstOfFresh(pool: LivePool, va: Va): Item {
  if (pool.tracking === 'count') return { page: va };
  return { page: va, index: pool.tracking === 'list' ? pool.itemsPerPage - 1 : 0 };
}

function draftPage(page: ListPage): { va: Va; header?: Draft<Item>; color?: number } {
  return { ...page };
}

function listPage(page: PoolPage): ListPage {
  return page.header === undefined ? { va: page.va } : { va: page.va, header: page.header };
}

function allFree(pool: Draft<LivePool>): number | number[] {
  if (pool.tracking === 'count') return pool.itemsPerPage;
  const indexes = Array.from({ length: pool.itemsPerPage }, (_, i) => i);
  // A list is built by pushing ascending addresses at its head; a bitmap is read from its low end.
  return pool.tracking === 'list' ? indexes.reverse() : indexes;
}

function listHolding(pool: Draft<LivePool>, page: Draft<PoolPage>): Draft<PoolPage>[] {
  const lists = [pool.partial, pool.full, pool.empty];
  return present(
    lists.find((list) => list.includes(page)),
    'each page is on a list',
  );
}

function place(pool: Draft<LivePool>, va: Va): { list: Draft<PoolPage>[]; at: number } {
  for (const list of [pool.partial, pool.empty, pool.full]) {
    const at = list.findIndex((page) => page.va === va);
    if (at >= 0) return { list, at };
  }
  assert(false, 'the current page is on a list');
}
