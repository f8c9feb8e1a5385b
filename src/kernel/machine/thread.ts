import { cellType } from '../../base/cell.ts';
import type { Frame } from '../../base/routine.ts';

/** A thread or interrupt handler: what it has on its stack, and what it was answered. */
export type Thread = {
  readonly phase: 'not started' | 'running' | 'done';
  readonly stack: readonly Frame[];
  /** What a requester got, for properties and final states: `memory`, `NULL`. */
  readonly answer?: string;
  /** How often this thread has searched a map in vain, up to a limit; only where somebody asks. */
  readonly failedSearches?: number;
  readonly failedSearchesMax?: number;
};

export const threadAtReset: Thread = { phase: 'not started', stack: [] };

export const threadType = cellType<Thread>()({
  name: 'thread',
  observers: {
    phase: (thread): Thread['phase'] => thread.phase,
    isDone: (thread): boolean => thread.phase === 'done',
    stack: (thread): readonly Frame[] => thread.stack,
    answer: (thread): string | null => thread.answer ?? null,
    failedSearches: (thread): number => thread.failedSearches ?? 0,
    /** Whether the innermost routine is this one, at this label: for properties. */
    isAt: (thread, routine: string, label: string): boolean => {
      const top = thread.stack.at(-1);
      return top?.routine === routine && top.at === label;
    },
    /** The routine a thread is in, innermost last: for properties. */
    isIn: (thread, routine: string): boolean =>
      thread.stack.some((frame) => frame.routine === routine),
  },
  operations: {
    run: (thread, stack: readonly Frame[]): Thread => ({
      ...thread,
      phase: 'running',
      stack,
    }),
    end: (thread) => {
      thread.phase = 'done';
      thread.stack = [];
    },
    /** A cyclic thread or interrupt is ready to start again. */
    rest: (thread) => {
      thread.phase = 'not started';
      thread.stack = [];
    },
    /** From now on searches of this thread that find no space are counted, up to `max`. */
    countSearches: (thread, max: number) => {
      thread.failedSearches = 0;
      thread.failedSearchesMax = max;
    },
    searchFailed: (thread) => {
      if (thread.failedSearches === undefined) return;
      const max = thread.failedSearchesMax ?? 0;
      thread.failedSearches = Math.min(thread.failedSearches + 1, max);
    },
    record: (thread, answer: string) => {
      thread.answer = answer;
    },
  },
});
