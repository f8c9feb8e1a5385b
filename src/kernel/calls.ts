import type { Next } from '../base/routine.ts';
import { callRoutine } from '../base/routine.ts';
import type { Ref } from '../base/plain.ts';
import type { CallbackRef, Va } from './spec.ts';

/** An item of a pool: its page, and its number in the page where items are told apart. */
export type Item = { readonly page: Va; readonly index?: number };

/**
 * How a pool stands right after pool_grow has added a page: which item a pool_get takes (none at a
 * hard limit), and whether items are missing below the low-water mark, now and after that.
 */
export type Grown = {
  readonly next: Item | null;
  readonly low: boolean;
  readonly lowAfterGet: boolean;
};

/** PR_WAITOK or PR_NOWAIT, with PR_LIMITFAIL. */
export type PoolFlags = { readonly wait: boolean; readonly limitFail?: boolean };

/** UVM_KMF_* and UVM_FLAG_* as far as they matter: exactly one of the waits. */
export type MapFlags = {
  /** `waitva`: sleep until there is room; `nowait`: never sleep; `neither`: drain rounds while they make progress. */
  readonly wait: 'waitva' | 'nowait' | 'neither';
  readonly trylock?: boolean;
  readonly quantum?: boolean;
};

/**
 * Every routine that may yield, with its parameters and its answer: the kernel's internal API.
 *
 * Answers: an address or item is null for NULL or 0.
 */
export interface Calls {
  // uvm/uvm_map.c, uvm/uvm_km.c
  readonly uvm_map: {
    params: {
      map: Ref<'map'>;
      bytes: number;
      align: number;
      flags: MapFlags;
      /** UVM_FLAG_NOMERGE. */
      nomerge?: true;
      /** Pageable memory belongs to the kernel object. */
      object?: 'kernel_object';
    };
    answer: Va | null;
  };
  /** Searches until it finds space or gives up; the map is locked when it answers. */
  readonly uvm_map_prepare: {
    params: { map: Ref<'map'>; bytes: number; align: number; flags: MapFlags };
    answer: Va | null;
  };
  /** uvm_unmap1(); without `quantum` it reserves two entries first. */
  readonly uvm_unmap: {
    params: { map: Ref<'map'>; va: Va; bytes: number; quantum?: true };
    answer: null;
  };
  /** Answers the entry page that the entry lies in. */
  readonly uvm_kmapent_alloc: { params: { map: Ref<'map'>; nowait: boolean }; answer: Va | null };
  readonly uvm_km_va_drain: { params: { map: Ref<'map'> }; answer: null };
  readonly uvm_km_alloc: {
    params: {
      map: Ref<'map'>;
      bytes: number;
      align: number;
      type: 'wired' | 'pageable' | 'vaonly';
      flags: MapFlags;
      canfail?: boolean;
    };
    answer: Va | null;
  };
  readonly uvm_km_free: {
    params: { map: Ref<'map'>; va: Va; bytes: number; type: 'wired' | 'pageable' | 'vaonly' };
    answer: null;
  };
  readonly uvm_km_suballoc: {
    params: { map: Ref<'map'>; parent: Ref<'map'>; storage: 'static' | 'malloc' };
    answer: null;
  };
  readonly uvm_km_alloc_poolpage: {
    params: { map: Ref<'map'>; waitok: boolean };
    answer: Va | null;
  };
  readonly uvm_km_alloc_poolpage_cache: {
    params: { map: Ref<'map'>; waitok: boolean };
    answer: Va | null;
  };
  readonly uvm_km_free_poolpage: { params: { map: Ref<'map'>; va: Va }; answer: null };
  readonly uvm_km_free_poolpage_cache: { params: { map: Ref<'map'>; va: Va }; answer: null };
  /** Sleeps until a free page may be had. */
  readonly uvm_wait: { params: { what: string }; answer: null };
  /** Declares the map's vacache pool; nothing on a direct-mapped port. */
  readonly uvm_km_vacache_init: { params: { map: Ref<'map'> }; answer: null };
  readonly uvm_pageout: { params: Record<never, never>; answer: null };
  // kern/subr_callback.c
  /** Asks the entries of a map's reclaim chain in turn; true is ABORT. */
  readonly callback_run_roundrobin: { params: { map: Ref<'map'> }; answer: boolean };
  /** Waits until no run is in progress. */
  readonly callback_unregister: {
    params: { map: Ref<'map'>; entry: CallbackRef };
    answer: null;
  };
  // kern/subr_pool.c
  readonly pool_get: { params: { pool: Ref<'pool'>; flags: PoolFlags }; answer: Item | null };
  readonly pool_put: { params: { pool: Ref<'pool'>; item: Item }; answer: null };
  readonly pool_reclaim: { params: { pool: Ref<'pool'> }; answer: boolean };
  /** The pool's callback entry: pool_reclaim, then ABORT (true) if its allocator's map is no longer starved. */
  readonly pool_reclaim_callback: { params: { pool: Ref<'pool'> }; answer: boolean };
  readonly pool_prime: { params: { pool: Ref<'pool'>; items: number }; answer: boolean };
  readonly pool_setlowat: { params: { pool: Ref<'pool'>; items: number }; answer: null };
  /** pool_drain_start and pool_drain_end for the next pool round robin. */
  readonly pool_drain: { params: Record<never, never>; answer: boolean };
  readonly pool_cache_get: { params: { pool: Ref<'pool'>; flags: PoolFlags }; answer: Item | null };
  readonly pool_cache_put: { params: { pool: Ref<'pool'>; item: Item }; answer: null };
  readonly pool_cache_init: { params: { pool: Ref<'pool'> }; answer: boolean };
  readonly pool_subsystem_init: { params: Record<never, never>; answer: null };
  readonly pool_subsystem_bootstrap: { params: Record<never, never>; answer: null };
  readonly pool_init: { params: { pool: Ref<'pool'> }; answer: null };
  readonly pool_destroy: { params: { pool: Ref<'pool'> }; answer: null };
  readonly pool_sethiwat: { params: { pool: Ref<'pool'>; items: number }; answer: null };
  readonly pool_sethardlimit: { params: { pool: Ref<'pool'>; items: number }; answer: null };
  readonly pool_grow: { params: { pool: Ref<'pool'>; wait: boolean }; answer: Grown | null };
  readonly pool_catchup: { params: { pool: Ref<'pool'> }; answer: boolean };
  readonly pr_pagelist_free: {
    params: { pool: Ref<'pool'>; pages: readonly { readonly va: Va; readonly header?: Item }[] };
    answer: null;
  };
  readonly pool_allocator_alloc: {
    params: { pool: Ref<'pool'>; wait: boolean };
    answer: Va | null;
  };
  readonly pool_allocator_free: { params: { pool: Ref<'pool'>; va: Va }; answer: null };
  /** `storage`: the item of pcache that it lies in, from pool_cache_init. */
  readonly pool_cache_bootstrap: { params: { pool: Ref<'pool'>; storage?: Item }; answer: null };
  readonly pool_cache_invalidate: { params: { pool: Ref<'pool'> }; answer: null };
  readonly pool_cache_cpu_init1: { params: { pool: Ref<'pool'>; cpu: number }; answer: null };
  /** A further CPU attaches: each cache gets a structure for it. */
  readonly pool_cache_cpu_init: { params: { cpu: number }; answer: null };
  /** The back end of a vacache, in uvm/uvm_km.c. */
  readonly km_vacache_alloc: { params: { map: Ref<'map'>; waitok: boolean }; answer: Va | null };
  readonly km_vacache_free: { params: { map: Ref<'map'>; va: Va }; answer: null };
  // requesters
  readonly kmem_alloc: { params: { bytes: number; sleep: boolean }; answer: Va | null };
  readonly kmem_free: { params: { va: Va; bytes: number }; answer: null };
  readonly malloc: {
    params: { bytes: number; flags: 'M_WAITOK' | 'M_NOWAIT' | 'M_CANFAIL' };
    answer: Va | null;
  };
  readonly free: { params: { va: Va; bytes: number }; answer: null };
}

/** Calls a routine of the kernel: `call('pool_get', { pool, flags }, 'got')`. */
export function call<K extends keyof Calls>(
  routine: K,
  params: Calls[K]['params'],
  then: string,
): Next {
  return callRoutine(routine, params, then);
}
