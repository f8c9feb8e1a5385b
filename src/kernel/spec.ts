import type { Ref } from '../base/plain.ts';
import type { Policies } from './policies.ts';

/** A kernel virtual address or size in bytes. Safe integers; addresses are absolute. */
export type Va = number;

export type MapName =
  'kernel_map' | 'kmem_map' | 'pager_map' | 'phys_map' | 'mb_map' | 'buf_map' | 'exec_map';

/** One kernel map, as the configuration sizes it. */
export interface MapSpec {
  readonly name: MapName;
  readonly start: Va;
  readonly bytes: number;
  readonly parent: MapName | null;
  /** VM_MAP_INTRSAFE: locked with a spin mutex, usable from interrupts; its timestamp never moves. */
  readonly intrsafe: boolean;
  /** Name of its vacache pool (`kvakernel`), null where there is none (always on direct-mapped ports). */
  readonly vacache: string | null;
  /** Bytes at its start that the kernel image takes (kernel_map only). */
  readonly imageBytes: number;
}

/** Where the pages of a pool_allocator come from. */
export type PageSource =
  /** pool_page_alloc (kmem_map), pool_page_alloc_nointr (kernel_map), pool_page_alloc_meta (kmem_map, no vacache). */
  | 'pool_page_alloc'
  | 'pool_page_alloc_nointr'
  | 'pool_page_alloc_meta'
  /** km_vacache_alloc: an aligned chunk of the map's address space, no physical pages. */
  | 'km_vacache_alloc'
  /** arm32 pmap_bootstrap_pv_page_alloc: uvm_km_alloc(kernel_map) until pmap_initialized, then pool_page_alloc. */
  | 'pmap_bootstrap_pv_page_alloc'
  /** A page of RAM at its direct-mapped address (alpha's pmap_pv and l1pt allocators). */
  | 'uvm_pagealloc'
  /** x86 PAE pmap_pdp_alloc: uvm_km_alloc(kernel_map, 4 pages, WIRED). */
  | 'pmap_pdp_alloc'
  /**
   * pageBytes by uvm_km_alloc(kernel_map, WIRED; NOWAIT|TRYLOCK or WAITVA as asked): uarea, exec
   * arguments, buffers, and, until vmem(9) is modelled, the quantum caches of kmem's arena.
   */
  | 'uvm_km_alloc'
  /** mclpool_alloc: uvm_km_alloc_poolpage(mb_map). */
  | 'mclpool_alloc';

export interface AllocatorSpec {
  /** `pool_allocator_nointr`, `km_vacache_allocator(kernel_map)`, `pmap_bootstrap_pv_allocator`, … */
  readonly name: string;
  readonly pageBytes: number;
  readonly source: PageSource;
  /** pa_backingmapptr: the map it is declared with, found later; null where it has none. */
  readonly declares: MapName | null;
  /** pa_backingmap assigned directly before the first pool_init (vacaches, mclpl, buffer pools). */
  readonly boundFromTheStart: MapName | null;
  /** One of the three in subr_pool.c. */
  readonly standard: boolean;
}

export interface PoolSpec {
  /** The wait channel's name, as ddb shows it: `pmappl`. */
  readonly name: string;
  /** The C object: `pmap_cache`. */
  readonly object: string;
  readonly itemBytes: number;
  readonly align: number;
  readonly allocator: string;
  readonly notouch: boolean;
  readonly noalign: boolean;
  readonly largecache: boolean;
  readonly ipl: string;
  /** True for pool_cache(9): objects go through per-CPU groups. */
  readonly cache: boolean;
  readonly minItems: number;
  readonly maxPages: number | null;
  readonly hardLimit: number | null;
  /** pool_set_drain_hook: a routine that is called with `{ pool, wait }`. */
  readonly drainHook?: string;
}

/** Physical memory, in pages. */
export interface PagesSpec {
  readonly total: number;
  readonly reserveKernel: number;
  readonly reservePagedaemon: number;
  /** uvmexp.freetarg: the pagedaemon works while free pages are fewer. */
  readonly freeTarget: number;
  /** uvm_reclaimable(): a CANFAIL request waits for the pagedaemon (swap is not full); default true. */
  readonly reclaimable?: boolean;
  /** Attempts that the environment may refuse although pages are free, once a pagedaemon exists. */
  readonly failures?: number;
}

/**
 * All that is constant in a kernel: port facts, configuration, the policies of the era.
 *
 * Of a kernel with DIAGNOSTIC the model has the checks, of one without it the sizes: what a KASSERT
 * or a panic under DIAGNOSTIC would stop at is an outcome, with the line at which such a kernel
 * stops; items, page headers and entries are as large as in GENERIC, which has no DIAGNOSTIC. DEBUG
 * and LOCKDEBUG are off.
 */
export interface KernelSpec {
  readonly policies: Policies;
  readonly port: string;
  readonly pageBytes: number;
  readonly lp64: boolean;
  /** coherency_unit in bytes: a cache line with MULTIPROCESSOR, else ALIGNBYTES + 1. */
  readonly coherencyUnit: number;
  /** PMAP_MAP_POOLPAGE: pool pages take no map space. */
  readonly directMap: boolean;
  /** Pages in a vacache chunk (KM_VACACHE_SIZE / PAGE_SIZE: 32; fewer in small configurations). */
  readonly vacachePages: number;
  /** UVM_KMAPENT_CHUNK: entries in an entry page, where it is not what the page has room for. */
  readonly entriesPerPage?: number;
  readonly maps: readonly MapSpec[];
  readonly allocators: readonly AllocatorSpec[];
  readonly pools: readonly PoolSpec[];
  readonly pages: PagesSpec;
  readonly cpus: number;
  /** Every thread and interrupt that can ever run, by name. */
  readonly threads: readonly string[];
  /** The thread on the first CPU at reset, at IPL_HIGH until the order opens it; none in library use. */
  readonly bootThread?: string;
  /** Callback entries on map chains that are not pools: `kmem_kva_reclaim_entry`. */
  readonly otherCallbacks: readonly string[];
  /**
   * `item`: free lists hold item numbers, as in the C code (library use, conformance tests).
   * `page`: a list page holds a count; its items are told apart by page only, which is all that
   * later code can tell. The search uses this.
   */
  readonly identity: 'item' | 'page';
  /** `page`: each VA of a vacache chunk is its own; `chunk`: told apart by chunk (one-item pages only). */
  readonly vacacheIdentity: 'page' | 'chunk';
  /** Objects in a pool_cache group; without it as on the port: 15 and 63 on LP64, 14 and 62 else. */
  readonly groupObjects?: { readonly normal: number; readonly large: number };
}

/** What a chain of callbacks holds: a pool's entry or another one. */
export type CallbackRef = Ref<'pool'> | Ref<'callback'>;
