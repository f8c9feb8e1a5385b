/** The pool half of the kernel, as others use it. */
import type { Routine } from '../../base/routine.ts';
import type { Kernel } from '../kernel.ts';
import { cacheLifeRoutines } from './cache-life.ts';
import { poolAllocatorRoutines } from './pool-allocator.ts';
import { poolCacheRoutines } from './pool-cache.ts';
import { poolGetRoutines } from './pool-get.ts';
import { poolInitRoutines } from './pool-init.ts';
import { poolLimitRoutines } from './pool-limits.ts';
import { poolPutRoutines } from './pool-put.ts';
import { poolReclaimRoutines } from './pool-reclaim.ts';
import { poolSubsystemRoutines } from './subsystem.ts';

/** Every routine of subr_pool.c that is modelled. */
export function poolRoutines(kernel: Kernel): readonly Routine[] {
  return [
    ...poolInitRoutines(kernel),
    ...poolGetRoutines(kernel),
    ...poolPutRoutines(kernel),
    ...poolReclaimRoutines(kernel),
    ...poolLimitRoutines(kernel),
    ...poolAllocatorRoutines(kernel),
    ...poolCacheRoutines(kernel),
    ...cacheLifeRoutines(kernel),
    ...poolSubsystemRoutines(kernel),
  ];
}

export { poolInit, initHeaderPools } from './pool-init.ts';
export { poolCacheBootstrap } from './cache-life.ts';
export { poolSubsystemBootstrap, poolSubsystemInit } from './subsystem.ts';
export { paStarvedP } from './register.ts';
export { geometryOf, headerAndGroupPools } from './geometry.ts';
export { wchansOfPools } from './pool-parts.ts';
export { framePages, pagesHeldByPools, spaceHeldByPools } from './weights.ts';
