import { bootProperties } from '../../properties/index.ts';
import { needs } from '../../properties/needs.ts';
import { bootCompletes, noPanic } from '../../properties/outcomes.ts';
import type { Mutant } from './mutant.ts';
import { eraNamed, isCall, moved, upTo, without } from './mutant.ts';
import { earlyPools } from './policies.ts';
import { smallOrder } from './small-boot.ts';

/** One call of the boot order moved: what the preconditions of the operations are there for. */
const a = eraNamed('a-deferred-queue');
const c = eraNamed('c-explicit-order');
const orderA = smallOrder(a.order('i386'));
const orderC = smallOrder(c.order('i386'));
const rightA = { era: a, order: orderA, properties: bootProperties };
const rightC = { era: c, order: orderC, properties: bootProperties };

/** Boots that stop where they go wrong, so that nothing of them is left out. */
const stealing = upTo(orderA, isCall('set', 'uvm.page_init_done'));
const flushing = without(
  upTo(orderA, isCall('pool_subsystem_init')),
  isCall('uvm_km_vacache_init', 'kmem_map'),
);
const caching = upTo(orderA, isCall('uvm_km_vacache_init', 'kernel_map'));
const asked = [needs, noPanic, bootCompletes];

export const orderMutants: readonly Mutant[] = [
  {
    name: 'a-init-before-any-pool',
    title: 'pool_subsystem_init runs before the first pool is described: it flushes an empty queue',
    right: rightA,
    wrong: { order: moved(orderA, isCall('pool_subsystem_init'), isCall('pool_init')) },
    caughtBy: 'queue-flushed',
    length: 3,
    violated: {
      needs: [
        'pool_subsystem_init() uvm/uvm_init.c:161: kernel_map is published (PRE-8)',
        'pool_subsystem_init() uvm/uvm_init.c:161: kmem_map is published (PRE-8)',
      ],
      registered: [...earlyPools, 'pcache'],
      'hooks-installed': [...earlyPools, 'pcache'],
      'queue-flushed': 'all',
    },
    source: 'sys/uvm/uvm_init.c:161',
  },
  {
    name: 'a-init-without-kmem-map',
    title: 'kmem_map is not assigned when pool_subsystem_init looks for it',
    right: { era: a, order: flushing, properties: asked },
    wrong: { order: without(flushing, isCall('set', 'kmem_map')) },
    caughtBy: 'no-panic',
    length: 13,
    violated: {
      needs: ['pool_subsystem_init() uvm/uvm_init.c:161: kmem_map is published (PRE-8)'],
      'no-panic': 'all',
      'boot-completes': 'all',
    },
    source: 'sys/uvm/uvm_init.c:161',
  },
  {
    name: 'a-steals-late',
    title: 'a page is stolen after uvm_page_init has handed out what there was',
    right: { era: a, order: stealing, properties: asked },
    wrong: {
      order: moved(stealing, isCall('set', 'uvm.page_init_done'), isCall('uvm_pageboot_alloc')),
    },
    caughtBy: 'needs',
    length: 5,
    violated: {
      needs: ['uvm_pageboot_alloc() uvm/uvm_page.c:404: pages may still be stolen (PRE-4)'],
      'no-panic': 'all',
      'boot-completes': 'all',
    },
    source: 'sys/uvm/uvm_page.c:404',
  },
  {
    name: 'a-vacache-without-map',
    title: 'the vacache of kernel_map is set up while kernel_map is not assigned',
    right: { era: a, order: caching, properties: asked },
    wrong: { order: without(caching, isCall('set', 'kernel_map')) },
    caughtBy: 'needs',
    length: 8,
    violated: {
      needs: ['uvm_km_vacache_init(kernel_map) uvm/uvm_km.c:327: kernel_map is published (PRE-14)'],
      'no-panic': 'all',
      'boot-completes': 'all',
    },
    source: 'sys/uvm/uvm_km.c:327',
  },
  {
    name: 'c-pool-before-bootstrap',
    title: 'a pool is described before pool_subsystem_bootstrap',
    right: rightC,
    wrong: {
      order: moved(orderC, isCall('pool_subsystem_bootstrap'), isCall('pool_cache_bootstrap')),
    },
    caughtBy: 'needs',
    length: 1,
    violated: {
      needs: ['pool_init(P) arch/x86/x86/pmap.c:1499: pool_subsystem_bootstrap is done (PRE-1)'],
    },
    source: 'sys/arch/x86/x86/pmap.c:1499',
  },
  {
    name: 'c-warm-before-init',
    title: 'cold is cleared before pool_subsystem_init has made the locks that it guards',
    right: rightC,
    wrong: { order: moved(orderC, isCall('set', 'cold'), isCall('pool_subsystem_init')) },
    caughtBy: 'needs',
    length: 15,
    violated: {
      needs: ['set(cold) kern/subr_autoconf.c:453: pool_subsystem_init is done (PRE-16)'],
    },
    source: 'sys/kern/subr_autoconf.c:453',
  },
];
