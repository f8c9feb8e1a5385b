/**
 * What belongs to one pool of a kernel: its arguments, what follows from them, its cells.
 *
 * All of it is constant; it stands for the pointers in struct pool.
 */
import { nameOf, ref } from '../../base/plain.ts';
import type { Ref } from '../../base/plain.ts';
import type { View } from '../../base/view.ts';
import type { Kernel, KernelCells } from '../kernel.ts';
import type { AllocatorSpec, MapName, PoolSpec } from '../spec.ts';
import type { Geometry } from './geometry.ts';
import { allocatorSpec, geometryOf, groupPoolName, poolSpec } from './geometry.ts';

export interface PoolParts {
  readonly spec: PoolSpec;
  readonly geometry: Geometry;
  readonly cell: KernelCells['pools']['cells'][number];
  readonly cacheCell: KernelCells['caches']['cells'][number];
  readonly allocator: Ref<'allocator'>;
  readonly allocatorSpec: AllocatorSpec;
  /** pr_phpool, where headers are off-page. */
  readonly headerPool: Ref<'pool'> | null;
  /** pc_pcgpool; null where a small configuration leaves the group pools out: nothing is cached. */
  readonly groupPool: Ref<'pool'> | null;
}

const known = new WeakMap<Kernel, Map<Ref<'pool'>, PoolParts>>();

export function partsOf(kernel: Kernel, pool: Ref<'pool'>): PoolParts {
  const cache = known.get(kernel) ?? new Map<Ref<'pool'>, PoolParts>();
  known.set(kernel, cache);
  const parts = cache.get(pool) ?? makeParts(kernel, pool);
  cache.set(pool, parts);
  return parts;
}

function makeParts(kernel: Kernel, pool: Ref<'pool'>): PoolParts {
  const spec = poolSpec(kernel.spec, nameOf(pool));
  const geometry = geometryOf(spec, kernel.spec);
  return {
    spec,
    geometry,
    cell: kernel.cells.pools.at(pool),
    cacheCell: kernel.cells.caches.at(pool),
    allocator: ref('allocator', spec.allocator),
    allocatorSpec: allocatorSpec(kernel.spec, spec.allocator),
    headerPool: geometry.headerPool === null ? null : ref('pool', geometry.headerPool),
    groupPool: poolNamed(kernel, groupPoolName(spec)),
  };
}

/** The pool of that name, null where the configuration has none. */
export function poolNamed(kernel: Kernel, name: string): Ref<'pool'> | null {
  const pool = ref('pool', name);
  return kernel.cells.pools.refs.includes(pool) ? pool : null;
}

/** `*pa_backingmapptr`: the map, null while its pointer is NULL. */
export function publishedMap(kernel: Kernel, view: View, map: MapName): Ref<'map'> | null {
  return view.observe(kernel.cells.globals, 'published', map) ? ref('map', map) : null;
}

/** The wait channels that pools sleep on: one for each pool with a hard limit, by the pool's name. */
export function wchansOfPools(pools: readonly PoolSpec[]): readonly string[] {
  return pools.filter((pool) => pool.hardLimit !== null).map((pool) => pool.name);
}
