import { cell, cells, cellType } from '../../src/base/cell.ts';
import { ok } from '../../src/base/diagnostic.ts';
import type { Model, Process } from '../../src/base/model.ts';
import { always, sometimes } from '../../src/base/model.ts';
import type { Ref } from '../../src/base/plain.ts';
import { ref } from '../../src/base/plain.ts';
import type { CatalogEntry, ModelOptions } from '../../src/boot/catalog-entry.ts';
import type { Order } from '../../src/order/order.ts';

/** Models just large enough to make each verdict, each exit code and each line of a report. */

const counterType = cellType<number>()({
  name: 'counter',
  observers: { value: (count) => count },
  operations: { set: (_, next: number) => next },
});

const sanity = { cites: 'test', about: 'model sanity', objects: [{ name: 'all' }] } as const;

const plainModel = { parameters: {}, mustPass: [], mayPass: [], assumptions: [], environment: [] };

/** Counts to `to`; `limit` is what it must not reach. */
function counting(name: string, to: number, limit: number): Model {
  const counter = cell('counter', counterType, 0);
  const process: Process = {
    name: 'clock',
    kind: 'system',
    step: (view) => {
      const count = view.observe(counter, 'value');
      if (count === to) view.blocked('the end');
      view.mark(`tick ${count}`);
      view.update(counter, 'set', count + 1);
    },
  };
  return {
    ...plainModel,
    name,
    parameters: { pages: to },
    cells: [counter],
    processes: [process],
    properties: [
      always({
        ...sanity,
        name: 'below-limit',
        sentence: `the counter stays below ${limit}`,
        holds: (_, view) => view.observe(counter, 'value') < limit,
      }),
      sometimes({
        ...sanity,
        name: 'ends',
        sentence: 'the counter reaches its end',
        holds: (_, view) => view.observe(counter, 'value') === to,
      }),
    ],
    final: (view) => view.observe(counter, 'value') === to,
    assumptions: ['time is a number'],
    environment: ['one clock'],
  };
}

type Lock = string;
const lockType = cellType<Lock>()({
  name: 'lock',
  observers: { isFree: (owner) => owner === '' },
  operations: { take: (_, by: string) => by },
});

/** Two threads, two locks, opposite order. */
function locks(): Model {
  const both = cells('lock', ['red', 'blue'], lockType, '');
  const held = cells('hand', ['left', 'right'], counterType, 0);
  const thread = (name: string, first: Ref<'lock'>, second: Ref<'lock'>): Process => ({
    name,
    kind: 'system',
    step: (view) => {
      const count = view.observe(held.at(ref('hand', name)), 'value');
      if (count === 2) view.blocked('nothing');
      const lock = both.at(count === 0 ? first : second);
      if (!view.observe(lock, 'isFree')) view.blocked('a lock');
      view.update(lock, 'take', name);
      view.update(held.at(ref('hand', name)), 'set', count + 1);
    },
  });
  return {
    ...plainModel,
    name: 'small/locks',
    cells: [...both.cells, ...held.cells],
    processes: [
      thread('left', ref('lock', 'red'), ref('lock', 'blue')),
      thread('right', ref('lock', 'blue'), ref('lock', 'red')),
    ],
    properties: [],
    final: (view) => held.cells.some((hand) => view.observe(hand, 'value') === 2),
  };
}

type Chain = { readonly queue: readonly string[]; readonly next: string | null } | null;
const chainType = cellType<Chain>()({
  name: 'chain',
  observers: { holds: (chain, pool: string) => chain?.queue.includes(pool) ?? false },
  operations: {
    setup: (): Chain => ({ queue: [], next: null }),
    register: (chain, pool: string) => void chain?.queue.push(pool),
  },
});

type Cpu = { readonly contexts: readonly { readonly thread: string; readonly ipl: number }[] };
const cpuType = cellType<Cpu>()({ name: 'cpu', observers: {}, operations: {} });

/** A boot in four steps that forgets two of its three pools. */
function lossyBoot({ cpus = 1, order = bootOrder }: ModelOptions): Model {
  const step = cell('boot', counterType, 0);
  const chain = cell('map/kernel_map/chain', chainType, null);
  const all = Array.from({ length: cpus }, (_, i) =>
    cell(`cpu/cpu${i}`, cpuType, { contexts: i === 0 ? [{ thread: 'thread:boot', ipl: 7 }] : [] }),
  );
  const boot: Process = {
    name: 'boot',
    kind: 'system',
    step: (view) => {
      const at = view.observe(step, 'value');
      const event = order.events[at];
      if (event === undefined) return view.blocked('nothing');
      view.mark(`${event.function}.${event.call}(${event.object}) sys/${event.file}:${event.line}`);
      if (at === 1) view.update(chain, 'setup');
      if (at === 2) view.update(chain, 'register', 'pool:pmappl');
      view.update(step, 'set', at + 1);
    },
  };
  return {
    ...plainModel,
    name: 'netbsd/small/i386',
    parameters: { cpus },
    cells: [step, chain, ...all],
    processes: [boot],
    properties: [
      always({
        name: 'registered',
        sentence: 'each pool is on the reclaim chain of its declared map exactly once',
        cites: 'INV-20',
        about: 'mission',
        breaks: 'when the map runs short, the idle pages of this pool are never asked for',
        objects: ['pmappl', 'amappl', 'aobj'].map((name) => ({ name })),
        premise: (_, view) => view.observe(step, 'value') === order.events.length,
        holds: ({ name }, view) => view.observe(chain, 'holds', `pool:${name}`),
      }),
    ],
    final: (view) => view.observe(step, 'value') === order.events.length,
    assumptions: ['memory is sequentially consistent'],
    environment: ['nobody but the boot'],
  };
}

const orderLine = (call: string, object: string, line: number): Order['events'][number] => ({
  call,
  object,
  args: {},
  function: 'uvm_init',
  file: 'uvm/uvm_init.c',
  line,
  stack: [],
  context: { ipl: 'HIGH', by: 'thread', cold: true },
  certainty: 'must',
  guards: [],
});

export const bootOrder: Order = {
  schema: 'bootproof/order/1',
  title: 'a boot in four calls',
  port: 'i386',
  origin: 'reconstructed',
  source: { tree: 'none', revisions: {} },
  events: [
    orderLine('pool_init', 'amappl', 90),
    orderLine('uvm_km_init', 'kernel_map', 95),
    orderLine('pool_init', 'pmappl', 100),
    orderLine('pool_subsystem_init', 'aobj', 105),
  ],
};

const plainEntry = {
  reconstruction: null,
  parameters: {},
  expect: [],
  environmentReasons: [],
  default: true,
  sources: [],
};

export const smallCatalog: readonly CatalogEntry[] = [
  {
    ...plainEntry,
    name: 'small/passes',
    title: 'counts to three',
    parameters: { pages: { default: 3, describe: 'where it ends', min: 1, max: 100_000 } },
    build: ({ pages = 3 }) => ok(counting('small/passes', pages, 200_000)),
  },
  {
    ...plainEntry,
    name: 'small/violates',
    title: 'counts too far',
    default: false,
    build: () => ok(counting('small/violates', 5, 4)),
  },
  {
    ...plainEntry,
    name: 'small/locks',
    title: 'two locks taken in opposite orders',
    build: () => ok(locks()),
    expect: [
      {
        property: 'deadlock',
        objects: [],
        length: 2,
        why: 'each has what the other wants',
        source: 'test/cli/small-catalog.ts:71',
      },
    ],
  },
  {
    ...plainEntry,
    name: 'netbsd/small/i386',
    title: 'a boot that forgets two pools',
    reconstruction: 'the text of this boot was never published',
    parameters: { cpus: { default: 1, describe: 'CPUs that run', min: 1, max: 4 } },
    environmentReasons: ['no interrupts: there is nobody to send them'],
    order: () => bootOrder,
    build: (options) => ok(lossyBoot(options)),
    expect: [
      {
        property: 'registered',
        objects: ['amappl', 'aobj'],
        length: 4,
        why: 'nothing comes back to them',
        source: 'test/cli/small-catalog.ts:110',
      },
    ],
  },
  {
    ...plainEntry,
    name: 'netbsd/small/hollow',
    title: 'a boot of which nothing is asked',
    default: false,
    build: () => ok({ ...counting('netbsd/small/hollow', 2, 9), properties: [] }),
  },
];
