import { cellType } from '../../base/cell.ts';
import type { Ref } from '../../base/plain.ts';

/**
 * A wait channel: the threads asleep on it, first come first.
 *
 * A sleeper is disabled until it is off the queue; a wakeup with nobody asleep does nothing, so a
 * lost wakeup is really lost.
 */
export type Wchan = readonly Ref<'thread'>[];

export const wchanType = cellType<Wchan>()({
  name: 'wchan',
  observers: {
    holds: (queue, thread: Ref<'thread'>): boolean => queue.includes(thread),
    any: (queue): boolean => queue.length > 0,
  },
  operations: {
    enqueue: (queue, thread: Ref<'thread'>) => {
      queue.push(thread);
    },
    wakeAll: (): Wchan => [],
    wakeOne: (queue) => {
      queue.shift();
    },
    /** A timed wait is over. */
    remove: (queue, thread: Ref<'thread'>) => queue.filter((one) => one !== thread),
  },
});
