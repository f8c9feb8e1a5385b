/**
 * The pages of a pool as values: counting them, finding them, choosing what to give back.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pr_find_pagehead(), pr_item_notouch_get(),
 *   pr_item_notouch_put(), pool_update_curpage(), pr_rmpage()
 */
import type { Item } from '../calls.ts';
import type { Va } from '../spec.ts';

/**
 * How the free items of a page are kept.
 *
 * - `list`: item numbers, next one first: the linked list of an ordinary pool
 * - `bitmap`: item numbers, ascending: a PR_NOTOUCH pool hands out the lowest
 * - `count`: how many; items are told apart by their page only
 */
export type Tracking = 'list' | 'bitmap' | 'count';

/** A page as the routines hand it around: its address, and its header where that is off-page. */
export type ListPage = { readonly va: Va; readonly header?: Item; readonly color?: number };

/** A page on one of a pool's lists. */
export type PoolPage = {
  readonly va: Va;
  /** The item of a header pool that describes this page; absent where the header is in the page. */
  readonly header?: Item;
  /** Idle for pool_inactive_time; only ever true on the empty list. */
  readonly aged?: boolean;
  /** ph_off: how far its first item is shifted; only where items have addresses. */
  readonly color?: number;
  readonly free: number | readonly number[];
};

export type LivePool = {
  readonly itemsPerPage: number;
  readonly tracking: Tracking;
  readonly empty: readonly PoolPage[];
  readonly partial: readonly PoolPage[];
  readonly full: readonly PoolPage[];
  /**
   * pr_curpage: head of the partial list, else of the empty list, except that a page primed while
   * another empty page was current goes in front of it.
   */
  readonly current: Va | null;
  readonly minItems: number;
  readonly minPages: number;
  /** null is UINT_MAX, for both. */
  readonly maxPages: number | null;
  readonly hardLimit: number | null;
  readonly wanted?: boolean;
  readonly refcnt?: number;
  /** pr_curcolor. */
  readonly color?: number;
};

/** Null before pool_init and after pool_destroy. */
export type PoolState = LivePool | null;

/** The part of a pool that these functions look at: a stored value or a draft of one. */
type Pages<Page> = {
  itemsPerPage: number;
  empty: readonly Page[];
  partial: readonly Page[];
  full: readonly Page[];
};

type Free = number | readonly number[];

export const freeOn = (page: { readonly free: Free }): number =>
  typeof page.free === 'number' ? page.free : page.free.length;

/** ph_nmissing. */
export const missingItems = (
  pool: { readonly itemsPerPage: number },
  page: { readonly free: Free },
): number => pool.itemsPerPage - freeOn(page);

export function allPages<Page>(pool: Readonly<Pages<Page>>): readonly Page[] {
  return [...pool.empty, ...pool.partial, ...pool.full];
}

export const pageCount = (pool: Readonly<Pages<unknown>>): number =>
  pool.empty.length + pool.partial.length + pool.full.length;

/** pr_nitems. */
export const freeItems = (pool: LivePool): number =>
  allPages(pool).reduce((sum, page) => sum + freeOn(page), 0);

/** pr_nout. */
export const outItems = (pool: LivePool): number =>
  pageCount(pool) * pool.itemsPerPage - freeItems(pool);

export const byAddress = (
  a: { readonly va: Va; readonly header?: Item },
  b: { readonly va: Va; readonly header?: Item },
): number =>
  a.va - b.va ||
  (a.header?.page ?? 0) - (b.header?.page ?? 0) ||
  (a.header?.index ?? 0) - (b.header?.index ?? 0);

/**
 * The page that an item is of, as pr_find_pagehead finds it.
 *
 * Where one address stands for all pages of a chunk, any page with an item out will do: each of
 * them has one item, and nothing else tells them apart.
 */
export function findPage<Page extends { readonly va: Va; readonly free: Free }>(
  pool: Readonly<Pages<Page>>,
  item: Item,
): Page | null {
  const pages = [...pool.partial, ...pool.full, ...pool.empty].filter(
    (page) => page.va === item.page,
  );
  return pages.find((page) => missingItems(pool, page) > 0) ?? pages[0] ?? null;
}

/** The item that is handed out next. */
export function firstItem(pool: LivePool): Item | null {
  const page = [...pool.partial, ...pool.empty, ...pool.full].find(
    (one) => one.va === pool.current,
  );
  if (page === undefined) return null;
  const index = typeof page.free === 'number' ? undefined : page.free[0];
  return index === undefined ? { page: page.va } : { page: page.va, index };
}

export function withoutItem(free: Free): number | number[] {
  return typeof free === 'number' ? free - 1 : free.slice(1);
}

export function withItem(tracking: Tracking, free: Free, item: Item): number | number[] {
  if (typeof free === 'number') return free + 1;
  const index = item.index ?? 0;
  return tracking === 'list' ? [index, ...free] : [...free, index].sort((a, b) => a - b);
}

/** pool_update_curpage. */
export function updateCurrent(pool: {
  current: Va | null;
  readonly partial: readonly { readonly va: Va }[];
  readonly empty: readonly { readonly va: Va }[];
}): void {
  pool.current = (pool.partial[0] ?? pool.empty[0])?.va ?? null;
}

/** The idle pages that pool_reclaim takes, in the order in which it finds them. */
export function idlePages<Page extends { readonly aged?: boolean; readonly free: Free }>(
  pool: Readonly<Pages<Page>> & { readonly minItems: number; readonly minPages: number },
  starved: boolean,
): readonly Page[] {
  const taken: Page[] = [];
  let pages = pageCount(pool);
  let items = allPages(pool).reduce((sum, page) => sum + freeOn(page), 0);
  for (const page of pool.empty) {
    if (pages <= pool.minPages) break;
    if (page.aged !== true && !starved) continue;
    if (items - pool.itemsPerPage < pool.minItems) break;
    taken.push(page);
    pages -= 1;
    items -= pool.itemsPerPage;
  }
  return taken;
}

/** The same in the order in which they are freed: each is pushed at the head of the list to free. */
export function reclaimablePages(pool: LivePool, starved: boolean): readonly ListPage[] {
  return idlePages(pool, starved)
    .map(({ va, header }) => (header === undefined ? { va } : { va, header }))
    .reverse();
}
