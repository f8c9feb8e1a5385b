/**
 * Assembles a kernel of one era on one port: its cells and its routines.
 *
 * Here the ring closes: a pool's page needs space in a map, and a map short of space asks the
 * pools. The layers call each other by routine name only, so this is the one file that knows all.
 */
import type { AnyCell } from '../base/cell.ts';
import { cell, cells } from '../base/cell.ts';
import { ref } from '../base/plain.ts';
import type { Frame, Routine } from '../base/routine.ts';
import { routineTable } from '../base/routine.ts';
import { callbackRoutines, chainWchan } from './callback/callback.ts';
import { chainType } from './callback/chain.ts';
import type { Kernel, KernelCells } from './kernel.ts';
import { kmemRoutines } from './kmem/kmem.ts';
import { requesterRoutines } from './kmem/requesters.ts';
import type { Context } from './machine/cpu.ts';
import { cpuType } from './machine/cpu.ts';
import { iplLevel } from './machine/ipl.ts';
import { globalsAtReset, globalsType } from './machine/globals.ts';
import type { Thread } from './machine/thread.ts';
import { threadAtReset, threadType } from './machine/thread.ts';
import { wchanType } from './machine/wchan.ts';
import { allocatorType, unusedAllocator } from './pool/allocator-cell.ts';
import { cacheType } from './pool/cache-cell.ts';
import { deferQueueType, emptyDeferQueue } from './pool/defer-queue.ts';
import { poolRoutines, wchansOfPools } from './pool/index.ts';
import { poolType } from './pool/pool-cell.ts';
import type { KernelSpec } from './spec.ts';
import { mapControlType } from './uvm/map-control.ts';
import type { MapEntries } from './uvm/map-entries.ts';
import { mapEntriesType } from './uvm/map-entries.ts';
import type { Pages } from './uvm/pages.ts';
import { pagesAtReset, pagesType } from './uvm/pages.ts';
import { pdaemonRoutines } from './uvm/pdaemon.ts';
import { poolpageRoutines } from './uvm/poolpage.ts';
import { kmRoutines } from './uvm/uvm-km.ts';
import { mapRoutines } from './uvm/uvm-map.ts';

/**
 * A kernel from its spec; `more` are routines of its driver, such as the boot process.
 *
 * The routines of `more` are made last and may use the finished kernel.
 */
export function makeKernel(
  spec: KernelSpec,
  more: (kernel: Kernel) => readonly Routine[] = () => [],
): Kernel {
  const kernelCells = makeCells(spec);
  const table = new Map<string, Routine>();
  const kernel: Kernel = {
    spec,
    cells: kernelCells,
    allCells: allCellsOf(kernelCells),
    routines: table,
  };
  const routines = [...allocatorRoutines(kernel), ...more(kernel)];
  for (const [name, one] of routineTable(routines)) table.set(name, one);
  return kernel;
}

function allocatorRoutines(kernel: Kernel): readonly Routine[] {
  return [
    ...mapRoutines(kernel),
    ...kmRoutines(kernel),
    ...poolpageRoutines(kernel),
    ...pdaemonRoutines(kernel),
    ...callbackRoutines(kernel),
    ...poolRoutines(kernel),
    ...kmemRoutines(kernel),
    ...requesterRoutines(kernel),
  ];
}

function makeCells(spec: KernelSpec): KernelCells {
  const maps = spec.maps.map((map) => map.name);
  const pools = spec.pools.map((pool) => pool.name);
  const cpuNames = Array.from({ length: spec.cpus }, (_, i) => `cpu${i}`);
  const chainWchans = maps.map((map) => chainWchan(ref('map', map)).slice('wchan:'.length));
  const wchans = ['uvmexp.free', 'uvm.pagedaemon', ...chainWchans, ...wchansOfPools(spec.pools)];
  return {
    globals: cell('globals', globalsType, globalsAtReset),
    pages: cell('pages', pagesType, pagesAtResetOf(spec)),
    cpus: cells('cpu', cpuNames, cpuType, (name) => ({
      running: name === 'cpu0',
      contexts: name === 'cpu0' ? bootContexts(spec) : [],
    })),
    threads: cells('thread', spec.threads, threadType, threadAtReset),
    wchans: cells('wchan', wchans, wchanType, []),
    mapEntries: cells('map', maps, mapEntriesType, null, 'entries'),
    mapControl: cells('map', maps, mapControlType, null, 'control'),
    chains: cells('map', maps, chainType, null, 'chain'),
    pools: cells('pool', pools, poolType, null),
    caches: cells('pool', pools, cacheType, null, 'cache'),
    allocators: cells(
      'allocator',
      spec.allocators.map((allocator) => allocator.name),
      allocatorType,
      unusedAllocator,
    ),
    deferQueue: cell('pa_deferinitq', deferQueueType, emptyDeferQueue),
  };
}

const pagesAtResetOf = ({ pages: { failures = 0 } }: KernelSpec): Pages =>
  failures === 0 ? pagesAtReset : { ...pagesAtReset, failuresLeft: failures };

/** The thread that boots stands on the first CPU from reset on, with everything masked. */
const bootContexts = ({ bootThread }: KernelSpec): readonly Context[] =>
  bootThread === undefined
    ? []
    : [{ thread: ref('thread', bootThread), ipl: iplLevel('IPL_HIGH') }];

function allCellsOf(all: KernelCells): readonly AnyCell[] {
  return [
    all.globals,
    all.pages,
    ...all.cpus.cells,
    ...all.threads.cells,
    ...all.wchans.cells,
    ...all.mapEntries.cells,
    ...all.mapControl.cells,
    ...all.chains.cells,
    ...all.pools.cells,
    ...all.caches.cells,
    ...all.allocators.cells,
    all.deferQueue,
  ];
}

/**
 * For the balance of physical pages: what the page queues, the maps' entry pages and threads
 * account for. With the pools' own weights the sum never changes.
 *
 * `heldByFrame` tells what frames of other rooms hold beyond their local `pagesHeld`.
 */
export function pageWeights(
  kernel: Kernel,
  heldByFrame: (frame: Frame) => number = () => 0,
): ReadonlyMap<AnyCell, (value: never) => number> {
  const { pages, mapEntries, threads } = kernel.cells;
  const weights = new Map<AnyCell, (value: never) => number>();
  weights.set(pages, (value: Pages) => value.free + value.stolen - value.loaded);
  for (const one of mapEntries.cells) {
    weights.set(one, (map: MapEntries) =>
      map === null ? 0 : map.pages.length + map.fullPages.length,
    );
  }
  const held = (frame: Frame): number => {
    const own = frame['pagesHeld'];
    return (typeof own === 'number' ? own : 0) + heldByFrame(frame);
  };
  for (const one of threads.cells) {
    weights.set(one, (thread: Thread) => thread.stack.reduce((sum, frame) => sum + held(frame), 0));
  }
  return weights;
}
