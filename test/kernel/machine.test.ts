import { describe, expect, it } from 'vitest';
import type { Process } from '../../src/base/model.ts';
import { liveView } from '../../src/base/live.ts';
import type { LiveView } from '../../src/base/live.ts';
import { ref } from '../../src/base/plain.ts';
import type { Halt, Routine } from '../../src/base/routine.ts';
import { exit, halt, routine, sleep, yieldAt } from '../../src/base/routine.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { ThreadOptions } from '../../src/kernel/machine/thread-process.ts';
import { threadProcess } from '../../src/kernel/machine/thread-process.ts';
import { makeKernel } from '../../src/kernel/make-kernel.ts';
import { fullScale } from './uvm-fixture.ts';

const channel = ref('wchan', 'uvmexp.free');
const oops: Halt = { kind: 'panic', message: 'panic: oops', file: 'sys/x.c', line: 1 };

const named = (name: string, second: () => ReturnType<typeof exit>): Routine =>
  routine<Record<never, never>>()({
    name,
    file: 'test',
    revision: 'test',
    labels: { first: { line: 1, run: () => yieldAt('second') }, second: { line: 2, run: second } },
  });

/** Sleeps in its second step, and has two more to make when it is woken. */
const sleepsOnce: Routine = routine<Record<never, never>>()({
  name: 'sleeps',
  file: 'test',
  revision: 'test',
  labels: {
    first: { line: 1, run: () => yieldAt('second') },
    second: { line: 2, run: () => sleep(channel, 'third') },
    third: { line: 3, run: () => yieldAt('fourth') },
    fourth: { line: 4, run: () => exit() },
  },
});

const routines = (): readonly Routine[] => [
  named('two_steps', () => exit()),
  sleepsOnce,
  named('stops', () => halt(oops)),
];

function machine(cpus: number): { kernel: Kernel; view: LiveView } {
  const kernel = makeKernel(fullScale({ cpus }), routines);
  const view = liveView(kernel.allCells);
  view.update(kernel.cells.globals, 'setCold', false);
  return { kernel, view };
}

const process = (
  kernel: Kernel,
  name: string,
  entry: string,
  more: Partial<ThreadOptions> = {},
): Process =>
  threadProcess(kernel, name, {
    kind: 'system',
    grain: 'fine',
    preemption: false,
    starts: () => true,
    routine: entry,
    params: {},
    ...more,
  });

describe('CPUs', () => {
  it('run one thread at a time; the next one takes the CPU when it is left', () => {
    const { kernel, view } = machine(1);
    const worker = process(kernel, 'worker', 'two_steps');
    const second = process(kernel, 'second', 'two_steps');
    expect(view.attempt(worker)).toBeNull();
    expect(view.attempt(second)).toBe('an idle CPU');
    expect(view.attempt(worker)).toBeNull();
    expect(view.attempt(second)).toBeNull();
    expect(view.attempt(worker)).toBe('nothing: it has ended');
  });

  it('run nobody until they are released', () => {
    const { kernel, view } = machine(2);
    view.attempt(process(kernel, 'worker', 'two_steps'));
    const second = process(kernel, 'second', 'two_steps');
    expect(view.attempt(second)).toBe('an idle CPU');
    view.update(kernel.cells.cpus.at(ref('cpu', 'cpu1')), 'release');
    expect(view.attempt(second)).toBeNull();
  });

  it('are left by a thread that sleeps, until it is off the wait channel', () => {
    const { kernel, view } = machine(1);
    const worker = process(kernel, 'worker', 'sleeps');
    view.attempt(worker);
    view.attempt(worker);
    expect(view.attempt(worker)).toBe(channel);
    expect(view.attempt(process(kernel, 'second', 'two_steps'))).toBeNull();
    view.update(kernel.cells.wchans.at(channel), 'wakeAll');
    expect(view.attempt(worker)).toBe('an idle CPU');
  });

  it('with preemption change hands at a yield, but not above IPL_NONE', () => {
    const { kernel, view } = machine(1);
    const worker = process(kernel, 'worker', 'two_steps');
    const second = process(kernel, 'second', 'two_steps', { preemption: true });
    const cpu = kernel.cells.cpus.at(ref('cpu', 'cpu0'));
    view.attempt(worker);
    view.update(cpu, 'setIpl', 5);
    expect(view.attempt(second)).toBe('an idle CPU');
    view.update(cpu, 'setIpl', 0);
    expect(view.attempt(second)).toBeNull();
    expect(view.observe(cpu, 'standing', ref('thread', 'worker'))).toBe('absent');
  });
});

describe('sleeping', () => {
  const cpu0 = ref('cpu', 'cpu0');
  const raised = 5;

  /** A thread that has gone to sleep for a page at a raised level. */
  function asleep(isCold: boolean): { kernel: Kernel; view: LiveView; worker: Process } {
    const { kernel, view } = machine(1);
    view.update(kernel.cells.globals, 'setCold', isCold);
    const worker = process(kernel, 'worker', 'sleeps');
    view.attempt(worker);
    view.update(kernel.cells.cpus.at(cpu0), 'setIpl', raised);
    view.attempt(worker);
    return { kernel, view, worker };
  }

  it('while cold leaves the CPU to no other thread; interrupts come in at safepri', () => {
    const { kernel, view, worker } = asleep(true);
    const cpu = kernel.cells.cpus.at(cpu0);
    expect(view.attempt(worker)).toBe(channel);
    const second = process(kernel, 'second', 'two_steps', { preemption: true });
    expect(view.attempt(second)).toBe('an idle CPU');
    const interrupt = process(kernel, 'interrupt', 'two_steps', { level: 'IPL_VM' });
    expect(view.attempt(interrupt)).toBeNull();
    expect(view.attempt(interrupt)).toBeNull();
    expect(view.observe(cpu, 'ipl')).toBe(0);
    view.update(kernel.cells.wchans.at(channel), 'wakeAll');
    expect(view.attempt(worker)).toBeNull();
  });

  it('while cold ends without a wakeup as soon as there is a page, at the level from before', () => {
    const { kernel, view, worker } = asleep(true);
    view.update(kernel.cells.globals, 'setPageInitDone');
    const { reserveKernel } = kernel.spec.pages;
    view.update(kernel.cells.pages, 'load', reserveKernel);
    expect(view.attempt(worker)).toBe(channel);
    view.update(kernel.cells.pages, 'load', 1);
    expect(view.attempt(worker)).toBeNull();
    expect(view.observe(kernel.cells.cpus.at(cpu0), 'ipl')).toBe(raised);
    expect(view.observe(kernel.cells.wchans.at(channel), 'any')).toBe(false);
  });

  it('once warm leaves the CPU, waits for the wakeup, and goes on at the level from before', () => {
    const { kernel, view, worker } = asleep(false);
    const cpu = kernel.cells.cpus.at(cpu0);
    expect(view.attempt(process(kernel, 'second', 'two_steps'))).toBeNull();
    expect(view.observe(cpu, 'ipl')).toBe(0);
    view.attempt(process(kernel, 'second', 'two_steps'));
    view.update(kernel.cells.pages, 'load', 100);
    expect(view.attempt(worker)).toBe(channel);
    view.update(kernel.cells.wchans.at(channel), 'wakeAll');
    expect(view.attempt(worker)).toBeNull();
    expect(view.observe(cpu, 'ipl')).toBe(raised);
  });
});

describe('interrupts', () => {
  it('stack on the thread they interrupt, and it goes on when they end', () => {
    const { kernel, view } = machine(1);
    const worker = process(kernel, 'worker', 'two_steps');
    const interrupt = process(kernel, 'interrupt', 'two_steps', { level: 'IPL_VM', cyclic: true });
    view.attempt(worker);
    expect(view.attempt(interrupt)).toBeNull();
    expect(view.attempt(worker)).toBe('the end of an interrupt');
    expect(view.attempt(interrupt)).toBeNull();
    expect(view.attempt(worker)).toBeNull();
    expect(view.attempt(interrupt)).toBeNull();
  });

  it('wait while the CPU is at their level', () => {
    const { kernel, view } = machine(1);
    view.attempt(process(kernel, 'worker', 'two_steps'));
    view.update(kernel.cells.cpus.at(ref('cpu', 'cpu0')), 'setIpl', 5);
    const interrupt = process(kernel, 'interrupt', 'two_steps', { level: 'IPL_VM' });
    expect(view.attempt(interrupt)).toBe('a CPU below its interrupt level');
  });

  it('that sleep stop the machine with an assertion', () => {
    const { kernel, view } = machine(1);
    const interrupt = process(kernel, 'interrupt', 'sleeps', { level: 'IPL_VM' });
    view.attempt(interrupt);
    view.attempt(interrupt);
    expect(view.observe(kernel.cells.globals, 'outcome')).toMatchObject({
      kind: 'assertion',
      line: 82,
    });
  });
});

describe('a machine that has stopped', () => {
  it('says how, and nobody steps any more', () => {
    const { kernel, view } = machine(1);
    const worker = process(kernel, 'worker', 'stops');
    view.attempt(worker);
    view.attempt(worker);
    expect(view.observe(kernel.cells.globals, 'outcome')).toEqual(oops);
    expect(view.attempt(worker)).toBe('nothing: the kernel has stopped');
    const second = process(kernel, 'second', 'two_steps');
    expect(view.attempt(second)).toBe('nothing: the kernel has stopped');
  });
});
