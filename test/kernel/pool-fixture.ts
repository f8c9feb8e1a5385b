/**
 * A machine for pool tests: direct-mapped, so that a page of RAM is all that a pool page needs,
 * and one routine after the other, run to its end.
 */
import { liveView } from '../../src/base/live.ts';
import type { LiveView } from '../../src/base/live.ts';
import type { Plain, Ref } from '../../src/base/plain.ts';
import { ref } from '../../src/base/plain.ts';
import type { Frame, Halt, Routine } from '../../src/base/routine.ts';
import { callRoutine, enter, exit, ret, routine, runRoutines } from '../../src/base/routine.ts';
import type { Item } from '../../src/kernel/calls.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { makeKernel } from '../../src/kernel/make-kernel.ts';
import { aDeferredQueue } from '../../src/kernel/eras/index.ts';
import { headerAndGroupPools, poolInit } from '../../src/kernel/pool/index.ts';
import type { LivePool } from '../../src/kernel/pool/pool-pages.ts';
import type { AllocatorSpec, KernelSpec, MapSpec, PoolSpec } from '../../src/kernel/spec.ts';
import { uvmPageInit, uvmPagePhysload } from '../../src/kernel/uvm/page-queues.ts';

export const page = 4096;

export const standardAllocators: readonly AllocatorSpec[] = [
  standardAllocator('pool_allocator_kmem', 'pool_page_alloc', 'kmem_map'),
  standardAllocator('pool_allocator_nointr', 'pool_page_alloc_nointr', 'kernel_map'),
  standardAllocator('pool_allocator_meta', 'pool_page_alloc_meta', 'kmem_map'),
];

function standardAllocator(
  name: string,
  source: AllocatorSpec['source'],
  declares: AllocatorSpec['declares'],
): AllocatorSpec {
  return { name, pageBytes: page, source, declares, boundFromTheStart: null, standard: true };
}

export function pool(name: string, changes: Partial<PoolSpec> = {}): PoolSpec {
  return {
    name,
    object: `${name}_pool`,
    itemBytes: 1000,
    align: 0,
    allocator: 'pool_allocator_nointr',
    notouch: false,
    noalign: false,
    largecache: false,
    ipl: 'IPL_NONE',
    cache: false,
    minItems: 0,
    maxPages: null,
    hardLimit: null,
    ...changes,
  };
}

export function map(name: MapSpec['name'], changes: Partial<MapSpec> = {}): MapSpec {
  return {
    name,
    start: 2 ** 28,
    bytes: 128 * page,
    parent: null,
    intrsafe: false,
    vacache: null,
    imageBytes: 0,
    ...changes,
  };
}

/** A direct-mapped LP64 machine of era A with these pools. */
export function directSpec(
  pools: readonly PoolSpec[],
  changes: Partial<KernelSpec> = {},
): KernelSpec {
  return {
    policies: aDeferredQueue,
    port: 'test',
    pageBytes: page,
    lp64: true,
    coherencyUnit: 64,
    directMap: true,
    vacachePages: 32,
    maps: [map('kernel_map'), map('kmem_map', { parent: 'kernel_map', intrsafe: true })],
    allocators: standardAllocators,
    pools: [...headerAndGroupPools(true, 64), ...pools],
    pages: { total: 100, reserveKernel: 5, reservePagedaemon: 1, freeTarget: 0 },
    cpus: 1,
    threads: ['boot', 'other'],
    otherCallbacks: [],
    identity: 'item',
    vacacheIdentity: 'page',
    ...changes,
  };
}

/** One call of a routine on its way: `run` goes on until it ends or sleeps. */
export interface Run {
  run(): Ended;
}

export type Ended =
  { readonly answer: Plain } | { readonly halt: Halt } | { readonly asleepOn: Ref<'wchan'> };

export interface Machine {
  readonly kernel: Kernel;
  readonly view: LiveView;
  start(name: string, params: { readonly [name: string]: Plain }): Run;
  /** Calls a routine that neither sleeps nor stops the kernel, and gives back its answer. */
  call(name: string, params: { readonly [name: string]: Plain }): Plain;
  /** Calls a routine that stops the kernel. */
  halts(name: string, params: { readonly [name: string]: Plain }): Halt;
  get(name: string, flags?: { readonly wait: boolean; readonly limitFail?: boolean }): Item | null;
  put(name: string, item: Item): void;
  /** The value of an initialised pool. */
  poolValue(name: string): LivePool;
  freePages(): number;
}

const answers = new WeakMap<object, Plain>();
const self = ref('thread', 'boot');

const script: Routine = routine<{ ask: string; with: { readonly [name: string]: Plain } }>()({
  name: 'script',
  file: 'test',
  revision: 'test',
  labels: {
    ask: { line: 0, run: (frame) => callRoutine(frame.ask, frame.with, 'answered') },
    answered: {
      line: 0,
      run: (_frame, view, answer: Plain) => {
        answers.set(view, answer);
        return exit();
      },
    },
  },
});

/** A routine that does `body` and answers nothing: a drain hook, or a stand-in for a real one. */
export function standIn(name: string, body: Parameters<typeof bodyRoutine>[1]): Routine {
  return bodyRoutine(name, body);
}

function bodyRoutine(
  name: string,
  body: (frame: { readonly [local: string]: Plain | undefined }) => Plain,
): Routine {
  return routine<{ readonly [local: string]: Plain | undefined }>()({
    name,
    file: 'test',
    revision: 'test',
    labels: { run: { line: 0, run: (frame) => ret(body(frame)) } },
  });
}

/** `replaced`: routines that stand in for those of the same name, or come on top. */
export function machine(spec: KernelSpec, replaced: readonly Routine[] = []): Machine {
  const made = makeKernel(spec, () => [script]);
  const routines = new Map([...made.routines, ...replaced.map((one) => [one.name, one] as const)]);
  const kernel: Kernel = { ...made, routines };
  const view = liveView(kernel.allCells);
  const start = (ask: string, params: { readonly [name: string]: Plain }): Run => {
    let stack: readonly Frame[] = [enter(routines, 'script', { ask, with: params })];
    const run = (): Ended => {
      for (let steps = 0; steps < 10_000; steps++) {
        const ending = runRoutines(routines, stack, view, self, 'fine');
        if (ending.kind === 'exit') return { answer: answers.get(view) ?? null };
        if (ending.kind === 'halt') return { halt: ending.halt };
        stack = ending.stack;
        if (ending.kind !== 'sleep' || ending.on === null) continue;
        view.update(kernel.cells.wchans.at(ending.on), 'enqueue', self);
        return { asleepOn: ending.on };
      }
      throw new Error(`${ask} does not end`);
    };
    return { run };
  };
  const call: Machine['call'] = (name, params) => {
    const ended = start(name, params).run();
    if ('answer' in ended) return ended.answer;
    throw new Error(`${name} ended with ${JSON.stringify(ended)}`);
  };
  return {
    kernel,
    view,
    start,
    call,
    halts: (name, params) => {
      const ended = start(name, params).run();
      if ('halt' in ended) return ended.halt;
      throw new Error(`${name} ended with ${JSON.stringify(ended)}`);
    },
    get: (name, flags = { wait: true }) =>
      call('pool_get', { pool: ref('pool', name), flags }) as Item | null,
    put: (name, item) => {
      call('pool_put', { pool: ref('pool', name), item });
    },
    poolValue: (name) => {
      const value = view.read(kernel.cells.pools.at(ref('pool', name)));
      if (value === null) throw new Error(`${name} is not initialised`);
      return value;
    },
    freePages: () => view.observe(kernel.cells.pages, 'free'),
  };
}

/** Memory is loaded and handed out; the named pools are described, in this order. */
export function withPools(
  spec: KernelSpec,
  names: readonly string[],
  replaced: readonly Routine[] = [],
): Machine {
  const made = machine(spec, replaced);
  uvmPagePhysload(made.kernel, made.view, spec.pages.total);
  uvmPageInit(made.kernel, made.view);
  for (const name of names) {
    const stopped = poolInit(made.kernel, made.view, ref('pool', name));
    if (stopped !== null) throw new Error(stopped.message);
  }
  return made;
}
