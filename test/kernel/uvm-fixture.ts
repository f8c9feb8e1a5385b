import type { Process } from '../../src/base/model.ts';
import type { Plain, Ref } from '../../src/base/plain.ts';
import { ref } from '../../src/base/plain.ts';
import type { Frame, Halt, Routine } from '../../src/base/routine.ts';
import { callRoutine, enter, exit, routine, runRoutines } from '../../src/base/routine.ts';
import type { LiveView } from '../../src/base/live.ts';
import { liveView } from '../../src/base/live.ts';
import { Blocked } from '../../src/base/view.ts';
import { call } from '../../src/kernel/calls.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { Entry } from '../../src/kernel/kmem/requesters.ts';
import { threadProcess } from '../../src/kernel/machine/thread-process.ts';
import { makeKernel } from '../../src/kernel/make-kernel.ts';
import { aDeferredQueue } from '../../src/kernel/eras/index.ts';
import {
  headerAndGroupPools,
  poolInit,
  poolSubsystemBootstrap,
  poolSubsystemInit,
} from '../../src/kernel/pool/index.ts';
import type { KernelSpec, PoolSpec } from '../../src/kernel/spec.ts';
import { kernelMap, kmemMap } from '../../src/kernel/uvm/map-facts.ts';
import { uvmPageInit, uvmPagePhysload } from '../../src/kernel/uvm/page-queues.ts';
import { uvmMapSetupKernel } from '../../src/kernel/uvm/uvm-km.ts';
import { page, pool as poolSpec, standardAllocators } from './pool-fixture.ts';

export { page };
/** Where kernel_map starts: aligned to every chunk. */
export const base = 2 ** 28;

const pool = (name: string, changes: Partial<PoolSpec> = {}): PoolSpec =>
  poolSpec(name, { object: name, itemBytes: page, ...changes });

/**
 * 96 pages of kernel_map as in the smallest scenario of a lost callback, at full scale: chunks of
 * 32 pages, and a pool `early` that is described before any map exists.
 *
 * Page 0 is for entries, 1 to 32 are kmem_map; 31 free pages and two chunks are left.
 */
export function fullScale(changes: Partial<KernelSpec> = {}): KernelSpec {
  const vacachePages = changes.vacachePages ?? 32;
  return {
    policies: aDeferredQueue,
    port: 'test',
    pageBytes: page,
    lp64: true,
    coherencyUnit: 64,
    directMap: false,
    vacachePages,
    maps: [
      {
        name: 'kernel_map',
        start: base,
        bytes: 128 * page,
        parent: null,
        intrsafe: false,
        vacache: 'kvakernel',
        imageBytes: 0,
      },
      {
        name: 'kmem_map',
        start: 0,
        bytes: 30 * page,
        parent: 'kernel_map',
        intrsafe: true,
        vacache: null,
        imageBytes: 0,
      },
    ],
    allocators: [
      ...standardAllocators,
      {
        name: 'km_vacache_allocator(kernel_map)',
        pageBytes: vacachePages * page,
        source: 'km_vacache_alloc',
        declares: null,
        boundFromTheStart: 'kernel_map',
        standard: false,
      },
    ],
    pools: [
      pool('early'),
      pool('kvakernel', { notouch: true, allocator: 'km_vacache_allocator(kernel_map)' }),
      ...headerAndGroupPools(true, 64),
    ],
    pages: { total: 400, reserveKernel: 5, reservePagedaemon: 1, freeTarget: 20 },
    cpus: 1,
    threads: ['boot', 'worker', 'requester', 'second', 'pagedaemon', 'interrupt'],
    otherCallbacks: ['kmem_kva_reclaim_entry', 'first', 'sokva_reclaimerentry', 'third'],
    identity: 'item',
    vacacheIdentity: 'page',
    ...changes,
  };
}

interface Outcome {
  readonly ending: 'answered' | 'asleep' | 'blocked' | Halt;
  readonly answer: Plain;
}

/** A kernel with live state, and a way to call its routines to the end. */
export interface Bench {
  readonly kernel: Kernel;
  readonly view: LiveView;
  /** Calls a routine as thread `boot`, without a CPU. */
  call(name: string, params: { readonly [name: string]: Plain }): Outcome;
}

const script: Routine = routine<{ ask: string; with: { readonly [name: string]: Plain } }>()({
  name: 'script',
  file: 'test',
  revision: 'test',
  labels: {
    ask: { line: 0, run: (frame) => callRoutine(frame.ask, frame.with, 'answered') },
    answered: {
      line: 0,
      run: (_, view, answer: Plain) => {
        answers.set(view, answer);
        return exit();
      },
    },
  },
});

const answers = new WeakMap<object, Plain>();

export function bench(spec: KernelSpec): Bench {
  const kernel = makeKernel(spec, (made) => [script, bootRoutine(made)]);
  const view = liveView(kernel.allCells);
  return {
    kernel,
    view,
    call: (ask, params) => {
      let stack: readonly Frame[] = [enter(kernel.routines, 'script', { ask, with: params })];
      try {
        for (let steps = 0; steps < 10_000; steps++) {
          const ending = runRoutines(kernel.routines, stack, view, boot, 'fine');
          if (ending.kind === 'exit') {
            return { ending: 'answered', answer: answers.get(view) ?? null };
          }
          if (ending.kind === 'halt') return { ending: ending.halt, answer: null };
          if (ending.kind === 'sleep' && ending.on !== null) {
            return { ending: 'asleep', answer: null };
          }
          stack = ending.stack;
        }
      } catch (thrown) {
        if (thrown instanceof Blocked) return { ending: 'blocked', answer: null };
        throw thrown;
      }
      throw new Error(`${ask} does not end`);
    },
  };
}

export const boot: Ref<'thread'> = ref('thread', 'boot');

/**
 * A boot in one go: memory, kernel_map and kmem_map come up after pool `early` was described, then
 * the other CPUs and the threads are let loose.
 */
export function bootRoutine(kernel: Kernel): Routine {
  const { cells, spec } = kernel;
  return routine<Record<never, never>>()({
    name: 'test_boot',
    file: 'test',
    revision: 'test',
    labels: {
      kernelMap: {
        line: 0,
        run: (_, view) => {
          uvmPagePhysload(kernel, view, spec.pages.total);
          if (spec.policies.headerPools === 'pool_subsystem_bootstrap') {
            poolSubsystemBootstrap(kernel, view);
          }
          poolInit(kernel, view, ref('pool', 'early'));
          uvmPageInit(kernel, view);
          uvmMapSetupKernel(kernel, view, kernelMap);
          view.update(cells.globals, 'publish', 'kernel_map');
          return call('uvm_km_vacache_init', { map: kernelMap }, 'kmemMap');
        },
      },
      kmemMap: {
        line: 0,
        run: () => {
          const params = { map: kmemMap, parent: kernelMap, storage: 'static' } as const;
          return call('uvm_km_suballoc', params, 'threads');
        },
      },
      threads: {
        line: 0,
        run: (_, view) => {
          view.update(cells.globals, 'publish', 'kmem_map');
          poolSubsystemInit(kernel, view);
          for (const cpu of cells.cpus.cells) view.update(cpu, 'release');
          view.update(cells.globals, 'setCold', false);
          view.update(cells.globals, 'setThreadsRun');
          return exit();
        },
      },
    },
  });
}

export function booted(spec: KernelSpec): Bench {
  const made = bench(spec);
  made.call('test_boot', {});
  return made;
}

/** The same without pools: a map with space and pages, and nothing else. */
export function mapOnly(changes: Partial<KernelSpec> = {}): Bench {
  const spec = fullScale(changes);
  const made = bench(spec);
  uvmPagePhysload(made.kernel, made.view, spec.pages.total);
  uvmPageInit(made.kernel, made.view);
  uvmMapSetupKernel(made.kernel, made.view, kernelMap);
  made.view.update(made.kernel.cells.globals, 'publish', 'kernel_map');
  return made;
}

/** A thread of the system that may start at once. */
export const thread = ({ kernel }: Bench, name: string, entry: Entry): Process =>
  threadProcess(kernel, name, {
    kind: 'system',
    grain: 'fine',
    preemption: false,
    starts: () => true,
    ...entry,
  });
