import { bootProperties } from '../../properties/index.ts';
import type { Mutant } from './mutant.ts';
import { eraNamed } from './mutant.ts';
import { smallOrder } from './small-boot.ts';

/** One policy of an era turned: how a design of the allocators loses a callback. */
const a = eraNamed('a-deferred-queue');
const c = eraNamed('c-explicit-order');

const rightA = { era: a, order: smallOrder(a.order('i386')), properties: bootProperties };
const rightC = { era: c, order: smallOrder(c.order('i386')), properties: bootProperties };

/** Pools described before any map is there, the eight for headers and the two for groups first. */
export const earlyPools: readonly string[] = [
  ...[0, 64, 128, 256, 512, 1024, 2048, 4096].map((bytes) => `phpool-${bytes}`),
  'pcgnormal',
  'pcglarge',
  'P',
  'pvpl',
  'vmmpepl',
];

export const policyMutants: readonly Mutant[] = [
  {
    name: 'a-forgets-unbound',
    title: 'an allocator that finds no map is not pushed on pa_deferinitq',
    right: rightA,
    wrong: { policies: { ...a.policies, unboundAllocator: 'forget' } },
    caughtBy: 'hooks-installed',
    length: 20,
    violated: {
      registered: [...earlyPools, 'pcache'],
      'hooks-installed': [...earlyPools, 'pcache'],
    },
    source: 'src/kernel/eras/a-deferred-queue.ts:15',
  },
  {
    name: 'a-never-flushes',
    title: 'pool_subsystem_init does not look at pa_deferinitq',
    right: rightA,
    wrong: { policies: { ...a.policies, subsystemInit: 'nothing' } },
    caughtBy: 'queue-flushed',
    length: 15,
    violated: {
      registered: [...earlyPools, 'pcache'],
      'hooks-installed': [...earlyPools, 'pcache'],
      'queue-flushed': 'all',
    },
    source: 'src/kernel/eras/a-deferred-queue.ts:16',
  },
  {
    name: 'a-keeps-queue',
    title: 'pool_subsystem_init binds and registers, and leaves pa_deferinitq as it is',
    right: rightA,
    wrong: { policies: { ...a.policies, subsystemInit: 'bind and register' } },
    caughtBy: 'deferred-exactly',
    length: 15,
    violated: {
      'deferred-exactly': ['pool_allocator_nointr', 'pool_allocator_meta'],
      'queue-flushed': 'all',
    },
    source: 'src/kernel/eras/a-deferred-queue.ts:16',
  },
  {
    name: 'c-binds-only',
    title: 'pool_subsystem_init binds the allocators and does not walk their pools',
    right: rightC,
    wrong: { policies: { ...c.policies, subsystemInit: 'bind only' } },
    caughtBy: 'registered',
    length: 16,
    violated: { registered: earlyPools, 'hooks-installed': earlyPools },
    source: 'src/kernel/eras/c-explicit-order.ts:18',
  },
];
