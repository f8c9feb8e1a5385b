import { InternalError } from '../../src/base/assert.ts';
import type { Order, OrderEvent } from '../../src/order/order.ts';

/** The pool of the scenario: early, on pool_allocator_nointr, one item a page, header off the page. */
export const scenarioPool = 'P';

const keptCalls = [
  'uvm_setpagesize',
  'uvm_page_physload',
  'uvm_map_setup_kernel',
  'uvm_km_vacache_init',
  'pool_subsystem_bootstrap',
  'pool_subsystem_init',
  'spl0',
  'cpu_boot_secondary_processors',
  'yield',
  'kthread_create',
  'uvm_scheduler',
];

const keptSets = ['uvm.page_init_done', 'kernel_map', 'kmem_map', 'cold'];

/** Early pools of i386 and alpha, and the two that pool_subsystem_init makes: who stands on the chains. */
const keptPools = [
  'pmappl',
  'pdppl',
  'pvpl',
  'pmap',
  'pmapl1pt',
  'pmappv',
  'amappl',
  'vmmpepl',
  'vmsppl',
  'aobj',
  'pcache',
  'pcachecpu',
];

/**
 * The boot of a port cut down to what the scenario of a starved map needs: both maps, their
 * vacaches, the early pools and the pool subsystem, in the port's own order, and one more early
 * pool, P. Later pools, submaps and allocations are left out, so that the pages of kernel_map can
 * be counted by hand.
 *
 * @param pageBytes P has one item a page
 * @param morePools later pools to keep as well
 */
export function starvedOrder(
  order: Order,
  pageBytes: number,
  morePools: readonly string[] = [],
): Order {
  const kept = order.events.filter((event) => isKept(event, morePools));
  const firstPool = kept.findIndex((event) => typeof event.args['wchan'] === 'string');
  const events = [
    ...kept.slice(0, firstPool + 1),
    poolP(kept[firstPool], pageBytes),
    ...kept.slice(firstPool + 1),
  ];
  return { ...order, title: `${order.title}, cut down to a starved map`, events };
}

function isKept(event: OrderEvent, morePools: readonly string[]): boolean {
  if (keptCalls.includes(event.call)) return true;
  if (event.call === 'set') return keptSets.includes(event.object ?? '');
  if (event.call === 'uvm_km_suballoc') return event.object === 'kmem_map';
  return [...keptPools, ...morePools].includes(String(event.args['wchan']));
}

function poolP(after: OrderEvent | undefined, pageBytes: number): OrderEvent {
  if (after === undefined) throw new InternalError('the order describes a pool');
  return {
    ...after,
    call: 'pool_init',
    object: 'P',
    args: {
      wchan: scenarioPool,
      size: pageBytes,
      align: 0,
      ioff: 0,
      flags: '',
      palloc: 'pool_allocator_nointr',
      ipl: 'NONE',
    },
    origin: 'inferred',
    note: 'Not in the source: the early pool of the scenario, placed after the first one.',
  };
}
