/**
 * What an extracted order says beyond the API boundary, and what becomes of it on import.
 *
 * An order read from C holds every call of the allocators' API, those too that the allocators make
 * inside themselves. The modelled kernel makes the latter on its own.
 */

/** Modelled routines, by C name: what is called inside them is the model's own doing. */
export const modelledRoutines: ReadonlySet<string> = new Set([
  ...['pool_init', 'pool_cache_init', 'pool_cache_bootstrap', 'pool_get', 'pool_prime'],
  ...['pool_put', 'pool_destroy', 'pool_setlowat', 'pool_cache_setlowat', 'pool_cache_get'],
  ...['pool_cache_get_paddr', 'pool_cache_put', 'pool_cache_put_paddr', 'pool_cache_destroy'],
  ...['pool_cache_cpu_init', 'pool_cache_invalidate', 'pool_reclaim', 'pa_reclaim_register'],
  ...['pool_reclaim_register', 'uvm_km_alloc', 'uvm_km_free', 'uvm_km_suballoc', 'uvm_map'],
  ...['uvm_map_setup_kernel', 'uvm_km_vacache_init', 'uvm_pageboot_alloc', 'uvm_page_physget'],
  ...['malloc', 'kern_malloc', 'realloc', 'kern_realloc', 'free', 'kern_free', 'hashinit'],
  ...['kmem_alloc', 'kmem_zalloc', 'kmem_free', 'callback_register', 'uvm_pagealloc_strat'],
  ...['mutex_obj_alloc', 'rw_obj_alloc', 'percpu_alloc', 'extent_create'],
]);

const lock = 'a lock uses no memory, and the model has its own';
const callout = 'a callout is no allocator and its time does not come while the kernel boots';
const gives = 'gives back: the model keeps it, so that more is in use than there would be';
const frame = 'a routine around other events, which are listed themselves';
const thread = 'a thread that the environment of the model leaves out';
const arena = 'vmem(9) is not modelled; the calls that it makes are events of their own';

/** Calls that no question of the model hangs on, each with its reason. */
export const irrelevantCalls: ReadonlyMap<string, string> = new Map([
  ...reasons(lock, 'mutex_init rw_init cv_init mutex_destroy rw_destroy cv_destroy mutex_obj_free'),
  ...reasons(lock, 'mutex_enter mutex_spin_enter mutex_exit mutex_spin_exit mutex_tryenter'),
  ...reasons(lock, 'mutex_vector_enter mutex_vector_exit rw_tryupgrade rw_downgrade'),
  ...reasons(lock, 'rw_vector_enter rw_vector_exit rw_vector_tryenter'),
  ...reasons(lock, 'rw_enter rw_exit rw_tryenter cv_wait cv_timedwait cv_signal cv_broadcast'),
  ...reasons(callout, 'callout_init callout_setfunc callout_reset callout_schedule callout_stop'),
  ...reasons(callout, 'callout_startup callout_destroy'),
  ...reasons(gives, 'pool_put pool_cache_put pool_cache_put_paddr pool_destroy pool_cache_destroy'),
  ...reasons(gives, 'kmem_free kmem_intr_free free kern_free uvm_km_free uvm_pagefree'),
  ...reasons(gives, 'uvm_pglistfree uvm_unmap uvm_unmap1 percpu_free hashdone'),
  ...reasons(frame, 'kmeminit kmem_init uvm_cpu_attach'),
  ...reasons(thread, 'workqueue_create softint_establish'),
  ...reasons(arena, 'vmem_init vmem_create vmem_add vmem_bootstrap vmem_rehash_start vmem_destroy'),
  ...reasons('attach code is not followed; hardware decides which of it runs', 'attach'),
  ...reasons('an extent is no allocator of the model; it lies in fixed storage', 'extent_create'),
  ...reasons(
    'drain hooks take part in no question of registration',
    'pool_set_drain_hook pool_cache_set_drain_hook',
  ),
  ...reasons(
    'the image is part of kernel_map from the start in the model',
    'uvm_map_prepare uvm_map_enter',
  ),
  ...reasons('a map of processes, not of the kernel', 'uvm_map_setup'),
  ...reasons('part of setting up or making the map', 'callback_head_init uvm_map_submap'),
  ...reasons('giving back early is always allowed', 'pool_cache_invalidate pool_reclaim'),
  ...reasons('takes pages of RAM that no pool or map sees', 'uvm_pagealloc_strat uvm_pagealloc'),
  ...reasons('takes pages of RAM that no pool or map sees', 'uvm_pglistalloc'),
  ...reasons('what the port does with its page tables is not modelled', 'pmap_growkernel'),
  ...reasons('no allocator of the model', 'xc_broadcast xc_wait ipi_sysinit ipi_register'),
  ...reasons('no allocator of the model', 'pserialize_create psref_class_create kcpuset_create'),
  ...reasons('each cache gets its CPU part in mi_cpu_attach', 'pool_cache_cpu_init'),
]);

function reasons(reason: string, names: string): (readonly [string, string])[] {
  return names.split(' ').map((name) => [name, reason]);
}

/** Globals that the model publishes by itself or does not have. */
export const irrelevantGlobals: ReadonlyMap<string, string> = new Map([
  ...reasons('the kernel object holds no memory of pools', 'uvm_kernel_object uvm.kernel_object'),
  ...reasons('counted by the model itself', 'ncpu uvm.pagedaemon_lwp'),
  ...reasons(arena, 'kmem_arena kmem_va_arena kmem_meta_arena kmem_va_meta_arena'),
  ...reasons('another name of a map that is there', 'lkm_map module_map st_map pt_map'),
]);

/**
 * What the machine decides, by the variable or macro that stands in the source: what the model
 * takes for it. Each that is used is an assumption of the verdict.
 */
export const declaredDefaults: ReadonlyMap<string, number> = new Map([
  ['coherency_unit', 64],
  ['align', 64],
  ['msize', 256],
  ['mclbytes', 2048],
  ['mblowat', 16],
  ['mcllowat', 8],
  ['nmbclusters', 1024],
  ['maxexec', 16],
]);

/** Bytes of an item whose type was not read. */
export const defaultItemBytes = 64;

/** Pages of allocators whose size the order does not give; others have one page, or one item. */
export const pageBytesOf: ReadonlyMap<string, number> = new Map([['bufmempool_allocator', 65536]]);
