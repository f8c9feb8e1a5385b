/**
 * What pools hold, for the balances: pages of RAM, and address space.
 *
 * A page belongs to a pool from pool_prime_page until it is taken off its lists; before and after
 * that the routine that carries it holds it. Items do not count: they lie in pages that do.
 */
import type { AnyCell } from '../../base/cell.ts';
import type { Ref } from '../../base/plain.ts';
import type { Frame } from '../../base/routine.ts';
import type { Kernel } from '../kernel.ts';
import type { DeferQueueState } from './defer-queue.ts';
import type { PoolState } from './pool-pages.ts';
import { pageCount } from './pool-pages.ts';
import { partsOf } from './pool-parts.ts';

type Weights = ReadonlyMap<AnyCell, (value: never) => number>;

/** Pages of RAM behind one page of this pool: none for a vacache, which hands out addresses. */
function ramPages(kernel: Kernel, pool: Ref<'pool'>): number {
  const { allocatorSpec } = partsOf(kernel, pool);
  if (allocatorSpec.source === 'km_vacache_alloc') return 0;
  return allocatorSpec.pageBytes / kernel.spec.pageBytes;
}

/** Pages of RAM that the pools hold, by cell. */
export function pagesHeldByPools(kernel: Kernel): Weights {
  const weights = new Map<AnyCell, (value: never) => number>();
  for (const pool of kernel.cells.pools.refs) {
    const pages = ramPages(kernel, pool);
    if (pages === 0) continue;
    const { cell } = partsOf(kernel, pool);
    weights.set(cell, (value: PoolState) => (value === null ? 0 : pageCount(value) * pages));
  }
  // arm32 keeps its bootstrap pages for ever, on a list of its own.
  weights.set(
    kernel.cells.deferQueue,
    (value: DeferQueueState) => value.bootstrapPages?.free.length ?? 0,
  );
  return weights;
}

/**
 * Bytes of a map that pools took from it directly, by cell: a vacache's chunks, and the pages of
 * pools that bypass the vacache. Pages that lie in a chunk count with the chunk.
 */
export function spaceHeldByPools(kernel: Kernel, map: Ref<'map'>): Weights {
  const weights = new Map<AnyCell, (value: never) => number>();
  for (const pool of kernel.cells.pools.refs) {
    const { cell, allocatorSpec } = partsOf(kernel, pool);
    if (mapTakenFrom(kernel, pool) !== map) continue;
    const bytes = allocatorSpec.pageBytes;
    weights.set(cell, (value: PoolState) => (value === null ? 0 : pageCount(value) * bytes));
  }
  return weights;
}

function mapTakenFrom(kernel: Kernel, pool: Ref<'pool'>): Ref<'map'> | null {
  const { source, boundFromTheStart } = partsOf(kernel, pool).allocatorSpec;
  switch (source) {
    case 'km_vacache_alloc':
      return boundFromTheStart === null ? null : `map:${boundFromTheStart}`;
    case 'pool_page_alloc_meta':
      return kernel.spec.directMap ? null : 'map:kmem_map';
    case 'mclpool_alloc':
      return kernel.spec.directMap ? null : 'map:mb_map';
    case 'uvm_km_alloc':
      return `map:${boundFromTheStart ?? 'kernel_map'}`;
    case 'pmap_pdp_alloc':
      return 'map:kernel_map';
    // A page of arm32's allocator is of kernel_map or in a chunk, depending on when it was taken.
    case 'pmap_bootstrap_pv_page_alloc':
    case 'pool_page_alloc':
    case 'pool_page_alloc_nointr':
    case 'uvm_pagealloc':
      return null;
  }
}

/** Pages of RAM that a routine of this folder carries between a pool and its back end. */
export function framePages(kernel: Kernel, frame: Frame): number {
  const pool = frame['pool'];
  if (typeof pool !== 'string' || !pool.startsWith('pool:')) return 0;
  return carried(frame) * ramPages(kernel, `pool:${pool.slice('pool:'.length)}`);
}

/** How many pages of its pool a frame carries. */
function carried(frame: Frame): number {
  switch (frame.routine) {
    case 'pool_grow':
    case 'pool_put':
      return frame['page'] === undefined ? 0 : 1;
    case 'pool_allocator_free':
      return frame['va'] === undefined ? 0 : 1;
    case 'pool_reclaim':
    case 'pr_pagelist_free':
    case 'pool_destroy': {
      const pages = frame['pages'];
      return Array.isArray(pages) ? pages.length : 0;
    }
    default:
      return 0;
  }
}
