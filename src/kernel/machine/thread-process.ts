/**
 * Threads and interrupts as processes of the model: who stands on which CPU.
 *
 * Only the topmost context of a CPU steps. A thread that is on none takes an idle one as part of
 * its step, and leaves it when it sleeps or ends; an interrupt is stacked where the CPU's level is
 * below its own. A thread that sleeps at a raised level comes back at that level.
 *
 * While `cold`, mtsleep() of uvm_wait() returns at once: the thread stays on its CPU and asks again
 * and again, and at each turn sleepq_abort() opens the CPU to interrupts down to `safepri`, which is
 * IPL_NONE on every port. Condition variables do not look at `cold`: cv_wait() switches to the idle
 * thread.
 *
 * @source NetBSD sys/kern/kern_sleepq.c 1.35.4.1 sleepq_abort()
 * @source NetBSD sys/kern/kern_synch.c 1.254.2.6 mtsleep(), wakeup()
 * @differs a cold cv_wait() before mi_cpu_attach() of the boot CPU would find no idle thread to
 *   switch to; here it leaves the CPU idle
 */
import type { Process } from '../../base/model.ts';
import { present } from '../../base/assert.ts';
import type { Plain, Ref } from '../../base/plain.ts';
import { ref } from '../../base/plain.ts';
import type { Ending, Frame, Grain, Halt } from '../../base/routine.ts';
import { enter, runRoutines } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import { freePages, pageForWaiter } from '../uvm/page-queues.ts';
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

  const stackOf = (view: View): Resumed => {
    const phase = view.observe(thread, 'phase');
    if (phase === 'done') view.blocked('nothing: it has ended');
    if (phase === 'not started') {
      if (!options.starts(view)) view.blocked('its start');
      return { stack: [enter(kernel.routines, options.routine, options.params)], ipl: 0 };
    }
    return awake(kernel, view, view.observe(thread, 'stack'), self);
  };

  const settle = (view: View, ending: Ending, cpu: Ref<'cpu'>): void => {
    switch (ending.kind) {
      case 'yield':
        view.update(thread, 'run', ending.stack);
        return;
      case 'sleep':
        if (options.level !== undefined) {
          view.update(thread, 'run', ending.stack);
          view.update(cells.globals, 'halt', interruptSleeps);
          return;
        }
        goToSleep(kernel, view, self, ending, cells.cpus.at(cpu));
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
      const { stack, ipl } = stackOf(view);
      const cpu =
        options.level === undefined
          ? cpuForThread(kernel, view, self, ipl, options.preemption)
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

/** A stack to go on with, and the level at which it slept; 0 where it did not. */
type Resumed = { readonly stack: readonly Frame[]; readonly ipl: number };

/** Takes the thread off its CPU, unless all it can do is ask again. */
function goToSleep(
  kernel: Kernel,
  view: View,
  self: Ref<'thread'>,
  { stack, on }: Extract<Ending, { readonly kind: 'sleep' }>,
  cpu: ReturnType<Kernel['cells']['cpus']['at']>,
): void {
  const { threads, wchans } = kernel.cells;
  const sleptAt = view.observe(cpu, 'ipl');
  const top = present(stack.at(-1), 'a running thread has a frame');
  const marked = sleptAt === 0 ? stack : [...stack.slice(0, -1), { ...top, sleptAt }];
  view.update(threads.at(self), 'run', marked);
  if (!onlySpins(kernel, view, on)) view.update(cpu, 'pop');
  else if (sleptAt > 0) view.update(cpu, 'setIpl', safepri);
  if (on !== null) view.update(wchans.at(on), 'enqueue', self);
}

const safepri = iplLevel('IPL_NONE');

/** Whether a sleep on this channel returns at once: it is uvm_wait()'s, and the kernel is cold. */
const onlySpins = (kernel: Kernel, view: View, on: Ref<'wchan'> | null): boolean =>
  on === freePages && view.observe(kernel.cells.globals, 'isCold');

/**
 * The stack without its marks of sleep; blocked while the wait channel still holds the thread. One
 * that only spins there goes on as soon as what it asks for is to be had.
 */
function awake(kernel: Kernel, view: View, stack: readonly Frame[], self: Ref<'thread'>): Resumed {
  const top = present(stack.at(-1), 'a running thread has a frame');
  const { asleepOn, sleptAt, ...frame } = top;
  if (asleepOn === undefined && sleptAt === undefined) return { stack, ipl: 0 };
  if (asleepOn !== undefined) {
    const wchan = kernel.cells.wchans.at(asleepOn);
    if (view.observe(wchan, 'holds', self)) {
      const goesOn = onlySpins(kernel, view, asleepOn) && pageForWaiter(kernel, view);
      if (!goesOn) view.blocked(asleepOn);
      view.update(wchan, 'remove', self);
    }
  }
  const ipl = typeof sleptAt === 'number' ? sleptAt : 0;
  return { stack: [...stack.slice(0, -1), frame], ipl };
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
  ipl: number,
  preemption: boolean,
): Ref<'cpu'> {
  const { cpus } = kernel.cells;
  const own = standsOn(kernel, view, self);
  if (own !== null) {
    if (ipl > 0) view.update(cpus.at(own), 'setIpl', ipl);
    return own;
  }
  const idle = cpus.refs.find((cpu) => view.observe(cpus.at(cpu), 'isIdle'));
  if (idle !== undefined) {
    view.update(cpus.at(idle), 'push', self, ipl);
    return idle;
  }
  // A thread that spins while cold stands at IPL_NONE, but nobody switches.
  const taken =
    preemption && !view.observe(kernel.cells.globals, 'isCold')
      ? cpus.refs.filter((cpu) => view.observe(cpus.at(cpu), 'isPreemptible'))
      : [];
  if (taken.length === 0) view.blocked('an idle CPU');
  const cpu = view.choose('preempts the thread on', choices(taken));
  view.update(cpus.at(cpu), 'pop');
  view.update(cpus.at(cpu), 'push', self, ipl);
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
