import type { Ref } from '../../src/base/plain.ts';
import { go, ret } from '../../src/base/routine.ts';
import type { Item } from '../../src/kernel/calls.ts';
import { partsOf } from '../../src/kernel/pool/pool-parts.ts';
import { bootProperties, secondAttempt } from '../../properties/index.ts';
import { kmemActor, poolActor } from '../netbsd/environment.ts';
import { ports } from '../netbsd/ports/ports.ts';
import type { Mutant } from './mutant.ts';
import { eraNamed } from './mutant.ts';
import { withLabel } from './replace.ts';
import { poolP, smallOrder } from './small-boot.ts';

/** One label of a routine wrong, with the traffic that it takes to notice. */
const a = eraNamed('a-deferred-queue');
const page = ports.i386.pageBytes;

/** Two chunks of idle pages in P, then a request that fits only without them, made twice. */
const starved = {
  era: a,
  order: smallOrder(a.order('i386')),
  properties: [...bootProperties, secondAttempt],
  freePages: 8,
  actors: [
    poolActor('user of P', poolP, { items: 4, wait: true, order: 'ascending' }, 'boot is over'),
    kmemActor(5 * page, { sleep: false, times: 2, from: { after: 'user of P' } }),
  ],
} as const;

/** Two threads that share the one item that P may have out. */
const limited = {
  era: a,
  order: smallOrder(a.order('i386'), { hard: 1 }),
  properties: bootProperties,
  cpus: 2,
  actors: ['first user', 'second user'].map((name) =>
    poolActor(name, poolP, { items: 1, wait: true, order: 'ascending' }, 'boot is over'),
  ),
} as const;

export const routineMutants: readonly Mutant[] = [
  {
    name: 'put-forgets-wakeup',
    title: 'pool_put clears PR_WANTED and does not call cv_broadcast',
    right: limited,
    wrong: {
      replaced: (kernel) => [
        withLabel(kernel, 'pool_put', 'put', ({ frame, view, original }) => {
          const pool = frame['pool'] as Ref<'pool'>;
          const { cell } = partsOf(kernel, pool);
          if (!view.observe(cell, 'wanted')) return original();
          view.update(cell, 'putItem', frame['item'] as Item, 'keep');
          view.update(cell, 'clearWanted');
          return ret(null);
        }),
      ],
    },
    caughtBy: 'deadlock',
    length: 34,
    violated: { deadlock: [] },
    source: 'sys/kern/subr_pool.c:1342',
  },
  {
    name: 'abort-too-soon',
    title:
      'pool_reclaim_callback ends the run while the map is starved, and not when it no longer is',
    right: starved,
    wrong: {
      replaced: (kernel) => [
        withLabel(kernel, 'pool_reclaim_callback', 'abort', ({ original }) => {
          const next = original();
          return next.do === 'return' ? ret(next.value !== true) : next;
        }),
      ],
    },
    caughtBy: 'second-attempt',
    length: 69,
    violated: { 'second-attempt': 'all' },
    source: 'sys/kern/subr_pool.c:528',
  },
  {
    name: 'cursor-stays',
    title: 'the cursor of the chain does not move: the first entry is asked again and again',
    right: starved,
    wrong: {
      replaced: (kernel) => [
        withLabel(kernel, 'callback_run_roundrobin', 'advance', ({ frame, original }) => {
          delete frame['entry'];
          return original();
        }),
      ],
    },
    caughtBy: 'second-attempt',
    length: 62,
    violated: { 'second-attempt': 'all' },
    source: 'sys/kern/subr_callback.c:104',
  },
  {
    name: 'frees-one-page',
    title: 'pr_pagelist_free frees the first page of its list and forgets the others',
    right: starved,
    wrong: {
      replaced: (kernel) => [withLabel(kernel, 'pr_pagelist_free', 'next', () => ret(null))],
    },
    caughtBy: 'pages-conserved',
    length: 57,
    violated: { 'pages-conserved': 'all', 'second-attempt': 'all' },
    source: 'sys/kern/subr_pool.c:468',
  },
  {
    name: 'never-drains',
    title: 'uvm_map_prepare does not run the reclaim chain when a search has failed',
    right: starved,
    wrong: {
      replaced: (kernel) => [withLabel(kernel, 'uvm_map_prepare', 'drain', () => go('drained'))],
    },
    caughtBy: 'second-attempt',
    length: 54,
    violated: { 'second-attempt': 'all' },
    source: 'sys/uvm/uvm_map.c:1279',
  },
];
