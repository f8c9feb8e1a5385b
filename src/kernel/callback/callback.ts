/**
 * callback(9): asking those who hold address space of a map to give some back.
 *
 * @source NetBSD sys/kern/subr_callback.c 1.6
 */
import type { Ref } from '../../base/plain.ts';
import { nameOf, ref } from '../../base/plain.ts';
import type { Halt, Routine } from '../../base/routine.ts';
import { go, halt, ret, routine, sleep, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { CallbackRef } from '../spec.ts';
import { starved } from '../uvm/map-control.ts';

const file = 'sys/kern/subr_callback.c';
const revision = '1.6';

/** ch_cv of a map's chain: where callback_unregister() waits. */
export const chainWchan = (map: Ref<'map'>): Ref<'wchan'> =>
  ref('wchan', `callback ${nameOf(map)}`);

/** Appends an entry. A head that was never initialised is a fault. */
export function callbackRegister(
  kernel: Kernel,
  view: View,
  map: Ref<'map'>,
  entry: CallbackRef,
): Halt | null {
  const chain = kernel.cells.chains.at(map);
  if (!view.observe(chain, 'isSetUp')) {
    const message = `callback_register on ${nameOf(map)}, which is not set up`;
    return { kind: 'fault', message, file, line: 68 };
  }
  view.update(chain, 'register', entry);
  return null;
}

/** Takes an entry off; blocked while a run is in progress. Whoever must sleep calls the routine. */
export function callbackUnregister(
  kernel: Kernel,
  view: View,
  map: Ref<'map'>,
  entry: CallbackRef,
): void {
  const chain = kernel.cells.chains.at(map);
  if (view.observe(chain, 'isRunning')) view.blocked(`the end of a run of the chain of ${map}`);
  view.update(chain, 'unregister', entry);
}

export function callbackRoutines(kernel: Kernel): readonly Routine[] {
  return [runRoundrobin(kernel), unregister(kernel)];
}

type RunLocals = { map: Ref<'map'>; left?: number; entry?: CallbackRef; aborted?: true };

/**
 * Calls each entry at most once, from the cursor on, until one ABORTs.
 *
 * No lock is held while a callback runs, so runs nest and overlap and share the cursor.
 *
 * @source NetBSD sys/kern/subr_callback.c 1.6 callback_run_roundrobin(), callback_runone()
 */
function runRoundrobin(kernel: Kernel): Routine {
  const { chains, wchans } = kernel.cells;
  return routine<RunLocals>()({
    name: 'callback_run_roundrobin',
    file,
    revision,
    labels: {
      enter: {
        line: 136,
        run: (frame, view) => {
          const chain = chains.at(frame.map);
          frame.left = view.observe(chain, 'length');
          if (frame.left === 0) return ret(false);
          view.update(chain, 'enter');
          return yieldAt('one');
        },
      },
      one: {
        line: 103,
        run: (frame, view) => {
          const entry = view.observe(chains.at(frame.map), 'current');
          if (entry === null) return halt(noEntry);
          frame.entry = entry;
          if (entry.startsWith('pool:')) {
            return call('pool_reclaim_callback', { pool: entry as Ref<'pool'> }, 'answered');
          }
          if (otherAborts(kernel, view, entry)) frame.aborted = true;
          return go('advance');
        },
      },
      answered: {
        line: 103,
        run: (frame, _, aborts: boolean) => {
          if (aborts) frame.aborted = true;
          return go('advance');
        },
      },
      advance: {
        line: 104,
        run: (frame, view) => {
          if (frame.entry !== undefined) view.update(chains.at(frame.map), 'advance', frame.entry);
          delete frame.entry;
          frame.left = (frame.left ?? 0) - 1;
          return frame.aborted === true || frame.left === 0 ? go('leave') : yieldAt('one');
        },
      },
      leave: {
        line: 144,
        run: (frame, view) => {
          view.update(chains.at(frame.map), 'leave');
          // Who waits to unregister looks again, and sleeps on if another run is in progress.
          const waiters = wchans.at(chainWchan(frame.map));
          if (view.observe(waiters, 'any')) view.update(waiters, 'wakeAll');
          return ret(frame.aborted === true);
        },
      },
    },
  });
}

const noEntry: Halt = { kind: 'assertion', message: 'KASSERT(ce != NULL)', file, line: 102 };

/**
 * Entries that are not pools.
 *
 * - `kmem_kva_reclaim_entry` runs vmem_reap() and always CONTINUEs; the quantum caches it would
 *   reap are not modelled, so it gives back nothing (sys/kern/subr_kmem.c 1.19:218)
 * - `sokva_reclaimerentry` ABORTs once kernel_map is not starved (sys/kern/uipc_socket.c 1.177.4.4:381)
 */
function otherAborts(kernel: Kernel, view: View, entry: CallbackRef): boolean {
  if (!nameOf(entry).startsWith('sokva')) return false;
  return !starved(kernel, view, ref('map', 'kernel_map'));
}

/** @source NetBSD sys/kern/subr_callback.c 1.6 callback_unregister() */
function unregister(kernel: Kernel): Routine {
  return routine<{ map: Ref<'map'>; entry: CallbackRef }>()({
    name: 'callback_unregister',
    file,
    revision,
    labels: {
      lock: {
        line: 79,
        run: (frame, view) => {
          if (view.observe(kernel.cells.chains.at(frame.map), 'isRunning')) {
            return sleep(chainWchan(frame.map), 'lock');
          }
          callbackUnregister(kernel, view, frame.map, frame.entry);
          return ret(null);
        },
      },
    },
  });
}
