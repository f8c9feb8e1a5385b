/**
 * Threads and interrupts as processes of the model: who stands on which CPU.
 *
 * Only the topmost context of a CPU steps. A thread that is on none takes an idle one as part of
 * its step, and leaves it when it sleeps or ends; an interrupt is stacked where the CPU's level is
 * below its own.
 */
import type { Process } from '../../base/model.ts';
import { present } from '../../base/assert.ts';
import type { Plain, Ref } from '../../base/plain.ts';
import { ref } from '../../base/plain.ts';
import type { Ending, Frame, Grain, Halt } from '../../base/routine.ts';
import { enter, runRoutines } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import { iplLevel } from './ipl.ts';

export interface ThreadOptions {
  readonly kind: 'system' | 'environment';
  /** For an interrupt: its level, as `IPL_VM`. A thread has none. */
  readonly level?: string;
  readonly grain: Grain;
  /** Whether a runnable thread may take the CPU of another one that is at IPL_NONE. */
  readonly preemption: boolean;
  /** When it comes into being; asked only until it has. */
  starts(view: View): boolean;
  readonly routine: string;
  readonly params: { readonly [name: string]: Plain };
  /** Starts again whenever it has ended. */
  readonly cyclic?: boolean;
}

/** The process of thread (or interrupt) `name`. */
export function threadProcess(kernel: Kernel, name: string, options: ThreadOptions): Process {
  const { cells } = kernel;
  const self = ref('thread', name);
  const thread = cells.threads.at(self);

  const stackOf = (view: View): readonly Frame[] => {
    const phase = view.observe(thread, 'phase');
    if (phase === 'done') view.blocked('nothing: it has ended');
    if (phase === 'not started') {
      if (!options.starts(view)) view.blocked('its start');
      return [enter(kernel.routines, options.routine, options.params)];
    }
    return awake(kernel, view, view.observe(thread, 'stack'), self);
  };

  const settle = (view: View, ending: Ending, cpu: Ref<'cpu'>): void => {
    switch (ending.kind) {
      case 'yield':
        view.update(thread, 'run', ending.stack);
        return;
      case 'sleep':
        view.update(thread, 'run', ending.stack);
        if (options.level !== undefined) {
          view.update(cells.globals, 'halt', interruptSleeps);
          return;
        }
        view.update(cells.cpus.at(cpu), 'pop');
        if (ending.on !== null) view.update(cells.wchans.at(ending.on), 'enqueue', self);
        return;
      case 'exit':
        view.update(cells.cpus.at(cpu), 'pop');
        view.update(thread, options.cyclic === true ? 'rest' : 'end');
        return;
      case 'halt':
        view.update(thread, 'run', ending.stack);
        view.update(cells.globals, 'halt', ending.halt);
    }
  };

  return {
    name,
    kind: options.kind,
    step: (view) => {
      if (view.observe(cells.globals, 'hasStopped'))
        view.blocked('nothing: the kernel has stopped');
      const stack = stackOf(view);
      const cpu =
        options.level === undefined
          ? cpuForThread(kernel, view, self, options.preemption)
          : cpuForInterrupt(kernel, view, self, iplLevel(options.level));
      settle(view, runRoutines(kernel.routines, stack, view, self, options.grain), cpu);
    },
  };
}

/** @source NetBSD sys/kern/kern_lock.c 1.146 assert_sleepable() */
const interruptSleeps: Halt = {
  kind: 'assertion',
  message: 'assert_sleepable: interrupt',
  file: 'sys/kern/kern_lock.c',
  line: 82,
};

/** The stack without its mark of sleep; blocked while the wait channel still holds the thread. */
function awake(
  kernel: Kernel,
  view: View,
  stack: readonly Frame[],
  self: Ref<'thread'>,
): readonly Frame[] {
  const top = present(stack.at(-1), 'a running thread has a frame');
  if (top.asleepOn === undefined) return stack;
  const { asleepOn, ...frame } = top;
  if (view.observe(kernel.cells.wchans.at(asleepOn), 'holds', self)) view.blocked(asleepOn);
  return [...stack.slice(0, -1), frame];
}

function standsOn(kernel: Kernel, view: View, self: Ref<'thread'>): Ref<'cpu'> | null {
  for (const cpu of kernel.cells.cpus.refs) {
    const standing = view.observe(kernel.cells.cpus.at(cpu), 'standing', self);
    if (standing === 'covered') view.blocked('the end of an interrupt');
    if (standing === 'top') return cpu;
  }
  return null;
}

function cpuForThread(
  kernel: Kernel,
  view: View,
  self: Ref<'thread'>,
  preemption: boolean,
): Ref<'cpu'> {
  const { cpus } = kernel.cells;
  const own = standsOn(kernel, view, self);
  if (own !== null) return own;
  const idle = cpus.refs.find((cpu) => view.observe(cpus.at(cpu), 'isIdle'));
  if (idle !== undefined) {
    view.update(cpus.at(idle), 'push', self, 0);
    return idle;
  }
  const taken = preemption
    ? cpus.refs.filter((cpu) => view.observe(cpus.at(cpu), 'isPreemptible'))
    : [];
  if (taken.length === 0) view.blocked('an idle CPU');
  const cpu = view.choose('preempts the thread on', choices(taken));
  view.update(cpus.at(cpu), 'pop');
  view.update(cpus.at(cpu), 'push', self, 0);
  return cpu;
}

function cpuForInterrupt(
  kernel: Kernel,
  view: View,
  self: Ref<'thread'>,
  level: number,
): Ref<'cpu'> {
  const { cpus } = kernel.cells;
  const own = standsOn(kernel, view, self);
  if (own !== null) return own;
  const open = cpus.refs.filter((cpu) => view.observe(cpus.at(cpu), 'accepts', level));
  if (open.length === 0) view.blocked('a CPU below its interrupt level');
  const cpu = open.length === 1 ? open[0] : view.choose('interrupts', choices(open));
  view.update(cpus.at(present(cpu, 'one is open')), 'push', self, level);
  return present(cpu, 'one is open');
}

const choices = (
  refs: readonly Ref<'cpu'>[],
): { readonly label: string; readonly value: Ref<'cpu'> }[] =>
  refs.map((value) => ({ label: value, value }));
