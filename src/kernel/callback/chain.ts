import { assert } from '../../base/assert.ts';
import { cellType } from '../../base/cell.ts';
import type { CallbackRef } from '../spec.ts';

/**
 * A callback(9) head: who is asked to give back, in order of registration.
 *
 * The cursor outlives a run: after an ABORT the next run starts with the entry after the aborting
 * one. Nothing keeps an entry from being registered twice, so it is in `queue` twice then (the C
 * list would be corrupt).
 */
export type Chain = {
  readonly queue: readonly CallbackRef[];
  /** ch_next: where the next run starts; null means at the head. */
  readonly next: CallbackRef | null;
  /** ch_running: runs in progress; they nest and overlap. */
  readonly running: number;
} | null;

export const chainType = cellType<Chain>()({
  name: 'chain',
  observers: {
    isSetUp: (chain): boolean => chain !== null,
    isRunning: (chain): boolean => chain !== null && chain.running > 0,
    length: (chain): number => chain?.queue.length ?? 0,
    holds: (chain, entry: CallbackRef): boolean => chain?.queue.includes(entry) ?? false,
    count: (chain, entry: CallbackRef): number =>
      chain?.queue.filter((one) => one === entry).length ?? 0,
    /** The entry that runs next: the cursor, or else the head. */
    current: (chain): CallbackRef | null => chain?.next ?? chain?.queue[0] ?? null,
    queue: (chain): readonly CallbackRef[] => chain?.queue ?? [],
    cursor: (chain): CallbackRef | null => chain?.next ?? null,
  },
  operations: {
    setup: (): Chain => ({ queue: [], next: null, running: 0 }),
    register: (chain, entry: CallbackRef) => {
      assert(chain !== null, 'callback_head_init was called');
      chain.queue.push(entry);
    },
    unregister: (chain, entry: CallbackRef) => {
      assert(chain !== null, 'callback_head_init was called');
      const at = chain.queue.indexOf(entry);
      if (chain.next === entry) chain.next = chain.queue[at + 1] ?? null;
      chain.queue.splice(at, 1);
    },
    enter: (chain) => {
      assert(chain !== null, 'callback_head_init was called');
      chain.running++;
    },
    leave: (chain) => {
      assert(chain !== null, 'callback_head_init was called');
      chain.running--;
    },
    /** Moves the cursor behind an entry whose callback has returned. */
    advance: (chain, entry: CallbackRef) => {
      assert(chain !== null, 'callback_head_init was called');
      chain.next = chain.queue[chain.queue.indexOf(entry) + 1] ?? null;
    },
  },
});
