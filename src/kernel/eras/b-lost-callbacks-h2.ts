/**
 * Era B, the first version of the patch, as hypothesis H2: allocators find their map, pools do not.
 *
 * An allocator is bound at the next pool_init that finds the map, or in pool_subsystem_init, but
 * nobody walks the pools that it already has. Only those stay off the chain, and the allocator does
 * count as starved. It fits "not all callbacks were installed" a little better than H1
 * (allocators.md 14.2).
 *
 * @source mail to tech-kern of 21 January 2011 (reconstructed)
 */
import type { Policies } from '../policies.ts';

export const bLostCallbacksH2: Policies = {
  era: 'b-lost-callbacks-h2',
  reconstruction:
    'the first version of the patch of January 2011 was never published; H2: an allocator is bound late, its earlier pools are not registered',
  unboundAllocator: 'bind at next pool_init',
  subsystemInit: 'bind only',
  headerPools: 'pool_subsystem_bootstrap',
  enforcement: 'none',
  putReleases: 'above high water',
  invalidateFlushesCpus: false,
};
