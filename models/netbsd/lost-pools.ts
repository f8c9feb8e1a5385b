import type { Expectation } from '../../src/boot/catalog-entry.ts';
import type { Era } from './eras.ts';
import type { PortName } from './orders.ts';

const headerAndGroupPools = [
  'phpool-0',
  'phpool-64',
  'phpool-128',
  'phpool-256',
  'phpool-512',
  'phpool-1024',
  'phpool-2048',
  'phpool-4096',
  'pcgnormal',
  'pcglarge',
];

/**
 * The pools that era B loses, as the dossier's rule says (allocators.md 14.2), from the boot order
 * alone: a pool loses its callback when its allocator binds through pa_backingmapptr and the
 * deciding pool_init runs while that map is not published, and nothing comes back to it.
 *
 * - H1: the deciding pool_init is the first one of the allocator; every pool of it is lost.
 * - H2: the deciding pool_init is the pool's own.
 *
 * The header and group pools are initialised by pool_subsystem_bootstrap, on pool_allocator_meta.
 * This does not run the model: it is what the model's verdict is compared with.
 */
export function lostPools(era: Era, port: PortName): readonly Expectation[] {
  const { unboundAllocator } = era.policies;
  if (unboundAllocator !== 'forget' && unboundAllocator !== 'bind at next pool_init') return [];
  const objects = lostByRule(era, port, unboundAllocator === 'forget');
  const why =
    unboundAllocator === 'forget'
      ? 'the allocator met a NULL map at its first pool_init and was marked initialised; nothing comes back to it'
      : 'the allocator found its map later, but the pools that it already had were not walked';
  const source = 'sys/kern/subr_pool.c:573';
  return ['registered', 'hooks-installed'].map((property) => ({ property, objects, why, source }));
}

function lostByRule(era: Era, port: PortName, wholeAllocator: boolean): readonly string[] {
  const mapOf: { readonly [allocator: string]: string } = {
    pool_allocator_nointr: 'kernel_map',
    pool_allocator_kmem: 'kmem_map',
    pool_allocator_meta: 'kmem_map',
  };
  const published = new Set<string>();
  const forgotten = new Set<string>();
  const known = new Set<string>();
  const lost: string[] = [];
  const init = (pool: string, allocator: string): void => {
    const map = mapOf[allocator];
    if (map === undefined) return;
    if (!known.has(allocator) && !published.has(map)) forgotten.add(allocator);
    known.add(allocator);
    if (wholeAllocator ? forgotten.has(allocator) : !published.has(map)) lost.push(pool);
  };
  const seen = new Set<string>();
  for (const event of era.order(port).events) {
    if (event.call === 'set' && event.object !== null) published.add(event.object);
    if (event.call === 'pool_subsystem_bootstrap') {
      for (const pool of headerAndGroupPools) init(pool, 'pool_allocator_meta');
    }
    const isInit = ['pool_init', 'pool_cache_bootstrap', 'pool_cache_init'].includes(event.call);
    const pool = String(event.args['wchan']);
    if (!isInit || seen.has(pool)) continue;
    seen.add(pool);
    init(pool, String(event.args['palloc']));
  }
  return lost;
}
