/**
 * Handing out physical pages. Nothing here sleeps; `uvm_wait` does.
 *
 * @source NetBSD sys/uvm/uvm_page.c 1.140.6.3
 */
import type { Ref } from '../../base/plain.ts';
import { ref } from '../../base/plain.ts';
import type { Halt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import type { Va } from '../spec.ts';

/** The thread of uvm_pageout(): it alone may take the very last pages. */
export const pagedaemon = ref('thread', 'pagedaemon');
/** Where uvm_wait() sleeps, and where the pagedaemon does. */
export const freePages = ref('wchan', 'uvmexp.free');
export const pagedaemonWakeup = ref('wchan', 'uvm.pagedaemon');

/** Where addresses of direct-mapped pages start: above every map. */
const directMapBase: Va = 2 ** 44;

/** uvm_page_physload(): the port registers memory. */
export function uvmPagePhysload(kernel: Kernel, view: View, count: number): void {
  view.update(kernel.cells.pages, 'load', count);
}

/**
 * Takes pages for ever, before the page queues exist.
 *
 * @source NetBSD sys/uvm/uvm_page.c 1.140.6.3 uvm_pageboot_alloc(), uvm_page_physget_freelist()
 */
export function uvmPagebootAlloc(kernel: Kernel, view: View, bytes: number): Halt | null {
  const { pages, globals } = kernel.cells;
  const count = Math.ceil(bytes / kernel.spec.pageBytes);
  if (view.observe(globals, 'isPageInitDone')) {
    return panic('uvm_page_physget: called _after_ bootstrap', 629);
  }
  if (count > 0 && !view.observe(pages, 'freeExceeds', count - 1)) {
    return panic('uvm_pageboot_alloc: out of memory', 588);
  }
  view.update(pages, 'steal', count);
  return null;
}

const panic = (message: string, line: number): Halt => ({
  kind: 'panic',
  message: `panic: ${message}`,
  file: 'sys/uvm/uvm_page.c',
  line,
});

/** uvm_page_init(): from here on pages are handed out and come back. */
export function uvmPageInit(kernel: Kernel, view: View): Halt | null {
  if (!view.observe(kernel.cells.pages, 'isLoaded')) {
    return panic('uvm_page_bootstrap: no memory pre-allocated', 368);
  }
  view.update(kernel.cells.globals, 'setPageInitDone');
  return null;
}

/**
 * Takes up to `wanted` pages one after the other, until one is refused.
 *
 * The last reserve_kernel pages are for USERESERVE requests and kernel threads, the last
 * reserve_pagedaemon for the pagedaemon. Kicks the pagedaemon when free pages are few.
 *
 * @source NetBSD sys/uvm/uvm_page.c 1.140.6.3 uvm_pagealloc_strat(), lines 1099-1119
 * @differs freemin is taken as equal to freetarg; colours and free lists are left out; the
 *   pagedaemon is the only thread at PRI_KTHREAD or above
 * @returns how many were granted
 */
export function uvmPagealloc(
  kernel: Kernel,
  view: View,
  self: Ref<'thread'>,
  useReserve: boolean,
  wanted = 1,
): number {
  const { pages } = kernel.cells;
  const granted = grantPages(kernel, view, self, useReserve, wanted);
  if (granted > 0) view.update(pages, 'take', granted);
  return granted;
}

function grantPages(
  kernel: Kernel,
  view: View,
  self: Ref<'thread'>,
  useReserve: boolean,
  wanted: number,
): number {
  const { globals, pages, wchans } = kernel.cells;
  // Before uvm_page_init() the free lists are empty.
  if (!view.observe(globals, 'isPageInitDone')) return 0;
  const { reservePagedaemon, freeTarget } = kernel.spec.pages;
  const ordinary = useReserve ? reservePagedaemon : ordinaryFloor(kernel);
  const floor = self === pagedaemon ? 0 : ordinary;
  if (view.observe(pages, 'mayFail') && view.observe(globals, 'doesPagedaemonExist')) {
    const fails = view.choose('uvm_pagealloc', [
      { label: 'as it is', value: false },
      { label: 'fails', value: true },
    ]);
    if (fails) {
      view.update(pages, 'fail');
      return 0;
    }
  }
  const { granted, short } = view.observe(pages, 'grant', floor, wanted, freeTarget);
  if (short) wakeAll(view, wchans.at(pagedaemonWakeup));
  return granted;
}

/** How many pages an ordinary request leaves. */
const ordinaryFloor = ({ spec }: Kernel): number =>
  Math.max(spec.pages.reserveKernel, spec.pages.reservePagedaemon);

/** Whether who waits in uvm_wait() would get a page now: those who wait may not use the reserve. */
export function pageForWaiter(kernel: Kernel, view: View): boolean {
  const { globals, pages } = kernel.cells;
  return (
    view.observe(globals, 'isPageInitDone') &&
    view.observe(pages, 'freeExceeds', ordinaryFloor(kernel))
  );
}

/** wakeup(9): everybody asleep on the channel. */
export function wakeAll(view: View, wchan: ReturnType<Kernel['cells']['wchans']['at']>): void {
  if (view.observe(wchan, 'any')) view.update(wchan, 'wakeAll');
}

/** Gives pages back. It wakes nobody: the pagedaemon alone wakes who sleeps in uvm_wait(). */
export function uvmPagefree(kernel: Kernel, view: View, count = 1): void {
  if (count > 0) view.update(kernel.cells.pages, 'give', count);
}

/** A page at its direct-mapped address (PMAP_MAP_POOLPAGE); null where there is none. */
export function allocDirectPage(
  kernel: Kernel,
  view: View,
  self: Ref<'thread'>,
  useReserve: boolean,
): Va | null {
  const { pages } = kernel.cells;
  if (grantPages(kernel, view, self, useReserve, 1) === 0) return null;
  const page = view.observe(pages, 'nextDirect');
  view.update(pages, 'takeDirect', page);
  return directMapBase + page * kernel.spec.pageBytes;
}

/** PMAP_UNMAP_POOLPAGE and uvm_pagefree(). */
export function freeDirectPage(kernel: Kernel, view: View, va: Va): void {
  view.update(kernel.cells.pages, 'giveDirect', (va - directMapBase) / kernel.spec.pageBytes);
}
