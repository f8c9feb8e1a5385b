import type { Result } from '../../src/base/diagnostic.ts';
import type { Process, Property } from '../../src/base/model.ts';
import type { Routine } from '../../src/base/routine.ts';
import type { BootParts } from '../../src/boot/boot-model.ts';
import type { Actor, BootModel } from '../../src/boot/build.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import type { Sizes } from '../../src/boot/configure.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { Policies } from '../../src/kernel/policies.ts';
import type { Order, OrderArgument, OrderEvent } from '../../src/order/order.ts';
import type { Era } from '../netbsd/eras.ts';
import { ports } from '../netbsd/ports/ports.ts';

/**
 * The least boot on which one wrong line can show: i386 with both maps, their vacaches, the pool
 * subsystem and a handful of early pools, among them P.
 *
 * A mutant needs a search that ends within seconds, so kernel_map has room for little more than
 * the actors take, a chunk of the vacache is two pages, and most pools of the port are left out.
 */
const keptCalls = [
  'uvm_setpagesize',
  'uvm_page_physload',
  'uvm_pageboot_alloc',
  'uvm_map_setup_kernel',
  'uvm_km_vacache_init',
  'pool_subsystem_bootstrap',
  'pool_subsystem_init',
  'spl0',
  'cpu_boot_secondary_processors',
  'yield',
];

const keptSets = ['uvm.page_init_done', 'kernel_map', 'kmem_map', 'cold'];

const keptPools = ['pvpl', 'vmmpepl', 'pcache'];

/** The early pool that the actors use: one item a page. */
export const poolP = 'P';

/** The order of a port cut down to it; `limits` are those of P. */
export function smallOrder(order: Order, limits: Limits = {}): Order {
  const kept = order.events.filter(isKept);
  const first = kept.findIndex((event) => event.args['wchan'] === keptPools[0]);
  const like = kept[first];
  if (like === undefined) throw new Error(`${order.title} describes ${String(keptPools[0])}`);
  const events = [
    ...kept.slice(0, first),
    onP(like, 'pool_init', {
      wchan: poolP,
      size: limits.itemBytes ?? 4096,
      align: 0,
      ioff: 0,
      flags: '',
      palloc: 'pool_allocator_nointr',
      ipl: 'NONE',
      ...(limits.hard === undefined ? {} : { hardlimit: limits.hard }),
    }),
    ...(limits.highWater === undefined
      ? []
      : [onP(like, 'pool_sethiwat', { n: limits.highWater })]),
    ...kept.slice(first),
  ];
  return { ...order, title: `${order.title}, the least boot`, events };
}

/** How many items P may have out, above how many it gives a page back at once, and their size. */
export interface Limits {
  readonly itemBytes?: number;
  readonly hard?: number;
  readonly highWater?: number;
}

function isKept(event: OrderEvent): boolean {
  if (keptCalls.includes(event.call)) return true;
  if (event.call === 'set') return keptSets.includes(event.object ?? '');
  if (event.call === 'uvm_km_suballoc') return event.object === 'kmem_map';
  return event.call !== 'pool_cache_get' && keptPools.includes(String(event.args['wchan']));
}

function onP(
  like: OrderEvent,
  call: string,
  args: { readonly [name: string]: OrderArgument },
): OrderEvent {
  const note = 'Not in the source: the early pool of the small models.';
  return { ...like, call, object: 'P', args: { ...args }, origin: 'inferred', note };
}

/** What a small model is made of, beside its era and order. */
export interface SmallBoot {
  readonly name: string;
  readonly era: Era;
  readonly policies?: Policies;
  readonly order: Order;
  readonly properties: readonly ((parts: BootParts) => Property)[];
  readonly actors?: readonly Actor[];
  readonly environment?: readonly ((kernel: Kernel, parts: BootParts) => Process)[];
  readonly cpus?: number;
  /** Pages of kernel_map that are free when boot is over. */
  readonly freePages?: number;
  readonly replaced?: (kernel: Kernel) => readonly Routine[];
}

const pageBytes = ports.i386.pageBytes;
const kmemPages = 8;

/** An entry page, kmem_map, and the chunk that is left unaligned before the first of the vacache. */
const pagesOfBoot = 16;

const sizes = (cpus: number, freePages: number): Sizes => ({
  kernelMapBytes: (pagesOfBoot + freePages) * pageBytes,
  imageBytes: (pagesOfBoot - kmemPages - 1 - 1) * pageBytes,
  kmemMapBytes: kmemPages * pageBytes,
  vacachePages: 2,
  pages: 64,
  reserveKernel: 5,
  reservePagedaemon: 1,
  freeTarget: 0,
  cpus,
  groupObjects: { normal: 1, large: 2 },
  identity: 'page',
  vacacheIdentity: 'page',
});

export function smallBoot(model: SmallBoot): Result<BootModel> {
  const { name, era, actors = [], environment = [], cpus = 1, freePages = 8, replaced } = model;
  return buildBootModel({
    name,
    parameters: {},
    order: model.order,
    port: ports.i386,
    policies: model.policies ?? era.policies,
    machine: era.machine,
    sizes: sizes(cpus, freePages),
    actors,
    pagesLeft: null,
    grain: 'fine',
    preemption: false,
    ...(replaced === undefined ? {} : { replaced }),
    properties: model.properties,
    environment,
    assumptions: [`the least boot of i386, ${freePages} pages of kernel_map free after it`],
    environmentText: [
      `${cpus} CPU${cpus === 1 ? '' : 's'}`,
      ...actors.map((actor) => `${actor.name}, once boot is over`),
    ],
  });
}
