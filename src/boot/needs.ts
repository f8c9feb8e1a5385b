import type { Ref } from '../base/plain.ts';
import { ref } from '../base/plain.ts';
import type { ReadView } from '../base/view.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { geometryOf } from '../kernel/pool/geometry.ts';
import type { MapName, PoolSpec } from '../kernel/spec.ts';
import type { Order, OrderEvent } from '../order/order.ts';
import { allocatorOf, isMapName } from './configure.ts';
import type { BootCell } from './boot-process.ts';
import { wayOf } from './choices.ts';

/**
 * One thing that must be up before an operation starts.
 *
 * The need sets are those of the operation and of all that it may call (allocators.md 13.1), so an
 * operation that starts with its needs met cannot run into something that is not there.
 */
export interface Need {
  /** `kmem_map is published`. */
  readonly fact: string;
  /** The precondition of the dossier that it comes from: `PRE-2`. */
  readonly cites: string;
  isUp(view: ReadView): boolean;
}

/** The needs of one event of a boot order, with the condition under which they count. */
export interface EventNeeds {
  readonly index: number;
  readonly event: OrderEvent;
  readonly needs: readonly Need[];
  /**
   * What a pool needs to grow. Asked at the first call that may grow it, for that call and for all
   * that take from the pool later: whether one of those grows it hangs on what is left in it.
   */
  readonly growth: readonly Need[];
  /** All that the operation may need. */
  readonly all: readonly Need[];
  /** Whether the operation is about to start. */
  starts(view: ReadView): boolean;
  /** Whether one of those calls is about to start and grows the pool. */
  grows(view: ReadView): boolean;
}

/** The needs of all events of an order, in their order. */
export function needsOf(
  kernel: Kernel,
  boot: BootCell,
  order: Order,
  poolOf: (event: OrderEvent) => string | null,
): readonly EventNeeds[] {
  const facts = factsOf(kernel, boot, order);
  const growers = new Map<string, ((view: ReadView) => boolean)[]>();
  return order.events.flatMap((event, index): readonly EventNeeds[] => {
    const pool = poolOf(event);
    const needs = needsOfCall(kernel, facts, event, pool);
    const starts = startsWhen(boot, event, index);
    const isGrower = pool !== null && growingCalls.has(event.call);
    if (!isGrower) {
      return needs.length === 0
        ? []
        : [{ index, event, needs, growth: [], all: needs, starts, grows: never }];
    }
    const growth = growthNeeds(kernel, facts, pool, 'PRE-2');
    const all = [...needs, ...growth];
    const isEmpty = emptyWhen(kernel, event, pool);
    const growsNow = (view: ReadView): boolean => starts(view) && isEmpty(view);
    const before = growers.get(pool);
    const isTaking = takingCalls.has(event.call);
    // A call that always grows is asked about by itself.
    if (before !== undefined && isTaking) {
      before.push(growsNow);
      return [{ index, event, needs, growth: [], all, starts, grows: never }];
    }
    const moments = [growsNow];
    if (before === undefined) growers.set(pool, moments);
    const grows = (view: ReadView): boolean => moments.some((one) => one(view));
    return [{ index, event, needs, growth, all, starts, grows }];
  });
}

const takingCalls: ReadonlySet<string> = new Set(['pool_get', 'pool_cache_get']);
const growingCalls: ReadonlySet<string> = new Set([
  ...takingCalls,
  ...['pool_prime', 'pool_setlowat', 'pool_cache_setlowat'],
]);

const never = (): boolean => false;

/** The event is next, and nothing that was decided keeps it from running. */
function startsWhen(
  boot: BootCell,
  { certainty, guards }: OrderEvent,
  index: number,
): (view: ReadView) => boolean {
  if (certainty === 'must' || certainty === 'loop' || guards.length === 0) {
    return (view) => view.observe(boot, 'isAbout', index);
  }
  const ways = guards.map((guard) => {
    const { choice, arm, isNot } = wayOf(guard);
    return [choice, arm, isNot] as const;
  });
  return (view) => view.observe(boot, 'isAbout', index) && view.observe(boot, 'mayRun', ways);
}

type Facts = ReturnType<typeof factsOf>;

function factsOf(kernel: Kernel, boot: BootCell, order: Order) {
  const { globals, pages, mapControl, pools } = kernel.cells;
  const pageSizeSet = order.events.findIndex((event) => event.call === 'uvm_setpagesize');
  const bootstrapAt = order.events.findIndex((event) => event.call === 'pool_subsystem_bootstrap');
  // vmem(9) is not modelled: the arena is there when all calls inside its vmem_create are done.
  const insideVmemCreate = order.events.flatMap(({ stack }, at) =>
    stack.some(
      (frame, i) => frame.function === 'kmem_init' && stack[i + 1]?.function === 'vmem_create',
    )
      ? [at]
      : [],
  );
  const has = (name: string): boolean => kernel.spec.pools.some((pool) => pool.name === name);
  return {
    pageSize: (cites: string): Need => ({
      fact: 'the page size is set',
      cites,
      isUp: (view) => pageSizeSet >= 0 && view.observe(boot, 'isPast', pageSizeSet),
    }),
    segments: (cites: string): Need => ({
      fact: 'physical memory is loaded',
      cites,
      isUp: (view) => view.observe(pages, 'isLoaded'),
    }),
    stealing: (cites: string): Need => ({
      fact: 'pages may still be stolen',
      cites,
      isUp: (view) => !view.observe(globals, 'isPageInitDone'),
    }),
    pages: (cites: string): Need => ({
      fact: 'uvm_page_init is done',
      cites,
      isUp: (view) => view.observe(globals, 'isPageInitDone'),
    }),
    map: (name: MapName, cites: string): Need => ({
      fact: `${name} is published`,
      cites,
      isUp: (view) => view.observe(globals, 'published', name),
    }),
    mapSetUp: (name: MapName, cites: string): Need => ({
      fact: `${name} is set up`,
      cites,
      isUp: (view) => view.observe(mapControl.at(ref('map', name)), 'isSetUp'),
    }),
    pool: (name: string, cites: string): readonly Need[] =>
      has(name)
        ? [
            {
              fact: `${name} is initialised`,
              cites,
              isUp: (view) => view.observe(pools.at(ref('pool', name)), 'initialised'),
            },
          ]
        : [],
    bootstrapped: (cites: string): Need => ({
      fact: 'pool_subsystem_bootstrap is done',
      cites,
      isUp: (view) => bootstrapAt >= 0 && view.observe(boot, 'isPast', bootstrapAt),
    }),
    kmemArena: (cites: string): readonly Need[] =>
      insideVmemCreate.length === 0
        ? []
        : [
            {
              fact: 'kmem_arena is created',
              cites,
              isUp: (view) => insideVmemCreate.every((at) => view.observe(boot, 'isPast', at)),
            },
          ],
    subsystem: (cites: string): Need => ({
      fact: 'pool_subsystem_init is done',
      cites,
      isUp: (view) => view.observe(globals, 'poolSubsystem') === 'initialised',
    }),
  };
}

function needsOfCall(
  kernel: Kernel,
  facts: Facts,
  event: OrderEvent,
  pool: string | null,
): readonly Need[] {
  const map = isMapName(event.object) ? event.object : null;
  switch (event.call) {
    case 'uvm_page_physload':
      return [facts.pageSize('PRE-4')];
    case 'uvm_pageboot_alloc':
      return [facts.segments('PRE-4'), facts.stealing('PRE-4')];
    case 'pool_subsystem_bootstrap':
      return [facts.pageSize('PRE-1')];
    case 'pool_init':
    case 'pool_cache_bootstrap':
      return [facts.pageSize('PRE-1'), ...describingNeeds(kernel, facts)];
    case 'pool_cache_init':
      return [
        facts.pageSize('PRE-1'),
        ...describingNeeds(kernel, facts),
        ...facts.pool('pcache', 'PRE-3'),
        ...growthNeeds(kernel, facts, 'pcache', 'PRE-3'),
      ];
    case 'pool_get':
    case 'pool_cache_get':
    case 'pool_prime':
    case 'pool_setlowat':
    case 'pool_cache_setlowat':
      return pool === null ? [] : facts.pool(pool, 'PRE-2');
    case 'mi_cpu_attach':
      // A further CPU: each cache gets a structure for it, an item of pcachecpu.
      return typeof event.args['cpu'] === 'number'
        ? [...facts.pool('pcachecpu', 'PRE-3'), ...growthNeeds(kernel, facts, 'pcachecpu', 'PRE-3')]
        : [];
    case 'uvm_map_setup_kernel':
      return [facts.pages('PRE-5'), ...facts.pool('vmmpepl', 'PRE-5')];
    case 'uvm_km_vacache_init':
      return map === null || kernel.spec.directMap
        ? []
        : [facts.map(map, 'PRE-14'), ...describingNeeds(kernel, facts)];
    case 'uvm_map':
    case 'uvm_km_alloc':
      return [facts.pages('PRE-5'), ...(map === null ? [] : [facts.map(map, 'PRE-5')])];
    case 'uvm_km_suballoc':
      return [
        facts.map('kernel_map', 'PRE-6'),
        ...(event.args['storage'] === 'malloc' ? [facts.map('kmem_map', 'PRE-7')] : []),
      ];
    case 'malloc':
      return [facts.map('kmem_map', 'PRE-6'), facts.pages('PRE-6')];
    case 'pool_subsystem_init':
      return [facts.map('kernel_map', 'PRE-8'), facts.map('kmem_map', 'PRE-8')];
    case 'kmem_alloc':
      return [
        facts.map('kernel_map', 'PRE-9'),
        facts.map('kmem_map', 'PRE-9'),
        facts.subsystem('PRE-9'),
        ...facts.kmemArena('PRE-9'),
      ];
    case 'callback_register':
      return map === null ? [] : [facts.mapSetUp(map, 'PRE-13')];
    case 'set':
      return needsOfSet(facts, event, map);
    default:
      return [];
  }
}

function needsOfSet(facts: Facts, event: OrderEvent, map: MapName | null): readonly Need[] {
  if (event.object === 'uvm.page_init_done') {
    return [facts.pageSize('PRE-4'), facts.segments('PRE-4')];
  }
  // pool_head_lock and the allocators' list locks are skipped while cold, and taken from here on.
  if (event.object === 'cold') return [facts.subsystem('PRE-16')];
  if (map === null) return [];
  const cites = map === 'kernel_map' ? 'PRE-5' : map === 'kmem_map' ? 'PRE-6' : 'PRE-7';
  return [facts.mapSetUp(map, cites)];
}

/** Eras B and C: the header and group pools are there only after bootstrap. */
function describingNeeds(kernel: Kernel, facts: Facts): readonly Need[] {
  return kernel.spec.policies.headerPools === 'pool_subsystem_bootstrap'
    ? [facts.bootstrapped('PRE-1')]
    : [];
}

/** What a pool needs to take one more page: its back end, its header pool, and the permission. */
function growthNeeds(kernel: Kernel, facts: Facts, pool: string, cites: string): readonly Need[] {
  const spec = kernel.spec.pools.find((one) => one.name === pool);
  if (spec === undefined) return [];
  const needs = [
    facts.pages(cites),
    ...pageNeeds(kernel, facts, pool, cites),
    ...headerNeeds(kernel, facts, spec, cites),
    ...permissionNeeds(kernel, facts, pool, cites),
  ];
  return [...new Map(needs.map((need) => [need.fact, need])).values()];
}

function pageNeeds(kernel: Kernel, facts: Facts, pool: string, cites: string): readonly Need[] {
  const { directMap } = kernel.spec;
  switch (allocatorOf(kernel.spec, pool)?.source) {
    case 'pool_page_alloc':
      return directMap
        ? []
        : [facts.map('kmem_map', cites), ...vacacheNeeds(facts, 'kvakmem', cites)];
    case 'pool_page_alloc_nointr':
      return directMap
        ? []
        : [
            facts.map('kernel_map', cites),
            // Growing kernel_map's vacache takes a header, whose page comes from kmem_map.
            facts.map('kmem_map', cites),
            ...vacacheNeeds(facts, 'kvakernel', cites),
          ];
    case 'pool_page_alloc_meta':
      return directMap ? [] : [facts.map('kmem_map', cites)];
    case 'km_vacache_alloc':
      return [facts.map('kernel_map', cites), facts.map('kmem_map', cites)];
    case 'pmap_bootstrap_pv_page_alloc':
    case 'pmap_pdp_alloc':
    case 'uvm_km_alloc':
      return [facts.map('kernel_map', cites)];
    case 'mclpool_alloc':
      return directMap ? [] : [facts.map('mb_map', cites)];
    case 'uvm_pagealloc':
    case undefined:
      return [];
  }
}

const vacacheNeeds = (facts: Facts, vacache: string, cites: string): readonly Need[] =>
  facts.pool(vacache, cites);

function headerNeeds(kernel: Kernel, facts: Facts, pool: PoolSpec, cites: string): readonly Need[] {
  const geometry = geometryOf(pool, kernel.spec);
  if (geometry.headerPool === null) return [];
  return [
    ...facts.pool(geometry.headerPool, cites),
    ...(kernel.spec.directMap ? [] : [facts.map('kmem_map', cites)]),
  ];
}

function permissionNeeds(
  kernel: Kernel,
  facts: Facts,
  pool: string,
  cites: string,
): readonly Need[] {
  switch (kernel.spec.policies.enforcement) {
    case 'none':
      return [];
    case 'every growth':
      return [facts.subsystem(cites)];
    case 'standard page functions':
      return allocatorOf(kernel.spec, pool)?.standard === true ? [facts.subsystem(cites)] : [];
  }
}

/** A call that takes an item grows its pool where there is nothing to hand out; others always. */
function emptyWhen(kernel: Kernel, event: OrderEvent, pool: string): (view: ReadView) => boolean {
  if (!takingCalls.has(event.call)) return () => true;
  const cell = kernel.cells.pools.at(poolRef(pool));
  return (view) => !view.observe(cell, 'hasAvailable');
}

const poolRef = (name: string): Ref<'pool'> => ref('pool', name);
