import type { Change, Pick } from './derive.ts';

const mail = 'tech-kern, Lars Heidieker, January 2011';

/** Describing a pool: what must not come before pool_subsystem_bootstrap. */
const describesAPool: readonly Pick[] = [{ call: 'pool_init' }, { call: 'pool_cache_bootstrap' }];

/** pool_subsystem_init and what it initialises itself. */
const poolSubsystemInit: readonly Pick[] = [
  { call: 'pool_subsystem_init' },
  { call: 'pool_init', object: 'cache_pool' },
  { call: 'pool_init', object: 'cache_cpu_pool' },
];

/** uvm_pager_init's submap is the first thing that needs malloc, so the last moment for the pools. */
const firstUseOfMalloc: Pick = { call: 'uvm_km_suballoc', object: 'pager_map' };

/** pmap_init is everything that a port does between kernel_map and kmem_map. */
const pmapInit: readonly Pick[] = [
  { call: 'pool_setlowat', object: 'pmap_pv_pool' },
  { call: 'pool_cache_setlowat', object: 'pmap_pv_cache' },
  { call: 'set', object: 'pmap_initialized' },
];

const bootstrapFirst: Change = {
  kind: 'insert',
  name: 'bootstrap first',
  call: 'pool_subsystem_bootstrap',
  before: describesAPool,
  because:
    `The split of pool_subsystem_init (${mail}): locks, the eight header pools and the two ` +
    'group pools; the pmaps that described pools earlier were changed.',
};

const firstPoolIsOrdinary: Change = {
  kind: 'replace',
  name: 'the first pool_init is an ordinary one',
  what: describesAPool,
  because:
    'Header pools and group pools are there already: pool_subsystem_bootstrap made them, not the ' +
    `first pool_init (${mail}).`,
};

/** Era B: the deferred queue is removed, everything else stays where era A has it. */
export const changesOfB: readonly Change[] = [
  bootstrapFirst,
  firstPoolIsOrdinary,
  {
    kind: 'replace',
    name: 'no deferred queue',
    what: [{ call: 'pool_subsystem_init' }],
    because:
      'pa_deferinitq is removed, so nothing is flushed here; whether the allocators are bound ' +
      `here all the same is a policy (H1: no, H2: yes). ${mail}: not all reclaim callbacks were installed.`,
  },
];

const initAfterTheMaps: Change = {
  kind: 'move',
  name: 'pool_subsystem_init right after the maps',
  what: poolSubsystemInit,
  before: firstUseOfMalloc,
  because:
    'The order of kernel maps and pool allocator is explicit: kernel_map, kmem_map, their ' +
    `vacaches, then pool_subsystem_init, then the first allocation (${mail}).`,
};

const pmapInitAfterPools: Change = {
  kind: 'move',
  name: 'pmap_init after pool_subsystem_init',
  what: pmapInit,
  before: firstUseOfMalloc,
  because:
    'No pool may grow before pool_subsystem_init, and pmap_init of arm32 and alpha raises a low-water ' +
    'mark: uvm_init calls pmap_init after it, as from 2012 on. pmap_initialized is false until then, ' +
    'so arm32 still takes the three pages from kernel_map. The alternative: only the low-water call moves.',
};

/** Era C: bootstrap, the maps, pool_subsystem_init, and only then the first growth of a pool. */
export const changesOfC: readonly Change[] = [
  bootstrapFirst,
  firstPoolIsOrdinary,
  initAfterTheMaps,
  pmapInitAfterPools,
];

/**
 * The other reconstruction of era C for ports whose pmap_init raises a low-water mark: pmap_init
 * stays, and the call alone moves. On arm32 the pages then come from kmem_map, because
 * pmap_initialized is set by then.
 */
export const changesOfCLowWater: readonly Change[] = [
  bootstrapFirst,
  firstPoolIsOrdinary,
  initAfterTheMaps,
  {
    kind: 'move',
    name: 'low-water growth after pool_subsystem_init',
    what: pmapInit.filter((pick) => pick.call !== 'set'),
    before: firstUseOfMalloc,
    because:
      'No pool may grow before pool_subsystem_init: the low-water mark of the pv entries is raised ' +
      'after it, the rest of pmap_init stays.',
  },
];
