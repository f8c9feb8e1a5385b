import type { PortFacts } from '../../../src/boot/configure.ts';

/**
 * What the NetBSD 5.2 tree says of a port: each fact with the `file:line` that says it (paths below
 * `sys`). The model takes the plain values; docs/ports.md tells the differences in words.
 */
export interface Port extends PortFacts {
  /** The kernel configuration that the order was read for. */
  readonly config: string;
  readonly interrupts: Interrupts;
  readonly secondaryCpus: SecondaryCpus | null;
  readonly stealing: Stealing;
  /** options PAE: what it changes. Null where the option does not exist. */
  readonly pae: Pae | null;
  /** pool_allocators of the port's own. */
  readonly ownAllocators: readonly OwnAllocator[];
  /** A low-water mark raised in pmap_init, so before kmem_map and pool_subsystem_init. */
  readonly earlyLowWater: EarlyLowWater | null;
  /** Range of nkmempages times the page size. */
  readonly kmemMap: { readonly minBytes: number; readonly maxBytes: number };
  /** Whether the buffer cache has a submap of its own. */
  readonly bufMap: boolean;
  /** Whether mbuf clusters have a submap of their own. */
  readonly mbMap: boolean;
  readonly sources: { readonly [fact in SourcedFact]: string };
}

/** The facts that are one value; the others carry their source themselves. */
export type SourcedFact =
  'pageBytes' | 'coherencyUnit' | 'directMap' | 'multiprocessor' | 'kmemMap' | 'bufMap' | 'mbMap';

export interface Interrupts {
  /** The level at which `main` starts. */
  readonly bootIpl: string;
  /** Where the CPU's own interrupt flag is set, if that is before `spl0`. */
  readonly cpuFlag: string | null;
  /** Where the level opens. */
  readonly opened: string;
}

export interface SecondaryCpus {
  /** Where they spin until they are released. */
  readonly hatched: string;
  /** Where they are released: after `cold` is 0 and `mp_online` is set. */
  readonly released: string;
}

export interface Stealing {
  /** PMAP_STEAL_MEMORY: `file:line`, or null where uvm_page_physget is used. */
  readonly stealMemory: string | null;
  /** PMAP_GROWKERNEL. */
  readonly growKernel: string;
  /** What the port itself steals by uvm_pageboot_alloc before uvm_init. */
  readonly ownSteals: readonly string[];
}

export interface Pae {
  readonly pdpItemBytes: number;
  readonly pdpAllocator: string;
  readonly at: string;
  readonly note: string;
}

export interface OwnAllocator {
  readonly name: string;
  readonly pools: readonly string[];
  /** Where a page comes from before and after `pmap_initialized` is set. */
  readonly before: string;
  readonly after: string;
  /** The map that it declares by pa_backingmap or pa_backingmapptr: none of the ports' own do. */
  readonly declares: null;
  readonly at: string;
}

export interface EarlyLowWater {
  readonly pool: string;
  readonly items: number;
  readonly pages: number;
  readonly source: string;
  readonly at: string;
}
