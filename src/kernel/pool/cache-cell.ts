/**
 * The cache layer of a pool_cache: groups of objects, two for each CPU and lists that all share.
 *
 * The zero-sized dummy group, always empty and always full, is null. An object in a group counts
 * as out for the pool below. A plain pool has no such layer: its value stays null.
 *
 * @source NetBSD sys/sys/pool.h 1.64 struct pool_cache
 * @differs constructors and destructors are not modelled: an object is the same item, constructed
 *   or not. Hit and miss counts are statistics.
 */
import { cellType } from '../../base/cell.ts';
import { present } from '../../base/assert.ts';
import type { Draft } from '../../base/plain.ts';
import type { Item } from '../calls.ts';

/** A pool_cache_group: the item of a group pool that it is, and the objects in it, last one on top. */
export type Group = { readonly item: Item; readonly objects: readonly Item[] };

/** One CPU's structure; `storage` is the item of pcachecpu that it lies in (none for the first CPU). */
export type CpuCache = {
  readonly current: Group | null;
  readonly previous: Group | null;
  readonly storage?: Item;
};

export type LiveCache = {
  /** pc_pcgsize. */
  readonly groupObjects: number;
  /** The item of pcache that the structure lies in; absent where the caller provided storage. */
  readonly storage?: Item;
  /** By CPU index; null for a CPU that is not attached. */
  readonly cpus: readonly (CpuCache | null)[];
  readonly full: readonly Group[];
  readonly empty: readonly Group[];
  readonly part: readonly Group[];
};

/** Null until pool_cache_bootstrap. */
export type CacheState = LiveCache | null;

export const cacheType = cellType<CacheState>()({
  name: 'cache',
  observers: {
    initialised: (cache) => cache !== null,
    hasCpu: (cache, cpu: number) => (cache?.cpus[cpu] ?? null) !== null,
    storage: (cache): Item | null => cache?.storage ?? null,
    /** Where a pool_cache_get finds an object. */
    getFinds: (cache, cpu: number): 'current' | 'previous' | 'full group' | 'nothing' => {
      const own = cache?.cpus[cpu];
      if (objectsIn(own?.current) > 0) return 'current';
      if (objectsIn(own?.previous) > 0) return 'previous';
      return (cache?.full.length ?? 0) > 0 ? 'full group' : 'nothing';
    },
    /** The object that a pool_cache_get takes, from where `getFinds` says. */
    nextObject: (cache, cpu: number): Item | null => {
      const own = cache?.cpus[cpu];
      const candidates = [own?.current, own?.previous, cache?.full[0]];
      return candidates.find((group) => objectsIn(group) > 0)?.objects.at(-1) ?? null;
    },
    /** Where a pool_cache_put has room. */
    putFinds: (cache, cpu: number): 'current' | 'previous' | 'empty group' | 'nothing' => {
      const own = cache?.cpus[cpu];
      if (hasRoom(cache, own?.current)) return 'current';
      if (hasRoom(cache, own?.previous)) return 'previous';
      return (cache?.empty.length ?? 0) > 0 ? 'empty group' : 'nothing';
    },
    hasShared: (cache) => cache !== null && shared(cache).length > 0,
    /** What pool_cache_invalidate takes: the full groups, the empty ones, the partial ones. */
    shared: (cache): readonly Group[] => (cache === null ? [] : shared(cache)),
    hasOwn: (cache, cpu: number) => {
      const own = cache?.cpus[cpu];
      return (own?.current ?? own?.previous ?? null) !== null;
    },
    /** Objects held by the whole cache layer. */
    objects: (cache) =>
      cache === null ? 0 : groups(cache).reduce((n, g) => n + g.objects.length, 0),
  },
  operations: {
    init: (_cache, groupObjects: number, cpus: number, storage?: Item): CacheState => {
      const none = Array.from({ length: cpus }, () => null);
      const bare = { groupObjects, cpus: none, full: [], empty: [], part: [] };
      return storage === undefined ? bare : { ...bare, storage };
    },
    destroy: (): CacheState => null,
    attachCpu: (cache, cpu: number, storage?: Item) => {
      const fresh = { current: null, previous: null };
      initialised(cache).cpus[cpu] = storage === undefined ? fresh : { ...fresh, storage };
    },
    /**
     * Takes the next object. A previous group that has one becomes current; else a full group does,
     * and the used-up one is shared.
     */
    take: (cache, cpu: number, from: 'current' | 'previous' | 'full group') => {
      const live = initialised(cache);
      const cc = own(cache, cpu);
      if (from === 'previous') swap(cc);
      if (from === 'full group') {
        if (cc.current !== null) live.empty.unshift(cc.current);
        cc.current = live.full.shift() ?? null;
      }
      present(cc.current, 'the dummy group holds nothing').objects.pop();
    },
    /** Stores an object in one of the CPU's own groups; a previous one with room becomes current. */
    store: (cache, cpu: number, object: Item, into: 'current' | 'previous') => {
      const cc = own(cache, cpu);
      if (into === 'previous') swap(cc);
      present(cc.current, 'the dummy group takes nothing').objects.push(object);
    },
    /**
     * Stores an object in an empty group, a shared one unless `fresh` is given. The group becomes
     * current; the full one before it becomes previous if that was the dummy, else it is shared.
     */
    storeInEmpty: (cache, cpu: number, object: Item, fresh?: Item) => {
      const live = initialised(cache);
      const cc = own(cache, cpu);
      const group: Draft<Group> =
        fresh === undefined
          ? present(live.empty.shift(), 'an empty group is there')
          : { item: fresh, objects: [] };
      group.objects.push(object);
      if (cc.previous === null) cc.previous = cc.current;
      else if (cc.current !== null) live.full.unshift(cc.current);
      cc.current = group;
    },
    /** pool_cache_xcall: a CPU's two groups go to the shared lists. */
    flushCpu: (cache, cpu: number) => {
      const live = initialised(cache);
      const cc = own(cache, cpu);
      for (const group of [cc.current, cc.previous]) {
        if (group === null) continue;
        if (group.objects.length === live.groupObjects) live.full.unshift(group);
        else if (group.objects.length === 0) live.empty.unshift(group);
        else live.part.unshift(group);
      }
      cc.current = null;
      cc.previous = null;
    },
    detachShared: (cache) => {
      const live = initialised(cache);
      live.full = [];
      live.empty = [];
      live.part = [];
    },
  },
});

/** Every group of a cache. */
export function groups(cache: LiveCache): readonly Group[] {
  const own = cache.cpus.flatMap((cc) => [cc?.current ?? null, cc?.previous ?? null]);
  return [...shared(cache), ...own.filter((group) => group !== null)];
}

function shared(cache: LiveCache): readonly Group[] {
  return [...cache.full, ...cache.empty, ...cache.part];
}

function objectsIn(group: Group | null | undefined): number {
  return group?.objects.length ?? 0;
}

function swap(cc: Draft<CpuCache>): void {
  [cc.current, cc.previous] = [cc.previous, cc.current];
}

function hasRoom(cache: CacheState, group: Group | null | undefined): boolean {
  if (cache === null || group === null || group === undefined) return false;
  return group.objects.length < cache.groupObjects;
}

function initialised(cache: Draft<CacheState>): Draft<LiveCache> {
  return present(cache, 'only an initialised cache is changed');
}

function own(cache: Draft<CacheState>, cpu: number): Draft<CpuCache> {
  return present(initialised(cache).cpus[cpu], 'the CPU is attached');
}
