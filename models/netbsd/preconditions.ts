import type { OrderEvent } from '../../src/order/order.ts';
import type { PortName } from './orders.ts';

/**
 * What must come before what, read from the dossier's list of preconditions (allocators.md 17) and
 * not from the needs of the model: the two are compared.
 *
 * PRE-1 to PRE-9 and PRE-13 to PRE-16 order calls of a boot. PRE-17 and PRE-18 are about a
 * pagedaemon, which no call of this part waits for; PRE-8D, 9D, 10, 11 and 12 are about NetBSD 6.
 */
export interface Precondition {
  readonly pre: string;
  readonly first: Named;
  readonly then: Named;
  readonly because: string;
  /** Ports on which it says nothing. */
  readonly except?: readonly PortName[];
}

/** An event by its call and, where given, its object or what it is for. */
export interface Named {
  readonly call: string | readonly string[];
  readonly of?: string;
}

export const names = ({ call, of }: Named, event: OrderEvent): boolean =>
  (typeof call === 'string' ? call === event.call : call.includes(event.call)) &&
  (of === undefined ||
    [event.object, event.args['wchan'], event.args['what'], event.args['entry']].includes(of));

const set = (of: string): Named => ({ call: 'set', of });

const pageSize: Named = { call: 'uvm_setpagesize' };
const memory: Named = { call: 'uvm_page_physload' };
const pages = set('uvm.page_init_done');
const kernelMap = set('kernel_map');
const kmemMap = set('kmem_map');
const bootstrap: Named = { call: 'pool_subsystem_bootstrap' };
const subsystem: Named = { call: 'pool_subsystem_init' };
const pcache: Named = { call: 'pool_init', of: 'pcache' };
const describing: Named = { call: ['pool_init', 'pool_cache_bootstrap', 'pool_cache_init'] };
const setup: Named = { call: 'uvm_map_setup_kernel' };
const vacacheOf = (of: string): Named => ({ call: 'uvm_km_vacache_init', of });
const cacheInit: Named = { call: 'pool_cache_init' };
const kmemAlloc: Named = { call: 'kmem_alloc' };
const lowWater: Named = { call: ['pool_setlowat', 'pool_cache_setlowat'] };

/** pool_allocators that name their own page size do not ask for the machine's. */
const namesItsPageSize = (event: OrderEvent): boolean => event.args['pageSize'] !== undefined;

const each = (
  pre: string,
  pairs: readonly (readonly [Named, Named])[],
  because: string,
  except: readonly PortName[] = [],
): readonly Precondition[] => pairs.map(([first, then]) => ({ pre, first, then, because, except }));

/** Where PMAP_MAP_POOLPAGE is defined a pool page needs no map. */
const directMapped: readonly PortName[] = ['alpha'];

export const preconditions: readonly Precondition[] = [
  ...each(
    'PRE-1',
    [
      [pageSize, bootstrap],
      [pageSize, describing],
    ],
    'pool_init asks for the page size where the allocator has none of its own',
  ),
  ...each('PRE-1', [[bootstrap, describing]], 'in C, pool_subsystem_bootstrap comes first'),
  ...each('PRE-1', [[bootstrap, vacacheOf('kernel_map')]], 'it calls pool_init'),
  ...each('PRE-1', [[bootstrap, vacacheOf('kmem_map')]], 'it calls pool_init'),
  ...each('PRE-2', [[pages, lowWater]], 'a low-water mark makes the pool grow'),
  ...each(
    'PRE-2',
    [[kernelMap, lowWater]],
    'pvepl of arm32 takes its first pages from kernel_map (PRE-15)',
    directMapped,
  ),
  ...each(
    'PRE-3',
    [
      [pages, cacheInit],
      [subsystem, cacheInit],
      [pcache, cacheInit],
    ],
    'pool_cache_init takes an item of pcache, which grows',
  ),
  ...each(
    'PRE-3',
    [
      [kernelMap, cacheInit],
      [kmemMap, cacheInit],
      [vacacheOf('kernel_map'), cacheInit],
    ],
    'a page of nointr is an item of kvakernel, whose header comes from kmem_map',
    directMapped,
  ),
  ...each(
    'PRE-4',
    [
      [pageSize, pages],
      [memory, pages],
      [{ call: 'uvm_pageboot_alloc' }, pages],
    ],
    'uvm_page_init wants the page size and the segments, and ends the stealing of pages',
  ),
  ...each(
    'PRE-5',
    [
      [pages, setup],
      [{ call: 'pool_cache_bootstrap', of: 'vmmpepl' }, setup],
    ],
    'uvm_km_init wants page queues and the pool of map entries described',
  ),
  ...each('PRE-6', [[kernelMap, { call: 'uvm_km_suballoc', of: 'kmem_map' }]], 'kmeminit'),
  ...each('PRE-5', [[kernelMap, { call: 'uvm_km_alloc', of: 'kmemusage' }]], 'kmeminit: POST-5'),
  ...each('PRE-6', [[kmemMap, { call: 'malloc' }]], 'malloc is usable after kmeminit: POST-6'),
  ...each(
    'PRE-7',
    [[kmemMap, { call: 'uvm_km_suballoc', of: 'pager_map' }]],
    'the struct of the submap comes from malloc',
  ),
  ...each(
    'PRE-8',
    [
      [kernelMap, subsystem],
      [kmemMap, subsystem],
    ],
    'it asserts both maps',
  ),
  ...each(
    'PRE-9',
    [
      [kernelMap, kmemAlloc],
      [kmemMap, kmemAlloc],
      [subsystem, kmemAlloc],
      [{ call: 'malloc', of: 'kmem_arena' }, kmemAlloc],
      [{ call: 'malloc', of: 'hash of kmem_arena' }, kmemAlloc],
      [{ call: 'pool_cache_bootstrap', of: 'vmembt' }, kmemAlloc],
      [{ call: 'pool_cache_init', of: 'kmem-N' }, kmemAlloc],
    ],
    'kmem is usable after kmem_init: POST-9',
  ),
  ...each('PRE-13', [[setup, { call: 'callback_register' }]], 'the head of the chain'),
  ...each('PRE-14', [[kernelMap, vacacheOf('kernel_map')]], 'it looks into the map'),
  ...each('PRE-14', [[kmemMap, vacacheOf('kmem_map')]], 'it looks into the map'),
  ...each('PRE-16', [[subsystem, set('cold')]], 'locks are taken from here on'),
];

/** The pairs of events in an order that a precondition speaks of, by their numbers. */
export function pairsOf(
  { pre, first, then }: Precondition,
  events: readonly OrderEvent[],
): readonly { readonly first: number; readonly then: number }[] {
  const matching = (of: Named): readonly number[] =>
    events.flatMap((event, at) => (names(of, event) ? [at] : []));
  return matching(first).flatMap((a) =>
    matching(then)
      .filter((b) => {
        const event = events[b];
        const asksForPageSize = pre === 'PRE-1' && first.call === 'uvm_setpagesize';
        return event !== undefined && !(asksForPageSize && namesItsPageSize(event));
      })
      .map((b) => ({ first: a, then: b })),
  );
}
