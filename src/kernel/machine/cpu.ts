import { present } from '../../base/assert.ts';
import { cellType } from '../../base/cell.ts';
import type { Ref } from '../../base/plain.ts';

/** A thread or interrupt on a CPU, with the interrupt priority level it runs at. */
export type Context = { readonly thread: Ref<'thread'>; readonly ipl: number };

/** A CPU: a thread, and the interrupts stacked on it. Only the topmost context steps. */
export type Cpu = {
  /** Released by the boot processor. The boot processor itself is from the start. */
  readonly running: boolean;
  readonly contexts: readonly Context[];
};

export type Standing = 'top' | 'covered' | 'absent';

const iplOf = (cpu: Cpu): number => cpu.contexts.at(-1)?.ipl ?? 0;

export const cpuType = cellType<Cpu>()({
  name: 'cpu',
  observers: {
    /** Where a context stands: only `top` may step, `covered` waits for an interrupt to end. */
    standing: (cpu, self: Ref<'thread'>): Standing => {
      if (cpu.contexts.at(-1)?.thread === self) return 'top';
      return cpu.contexts.some((context) => context.thread === self) ? 'covered' : 'absent';
    },
    isIdle: (cpu): boolean => cpu.running && cpu.contexts.length === 0,
    accepts: (cpu, level: number): boolean => cpu.running && iplOf(cpu) < level,
    /** One thread at IPL_NONE and no interrupt: it may be taken off. */
    isPreemptible: (cpu): boolean => cpu.running && cpu.contexts.length === 1 && iplOf(cpu) === 0,
    isRunning: (cpu): boolean => cpu.running,
    ipl: (cpu): number => iplOf(cpu),
  },
  operations: {
    push: (cpu, thread: Ref<'thread'>, ipl: number) => {
      cpu.contexts.push({ thread, ipl });
    },
    pop: (cpu) => {
      cpu.contexts.pop();
    },
    /** spl(9) and spin mutexes: the level of the topmost context. */
    setIpl: (cpu, ipl: number) => {
      present(cpu.contexts.at(-1), 'somebody runs on this CPU').ipl = ipl;
    },
    release: (cpu) => {
      cpu.running = true;
    },
  },
});
