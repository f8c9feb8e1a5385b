import type { AllocatorSpec } from '../kernel/spec.ts';

type Known = Omit<AllocatorSpec, 'name' | 'pageBytes'>;

const standard = (source: Known['source'], declares: Known['declares']): Known => ({
  source,
  declares,
  boundFromTheStart: null,
  standard: true,
});

/** Pages straight from kernel_map, and no backing map: on no chain in any era (allocators.md 15.5). */
const fromKernelMap: Known = {
  source: 'uvm_km_alloc',
  declares: null,
  boundFromTheStart: null,
  standard: false,
};

const barePages: Known = {
  source: 'uvm_pagealloc',
  declares: null,
  boundFromTheStart: null,
  standard: false,
};

/**
 * The pool_allocators of NetBSD 5.2 that boot orders name: where their pages come from, and which
 * map they declare. One that is not here makes the verdict INCONCLUSIVE.
 */
export const knownAllocators: { readonly [name: string]: Known } = {
  /** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_allocator_kmem */
  pool_allocator_kmem: standard('pool_page_alloc', 'kmem_map'),
  /** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_allocator_nointr */
  pool_allocator_nointr: standard('pool_page_alloc_nointr', 'kernel_map'),
  /** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_allocator_meta */
  pool_allocator_meta: standard('pool_page_alloc_meta', 'kmem_map'),
  /** @source NetBSD sys/arch/arm/arm32/pmap.c pmap_bootstrap_pv_page_alloc() */
  pmap_bootstrap_pv_allocator: {
    source: 'pmap_bootstrap_pv_page_alloc',
    declares: null,
    boundFromTheStart: null,
    standard: false,
  },
  /** @source NetBSD sys/arch/x86/x86/pmap.c pmap_pdp_alloc() */
  pmap_pdp_allocator: {
    source: 'pmap_pdp_alloc',
    declares: null,
    boundFromTheStart: null,
    standard: false,
  },
  /** @source NetBSD sys/arch/alpha/alpha/pmap.c pmap_l1pt_alloc(), pmap_pv_page_alloc() */
  pmap_l1pt_allocator: barePages,
  pmap_pv_page_allocator: barePages,
  pmap_pv_allocator: barePages,
  /** @source NetBSD sys/uvm/uvm_glue.c uarea_poolpage_alloc() */
  uvm_uarea_allocator: fromKernelMap,
  /** @source NetBSD sys/kern/kern_exec.c exec_pool_alloc() */
  exec_palloc: fromKernelMap,
  /** vmem(9) is not modelled yet: its import is all that an era A chain can see of it. */
  'kmem_arena->vm_qcache_allocator': fromKernelMap,
  /** @source NetBSD sys/kern/vfs_bio.c bufinit(): pa_backingmap = buf_map; the order says which map that is */
  bufmempool_allocator: {
    source: 'uvm_km_alloc',
    declares: null,
    boundFromTheStart: 'kernel_map',
    standard: false,
  },
  /** @source NetBSD sys/kern/uipc_mbuf.c mbinit(): pa_backingmap = mb_map */
  mclpool_allocator: {
    source: 'mclpool_alloc',
    declares: null,
    boundFromTheStart: 'mb_map',
    standard: false,
  },
};

/** Where a vacache gets its chunks: bound to its map from the start, in every era. */
export function vacacheAllocator(
  map: 'kernel_map' | 'kmem_map',
  chunkBytes: number,
): AllocatorSpec {
  return {
    name: `km_vacache_allocator(${map})`,
    pageBytes: chunkBytes,
    source: 'km_vacache_alloc',
    declares: null,
    boundFromTheStart: map,
    standard: false,
  };
}
