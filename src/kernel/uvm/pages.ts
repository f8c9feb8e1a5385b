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
};

export const pagesAtReset: Pages = { loaded: 0, free: 0, stolen: 0, waiters: false };

export const pagesType = cellType<Pages>()({
  name: 'pages',
  observers: {
    /** More than `count` pages are free. */
    freeExceeds: (pages, count: number): boolean => pages.free > count,
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
    take: (pages, count: number) => {
      pages.free -= count;
    },
    give: (pages, count: number) => {
      pages.free += count;
    },
    setWaiters: (pages, waiters: boolean) => {
      pages.waiters = waiters;
    },
  },
});
