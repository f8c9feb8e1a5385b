/**
 * What must hold of a pool, a cache or an allocator whenever no routine is in the middle of it.
 *
 * These check our own re-implementation. Pure functions of the cells' values; each names its
 * invariant of allocators.md section 16.
 */
import type { CallbackRef, KernelSpec, PoolSpec } from '../spec.ts';
import type { AllocatorState } from './allocator-cell.ts';
import type { CacheState } from './cache-cell.ts';
import { groups } from './cache-cell.ts';
import type { DeferQueueState } from './defer-queue.ts';
import type { Geometry } from './geometry.ts';
import {
  allocatorSpec,
  geometryOf,
  headerPoolCount,
  headerPoolElements,
  headerPoolName,
  itemAddress,
} from './geometry.ts';
import type { LivePool, PoolPage, PoolState } from './pool-pages.ts';
import {
  allPages,
  freeItems,
  freeOn,
  idlePages,
  missingItems,
  outItems,
  pageCount,
} from './pool-pages.ts';

/** INV-1: free items and items out make up all pages. */
export function nitemsBalance(pool: PoolState): boolean {
  if (pool === null) return true;
  const total = pageCount(pool) * pool.itemsPerPage;
  return freeItems(pool) + outItems(pool) === total && allPages(pool).every(freeIsPossible(pool));
}

const freeIsPossible =
  (pool: LivePool) =>
  (page: PoolPage): boolean => {
    if (freeOn(page) < 0 || freeOn(page) > pool.itemsPerPage) return false;
    return typeof page.free === 'number' || new Set(page.free).size === page.free.length;
  };

/** INV-2: a page is on the empty, partial or full list by the number of its items that are out. */
export function pagesOnRightLists(pool: PoolState): boolean {
  if (pool === null) return true;
  const { empty, partial, full } = pool;
  const missing = (page: PoolPage): number => missingItems(pool, page);
  return (
    empty.every((page) => missing(page) === 0) &&
    full.every((page) => missing(page) === pool.itemsPerPage) &&
    partial.every((page) => missing(page) > 0 && missing(page) < pool.itemsPerPage)
  );
}

/** INV-3: the idle pages are those without an item out. */
export function nidleCounts(pool: PoolState): boolean {
  if (pool === null) return true;
  const idle = allPages(pool).filter((page) => missingItems(pool, page) === 0).length;
  return idle === pool.empty.length;
}

/** INV-4: there is a current page exactly when there is a free item, and it has one. */
export function curpageHasItem(pool: PoolState): boolean {
  if (pool === null) return true;
  if (pool.current === null) return freeItems(pool) === 0;
  return allPages(pool).some((page) => page.va === pool.current && freeOn(page) > 0);
}

/** INV-5. */
export function withinHardLimit(pool: PoolState): boolean {
  return pool === null || pool.hardLimit === null || outItems(pool) <= pool.hardLimit;
}

/** INV-6: every item on a list is aligned as asked, and lies in its page before the header. */
export function itemsAligned(pool: PoolState, geometry: Geometry): boolean {
  if (pool === null || geometry.tracking === 'count') return true;
  const end = geometry.headerInPage ? geometry.headerOffset : geometry.pageBytes;
  return allPages(pool).every((page) => {
    const indexes = typeof page.free === 'number' ? [] : page.free;
    return indexes.every((index) => {
      const at = itemAddress(geometry, { page: page.va, index }, page.color ?? 0);
      const ends = at + geometry.itemBytes - page.va;
      return at % geometry.align === 0 && ends <= end;
    });
  });
}

/** INV-8: a header is off-page exactly where the geometry says so, and no two pages share one. */
export function headersMatch(pool: PoolState, geometry: Geometry): boolean {
  if (pool === null) return true;
  const headers = allPages(pool).map((page) => page.header);
  return headers.every((header) => (header === undefined) === (geometry.headerPool === null));
}

/** INV-9: header and group pools live on the meta allocator, and header pools have no header pool. */
export function headerPoolsSelfContained(spec: KernelSpec): boolean {
  return spec.pools.every((pool) => {
    const isHeader = pool.name.startsWith('phpool-');
    if (!isHeader && pool.name !== 'pcgnormal' && pool.name !== 'pcglarge') return true;
    const source = allocatorSpec(spec, pool.allocator).source;
    if (source !== 'pool_page_alloc_meta') return false;
    return !isHeader || geometryOf(pool, spec).headerInPage;
  });
}

/** INV-13: what pool_reclaim would take leaves the minimum of pages and of items. */
export function reclaimKeepsMinimum(pool: PoolState): boolean {
  if (pool === null) return true;
  return [true, false].every((starved) => {
    const taken = idlePages(pool, starved).length;
    if (taken === 0) return true;
    const items = freeItems(pool) - taken * pool.itemsPerPage;
    return pageCount(pool) - taken >= pool.minPages && items >= pool.minItems;
  });
}

/** INV-14: a page younger than pool_inactive_time is taken only while the map is starved. */
export function youngPagesStay(pool: PoolState): boolean {
  return pool === null || idlePages(pool, false).every((page) => page.aged === true);
}

/** Ages are kept where they matter and nowhere else: on the empty list. */
export function onlyIdlePagesAge(pool: PoolState): boolean {
  if (pool === null) return true;
  return [...pool.partial, ...pool.full].every((page) => page.aged === undefined);
}

/** INV-15: the header pool of a bitmap pool can describe its pages, and no smaller one could. */
export function headerPoolFits(pool: PoolSpec, geometry: Geometry): boolean {
  if (!pool.notouch || geometry.halt !== null) return true;
  const indexes = Array.from({ length: headerPoolCount }, (_, index) => index);
  const fitting = indexes.find((index) => headerPoolElements(index) >= geometry.itemsPerPage);
  return fitting !== undefined && geometry.headerPool === headerPoolName(fitting);
}

/** INV-22 (era A): an allocator waits in the queue exactly while it is in use and has no map. */
export function deferredWhileUnbound(
  name: string,
  allocator: AllocatorState,
  statics: DeferQueueState,
  spec: KernelSpec,
): boolean {
  const declares = allocatorSpec(spec, name).declares !== null;
  const waits = allocator.initialised && declares && allocator.backingMap === null;
  return statics.queue.filter((one) => one === `allocator:${name}`).length === (waits ? 1 : 0);
}

/** INV-24: no entry is on a chain twice. */
export function noneTwice(queue: readonly CallbackRef[]): boolean {
  return new Set(queue).size === queue.length;
}

/** INV-50: no group holds more than its size; shared full groups are full, empty ones empty. */
export function groupsInOrder(cache: CacheState): boolean {
  if (cache === null) return true;
  const size = cache.groupObjects;
  return (
    groups(cache).every((group) => group.objects.length <= size) &&
    cache.full.every((group) => group.objects.length === size) &&
    cache.empty.every((group) => group.objects.length === 0)
  );
}

/** INV-51: objects in groups count as out in the pool below. */
export function cachedObjectsAreOut(cache: CacheState, pool: PoolState): boolean {
  if (cache === null) return true;
  const cached = groups(cache).reduce((sum, group) => sum + group.objects.length, 0);
  return pool !== null && cached <= outItems(pool);
}
