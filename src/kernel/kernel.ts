import type { Cell, CellType, Family, Observers, Operations } from '../base/cell.ts';
import type { RoutineTable } from '../base/routine.ts';
import type { AnyCell } from '../base/cell.ts';
import type { globalsType } from './machine/globals.ts';
import type { cpuType } from './machine/cpu.ts';
import type { threadType } from './machine/thread.ts';
import type { wchanType } from './machine/wchan.ts';
import type { pagesType } from './uvm/pages.ts';
import type { mapEntriesType } from './uvm/map-entries.ts';
import type { mapControlType } from './uvm/map-control.ts';
import type { chainType } from './callback/chain.ts';
import type { poolType } from './pool/pool-cell.ts';
import type { cacheType } from './pool/cache-cell.ts';
import type { allocatorType } from './pool/allocator-cell.ts';
import type { deferQueueType } from './pool/defer-queue.ts';
import type { KernelSpec } from './spec.ts';

type CellOf<T> =
  T extends CellType<infer V, infer O, infer P>
    ? O extends Observers<V>
      ? P extends Operations<V>
        ? Cell<V, O, P>
        : never
      : never
    : never;

type FamilyOf<Kind extends string, T> =
  T extends CellType<infer V, infer O, infer P>
    ? O extends Observers<V>
      ? P extends Operations<V>
        ? Family<Kind, V, O, P>
        : never
      : never
    : never;

/** The components of a modelled kernel. */
export interface KernelCells {
  /** Global variables: kernel_map and the other map pointers, cold, mp_online, page_init_done, how it stopped. */
  readonly globals: CellOf<typeof globalsType>;
  readonly pages: CellOf<typeof pagesType>;
  readonly cpus: FamilyOf<'cpu', typeof cpuType>;
  readonly threads: FamilyOf<'thread', typeof threadType>;
  readonly wchans: FamilyOf<'wchan', typeof wchanType>;
  /** A vm_map is three cells: entries with their entry pages, control, reclaim chain. */
  readonly mapEntries: FamilyOf<'map', typeof mapEntriesType>;
  readonly mapControl: FamilyOf<'map', typeof mapControlType>;
  readonly chains: FamilyOf<'map', typeof chainType>;
  readonly pools: FamilyOf<'pool', typeof poolType>;
  /** Groups of the pool_caches; a plain pool has none. */
  readonly caches: FamilyOf<'pool', typeof cacheType>;
  readonly allocators: FamilyOf<'allocator', typeof allocatorType>;
  readonly deferQueue: CellOf<typeof deferQueueType>;
}

/** A kernel of one era on one port: constants, components, and the routines that act on them. */
export interface Kernel {
  readonly spec: KernelSpec;
  readonly cells: KernelCells;
  readonly allCells: readonly AnyCell[];
  readonly routines: RoutineTable;
}
