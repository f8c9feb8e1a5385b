/**
 * Era A: NetBSD 5 and -current until January 2011, before the patch.
 *
 * Whoever describes a pool before the maps exist is remembered: its allocator waits in
 * pa_deferinitq, and pool_subsystem_init, nearly the last step of uvm_init, binds it and registers
 * all the pools that it has collected (allocators.md 7.5).
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pa_reclaim_register(), pool_subsystem_init()
 */
import type { Policies } from '../policies.ts';

export const aDeferredQueue: Policies = {
  era: 'a-deferred-queue',
  reconstruction: null,
  unboundAllocator: 'queue',
  subsystemInit: 'flush queue',
  headerPools: 'first pool_init',
  enforcement: 'none',
  putReleases: 'above high water',
  invalidateFlushesCpus: false,
};
