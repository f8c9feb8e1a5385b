/**
 * The pagedaemon, and waiting for it.
 *
 * @source NetBSD sys/uvm/uvm_pdaemon.c 1.93.4.2
 */
import type { Routine } from '../../base/routine.ts';
import { go, ret, routine, sleep, yieldAt } from '../../base/routine.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import { freePages, pagedaemon, pagedaemonWakeup, wakeAll } from './page-queues.ts';

const file = 'sys/uvm/uvm_pdaemon.c';
const revision = '1.93.4.2';

export function pdaemonRoutines(kernel: Kernel): readonly Routine[] {
  return [uvmWait(kernel), uvmPageout(kernel)];
}

/**
 * Sleeps on uvmexp.free. Who waits before a pagedaemon exists sleeps for ever.
 *
 * @source NetBSD sys/uvm/uvm_pdaemon.c 1.93.4.2 uvm_wait()
 */
function uvmWait(kernel: Kernel): Routine {
  const { pages, wchans } = kernel.cells;
  return routine<{ what: string }>()({
    name: 'uvm_wait',
    file,
    revision,
    labels: {
      wait: {
        line: 160,
        run: (_, view, __, self) => {
          view.update(pages, 'setWaiters', true);
          wakeAll(view, wchans.at(pagedaemonWakeup));
          // The pagedaemon waits for itself: it sleeps hz / 8 at most.
          return sleep(self === pagedaemon ? null : freePages, 'woken');
        },
      },
      woken: { line: 162, run: () => ret(null) },
    },
  });
}

/**
 * The main loop: wakes who waits for pages, and drains one pool a turn while pages are few.
 *
 * @source NetBSD sys/uvm/uvm_pdaemon.c 1.93.4.2 uvm_pageout()
 * @differs no page of a user or file is modelled, so the scan frees nothing and nothing is being
 *   paged out (uvmexp.paging is 0): sleepers are woken in every turn. buf_drain is left out.
 */
function uvmPageout(kernel: Kernel): Routine {
  const { pages, wchans } = kernel.cells;
  return routine<Record<never, never>>()({
    name: 'uvm_pageout',
    file,
    revision,
    labels: {
      loop: {
        line: 257,
        run: (_, view) =>
          view.observe(pages, 'hasWaiters') ? go('scan') : sleep(pagedaemonWakeup, 'scan'),
      },
      scan: {
        line: 294,
        run: (_, view) => {
          const needsFree = !view.observe(pages, 'freeExceeds', kernel.spec.pages.freeTarget - 1);
          wakeAll(view, wchans.at(freePages));
          if (view.observe(pages, 'hasWaiters')) view.update(pages, 'setWaiters', false);
          return needsFree ? yieldAt('drain') : yieldAt('loop');
        },
      },
      drain: { line: 333, run: () => call('pool_drain', {}, 'drained') },
      drained: { line: 345, run: () => yieldAt('loop') },
    },
  });
}
