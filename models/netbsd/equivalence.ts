import { assert, present } from '../../src/base/assert.ts';
import type { Plain } from '../../src/base/plain.ts';
import { nameOf, ref } from '../../src/base/plain.ts';
import type { ReadView } from '../../src/base/view.ts';
import type { BootModel } from '../../src/boot/build.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import type { Sequence } from '../../src/boot/boot-process.ts';
import type { Order, OrderEvent } from '../../src/order/order.ts';
import { mapsBeforePools } from '../../properties/needs.ts';
import { noPanic } from '../../properties/outcomes.ts';
import { bootOnly } from './boot-only.ts';
import type { Era } from './eras.ts';
import { ports } from './ports/ports.ts';

/**
 * The claim at the end of allocators.md 14.3: for every boot in which no pool_get happens before
 * both maps exist, the final chains of era C are those of era A, as sets.
 *
 * A boot here takes its calls in any order that the data allows: a pool is described before it is
 * used, a map is there before something is taken from it. Which order is right is what the eras
 * differ in, so no order is put in by hand.
 */

/** One call of the boot, with the calls whose data it uses. */
export interface FreeCall {
  readonly name: string;
  readonly pick: (event: OrderEvent) => boolean;
  /** Names of calls that are before it; those that are not in a boot do not count. */
  readonly after: readonly string[];
}

/** Boots that take the same calls in all orders. */
export interface AnyOrder {
  readonly port: 'i386' | 'arm32';
  readonly calls: readonly FreeCall[];
  /** Calls that are in no order of the port: the first growth of a pool. */
  readonly more?: readonly OrderEvent[];
}

const called =
  (call: string, object?: string) =>
  (event: OrderEvent): boolean =>
    event.call === call &&
    (object === undefined || event.object === object || event.args['wchan'] === object);

const describes =
  (wchan: string) =>
  (event: OrderEvent): boolean =>
    ['pool_init', 'pool_cache_bootstrap', 'pool_cache_init'].includes(event.call) &&
    event.args['wchan'] === wchan;

/**
 * Pages first: neither pool_init nor a reclaim chain ever looks at them, so that their place among
 * the others makes no chain different.
 */
const pages: readonly FreeCall[] = [
  { name: 'page size', pick: called('uvm_setpagesize'), after: [] },
  { name: 'segments', pick: called('uvm_page_physload'), after: ['page size'] },
  { name: 'steal', pick: called('uvm_pageboot_alloc'), after: ['segments'] },
  { name: 'pages', pick: called('set', 'uvm.page_init_done'), after: ['steal'] },
];

/** The two maps, with their vacaches, and the pool subsystem: leaf by leaf. */
const maps: readonly FreeCall[] = [
  { name: 'bootstrap', pick: called('pool_subsystem_bootstrap'), after: ['pages'] },
  { name: 'set up kernel_map', pick: called('uvm_map_setup_kernel'), after: ['pages'] },
  { name: 'kernel_map', pick: called('set', 'kernel_map'), after: ['set up kernel_map'] },
  {
    name: 'kvakernel',
    pick: called('uvm_km_vacache_init', 'kernel_map'),
    after: ['kernel_map', 'bootstrap'],
  },
  { name: 'set up kmem_map', pick: called('uvm_km_suballoc', 'kmem_map'), after: ['kernel_map'] },
  { name: 'kmem_map', pick: called('set', 'kmem_map'), after: ['set up kmem_map'] },
  {
    name: 'kvakmem',
    pick: called('uvm_km_vacache_init', 'kmem_map'),
    after: ['kmem_map', 'bootstrap'],
  },
  {
    name: 'init',
    pick: called('pool_subsystem_init'),
    after: ['kernel_map', 'kmem_map', 'bootstrap'],
  },
  { name: 'pcache', pick: describes('pcache'), after: ['init'] },
];

const pool = (name: string): FreeCall => ({
  name,
  pick: describes(name),
  after: ['pages', 'bootstrap'],
});

/** What a page of pool_allocator_nointr needs: kvakernel, and kmem_map for the header of its chunk. */
const nointrPage = ['kvakernel', 'kmem_map'];

/** A growth of `wchan`; which call it is makes no difference to a chain. */
const growth = (wchan: string, object: string): OrderEvent => ({
  call: 'pool_cache_get',
  object,
  args: { flags: 'PR_WAITOK' },
  function: `first_use_of_${wchan}`,
  file: 'kern/subr_pool.c',
  line: 0,
  stack: [],
  context: { ipl: 'NONE', by: 'thread', cold: true },
  certainty: 'must',
  guards: [],
  origin: 'inferred',
});

/** What the first growth of a pool waits for. */
export type Growth =
  /** Nothing: the premise of the claim is broken. */
  | 'nothing'
  /** Its data: on x86 both maps, which is the premise; on arm32 kernel_map, which breaks it. */
  | 'its data'
  /** pool_subsystem_init too, as era C wants it. */
  | 'pool_subsystem_init';

/**
 * x86: two pools of nointr, so that one of them may be there already when the other comes; one of
 * meta and one of kmem; a cache made by pool_cache_init; and the first growth of a pool.
 */
export function x86Boots(grows: Growth): AnyOrder {
  return {
    port: 'i386',
    calls: [
      ...pages,
      ...maps,
      pool('pmappl'),
      pool('amappl'),
      pool('pvpl'),
      pool('vmembt'),
      {
        name: 'growth',
        pick: called('pool_cache_get', 'pmap_cache'),
        after: [
          'pmappl',
          ...(grows === 'nothing' ? [] : nointrPage),
          ...(grows === 'pool_subsystem_init' ? ['init'] : []),
        ],
      },
      {
        name: 'late cache',
        pick: describes('mutex'),
        after: ['pcache', 'growth', ...nointrPage],
      },
    ],
    more: [growth('pmappl', 'pmap_cache')],
  };
}

/** arm32: pmap_init raises the low-water mark of pvepl, which takes pages from kernel_map alone. */
export function arm32Boots(grows: Exclude<Growth, 'nothing'>): AnyOrder {
  return {
    port: 'arm32',
    calls: [
      ...pages,
      ...maps,
      pool('pmappl'),
      pool('pvepl'),
      pool('vmembt'),
      {
        name: 'low water',
        pick: called('pool_setlowat', 'pmap_pv_pool'),
        after: ['pvepl', 'kernel_map', ...(grows === 'its data' ? [] : ['init'])],
      },
      {
        name: 'pmap_initialized',
        pick: called('set', 'pmap_initialized'),
        after: ['low water'],
      },
    ],
  };
}

/** The calls of a boot in the order of the port, with those that its era does not have left out. */
function callsOf(era: Era, boots: AnyOrder): { readonly order: Order; readonly calls: FreeCall[] } {
  const order = era.order(boots.port);
  const events = [...order.events, ...(boots.more ?? [])];
  const kept = boots.calls.flatMap((call) => {
    const event = events.find(call.pick);
    return event === undefined ? [] : [{ call, event }];
  });
  return {
    order: { ...order, events: kept.map(({ event }) => event) },
    calls: kept.map(({ call }) => call),
  };
}

/** The calls, by number, that may come next. */
function ready(calls: readonly FreeCall[], ran: readonly number[]): readonly number[] {
  const done = new Set(ran.map((at) => calls[at]?.name));
  const known = new Set(calls.map(({ name }) => name));
  return calls.flatMap(({ after }, at) =>
    !ran.includes(at) && after.every((name) => done.has(name) || !known.has(name)) ? [at] : [],
  );
}

/** The boots of one era that take their calls in any order. */
export function anyOrderModel(era: Era, boots: AnyOrder): BootModel {
  const { order, calls } = callsOf(era, boots);
  const sequence: Sequence = {
    cells: [],
    next: (view, ran) => {
      const next = ready(calls, ran).map((value) => ({
        label: present(calls[value], 'a ready call is a call').name,
        value,
      }));
      if (next.length === 0) return null;
      return view.choose('next', next);
    },
  };
  const built = buildBootModel({
    ...bootOnly,
    name: `netbsd/${era.policies.era}/any-order/${boots.port}`,
    order,
    port: ports[boots.port],
    policies: era.policies,
    machine: era.machine,
    sequence,
    properties: [mapsBeforePools, noPanic],
    environmentText: ['nobody but the boot'],
  });
  assert(built.ok, 'calls of the catalogue bind');
  return built.value;
}

/** The orders of these boots: the linear extensions of what comes after what. */
export function ordersOf(era: Era, boots: AnyOrder): number {
  const { calls } = callsOf(era, boots);
  const known = new Map<string, number>();
  const count = (ran: readonly number[]): number => {
    if (ran.length === calls.length) return 1;
    const key = ran.join();
    const found = known.get(key);
    if (found !== undefined) return found;
    const sum = ready(calls, ran).reduce(
      (total, at) => total + count([...ran, at].sort((a, b) => a - b)),
      0,
    );
    known.set(key, sum);
    return sum;
  };
  return count([]);
}

/** The chain of each map as a set; or how the kernel stopped. */
export function chainsAsSets({ parts }: BootModel): (view: ReadView) => Plain {
  const { globals, chains } = parts.kernel.cells;
  return (view) => {
    const outcome = view.observe(globals, 'outcome');
    // Without the phases: they say at which moment it was, and any moment will do.
    if (outcome !== null) return { stopped: outcome.message.replace(/ \(memory\.[^)]*\)/, '') };
    return Object.fromEntries(
      chains.refs.map((map) => [
        nameOf(map),
        view.observe(chains.at(map), 'queue').map(nameOf).sort(),
      ]),
    );
  };
}

/** How many pages a pool holds at the end, by the map that they came from; null if none were to be had. */
export function pagesByMap({ parts }: BootModel, name: string): (view: ReadView) => Plain {
  const { pools, mapEntries, globals } = parts.kernel.cells;
  return (view) => {
    const held = view.read(pools.at(ref('pool', name)));
    if (held === null || view.observe(globals, 'hasStopped')) return null;
    const { min, max } = view.observe(mapEntries.at('map:kmem_map'), 'bounds');
    const all = [...held.empty, ...held.partial, ...held.full];
    const ofKmemMap = all.filter(({ va }) => va >= min && va < max).length;
    return { kernel_map: all.length - ofKmemMap, kmem_map: ofKmemMap };
  };
}
