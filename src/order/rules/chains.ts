import { argumentText, shownName } from '../calls.ts';
import { isRead } from '../order.ts';
import { allocatorOf } from './sources.ts';
import type { Seen, Survey } from './survey.ts';
import { objectOf } from './survey.ts';

/**
 * A replay of pa_reclaim_register() and pool_reclaim_register(): who is on which map's reclaim
 * chain, and who waits in the deferred queue.
 *
 * Of the kernel only the bookkeeping is replayed: allocators bind to the map they declare when a
 * pool first uses them, wait in a last-in-first-out queue while that map does not exist, and are
 * bound by pool_subsystem_init(). `lateBinding: 'none'` leaves the queue out, as a reconstruction
 * of the design that forgot it.
 */
export interface Chains {
  /** Entries of each map's chain in order, by wait channel or entry name. */
  readonly chains: ReadonlyMap<string, readonly ChainEntry[]>;
  readonly pools: readonly ReplayedPool[];
  /** Allocators still waiting for their map. */
  readonly waiting: readonly string[];
  readonly faults: readonly ChainFault[];
}

export interface ChainEntry {
  readonly name: string;
  /** The event that registered it. */
  readonly at: Seen;
}

export interface ReplayedPool {
  readonly name: string;
  readonly allocator: string;
  /** The map that its allocator declares; null where it declares none. */
  readonly declared: string | null;
  readonly at: Seen;
}

export interface ChainFault {
  readonly kind:
    'registered twice' | 'map missing at the flush' | 'queued after the flush' | 'no such map';
  readonly name: string;
  readonly map: string;
  readonly at: Seen;
}

interface Allocator {
  readonly name: string;
  readonly declared: string | null;
  bound: string | null;
  readonly pools: string[];
}

/** `pa_backingmapptr` of the standard allocators; no other allocator has one. */
const declaredMaps: Readonly<Record<string, string>> = {
  pool_allocator_kmem: 'kmem_map',
  pool_allocator_kmem_fullpage: 'kmem_map',
  pool_allocator_meta: 'kmem_map',
  pool_allocator_nointr: 'kernel_map',
  pool_allocator_nointr_fullpage: 'kernel_map',
};

/** The pools inside the first pool_init() of the system, where an order does not list them. */
const nested = [
  ...['phpool-0', 'phpool-64', 'phpool-128', 'phpool-256', 'phpool-512', 'phpool-1024'],
  ...['phpool-2048', 'phpool-4096', 'pcgnormal', 'pcglarge'],
];

export interface ReplayOptions {
  readonly lateBinding?: 'queue' | 'none';
  /** Events before this index only. */
  readonly until?: number;
}

export function replayChains(survey: Survey, options: ReplayOptions = {}): Chains {
  const isQueued = (options.lateBinding ?? 'queue') === 'queue';
  const allocators = new Map<string, Allocator>();
  /** Maps whose pointer is set, and maps whose chain has a head. */
  const maps = new Set<string>();
  const heads = new Set<string>();
  const chains = new Map<string, ChainEntry[]>();
  const pools: ReplayedPool[] = [];
  const faults: ChainFault[] = [];
  let queue: Allocator[] = [];
  let flushing: Seen | null = null;
  let isFlushed = false;
  let hasNested =
    isRead(survey.order) ||
    survey.seen.some((one) => isDeclaration(one) && /phpool/.test(nameOf(one)));

  for (const one of survey.seen.slice(0, options.until)) {
    if (flushing !== null && (isCachePool(one) || !one.path.includes('pool_subsystem_init')))
      flush();
    step(one);
  }
  if (flushing !== null) flush();
  return { chains, pools, waiting: queue.map(({ name }) => name), faults };

  function step(one: Seen): void {
    const { event, name } = one;
    if (event.call === 'set' && event.object !== null) return assign(one, event.object);
    switch (name) {
      case 'pool_subsystem_init':
        flushing = one;
        return;
      case 'uvm_map_setup_kernel':
      case 'uvm_km_suballoc':
        heads.add(mapName(objectOf(one)));
        return;
      case 'uvm_km_vacache_init': {
        // Where it was followed its pool_init() speaks; with PMAP_MAP_POOLPAGE it is empty.
        if (isRead(survey.order) || hasInnerInit(survey, one)) return;
        const map = mapName(objectOf(one));
        const pool = argumentText(event, 'name') ?? `vacache of ${map}`;
        return declare(pool, bindAt(`vacache of ${map}`, map), one);
      }
      case 'callback_register':
        // What pool_reclaim_register() does is replayed, not read.
        if (one.path.includes('pool_reclaim_register')) return;
        return register(mapName(objectOf(one)), argumentText(event, 'entry', 'ce') ?? '?', one);
      case 'callback_unregister':
        return unregister(mapName(objectOf(one)), argumentText(event, 'entry', 'ce') ?? '?');
      case 'pool_destroy':
      case 'pool_cache_destroy':
        return destroy(one);
      default:
        if (isDeclaration(one)) declarePool(one);
    }
  }

  function assign(one: Seen, global: string): void {
    const value = argumentText(one.event, 'value');
    if (value === 'NULL' || value === '0') return;
    if (/_map$/.test(global)) maps.add(global);
    const own = /^(\w+)\.pa_backingmap$/.exec(global)?.[1];
    if (own !== undefined && value !== undefined) bindAt(own, mapName(value));
  }

  function allocatorNamed(name: string): Allocator {
    const known = allocators.get(name);
    if (known !== undefined) return known;
    const made: Allocator = { name, declared: declaredMaps[name] ?? null, bound: null, pools: [] };
    allocators.set(name, made);
    if (made.declared !== null) bindOrQueue(made);
    return made;
  }

  function bindAt(name: string, map: string): Allocator {
    const allocator = allocatorNamed(name);
    allocator.bound = map;
    return allocator;
  }

  /** pa_reclaim_register(). */
  function bindOrQueue(allocator: Allocator, at: Seen | null = null): void {
    const map = allocator.declared;
    if (map === null) return;
    if (!maps.has(map)) {
      if (isQueued) queue = [allocator, ...queue];
      return;
    }
    allocator.bound = map;
    for (const pool of allocator.pools) {
      const declared = pools.find(({ name }) => name === pool);
      if (declared !== undefined) register(map, pool, at ?? declared.at);
    }
  }

  function declarePool(one: Seen): void {
    if (isRepeat(one)) return;
    const palloc = vacacheMap(one);
    const allocatorName = palloc === null ? allocatorOf(one) : `vacache of ${palloc}`;
    if (allocatorName === null) return;
    const allocator =
      palloc === null ? allocatorNamed(allocatorName) : bindAt(allocatorName, palloc);
    const backing = argumentText(one.event, 'backingMap');
    if (backing !== undefined && backing !== 'NULL') allocator.bound = mapName(backing);
    if (!hasNested) {
      hasNested = true;
      const meta = allocatorNamed('pool_allocator_meta');
      for (const name of nested) declare(name, meta, one);
    }
    declare(nameOf(one), allocator, one);
  }

  /** A run-once initialiser is seen from each of its callers, and runs from the first. */
  function isRepeat(one: Seen): boolean {
    if (one.event.certainty === 'must') return false;
    return pools.some(({ at }) => {
      const { object, file, line } = at.event;
      return object === one.event.object && file === one.event.file && line === one.event.line;
    });
  }

  /** The end of pool_init(): on the allocator's list, and on the chain if the map is bound. */
  function declare(name: string, allocator: Allocator, at: Seen): void {
    allocator.pools.push(name);
    const declared = allocator.bound ?? allocator.declared;
    pools.push({ name, allocator: allocator.name, declared, at });
    if (allocator.bound !== null) register(allocator.bound, name, at);
    else if (isFlushed && queue.includes(allocator)) {
      faults.push({ kind: 'queued after the flush', name, map: allocator.declared ?? '', at });
    }
  }

  function flush(): void {
    const at = flushing;
    flushing = null;
    isFlushed = true;
    if (at === null) return;
    const waiting = queue;
    queue = [];
    for (const allocator of waiting) {
      const map = allocator.declared ?? '';
      if (!maps.has(map)) {
        faults.push({ kind: 'map missing at the flush', name: allocator.name, map, at });
        queue.push(allocator);
      } else bindOrQueue(allocator, at);
    }
  }

  function register(map: string, name: string, at: Seen): void {
    const chain = chains.get(map) ?? [];
    if (chain.some((entry) => entry.name === name) && at.event.certainty !== 'loop') {
      faults.push({ kind: 'registered twice', name, map, at });
    }
    if (map.endsWith('_map') && !maps.has(map) && !heads.has(map))
      faults.push({ kind: 'no such map', name, map, at });
    chain.push({ name, at });
    chains.set(map, chain);
  }

  function unregister(map: string, name: string): void {
    const chain = chains.get(map) ?? [];
    const index = chain.findIndex((entry) => entry.name === name);
    if (index >= 0) chain.splice(index, 1);
  }

  function destroy(one: Seen): void {
    const object = objectOf(one);
    const index = pools.findIndex(({ at }) => objectOf(at) === object);
    const pool = pools[index];
    if (pool === undefined) return;
    pools.splice(index, 1);
    if (pool.declared !== null) unregister(pool.declared, pool.name);
  }
}

const isDeclaration = (one: Seen): boolean =>
  one.meaning.kind === 'pool' && one.meaning.role === 'declare' && !isInner(one);

/** The pool_init() inside pool_cache_bootstrap() describes the same pool once more. */
const isInner = (one: Seen): boolean =>
  /^pool_cache_(bootstrap|init)$/.test(one.event.function) ||
  (one.name !== 'pool_cache_init' && one.path.includes('pool_cache_init'));

const isCachePool = (one: Seen): boolean => objectOf(one) === 'cache_pool';

/** The wait channel, unless the source computes it. */
function nameOf(one: Seen): string {
  const shown = shownName(one.event);
  return shown === undefined || /->|[(@?[]/.test(shown) ? (one.event.object ?? '?') : shown;
}

/** Set where the pool is a map's cache of page addresses: its allocator is bound directly. */
function vacacheMap(one: Seen): string | null {
  if (!/km_vacache_init$/.test(one.event.function)) return null;
  return mapName(objectOf(one)?.replace(/(\.|->)vmk_vacache$/, '') ?? null);
}

const hasInnerInit = (survey: Survey, one: Seen): boolean => {
  const next = survey.seen[one.index + 1];
  return next !== undefined && next.path.some((name) => /km_vacache_init$/.test(name));
};

/** The map behind an expression: `kernel_map_store.vmk_reclaim_callback` is kernel_map. */
export function mapName(object: string | null): string {
  if (object === null) return '?';
  return object
    .replace(/^&/, '')
    .replace(/^vm_map_to_kernel\((\w+)\)/, '$1')
    .replace(/(\.|->)vmk_reclaim_callback$/, '')
    .replace(/\.vmk_map$/, '')
    .replace(/_store$/, '');
}
