import { cellType } from '../../base/cell.ts';
import type { Halt } from '../../base/routine.ts';
import type { MapName } from '../spec.ts';

/** How far the pool subsystem has come: eras with an explicit order ask before they grow a pool. */
export type PoolSubsystem = 'none' | 'bootstrapped' | 'initialised';

/** The global variables that the allocators look at. */
export type Globals = {
  /** The map pointers that are no longer NULL, sorted by name. */
  readonly published: readonly MapName[];
  readonly cold: boolean;
  readonly mpOnline: boolean;
  /** uvm.page_init_done: pages are handed out by the page queues, no longer stolen. */
  readonly pageInitDone: boolean;
  /** arm32 pmap_initialized: pmap_init() has run. */
  readonly pmapInitialized: boolean;
  readonly poolSubsystem: PoolSubsystem;
  /** The scheduler runs threads other than the one that boots. */
  readonly threadsRun: boolean;
  /** kthread_create(uvm_pageout) has been called: who waits for a page may be helped. */
  readonly pagedaemonExists: boolean;
  /** How the kernel stopped; nobody steps afterwards. */
  readonly outcome: Halt | null;
};

export const globalsAtReset: Globals = {
  published: [],
  cold: true,
  mpOnline: false,
  pageInitDone: false,
  pmapInitialized: false,
  poolSubsystem: 'none',
  threadsRun: false,
  pagedaemonExists: false,
  outcome: null,
};

/** Global variables of the kernel. */
export const globalsType = cellType<Globals>()({
  name: 'globals',
  observers: {
    published: (globals, map: MapName): boolean => globals.published.includes(map),
    isCold: (globals): boolean => globals.cold,
    isMpOnline: (globals): boolean => globals.mpOnline,
    isPageInitDone: (globals): boolean => globals.pageInitDone,
    isPmapInitialized: (globals): boolean => globals.pmapInitialized,
    poolSubsystem: (globals): PoolSubsystem => globals.poolSubsystem,
    doThreadsRun: (globals): boolean => globals.threadsRun,
    doesPagedaemonExist: (globals): boolean => globals.pagedaemonExists,
    hasStopped: (globals): boolean => globals.outcome !== null,
    outcome: (globals): Halt | null => globals.outcome,
  },
  operations: {
    publish: (globals, map: MapName) => {
      if (globals.published.includes(map)) return;
      globals.published.push(map);
      globals.published.sort();
    },
    setCold: (globals, cold: boolean) => {
      globals.cold = cold;
    },
    setMpOnline: (globals, mpOnline: boolean) => {
      globals.mpOnline = mpOnline;
    },
    setPageInitDone: (globals) => {
      globals.pageInitDone = true;
    },
    setPmapInitialized: (globals) => {
      globals.pmapInitialized = true;
    },
    setPoolSubsystem: (globals, poolSubsystem: PoolSubsystem) => {
      globals.poolSubsystem = poolSubsystem;
    },
    setThreadsRun: (globals) => {
      globals.threadsRun = true;
    },
    setPagedaemonExists: (globals) => {
      globals.pagedaemonExists = true;
    },
    halt: (globals, outcome: Halt) => {
      globals.outcome = outcome;
    },
  },
});
