import { exit, routine } from '../../src/base/routine.ts';
import type { Result } from '../../src/base/diagnostic.ts';
import type { CatalogEntry, Expectation, ModelOptions } from '../../src/boot/catalog-entry.ts';
import type { Actor, BootModel } from '../../src/boot/build.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import type { Sizes } from '../../src/boot/configure.ts';
import { lockingBystander } from '../../src/kernel/machine/environment.ts';
import { aDeferredQueue2007 } from '../../src/kernel/eras/index.ts';
import { reclaimProperties, secondAttempt, servedAtOnce } from '../../properties/index.ts';
import { kmemActor, poolActor } from './environment.ts';
import type { Era } from './eras.ts';
import { eras } from './eras.ts';
import type { PortName } from './orders.ts';
import { ports } from './ports/ports.ts';
import { scenarioPool, starvedOrder } from './starved-order.ts';

const chunkPages = 32;
const lastPages = 96;
const itemsTaken = 64;
const pagesWanted = 40;

/**
 * The last 96 pages of kernel_map start at a chunk's boundary, and the first of them is taken, so
 * that P's two chunks come to lie at pages 32 to 95 and pages 1 to 31 stay free.
 *
 * Before them lie the image, one entry page, and kmem_map (128 pages, and three for its entries).
 */
const kmemPages = 128;
const kmemEntryPages = 3;
const pagesBefore = 160;
const sizes = (pageBytes: number): Sizes => ({
  kernelMapBytes: (pagesBefore + lastPages) * pageBytes,
  imageBytes: (pagesBefore - kmemPages - kmemEntryPages) * pageBytes,
  kmemMapBytes: kmemPages * pageBytes,
  vacachePages: chunkPages,
  pages: 1024,
  reserveKernel: 5,
  reservePagedaemon: 1,
  freeTarget: 10,
  cpus: 1,
  groupObjects: null,
  identity: 'page',
  vacacheIdentity: 'page',
});

const leftOut =
  'left out: other threads, interrupts, page shortage: the scenario is about one request';

/** One way to play the scenario. */
interface Play {
  readonly suffix: string;
  readonly title: string;
  readonly port: PortName;
  /** Where the reclaim chain starts: at its head, or behind kvakernel, whose ABORT ended a run. */
  readonly cursor: 'head' | 'behind kvakernel';
  readonly bystander: boolean;
  readonly request: 'sleep' | 'twice without sleeping';
  readonly putBack: 'ascending' | 'descending';
  expect(lost: boolean): readonly Expectation[];
}

const drainOnce = 'sys/uvm/uvm_map.c:1279';
const noRelease = 'sys/kern/subr_pool.c:1272';

const oneRunTooFew: Expectation = {
  property: 'reclaimable',
  objects: ['kmem_alloc KM_SLEEP within 1'],
  why: 'the first run of the chain empties P into the vacache, whose own callback came first: nothing is unmapped',
  source: noRelease,
};

const sleepsBeside: Expectation = {
  property: 'no-sleep-beside-idle-pages',
  objects: ['kmem_alloc KM_SLEEP'],
  why: 'the sleeper polls without draining again, beside idle chunks in the vacache',
  source: drainOnce,
};

const never: readonly Expectation[] = [
  {
    property: 'reclaimable',
    objects: ['kmem_alloc KM_SLEEP within 1', 'kmem_alloc KM_SLEEP within 2'],
    why: 'P is on no chain: no number of searches reaches its pages',
    source: 'sys/kern/subr_pool.c:540',
  },
  {
    property: 'no-sleep-for-ever',
    objects: ['kmem_alloc KM_SLEEP'],
    why: 'P is on no chain: whatever happens, its pages are not asked for',
    source: 'sys/kern/subr_pool.c:540',
  },
  sleepsBeside,
];

const refusedTwice: Expectation = {
  property: 'second-attempt',
  objects: ['kmem_alloc KM_NOSLEEP'],
  why: 'P is on no chain: NULL at every attempt',
  source: 'sys/kern/subr_pool.c:540',
};

const deadlocked: Expectation = {
  property: 'deadlock',
  objects: [],
  why: 'nobody else ever touches the map, and a sleeper does not drain again',
  source: drainOnce,
};

const plays: readonly Play[] = [
  {
    suffix: '',
    title: '96 pages, 64 idle in P, 40 wanted; a bystander locks the map',
    port: 'i386',
    cursor: 'head',
    bystander: true,
    request: 'sleep',
    putBack: 'ascending',
    expect: (lost) => (lost ? never : [oneRunTooFew, sleepsBeside]),
  },
  {
    suffix: '-descending',
    title: 'the same, with the items put back in the other order',
    port: 'i386',
    cursor: 'head',
    bystander: true,
    request: 'sleep',
    putBack: 'descending',
    expect: (lost) => (lost ? never : [oneRunTooFew, sleepsBeside]),
  },
  {
    suffix: '-from-p',
    title: 'the same, with the cursor behind kvakernel: P is asked before the vacache',
    port: 'i386',
    cursor: 'behind kvakernel',
    bystander: true,
    request: 'sleep',
    putBack: 'ascending',
    expect: (lost) => (lost ? never : []),
  },
  {
    suffix: '-alone',
    title: 'the same from the head, and nobody else ever touches the map',
    port: 'i386',
    cursor: 'head',
    bystander: false,
    request: 'sleep',
    putBack: 'ascending',
    expect: () => [
      {
        property: 'no-sleep-for-ever',
        objects: ['kmem_alloc KM_SLEEP'],
        why: 'one run of the chain is not enough, and nothing triggers a second one',
        source: drainOnce,
      },
      sleepsBeside,
      deadlocked,
    ],
  },
  {
    suffix: '-nosleep',
    title: 'the same request twice with KM_NOSLEEP',
    port: 'i386',
    cursor: 'head',
    bystander: false,
    request: 'twice without sleeping',
    putBack: 'ascending',
    expect: (lost) => [
      { ...oneRunTooFew, objects: ['kmem_alloc KM_NOSLEEP within 1'] },
      ...(lost ? [refusedTwice] : []),
    ],
  },
  {
    suffix: '-direct',
    title: 'the same on a direct-mapped port: pages of P take no map space',
    port: 'alpha',
    cursor: 'head',
    bystander: false,
    request: 'sleep',
    putBack: 'ascending',
    expect: () => [],
  },
];

/** The text of 2007, in which pool_put itself releases an emptied page of a starved map. */
const text2007: Era | undefined = eras
  .filter((era) => era.policies.era === 'a-deferred-queue')
  .map((era) => ({
    ...era,
    policies: aDeferredQueue2007,
    title: 'NetBSD of 2007: pool_put releases an emptied page of a starved map',
  }))[0];

/**
 * With the text of 2007 the first chunk that becomes complete is unmapped inside P's own callback,
 * which then ends the run. Which chunk that is depends on the order in which P's pages are freed:
 * if it leaves the gap too small, a second run is needed.
 */
const expect2007 = (play: Play): readonly Expectation[] =>
  play.putBack === 'ascending'
    ? []
    : [
        {
          property: 'reclaimable',
          objects: [`kmem_alloc ${play.request === 'sleep' ? 'KM_SLEEP' : 'KM_NOSLEEP'} within 1`],
          why: 'the chunk that is complete first is the upper one, and leaves gaps of 31 and 32 pages',
          source: 'sys/kern/subr_pool.c 1.142 pool_do_put()',
        },
      ];

const played = [
  ...eras.filter((era) => era.policies.era !== 'c-explicit-order-page-functions'),
  ...(text2007 === undefined ? [] : [text2007]),
];

/** `netbsd/a-deferred-queue/starved-map` and its variations: what a lost callback costs. */
export const starvedMaps: readonly CatalogEntry[] = played.flatMap((era) =>
  plays.map((play) => entryOf(era, play)),
);

function entryOf(era: Era, play: Play): CatalogEntry {
  const name = `netbsd/${era.policies.era}/starved-map${play.suffix}`;
  const lost = ['forget', 'bind at next pool_init'].includes(era.policies.unboundAllocator);
  const releasesInPut = era.policies.putReleases === 'above high water or when starved';
  return {
    name,
    title: `${play.title}; ${era.title}`,
    reconstruction: era.policies.reconstruction,
    parameters: { grain: { default: 'fine', describe: 'where a step may end: fine, or sleep' } },
    build: (options) => build(era, play, name, options),
    order: () => starvedOrder(era.order(play.port), ports[play.port].pageBytes),
    expect: releasesInPut ? expect2007(play) : play.expect(lost),
    environmentReasons: [leftOut],
    default: ['', '-alone'].includes(play.suffix) && !releasesInPut,
    sources: [
      'sys/uvm/uvm_map.c 1.263.4.5',
      `sys/kern/subr_pool.c ${releasesInPut ? '1.142' : '1.170.4.1'}`,
      'sys/kern/subr_callback.c 1.6',
    ],
  };
}

function build(era: Era, play: Play, name: string, options: ModelOptions): Result<BootModel> {
  const port = ports[play.port];
  const grain = options.grain ?? 'fine';
  const worker = 'user of P';
  const rewound = 'earlier run of the chain';
  const actors: readonly Actor[] = [
    ...(play.cursor === 'head' ? [] : [earlierRun(rewound)]),
    poolActor(
      worker,
      scenarioPool,
      { items: itemsTaken, wait: true, order: play.putBack },
      play.cursor === 'head' ? 'boot is over' : { after: rewound },
    ),
    kmemActor(pagesWanted * port.pageBytes, {
      sleep: play.request === 'sleep',
      times: play.request === 'sleep' ? 1 : 2,
      from: { after: worker },
    }),
  ];
  return buildBootModel({
    name,
    parameters: { grain },
    order: starvedOrder(era.order(play.port), ports[play.port].pageBytes),
    port,
    policies: era.policies,
    machine: era.machine,
    sizes: sizes(port.pageBytes),
    actors,
    pagesLeft: null,
    grain,
    preemption: false,
    properties: [
      ...reclaimProperties,
      ...(play.request === 'sleep' ? [] : [secondAttempt]),
      ...(port.directMap ? [servedAtOnce] : []),
    ],
    environment: play.bystander ? [(kernel) => lockingBystander(kernel, 'map:kernel_map')] : [],
    assumptions: [
      'P is a plain pool, as in the scenario of the dossier: objects of a cache would stay in per-CPU groups',
    ],
    environmentText: environmentText(play),
  });
}

function environmentText(play: Play): readonly string[] {
  return [
    `of kernel_map ${lastPages - 1} pages are free when boot is over; a vacache chunk is ${chunkPages}`,
    `a thread takes ${itemsTaken} items of P, one a page, and puts them back in ${play.putBack} order`,
    play.request === 'sleep'
      ? `then another asks kmem_alloc(KM_SLEEP) for ${pagesWanted} pages`
      : `then another asks kmem_alloc(KM_NOSLEEP) twice for ${pagesWanted} pages`,
    play.bystander
      ? 'a bystander write-locks kernel_map while somebody waits for space'
      : 'nobody else touches kernel_map',
    ...(play.cursor === 'head' ? [] : ['an earlier run of the chain was ended by kvakernel']),
  ];
}

/** A run of the chain that kvakernel's ABORT ended: the next one starts behind it. */
function earlierRun(name: string): Actor {
  return {
    name,
    kind: 'environment',
    routines: (kernel) => [
      routine<Record<never, never>>()({
        name: 'earlier_run_of_the_chain',
        file: 'environment',
        revision: '-',
        labels: {
          aborted: {
            line: 0,
            run: (_, view) => {
              view.update(kernel.cells.chains.at('map:kernel_map'), 'advance', 'pool:kvakernel');
              return exit();
            },
          },
        },
      }),
    ],
    entry: () => ({ routine: 'earlier_run_of_the_chain', params: {} }),
    from: 'boot is over',
    ordinary: true,
  };
}
