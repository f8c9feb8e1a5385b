import type { Ref } from '../../src/base/plain.ts';
import { ref } from '../../src/base/plain.ts';
import type { Routine } from '../../src/base/routine.ts';
import { callRoutine, exit, ret, routine, yieldAt } from '../../src/base/routine.ts';
import type { Actor } from '../../src/boot/build.ts';
import type { Item } from '../../src/kernel/calls.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { ListPage } from '../../src/kernel/pool/pool-pages.ts';
import { partsOf } from '../../src/kernel/pool/pool-parts.ts';
import { paStarvedP } from '../../src/kernel/pool/register.ts';
import { mapSizes, pagesConserved } from '../../properties/conservation.ts';
import { bootCompletes, noPanic } from '../../properties/outcomes.ts';
import { noSleepForEver } from '../../properties/reclaim.ts';
import { registered } from '../../properties/registered.ts';
import { kmemActor, poolActor } from '../netbsd/environment.ts';
import { ports } from '../netbsd/ports/ports.ts';
import type { Mutant } from './mutant.ts';
import { eraNamed } from './mutant.ts';
import { withLabel } from './replace.ts';
import { poolP, smallOrder } from './small-boot.ts';

/**
 * Faults that need two CPUs, or an interrupt, and luck: a test and what rests on it in two steps
 * instead of one.
 *
 * Fewer than one in a hundred random schedules shows any of them, so they say what random runs are
 * worth; a search of all interleavings finds each at once. Each has the share of 1,500 runs of one
 * seed beside it.
 */
const a = eraNamed('a-deferred-queue');
const page = ports.i386.pageBytes;
const over = 'boot is over';

/** Few, because each is asked in every state of thousands of runs. */
const properties = [registered, noPanic, bootCompletes, pagesConserved, mapSizes];

/** The item that a label of a pool routine is about, and the pool's cell. */
const poolOf = (kernel: Kernel, pool: unknown) => partsOf(kernel, pool as Ref<'pool'>);

/** Ten items out are the limit; one thread has them all and puts them back, another waits for one. */
const limited = {
  era: a,
  order: smallOrder(a.order('i386'), { hard: 10, itemBytes: 256 }),
  properties,
  cpus: 2,
  actors: [
    poolActor('holder', poolP, { items: 10, wait: true, order: 'ascending' }, over),
    poolActor('waiter', poolP, { items: 1, wait: true, order: 'ascending' }, over),
  ],
} as const;

/** Two requests of which kernel_map has room for one; the second waits for the first to be freed. */
const contended = {
  era: a,
  order: smallOrder(a.order('i386')),
  properties: [...properties, noSleepForEver],
  cpus: 2,
  freePages: 8,
  actors: [
    kmemActor(5 * page, { sleep: false, times: 10, from: over, name: 'passer-by' }),
    kmemActor(5 * page, { sleep: true, from: over, name: 'sleeper' }),
  ],
} as const;

/** A pool that is used on one CPU while the other one runs the chain for want of space. */
const reclaimed = {
  era: a,
  order: smallOrder(a.order('i386')),
  properties,
  cpus: 2,
  freePages: 4,
  actors: [
    kmemActor(3 * page, { sleep: false, from: over }),
    poolActor('user of P', poolP, { items: 1, wait: false, order: 'ascending', times: 2 }, over),
  ],
} as const;

/** An interrupt that takes an item and keeps it, as a driver fills its receive ring. */
const receive: Routine = routine<Record<never, never>>()({
  name: 'fill_receive_ring',
  file: 'models/mutants/races.ts',
  revision: 'model',
  labels: {
    take: {
      line: 0,
      run: () =>
        callRoutine('pool_get', { pool: ref('pool', poolP), flags: { wait: false } }, 'keep'),
    },
    keep: { line: 0, run: () => exit() },
  },
});

const interrupt: Actor = {
  name: 'receive interrupt',
  kind: 'environment',
  level: 'IPL_VM',
  routines: () => [receive],
  entry: () => ({ routine: 'fill_receive_ring', params: {} }),
  from: { after: 'first use of P' },
  ordinary: false,
};

/** One CPU: a thread empties a page above the high-water mark, an interrupt takes an item. */
const interrupted = {
  era: a,
  order: smallOrder(a.order('i386'), { highWater: 2, itemBytes: 1984 }),
  properties,
  freePages: 16,
  actors: [
    poolActor('first use of P', poolP, { items: 1, wait: true, order: 'ascending' }, over),
    poolActor(
      'user of P',
      poolP,
      { items: 3, wait: true, order: 'ascending' },
      { after: 'first use of P' },
    ),
    interrupt,
  ],
} as const;

export const races: readonly Mutant[] = [
  {
    name: 'limit-lost-wakeup',
    title: 'pool_get drops the lock between finding the hard limit and sleeping on it',
    right: limited,
    wrong: {
      replaced: (kernel) => [
        withLabel(kernel, 'pool_get', 'startover', ({ original }) => {
          const next = original();
          return next.do === 'go' && next.at === 'limited' ? yieldAt('limited') : next;
        }),
      ],
    },
    caughtBy: 'deadlock',
    length: 44,
    violated: { deadlock: [] },
    source: 'sys/kern/subr_pool.c:992',
    share: { shown: 7, of: 1500, seed: 6 },
  },
  {
    name: 'wantva-set-late',
    title: 'uvm_map_prepare unlocks the map between a failed search and VM_MAP_WANTVA',
    right: contended,
    wrong: {
      replaced: (kernel) => [
        withLabel(
          kernel,
          'uvm_map_prepare',
          'search',
          ({ frame, view, original }) => {
            const entries = kernel.cells.mapEntries.at(frame['map'] as Ref<'map'>);
            const [bytes, align] = [Number(frame['bytes']), Number(frame['align'])];
            return view.observe(entries, 'findspace', bytes, align) === null
              ? yieldAt('want')
              : original();
          },
          {
            want: ({ frame, view, self }) => {
              const map = frame['map'] as Ref<'map'>;
              view.update(kernel.cells.mapControl.at(map), 'want', self);
              view.update(kernel.cells.threads.at(self), 'searchFailed');
              return yieldAt('drain');
            },
          },
        ),
      ],
    },
    caughtBy: 'deadlock',
    length: 59,
    violated: { deadlock: [], 'no-sleep-for-ever': ['sleeper'] },
    source: 'sys/uvm/uvm_map.c:1262',
    share: { shown: 14, of: 1500, seed: 3 },
  },
  {
    name: 'reclaim-stale-pages',
    title: 'pool_reclaim drops the lock between choosing idle pages and taking them off the list',
    right: reclaimed,
    wrong: {
      replaced: (kernel) => [
        withLabel(
          kernel,
          'pool_reclaim',
          'walk',
          ({ frame, view }) => {
            const { cell, allocator } = poolOf(kernel, frame['pool']);
            const starved = view.observe(cell, 'ageDecides') && paStarvedP(kernel, view, allocator);
            if (!view.observe(cell, 'reclaims', starved)) return ret(false);
            frame['chosen'] = [...view.observe(cell, 'reclaimable', starved)];
            frame['starved'] = starved;
            return yieldAt('remove');
          },
          {
            remove: ({ frame, view }) => {
              const { cell } = poolOf(kernel, frame['pool']);
              view.update(cell, 'removePages', frame['starved'] === true);
              frame['pages'] = frame['chosen'] as readonly ListPage[];
              delete frame['chosen'];
              delete frame['starved'];
              return yieldAt('free');
            },
          },
        ),
      ],
    },
    caughtBy: 'pages-conserved',
    length: 39,
    violated: { 'pages-conserved': 'all' },
    source: 'sys/kern/subr_pool.c:1643',
    share: { shown: 3, of: 1500, seed: 5 },
  },
  {
    name: 'put-open-to-interrupts',
    title: 'pool_put lets interrupts in between finding a page idle and releasing it',
    right: interrupted,
    wrong: {
      replaced: (kernel) => [
        withLabel(
          kernel,
          'pool_put',
          'put',
          ({ frame, view, original }) => {
            const { cell } = poolOf(kernel, frame['pool']);
            const meets = view.observe(cell, 'putMeets', frame['item'] as Item);
            return meets === 'page empties above high water' ? yieldAt('release') : original();
          },
          {
            release: ({ frame, view }) => {
              const { cell } = poolOf(kernel, frame['pool']);
              const item = frame['item'] as Item;
              const emptied = view.observe(cell, 'pageOf', item);
              view.update(cell, 'putItem', item, 'release');
              delete frame['item'];
              if (emptied !== null) frame['page'] = emptied;
              return yieldAt('free');
            },
          },
        ),
      ],
    },
    caughtBy: 'pages-conserved',
    length: 42,
    violated: { 'pages-conserved': 'all' },
    source: 'sys/kern/subr_pool.c:1342',
    share: { shown: 5, of: 1500, seed: 3 },
  },
];
