/**
 * Era A with the text of December 2007: pool_put releases an emptied page at once while the map of
 * its allocator is starved (allocators.md 7.4). The difference to era A is one policy.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.142 pool_do_put()
 */
import type { Policies } from '../policies.ts';
import { aDeferredQueue } from './a-deferred-queue.ts';

export const aDeferredQueue2007: Policies = {
  ...aDeferredQueue,
  era: 'a-deferred-queue-2007',
  putReleases: 'above high water or when starved',
};
