import { cellType } from '../../base/cell.ts';

/**
 * Physical memory, as counts: one page is as good as another.
 *
 * Whoever holds a page says so in its own cell, so that loaded = free + stolen + held.
 */
export type Pages = {
  /** Handed over by uvm_page_physload(). */
  readonly loaded: number;
  readonly free: number;
  /** Taken before uvm_page_init() was done; never given back. */
  readonly stolen: number;
  /** uvm_pagedaemon_waiters is not 0. */
  readonly waiters: boolean;
  /** Direct-mapped ports: numbers of the pages in use whose address somebody knows; sorted. */
  readonly direct?: readonly number[];
  /** How many more attempts the environment may refuse although pages are free. */
  readonly failuresLeft?: number;
};

/** What an attempt to take pages one by one comes to. */
export type Grant = {
  readonly granted: number;
  /** uvm_kick_pdaemon() found free pages below the target at the last attempt. */
  readonly short: boolean;
};

export const pagesAtReset: Pages = { loaded: 0, free: 0, stolen: 0, waiters: false };

export const pagesType = cellType<Pages>()({
  name: 'pages',
  observers: {
    /** More than `count` pages are free. */
    freeExceeds: (pages, count: number): boolean => pages.free > count,
    /** Up to `wanted` pages, none of them among the last `floor`. */
    grant: (pages, floor: number, wanted: number, target: number): Grant => {
      const granted = Math.min(wanted, Math.max(0, pages.free - floor));
      const beforeLast = granted < wanted ? granted : granted - 1;
      return { granted, short: pages.free - beforeLast < target };
    },
    /** The lowest direct-mapped page number that nobody holds. */
    nextDirect: (pages): number => {
      const used = pages.direct ?? [];
      const gap = used.findIndex((page, i) => page !== i);
      return gap < 0 ? used.length : gap;
    },
    mayFail: (pages): boolean => (pages.failuresLeft ?? 0) > 0,
    isLoaded: (pages): boolean => pages.loaded > 0,
    hasWaiters: (pages): boolean => pages.waiters,
    free: (pages): number => pages.free,
  },
  operations: {
    load: (pages, count: number) => {
      pages.loaded += count;
      pages.free += count;
    },
    steal: (pages, count: number) => {
      pages.free -= count;
      pages.stolen += count;
    },
    fail: (pages) => {
      pages.failuresLeft = (pages.failuresLeft ?? 0) - 1;
    },
    take: (pages, count: number) => {
      pages.free -= count;
    },
    give: (pages, count: number) => {
      pages.free += count;
    },
    takeDirect: (pages, page: number) => {
      pages.free--;
      pages.direct = [...(pages.direct ?? []), page].sort((a, b) => a - b);
    },
    giveDirect: (pages, page: number) => {
      pages.free++;
      pages.direct = (pages.direct ?? []).filter((one) => one !== page);
    },
    setWaiters: (pages, waiters: boolean) => {
      pages.waiters = waiters;
    },
  },
});
