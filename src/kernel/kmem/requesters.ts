/**
 * Threads that ask for memory and give it back: the traffic under which a kernel map gets short.
 *
 * Each writes down what it was answered (`memory` or `NULL`) in its thread, for properties and
 * final states.
 */
import type { Plain, Ref } from '../../base/plain.ts';
import type { Next, Routine } from '../../base/routine.ts';
import { callRoutine, exit, go, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Calls, Item } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { Va } from '../spec.ts';
import { kernelMap } from '../uvm/map-facts.ts';

const file = 'src/kernel/kmem/requesters.ts';
const revision = 'model';

/** A routine to enter with its parameters, as `threadProcess` wants it. */
export interface Entry {
  readonly routine: string;
  readonly params: { readonly [name: string]: Plain };
}

export interface RequestOptions {
  /** How often it asks; default once. */
  readonly times?: number;
  /** Counts its failed searches of a map, up to this many. */
  readonly searchesMax?: number;
}

type Request = {
  readonly ask: string;
  readonly with: { readonly [name: string]: Plain };
  readonly give: string;
  readonly giveWith: { readonly [name: string]: Plain };
  /** Pages of RAM that come with an answer. */
  readonly pages: number;
};

const requester = (request: Request, { times = 1, searchesMax }: RequestOptions): Entry => ({
  routine: 'requester',
  params: { ...request, times, ...(searchesMax === undefined ? {} : { searchesMax }) },
});

const pagesOf = (kernel: Kernel, bytes: number): number => Math.ceil(bytes / kernel.spec.pageBytes);

/** kmem_alloc(KM_SLEEP or KM_NOSLEEP), then kmem_free. */
export function kmemRequester(
  kernel: Kernel,
  { bytes, sleep }: Calls['kmem_alloc']['params'],
  options: RequestOptions = {},
): Entry {
  const request = {
    ask: 'kmem_alloc',
    with: { bytes, sleep },
    give: 'kmem_free',
    giveWith: { bytes },
  };
  return requester({ ...request, pages: pagesOf(kernel, bytes) }, options);
}

/** malloc, then free. */
export function mallocRequester(
  kernel: Kernel,
  { bytes, flags }: Calls['malloc']['params'],
  options: RequestOptions = {},
): Entry {
  const request = { ask: 'malloc', with: { bytes, flags }, give: 'free', giveWith: { bytes } };
  return requester({ ...request, pages: pagesOf(kernel, bytes) }, options);
}

/** uvm_km_alloc without WAITVA by default, then uvm_km_free. */
export function kmRequester(
  kernel: Kernel,
  params: Omit<Calls['uvm_km_alloc']['params'], 'align' | 'flags'> & {
    readonly wait?: 'waitva' | 'nowait' | 'neither';
  },
  options: RequestOptions = {},
): Entry {
  const { map, bytes, type, canfail = false, wait = 'neither' } = params;
  const ask = { map, bytes, type, canfail, align: 0, flags: { wait } };
  const request = {
    ask: 'uvm_km_alloc',
    with: ask,
    give: 'uvm_km_free',
    giveWith: { map, bytes, type },
  };
  return requester({ ...request, pages: type === 'wired' ? pagesOf(kernel, bytes) : 0 }, options);
}

/** A bystander that maps a page of kernel_map and unmaps it again. */
export function mappingBystander(kernel: Kernel, options: RequestOptions = {}): Entry {
  const { pageBytes } = kernel.spec;
  return kmRequester(
    kernel,
    { map: kernelMap, bytes: pageBytes, type: 'vaonly', wait: 'nowait' },
    options,
  );
}

export interface WorkerOptions {
  readonly items: number;
  readonly wait: boolean;
  /** In which order of addresses the items are put back. */
  readonly order: 'ascending' | 'descending';
  readonly times?: number;
}

/** Takes items of a pool, or of a pool_cache through its groups, until it has enough; puts them back. */
export function poolWorker(
  kernel: Kernel,
  pool: Ref<'pool'>,
  { items, wait, order, times = 1 }: WorkerOptions,
): Entry {
  const isCache = kernel.spec.pools.some((one) => `pool:${one.name}` === pool && one.cache);
  return { routine: 'pool_worker', params: { pool, isCache, items, wait, order, times } };
}

export function requesterRoutines(kernel: Kernel): readonly Routine[] {
  return [requesterRoutine(kernel), workerRoutine(kernel)];
}

type RequesterLocals = Request & {
  times: number;
  searchesMax?: number;
  va?: Va;
  pagesHeld?: number;
};

function requesterRoutine(kernel: Kernel): Routine {
  const { threads } = kernel.cells;
  return routine<RequesterLocals>()({
    name: 'requester',
    file,
    revision,
    labels: {
      start: {
        line: 0,
        run: (frame, view, _, self) => {
          if (frame.searchesMax !== undefined) {
            view.update(threads.at(self), 'countSearches', frame.searchesMax);
            delete frame.searchesMax;
          }
          return go('ask');
        },
      },
      ask: { line: 0, run: (frame) => callRoutine(frame.ask, frame.with, 'answered') },
      answered: {
        line: 0,
        run: (frame, view, va: Va | null, self) => {
          view.update(threads.at(self), 'record', va === null ? 'NULL' : 'memory');
          if (va === null) return again(frame);
          frame.va = va;
          frame.pagesHeld = frame.pages;
          return yieldAt('give');
        },
      },
      give: {
        line: 0,
        run: (frame) => {
          const params = { ...frame.giveWith, va: frame.va ?? 0 };
          delete frame.va;
          delete frame.pagesHeld;
          return callRoutine(frame.give, params, 'given');
        },
      },
      given: { line: 0, run: (frame) => again(frame) },
    },
  });
}

function again(frame: { times: number }): Next {
  frame.times--;
  return frame.times === 0 ? exit() : yieldAt('ask');
}

type WorkerLocals = {
  pool: Ref<'pool'>;
  isCache: boolean;
  items: number;
  wait: boolean;
  order: 'ascending' | 'descending';
  times: number;
  /** Sorted by address. */
  held?: Item[];
};

function workerRoutine(kernel: Kernel): Routine {
  const { threads } = kernel.cells;
  const record = (view: View, self: Ref<'thread'>, answer: string): void =>
    view.update(threads.at(self), 'record', answer);
  return routine<WorkerLocals>()({
    name: 'pool_worker',
    file,
    revision,
    labels: {
      take: {
        line: 0,
        run: (frame) => {
          const params = { pool: frame.pool, flags: { wait: frame.wait } };
          return callRoutine(frame.isCache ? 'pool_cache_get' : 'pool_get', params, 'taken');
        },
      },
      taken: {
        line: 0,
        run: (frame, view, item: Item | null, self) => {
          if (item === null) {
            record(view, self, 'NULL');
            return yieldAt('putBack');
          }
          frame.held = [...(frame.held ?? []), item].sort(byAddress);
          if (frame.held.length < frame.items) return yieldAt('take');
          record(view, self, 'memory');
          return yieldAt('putBack');
        },
      },
      putBack: {
        line: 0,
        run: (frame) => {
          const held = frame.held ?? [];
          const item = frame.order === 'ascending' ? held.shift() : held.pop();
          if (held.length === 0) delete frame.held;
          if (item === undefined) return go('round');
          const params = { pool: frame.pool, item };
          return callRoutine(frame.isCache ? 'pool_cache_put' : 'pool_put', params, 'isBack');
        },
      },
      isBack: {
        line: 0,
        run: (frame) => (frame.held === undefined ? go('round') : yieldAt('putBack')),
      },
      round: {
        line: 0,
        run: (frame) => {
          frame.times--;
          return frame.times === 0 ? exit() : yieldAt('take');
        },
      },
    },
  });
}

const byAddress = (a: Item, b: Item): number => a.page - b.page || (a.index ?? 0) - (b.index ?? 0);
