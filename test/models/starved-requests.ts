import { present } from '../../src/base/assert.ts';
import type { Ref } from '../../src/base/plain.ts';
import type { Routine } from '../../src/base/routine.ts';
import { callRoutine, exit, go, routine } from '../../src/base/routine.ts';
import type { ReadView } from '../../src/base/view.ts';
import type { Actor, BootModel } from '../../src/boot/build.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import type { Sequence } from '../../src/boot/boot-process.ts';
import type { Sizes } from '../../src/boot/configure.ts';
import { finals } from '../../src/checker/index.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { Entry } from '../../src/kernel/kmem/requesters.ts';
import { lockingBystander } from '../../src/kernel/machine/environment.ts';
import { entriesPerPage } from '../../src/kernel/uvm/map-facts.ts';
import type { Order, OrderEvent } from '../../src/order/order.ts';
import { poolActor } from '../../models/netbsd/environment.ts';
import type { Era } from '../../models/netbsd/eras.ts';
import { ports } from '../../models/netbsd/ports/ports.ts';
import { starvedOrder } from '../../models/netbsd/starved-order.ts';

/**
 * One request against a map whose space is all in idle pages of one pool: the rows of
 * allocators.md 15.2.
 *
 * kernel_map: 12 pages are left by the image and kmem_map, 4 to a chunk; the first is taken, P holds
 * two chunks idle, 3 pages are free. kmem_map: 17 pages, one of them of entries and one of headers;
 * Q holds 15 idle, none is free.
 */
export const page = 4096;

const sizes: Sizes = {
  kernelMapBytes: (20 + 12) * page,
  imageBytes: 3 * page,
  kmemMapBytes: 16 * page,
  vacachePages: 4,
  pages: 256,
  reserveKernel: 5,
  reservePagedaemon: 1,
  freeTarget: 10,
  cpus: 1,
  groupObjects: null,
  identity: 'page',
  vacacheIdentity: 'page',
};

/** An entry page has 48 entries, so a map of fewer pages never runs out of them. */
const withMorePagesThanEntries: Sizes = { ...sizes, kernelMapBytes: (20 + 64) * page };

/** Which map is short, and the pool that holds its space. */
export type Short = 'kernel_map' | 'kmem_map' | 'neither';

const holders: { readonly [map in Short]: { readonly pool: string; readonly items: number } } = {
  kernel_map: { pool: 'P', items: 8 },
  kmem_map: { pool: 'Q', items: 15 },
  neither: { pool: 'P', items: 0 },
};

export interface Scene {
  readonly era: Era;
  readonly short: Short;
  readonly request: (kernel: Kernel) => Entry;
  /** Somebody write-locks kernel_map whenever a thread waits for space. */
  readonly bystander?: boolean;
  /** Takes all space and all map entries of kernel_map before the request. */
  readonly entriesGone?: boolean;
}

/** `P` is on pool_allocator_nointr, and so is `R`; `Q` and `S` are on meta. All have one item a page. */
function orderOf(era: Era): Order {
  const order = starvedOrder(era.order('i386'), page);
  const at = order.events.findIndex(({ object }) => object === 'P');
  const like = present(order.events[at], 'the starved order has P');
  const pool = (wchan: string, palloc: string): OrderEvent => ({
    ...like,
    object: wchan,
    args: { ...like.args, wchan, palloc },
  });
  const kmem = order.events.find(({ object }) => object === 'kmem_map');
  const submap: OrderEvent = {
    ...present(kmem, 'and kmem_map'),
    call: 'uvm_km_suballoc',
    object: 'exec_map',
    args: { parent: 'kernel_map', size: 5 * page, intrsafe: false, storage: 'static' },
  };
  const events = [
    ...order.events.slice(0, at + 1),
    pool('R', 'pool_allocator_nointr'),
    pool('Q', 'pool_allocator_meta'),
    pool('S', 'pool_allocator_meta'),
    submap,
    ...order.events.slice(at + 1),
  ];
  return { ...order, events };
}

/** The boot in its order, without the submap: that is made by a request. */
function withoutSubmap(order: Order): Sequence {
  const runs = order.events.flatMap(({ object }, i) => (object === 'exec_map' ? [] : [i]));
  return { cells: [], next: (_, ran) => runs[ran.length] ?? null };
}

const requester = 'requester';

function modelOf({ era, short, request, bystander, entriesGone }: Scene): BootModel {
  const order = orderOf(era);
  const { pool, items } = holders[short];
  const holder = poolActor(
    'holder',
    pool,
    { items, wait: true, order: 'ascending' },
    'boot is over',
  );
  const before: readonly Actor[] = [
    ...(short === 'neither' ? [] : [holder]),
    ...(entriesGone === true ? [fillsUp(short === 'neither' ? null : holder.name)] : []),
  ];
  const last = before.at(-1);
  const built = buildBootModel({
    name: `requests/${era.policies.era}`,
    parameters: {},
    order,
    port: ports.i386,
    policies: era.policies,
    machine: era.machine,
    sizes: entriesGone === true ? withMorePagesThanEntries : sizes,
    actors: [
      ...before,
      {
        name: requester,
        kind: 'system',
        entry: request,
        from: last === undefined ? 'boot is over' : { after: last.name },
        ordinary: true,
      },
    ],
    pagesLeft: null,
    grain: 'fine',
    preemption: false,
    sequence: withoutSubmap(order),
    properties: [],
    environment: bystander === true ? [(kernel) => lockingBystander(kernel, 'map:kernel_map')] : [],
    assumptions: [],
    environmentText: [],
  });
  if (!built.ok) throw new Error(JSON.stringify(built.diagnostics));
  return built.value;
}

/**
 * What comes of a request: its answer, how the kernel stopped, or that it sleeps and nobody is there
 * to wake it. With a bystander it may be woken for ever: then there is no outcome, `for ever`.
 */
export function outcomeOf(scene: Scene): string {
  const model = modelOf(scene);
  const { threads, mapControl, globals } = model.parts.kernel.cells;
  const self: Ref<'thread'> = `thread:${requester}`;
  const sleeps = (view: ReadView): boolean =>
    scene.bystander !== true &&
    view.observe(threads.at(self), 'isAt', 'uvm_map_prepare', 'poll') &&
    mapControl.cells.some((control) => view.observe(control, 'unchanged', self));
  const found = finals({ ...model, final: (view) => model.final(view) || sleeps(view) }, (view) => {
    const outcome = view.observe(globals, 'outcome');
    if (outcome !== null) return outcome.message;
    if (sleeps(view)) return 'sleeps';
    return view.observe(threads.at(self), 'answer') ?? 'returned';
  });
  const values = found.outcomes.map(({ value }) => String(value));
  return values.length === 0 ? 'sleeps for ever' : values.join(' or ');
}

/**
 * Other users of kernel_map: single pages until one map entry is left, then all the rest at once.
 * Address space alone: RAM is not short.
 */
function fillsUp(after: string | null): Actor {
  const map: Ref<'map'> = 'map:kernel_map';
  return {
    name: 'other users',
    kind: 'environment',
    routines: (kernel) => [filler(kernel, map)],
    entry: () => ({ routine: 'fills_up', params: {} }),
    from: after === null ? 'boot is over' : { after },
    ordinary: true,
  };
}

function filler(kernel: Kernel, map: Ref<'map'>): Routine {
  const entries = kernel.cells.mapEntries.at(map);
  return routine<Record<never, never>>()({
    name: 'fills_up',
    file: 'environment',
    revision: '-',
    labels: {
      map: {
        line: 0,
        run: (_, view) => {
          const used = view.read(entries)?.pages.map((one) => one.used) ?? [];
          const free = used.reduce((sum, one) => sum + entriesPerPage(kernel.spec) - one, 0);
          const gaps = view.observe(entries, 'gaps');
          if (free === 0 || gaps.length === 0) return exit();
          const bytes = free > gaps.length ? page : (gaps[0] ?? page);
          const flags = { wait: 'nowait', quantum: true } as const;
          return callRoutine('uvm_map', { map, bytes, align: 0, flags }, 'mapped');
        },
      },
      mapped: { line: 0, run: (_, __, va: number | null) => (va === null ? exit() : go('map')) },
    },
  });
}
