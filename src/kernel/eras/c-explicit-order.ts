/**
 * Era C, the version of the patch that the mail of 21 January 2011 announces.
 *
 * Maps and pools come up in an explicit order: pool_subsystem_bootstrap, then the maps, then
 * pool_subsystem_init, which binds the standard allocators and registers all their pools. That no
 * pool grows before is "now enforced"; here by an assertion on every growth, the plainest form
 * (allocators.md 14.3).
 *
 * @source mail to tech-kern of 21 January 2011 (reconstructed)
 */
import type { Policies } from '../policies.ts';

export const cExplicitOrder: Policies = {
  era: 'c-explicit-order',
  reconstruction:
    'the patch of January 2011 was never published; reconstructed from its mail, enforcement as an assertion on every growth of a pool',
  unboundAllocator: 'hold',
  subsystemInit: 'bind and register',
  headerPools: 'pool_subsystem_bootstrap',
  enforcement: 'every growth',
  putReleases: 'above high water',
  invalidateFlushesCpus: false,
};
