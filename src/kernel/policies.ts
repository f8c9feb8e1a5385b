/**
 * What differs between the eras of the allocators, as data.
 *
 * No routine asks which era it is in; it follows the policies it was given. So the difference
 * between two eras is a diff of two short files in `eras/`, and a mutant is a third.
 */
export interface Policies {
  /** `a-deferred-queue`, `b-lost-callbacks-h1`, …: the middle part of a model's name. */
  readonly era: string;
  /** Printed in every verdict line when the text itself was never published. */
  readonly reconstruction: string | null;
  /**
   * pool_init on an allocator whose declared map is still NULL (pa_reclaim_register).
   *
   * - `queue`: push it on pa_deferinitq (NetBSD 5.x)
   * - `forget`: mark it initialised and return; nothing comes back to it (era B, H1)
   * - `bind at next pool_init`: bind when a later pool_init finds the map there, without walking
   *   the pools that the allocator already has (era B, H2)
   * - `hold`: pool_subsystem_init binds every standard allocator (era C)
   */
  readonly unboundAllocator: 'queue' | 'forget' | 'bind at next pool_init' | 'hold';
  /**
   * What pool_subsystem_init does with allocators.
   *
   * - `flush queue`: binds each deferred allocator and registers all its pools (era A)
   * - `bind only`: binds what is unbound, registers nothing (era B, H2)
   * - `bind and register`: binds every standard allocator and registers all its pools (era C)
   * - `nothing` (era B, H1)
   */
  readonly subsystemInit: 'flush queue' | 'bind only' | 'bind and register' | 'nothing';
  /** Where the eight header pools and the two group pools are initialised. */
  readonly headerPools: 'first pool_init' | 'pool_subsystem_bootstrap';
  /**
   * Era C: "this behavior is now enforced". A failed enforcement is an assertion.
   *
   * - `every growth`: pool_get, pool_prime and low-water growth assert that pool_subsystem_init ran
   * - `standard page functions`: only pool_page_alloc and its two siblings assert it, so that a
   *   pool on an allocator of its own may still grow early
   */
  readonly enforcement: 'none' | 'every growth' | 'standard page functions';
  /**
   * When pool_put releases a page that it has just emptied: subr_pool.c 1.170.4.1 only above the
   * high-water mark, 1.142 also while the allocator's map is starved.
   */
  readonly putReleases: 'above high water' | 'above high water or when starved';
  /** Whether pool_cache_invalidate also empties the per-CPU groups (1.170.4.1: no). */
  readonly invalidateFlushesCpus: boolean;
}
