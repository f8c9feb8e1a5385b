/**
 * Era B, the first version of the patch, as hypothesis H1: the queue is deleted and nothing else.
 *
 * The mail of 21 January 2011 says of that version that it "had not installed all pool_reclaim
 * callbacks". Its text cannot be found. In H1 an allocator whose map is still NULL at its first
 * pool_init is marked initialised and never looked at again: all its pools, early and late, stay
 * off the chain, and it never counts as starved (allocators.md 14.2).
 *
 * @source mail to tech-kern of 21 January 2011 (reconstructed)
 */
import type { Policies } from '../policies.ts';

export const bLostCallbacksH1: Policies = {
  era: 'b-lost-callbacks-h1',
  reconstruction:
    'the first version of the patch of January 2011 was never published; H1: an allocator that finds no map is forgotten',
  unboundAllocator: 'forget',
  subsystemInit: 'nothing',
  headerPools: 'pool_subsystem_bootstrap',
  enforcement: 'none',
  putReleases: 'above high water',
  invalidateFlushesCpus: false,
};
