import type { Result } from '../../src/base/diagnostic.ts';
import type { View } from '../../src/base/view.ts';
import type { CatalogEntry, ModelOptions } from '../../src/boot/catalog-entry.ts';
import type { BootModel } from '../../src/boot/build.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import type { Sizes } from '../../src/boot/configure.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { ageing, pageShortage } from '../../src/kernel/machine/environment.ts';
import { pageProperties } from '../../properties/index.ts';
import { kmemActor, pagedaemonActor, poolActor } from './environment.ts';
import type { Order } from '../../src/order/order.ts';
import type { Era } from './eras.ts';
import { eras } from './eras.ts';
import { ports } from './ports/ports.ts';
import { scenarioPool, starvedOrder } from './starved-order.ts';

const port = ports.i386;
const itemsTaken = 3;
const pagesWanted = 10;
const pagesElsewhere = 8;
const otherUses = 'other uses of memory';

const sizes: Sizes = {
  kernelMapBytes: 512 * port.pageBytes,
  imageBytes: 32 * port.pageBytes,
  kmemMapBytes: 128 * port.pageBytes,
  vacachePages: 4,
  pages: 20,
  reserveKernel: 2,
  reservePagedaemon: 1,
  freeTarget: 6,
  cpus: 2,
  groupObjects: null,
  identity: 'page',
  vacacheIdentity: 'page',
};

const leftOut = [
  'left out: interrupts and shortage of address space, which other entries have',
  'left out: pages of users and files, which the pagedaemon would free before it drains pools',
];

/** `netbsd/a-deferred-queue/page-shortage`: RAM is short, address space is not, and the pagedaemon runs. */
export const pageShortages: readonly CatalogEntry[] = eras
  .filter((era) => era.policies.era !== 'c-explicit-order-page-functions')
  .map((era) => {
    const name = `netbsd/${era.policies.era}/page-shortage`;
    return {
      name,
      title: `RAM is short and the pagedaemon drains pools; ${era.title}`,
      reconstruction: era.policies.reconstruction,
      parameters: {
        cpus: { default: 2, min: 1, max: 4, describe: 'CPUs, all of which run threads' },
        pages: { default: sizes.pages, min: 20, max: 64, describe: 'pages of RAM' },
        grain: { default: 'fine', describe: 'where a step may end: fine, or sleep to hunt' },
      },
      build: (options) => build(era, name, options),
      order: () => shortOrder(era),
      expect: [],
      environmentReasons: leftOut,
      default: true,
      sources: ['sys/uvm/uvm_pdaemon.c 1.93.4.2', 'sys/kern/subr_pool.c 1.170.4.1'],
    };
  });

/**
 * One pool_cache_init is kept, so that pcache has a page for good: a pagedaemon that finds no pool
 * with a page looks for one for ever (PRE-18), which no machine that has come this far would see.
 */
const shortOrder = (era: Era): Order => starvedOrder(era.order('i386'), port.pageBytes, ['mutex']);

function build(era: Era, name: string, options: ModelOptions): Result<BootModel> {
  const cpus = options.cpus ?? 2;
  const pages = options.pages ?? sizes.pages;
  const grain = options.grain ?? 'fine';
  return buildBootModel({
    name,
    parameters: { cpus, pages, grain },
    order: shortOrder(era),
    port,
    policies: era.policies,
    machine: era.machine,
    sizes: { ...sizes, cpus, pages },
    actors: [
      pagedaemonActor,
      poolActor(
        'user of P',
        scenarioPool,
        { items: itemsTaken, wait: true, order: 'ascending' },
        'boot is over',
      ),
      kmemActor(pagesWanted * port.pageBytes, { sleep: true, from: 'boot is over' }),
    ],
    moreThreads: [otherUses],
    pagesLeft: null,
    grain,
    preemption: false,
    properties: pageProperties,
    environment: [
      (kernel) => pageShortage(kernel, otherUses, pagesElsewhere),
      (kernel) => ageing(kernel, ageOfPools(kernel)),
    ],
    assumptions: ['a vacache chunk is 4 pages instead of 32'],
    environmentText: [
      `${cpus} CPU${cpus === 1 ? '' : 's'}, ${pages} pages of RAM, freetarg ${sizes.freeTarget}`,
      `a thread takes ${itemsTaken} items of P, one a page, and puts them back`,
      `another asks kmem_alloc(KM_SLEEP) for ${pagesWanted} pages and gives them back`,
      `other uses of memory take ${pagesElsewhere} pages and give them back, again and again`,
      'the pagedaemon runs from kthread_create on; idle pages may grow old at any time',
    ],
  });
}

/** Time passes for all pools at once: pool_inactive_time is one number. */
function ageOfPools(kernel: Kernel): {
  anyYoung(view: View): boolean;
  all(view: View): void;
} {
  const { cells } = kernel.cells.pools;
  return {
    anyYoung: (view) => cells.some((pool) => view.observe(pool, 'hasYoungPages')),
    all: (view) => {
      for (const pool of cells) {
        if (view.observe(pool, 'hasYoungPages')) view.update(pool, 'age');
      }
    },
  };
}
