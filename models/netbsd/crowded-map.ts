import type { Result } from '../../src/base/diagnostic.ts';
import type { BootModel } from '../../src/boot/build.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import type { CatalogEntry, Expectation, ModelOptions } from '../../src/boot/catalog-entry.ts';
import type { Sizes } from '../../src/boot/configure.ts';
import { lockingBystander } from '../../src/kernel/machine/environment.ts';
import { sleepProperties } from '../../properties/index.ts';
import { kmemActor, poolActor } from './environment.ts';
import type { Era } from './eras.ts';
import { eras } from './eras.ts';
import { ports } from './ports/ports.ts';
import { scenarioPool, starvedOrder } from './starved-order.ts';

const port = ports.i386;
const lastPages = 12;
const itemsTaken = 8;
const pagesWanted = 5;

/** The starved map at an eighth of its size, so that two CPUs can be let loose on it. */
const sizes: Sizes = {
  kernelMapBytes: (160 + lastPages) * port.pageBytes,
  imageBytes: (160 - 128 - 3) * port.pageBytes,
  kmemMapBytes: 128 * port.pageBytes,
  vacachePages: 4,
  pages: 1024,
  reserveKernel: 5,
  reservePagedaemon: 1,
  freeTarget: 10,
  cpus: 2,
  groupObjects: null,
  identity: 'page',
  vacacheIdentity: 'page',
};

/**
 * `netbsd/a-deferred-queue/crowded-map`: the starved map with the user of P and the request at the
 * same time on two CPUs. Pages may come back to P behind the chain's cursor; that the request can
 * still be served is what holds in A and C and not in B.
 */
export const crowdedMaps: readonly CatalogEntry[] = eras
  .filter((era) => era.policies.era !== 'c-explicit-order-page-functions')
  .map((era) => {
    const name = `netbsd/${era.policies.era}/crowded-map`;
    return {
      name,
      title: `a user of P and a request for kernel_map on two CPUs; ${era.title}`,
      reconstruction: era.policies.reconstruction,
      parameters: {
        cpus: { default: 2, min: 1, max: 4, describe: 'CPUs, all of which run threads' },
        grain: { default: 'fine', describe: 'where a step may end: fine, or sleep to hunt' },
      },
      build: (options) => build(era, name, options),
      order: () => starvedOrder(era.order('i386'), port.pageBytes),
      expect: expected(era),
      environmentReasons: ['left out: interrupts and page shortage, which other entries have'],
      default: true,
      sources: ['sys/uvm/uvm_map.c 1.263.4.5', 'sys/kern/subr_pool.c 1.170.4.1'],
    };
  });

function expected(era: Era): readonly Expectation[] {
  const lost = ['forget', 'bind at next pool_init'].includes(era.policies.unboundAllocator);
  return [
    ...(lost
      ? [
          {
            property: 'no-sleep-for-ever',
            objects: ['kmem_alloc KM_SLEEP'],
            why: 'P is on no chain: whatever happens, its pages are not asked for',
            source: 'sys/kern/subr_pool.c:540',
          },
        ]
      : []),
    {
      property: 'no-sleep-beside-idle-pages',
      objects: ['kmem_alloc KM_SLEEP'],
      why: 'the sleeper polls without draining again, beside pages that came back meanwhile',
      source: 'sys/uvm/uvm_map.c:1279',
    },
  ];
}

function build(era: Era, name: string, options: ModelOptions): Result<BootModel> {
  const cpus = options.cpus ?? 2;
  const grain = options.grain ?? 'fine';
  return buildBootModel({
    name,
    parameters: { cpus, grain },
    order: starvedOrder(era.order('i386'), port.pageBytes),
    port,
    policies: era.policies,
    machine: era.machine,
    sizes: { ...sizes, cpus },
    actors: [
      poolActor(
        'user of P',
        scenarioPool,
        { items: itemsTaken, wait: true, order: 'ascending' },
        'boot is over',
      ),
      kmemActor(pagesWanted * port.pageBytes, { sleep: true, from: 'boot is over' }),
    ],
    pagesLeft: null,
    grain,
    preemption: false,
    properties: sleepProperties,
    environment: [(kernel) => lockingBystander(kernel, 'map:kernel_map')],
    assumptions: ['P is a plain pool; a vacache chunk is 4 pages instead of 32'],
    environmentText: [
      `${cpus} CPUs; of kernel_map ${lastPages - 1} pages are free when boot is over`,
      `a thread takes ${itemsTaken} items of P, one a page, and puts them back`,
      `at the same time another asks kmem_alloc(KM_SLEEP) for ${pagesWanted} pages`,
      'a bystander write-locks kernel_map while somebody waits for space',
    ],
  });
}
