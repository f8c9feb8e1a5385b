/**
 * Era C with the other plausible form of enforcement: only the standard page functions assert that
 * pool_subsystem_init has run, so that a pool on an allocator of its own, like arm32's pvepl, may
 * still grow early (allocators.md 14.3).
 *
 * @source mail to tech-kern of 21 January 2011 (reconstructed)
 */
import type { Policies } from '../policies.ts';
import { cExplicitOrder } from './c-explicit-order.ts';

export const cExplicitOrderPageFunctions: Policies = {
  ...cExplicitOrder,
  era: 'c-explicit-order-page-functions',
  reconstruction:
    'the patch of January 2011 was never published; reconstructed from its mail, enforcement as an assertion in the standard page functions',
  enforcement: 'standard page functions',
};
