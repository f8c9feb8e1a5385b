import type { CatalogEntry, ModelOptions } from '../../src/boot/catalog-entry.ts';
import type { Result } from '../../src/base/diagnostic.ts';
import { InternalError } from '../../src/base/assert.ts';
import type { BootModel, BootModelInput } from '../../src/boot/build.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import { lockingBystander } from '../../src/kernel/machine/environment.ts';
import type { Order } from '../../src/order/order.ts';
import { bootProperties } from '../../properties/index.ts';
import { kmemActor, mbufInterrupts, pagedaemonActor, poolActor } from './environment.ts';
import type { Era } from './eras.ts';
import { eras } from './eras.ts';
import { lostPools } from './lost-pools.ts';
import { bootPage } from './pages.ts';
import { portNames } from './orders.ts';
import type { PortName } from './orders.ts';
import type { Port } from './ports/port.ts';
import { ports } from './ports/ports.ts';
import { portSizes } from './sizes.ts';

/** What acts after boot on a port, chosen so that kernel_map does get short. */
interface Traffic {
  /** An early pool on pool_allocator_nointr, with the number of items that a thread takes. */
  readonly pool: string;
  readonly items: number;
  /** On one CPU threads run one after the other, so more idle pages are needed. */
  readonly itemsOnOneCpu: number;
  readonly why: string;
  /** Whether anybody ever waits for the map, so that a bystander can matter. */
  readonly getsShort: boolean;
}

const traffic: { readonly [port in PortName]: Traffic } = {
  i386: {
    pool: 'pdppl',
    items: 1,
    itemsOnOneCpu: 8,
    why: 'page directories, one a page, taken by fork',
    getsShort: true,
  },
  amd64: {
    pool: 'pdppl',
    items: 2,
    itemsOnOneCpu: 8,
    why: 'page directories, one a page, taken by fork',
    getsShort: true,
  },
  arm32: {
    pool: 'l2ptppl',
    items: 20,
    itemsOnOneCpu: 20,
    why: 'second-level page tables, so many that their idle pages leave the request too little',
    getsShort: true,
  },
  alpha: {
    pool: 'amappl',
    items: 1,
    itemsOnOneCpu: 1,
    why: 'amaps; their pages are direct-mapped and take no map space',
    getsShort: false,
  },
};

/** Pages of kernel_map that are left when boot is over, and how many of them one request wants. */
const pagesLeft = 8;
const pagesWanted = 6;

/** What the reviews of the catalogue's orders leave out of them; another order has what it has. */
const leftOutOfOrders = [
  'the link set of POOL_INIT is empty, as it very likely was in January 2011 (i386 GENERIC of 5.2 still has 31 such pools)',
  'pools of drivers, file systems and protocols are left out',
];

/** `netbsd/a-deferred-queue/i386` and so on: the whole boot, then threads and an interrupt. */
export const boots: readonly CatalogEntry[] = eras.flatMap((era) =>
  portNames.map((port) => bootEntry(era, port)),
);

function bootEntry(era: Era, port: PortName): CatalogEntry {
  const facts = ports[port];
  const name = `netbsd/${era.policies.era}/${port}`;
  const cpus = facts.multiprocessor ? 2 : 1;
  return {
    name,
    title: `${port}: ${era.title}`,
    reconstruction: era.policies.reconstruction,
    parameters: {
      cpus: {
        default: cpus,
        min: 1,
        max: facts.multiprocessor ? 2 : 1,
        describe: 'CPUs that run once the port has released them',
      },
      interrupts: { default: 1, min: 0, max: 4, describe: 'mbuf interrupts in one run' },
      pages: { default: portSizes.pages, min: 64, max: 1_000_000, describe: 'pages of RAM' },
      failures: {
        default: 0,
        min: 0,
        max: 4,
        describe:
          'page allocations that may fail although memory is there, once the pagedaemon exists',
      },
      preemption: { default: false, describe: 'a thread at IPL_NONE may lose its CPU' },
      grain: { default: 'fine', describe: 'where a step may end: fine, or sleep to hunt' },
    },
    build: (options) => buildBoot(era, port, name, options),
    order: () => era.order(port),
    page: () => bootPage(era, port, facts, bootAlone(era, port)),
    expect: lostPools(era, port),
    environmentReasons: environmentReasons(port),
    default: era.policies.era !== 'c-explicit-order-page-functions',
    sources: sourcesOf(era.order(port)),
  };
}

/** The boot with nobody else in it. */
function bootAlone(era: Era, port: PortName): BootModel {
  const built = buildBootModel({
    ...inputOf(era, port, 'boot', { cpus: 1, interrupts: 0 }),
    actors: [],
    environment: [],
    pagesLeft: null,
  });
  if (built.ok) return built.value;
  throw new InternalError(built.diagnostics.map((one) => one.message).join('\n'));
}

export function buildBoot(
  era: Era,
  port: PortName,
  name: string,
  options: ModelOptions,
): Result<BootModel> {
  return buildBootModel(inputOf(era, port, name, options));
}

function inputOf(era: Era, port: PortName, name: string, options: ModelOptions): BootModelInput {
  const facts: Port = ports[port];
  const acts = traffic[port];
  const cpus = options.cpus ?? (facts.multiprocessor ? 2 : 1);
  const interrupts = options.interrupts ?? 1;
  const pages = options.pages ?? portSizes.pages;
  const failures = options.failures ?? 0;
  const preemption = options.preemption ?? false;
  const grain = options.grain ?? 'fine';
  const own = cpus === 1 ? acts.itemsOnOneCpu : acts.items;
  // An order of somebody else may leave all but one page of a chunk: then the first ones take no space.
  const items = options.order === undefined ? own : own + portSizes.vacachePages - 1;
  const bytes = pagesWanted * facts.pageBytes;
  return {
    name,
    parameters: { cpus, interrupts, pages, failures, preemption, grain },
    order: options.order ?? era.order(port),
    port: facts,
    policies: era.policies,
    machine: era.machine,
    sizes: { ...portSizes, kmemMapBytes: facts.kmemMap.minBytes, cpus, pages, failures },
    actors: [
      poolActor(
        'fork and exit',
        acts.pool,
        { items, wait: true, order: 'ascending' },
        'kernel_map is short',
      ),
      kmemActor(bytes, { sleep: true, from: 'kernel_map is short' }),
      ...mbufInterrupts(interrupts),
      ...(failures > 0 ? [pagedaemonActor] : []),
    ],
    pagesLeft,
    grain,
    preemption,
    properties: bootProperties,
    environment: acts.getsShort ? [(kernel) => lockingBystander(kernel, 'map:kernel_map')] : [],
    assumptions: [
      `a vacache chunk is ${portSizes.vacachePages} pages instead of 32, a cache group holds 1 object instead of 14 or 15`,
      'allocations whose size the machine decides take one page',
      ...(options.order === undefined ? leftOutOfOrders : []),
    ],
    environmentText: [
      `${cpus} CPU${cpus === 1 ? '' : 's'}; others run from cpu_boot_secondary_processors on`,
      `${interrupts} mbuf interrupt${interrupts === 1 ? '' : 's'} at IPL_VM, from the moment a CPU is below it`,
      `other users of kernel_map leave ${pagesLeft} pages of it when boot is over`,
      `a thread takes ${items} item${items === 1 ? '' : 's'} of ${acts.pool} and puts them back (${acts.why})`,
      `a thread asks kmem_alloc(KM_SLEEP) for ${pagesWanted} pages and gives them back`,
      ...(failures > 0
        ? [`${failures} page allocations may fail once the pagedaemon exists, which then runs`]
        : []),
      ...(acts.getsShort
        ? ['a bystander write-locks kernel_map while somebody waits for space']
        : []),
    ],
  };
}

function environmentReasons(port: PortName): readonly string[] {
  return [
    'left out: page shortage, the pagedaemon and ageing; netbsd/*/page-shortage has them on a boot with fewer pools, because a daemon that walks sixty pools multiplies every state',
    'left out: the questions of reclaim; netbsd/*/starved-map asks them at full size',
    ...(traffic[port].getsShort
      ? []
      : ['left out: a bystander, because nobody waits for space where pool pages take none']),
  ];
}

function sourcesOf(order: Order): readonly string[] {
  return Object.entries(order.source.revisions).map(
    ([file, revision]) => `sys/${file} ${revision}`,
  );
}
