import type { Order, OrderEvent } from '../order/order.ts';
import { isMapName } from './configure.ts';
import { importHeap, importMap } from './import-memory.ts';
import { MapNames, pathOf } from './import-names.ts';
import { importDescription, importUse, PoolNames } from './import-pools.ts';
import { irrelevantCalls, irrelevantGlobals, modelledRoutines } from './import-tables.ts';

/** What must be known of the port to read sizes and CPUs. */
export interface ImportPort {
  readonly pageBytes: number;
  readonly lp64: boolean;
  readonly multiprocessor: boolean;
}

/** What becomes of one event. */
export type Fate =
  | { readonly kept: OrderEvent; readonly assumed: readonly string[] }
  | { readonly below: string }
  | { readonly irrelevant: string }
  | { readonly unknown: string };

/** Decides about each event in turn; remembers pools and quantum caches. */
export class OrderReader {
  readonly #order: Order;
  readonly #port: ImportPort;
  readonly #maps: MapNames;
  readonly #pools = new PoolNames();
  readonly #quantumCaches = new Map<string, number>();

  constructor(order: Order, port: ImportPort) {
    this.#order = order;
    this.#port = port;
    this.#maps = new MapNames(order);
  }

  assumed(): readonly string[] {
    return [...this.#quantumCaches].flatMap(([allocator, count]) =>
      count < 2 ? [] : [`${count} quantum caches of ${allocator} are one pool, on no chain`],
    );
  }

  fateOf(event: OrderEvent, index: number): Fate {
    const inside = pathOf(event).find((name) => modelledRoutines.has(name));
    if (inside !== undefined) return { below: inside };
    switch (event.call) {
      case 'pool_init':
      case 'pool_cache_init':
      case 'pool_cache_bootstrap':
        return this.#description(event, index);
      case 'pool_get':
      case 'pool_cache_get':
      case 'pool_cache_get_paddr':
      case 'pool_prime':
      case 'pool_cache_prime':
      case 'pool_setlowat':
      case 'pool_cache_setlowat':
      case 'pool_sethiwat':
      case 'pool_cache_sethiwat':
      case 'pool_sethardlimit':
      case 'pool_cache_sethardlimit':
        return fate(importUse(event, this.#pools));
      case 'mutex_obj_alloc':
      case 'rw_obj_alloc':
        return this.#lockObject(event);
      case 'kmem_alloc':
      case 'kmem_zalloc':
      case 'kmem_intr_alloc':
      case 'kmem_intr_zalloc':
      case 'malloc':
      case 'kern_malloc':
      case 'hashinit':
      case 'percpu_alloc':
        return fate(importHeap(event, this.#port.lp64 ? 8 : 4));
      case 'uvm_map_setup_kernel':
      case 'uvm_km_vacache_init':
      case 'uvm_km_suballoc':
      case 'uvm_km_alloc':
      case 'uvm_map':
      case 'callback_register':
        return fate(importMap(event, index, this.#maps));
      case 'set':
        return this.#set(event);
      default:
        return systemCall(event);
    }
  }

  #description(event: OrderEvent, index: number): Fate {
    const { pageBytes } = this.#port;
    const inside = this.#insideOf(event, index);
    const named = asQuantumCache(event);
    const found = importDescription(named, pageBytes, this.#pools, this.#maps, inside);
    if (!('event' in found)) return found;
    const palloc = String(found.event.args['palloc']);
    if (palloc.endsWith('vm_qcache_allocator')) {
      const count = (this.#quantumCaches.get(palloc) ?? 0) + 1;
      this.#quantumCaches.set(palloc, count);
      if (count > 1) return { below: 'vmem_create' };
      return { kept: { ...found.event, certainty: 'loop' }, assumed: [] };
    }
    return fate(found);
  }

  /** The events of a call's own body: they follow it, and its name is on their way. */
  #insideOf(event: OrderEvent, index: number): readonly OrderEvent[] {
    const inside: OrderEvent[] = [];
    for (const other of this.#order.events.slice(index + 1)) {
      const way = pathOf(other);
      if (way[event.stack.length + 1] !== event.call) break;
      inside.push(other);
    }
    return inside;
  }

  #lockObject(event: OrderEvent): Fate {
    const cache = event.call === 'mutex_obj_alloc' ? 'mutex_obj_cache' : 'rw_obj_cache';
    const get = { ...event, call: 'pool_cache_get', object: cache, args: { flags: 'PR_WAITOK' } };
    return fate(importUse(get, this.#pools));
  }

  #set(event: OrderEvent): Fate {
    const { object } = event;
    const allocator = /^(\w+)\.pa_backingmap$/.exec(object ?? '')?.[1];
    if (allocator !== undefined) {
      this.#maps.bind(allocator, event.args['value']);
      return { irrelevant: 'the map of an allocator is part of what its pools are' };
    }
    const reason = irrelevantGlobals.get(object ?? '');
    if (reason !== undefined) return { irrelevant: reason };
    if (/^\w+\.pa_backingmap$/.test(object ?? '')) {
      return { irrelevant: 'the map that an allocator is given by hand goes with its pools' };
    }
    if (!isMapName(object)) {
      const isKnown = phaseGlobals.has(object ?? '');
      return isKnown
        ? keptAsIs(withTruth(event))
        : { unknown: 'the modelled kernel has no such global' };
    }
    const isFirst = ['kernel_map', 'kmem_map', 'pager_map'].includes(object);
    return isFirst
      ? keptAsIs(withStorage(event))
      : { irrelevant: 'assigned where the submap is made' };
  }
}

const phaseGlobals: ReadonlySet<string> = new Set([
  ...['uvm.page_init_done', 'cold', 'mp_online', 'pmap_initialized'],
]);

/** The quantum caches of an arena are heap objects; the arena has a name. */
function asQuantumCache(event: OrderEvent): OrderEvent {
  const arena = /^(\w+)(?:\.|->)vm_qcache_allocator$/.exec(String(event.args['palloc'] ?? ''))?.[1];
  if (arena === undefined) return event;
  const wchan = `${arena.replace(/_arena$/, '')}-N`;
  const object = `${arena}->vm_qcache_store[].qc_cache`;
  return { ...event, object, args: { ...event.args, wchan } };
}

/** `kernel_map_store` for its part, `malloc` for what has no name of its own. */
function withStorage(event: OrderEvent): OrderEvent {
  const storage = String(event.args['value'] ?? '').replace(/\.vmk_map$/, '');
  return { ...event, args: { value: storage.replace(/^@(\w+)#\d+$/, '$1') } };
}

/** A bool of C is a number in the reading. */
function withTruth(event: OrderEvent): OrderEvent {
  const isBool = event.object !== 'cold' && event.object !== 'mp_online';
  return isBool && event.args['value'] === 1 ? { ...event, args: { value: true } } : event;
}

const keptAsIs = (event: OrderEvent): Fate => ({ kept: event, assumed: [] });

function fate(
  found:
    | { readonly event: OrderEvent; readonly assumed: readonly string[] }
    | { readonly irrelevant: string }
    | { readonly unknown: string },
): Fate {
  return 'event' in found ? { kept: found.event, assumed: found.assumed } : found;
}

function systemCall(event: OrderEvent): Fate {
  switch (event.call) {
    case 'uvm_setpagesize':
    case 'uvm_page_physload':
    case 'pool_subsystem_init':
    case 'cpu_boot_secondary_processors':
    case 'spl0':
    case 'splraise':
    case 'x86_enable_intr':
    case 'enable_interrupts':
    case 'yield':
    case 'mi_cpu_attach':
    case 'uvm_scheduler':
      return keptAsIs(event);
    case 'uvm_pageboot_alloc':
    case 'uvm_page_physget':
    case 'pmap_steal_memory': {
      const size = event.args['size'];
      const args = typeof size === 'number' ? { size } : {};
      const text = String(size ?? 'a page').replace(/^\?/, '');
      const isKnown = typeof size === 'number' || size === undefined;
      const assumed = isKnown ? [] : [`${event.call}: ${text} is taken to be one page`];
      return { kept: { ...event, call: 'uvm_pageboot_alloc', args }, assumed };
    }
    case 'kthread_create': {
      const entry = String(event.args['func'] ?? event.object ?? '');
      return entry === 'uvm_pageout'
        ? keptAsIs({ ...event, object: 'uvm_pageout' })
        : { irrelevant: 'a thread that the environment of the model leaves out' };
    }
    default: {
      const reason = irrelevantCalls.get(event.call);
      return reason === undefined
        ? { unknown: 'the modelled kernel has no call of that name' }
        : { irrelevant: reason };
    }
  }
}
