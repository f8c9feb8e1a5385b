import { describe, expect, it } from 'vitest';
import { ref } from '../../src/base/plain.ts';
import { aDeferredQueue } from '../../src/kernel/eras/index.ts';
import { cachedObjectsAreOut, groupsInOrder } from '../../src/kernel/pool/invariants.ts';
import type { Item } from '../../src/kernel/calls.ts';
import type { KernelSpec } from '../../src/kernel/spec.ts';
import { directSpec, pool, standIn, withPools } from './pool-fixture.ts';
import type { Machine } from './pool-fixture.ts';

// 64-byte objects, 63 a page with the header in it.
const objects = pool('objects', { itemBytes: 64, cache: true });

const withCache = (
  changes: Partial<KernelSpec> = {},
  replaced: Parameters<typeof withPools>[2] = [],
) => {
  const made = withPools(directSpec([objects], changes), [], replaced);
  made.call('pool_cache_bootstrap', { pool: 'pool:objects' });
  return made;
};

const cacheOf = (made: Machine) => {
  const value = made.view.read(made.kernel.cells.caches.at(ref('pool', 'objects')));
  if (value === null) throw new Error('no cache');
  return value;
};

const take = (made: Machine, count: number): Item[] =>
  Array.from({ length: count }, () =>
    made.call('pool_cache_get', { pool: 'pool:objects', flags: { wait: true } }),
  ) as Item[];

const give = (made: Machine, items: readonly Item[]) => {
  for (const item of items) made.call('pool_cache_put', { pool: 'pool:objects', item });
};

const slowPuts = (made: Machine) =>
  made.view.marks.filter((mark) => mark.startsWith('pool_cache_put.group ')).length;

describe('a pool_cache (T-28; LP64: 15 objects a group)', () => {
  it('starts with the dummy groups: the first put needs a group, and so do the 16th and the 31st', () => {
    const made = withCache();
    const items = take(made, 31);
    const slow = items.map((item) => {
      const before = slowPuts(made);
      give(made, [item]);
      return slowPuts(made) > before;
    });
    const needed = slow.flatMap((was, i) => (was ? [i + 1] : []));
    expect(needed).toEqual([1, 16, 31]);
    expect(cacheOf(made).full).toHaveLength(1);
    expect(groupsInOrder(cacheOf(made))).toBe(true);
    expect(cachedObjectsAreOut(cacheOf(made), made.poolValue('objects'))).toBe(true);
  });

  it('destructs the object instead when no group can be had', () => {
    const made = withCache();
    const items = take(made, 3);
    made.view.update(made.kernel.cells.pages, 'take', made.freePages());
    give(made, items);
    expect(made.view.observe(made.kernel.cells.pools.at(ref('pool', 'objects')), 'out')).toBe(0);
    expect(cacheOf(made).cpus[0]).toEqual({ current: null, previous: null });
  });

  it('gives back the object that was put last', () => {
    const made = withCache();
    const items = take(made, 4);
    give(made, items);
    expect(take(made, 2)).toEqual([items[3], items[2]]);
  });

  it('takes a full group from the shared list and shares its empty one', () => {
    const made = withCache({ groupObjects: { normal: 2, large: 4 } });
    const items = take(made, 6);
    give(made, items);
    expect(cacheOf(made).full).toHaveLength(1);
    expect(take(made, 6)).toHaveLength(6);
    expect(cacheOf(made)).toMatchObject({ full: [], empty: [{ objects: [] }] });
  });

  it('needs pool_cache_bootstrap first', () => {
    const made = withPools(directSpec([objects]), ['objects']);
    const stopped = made.halts('pool_cache_get', { pool: 'pool:objects', flags: { wait: true } });
    expect(stopped).toMatchObject({ kind: 'fault', line: 2480 });
  });
});

describe('the first pool_cache_put on LP64 (T-30)', () => {
  it('costs a page of groups and a page of headers, both of the meta allocator', () => {
    const made = withCache();
    const items = take(made, 1);
    const before = made.freePages();
    give(made, items);
    expect(made.freePages()).toBe(before - 2);
    expect(made.poolValue('pcgnormal').partial).toHaveLength(1);
    expect(made.poolValue('phpool-0').partial).toHaveLength(1);
  });
});

describe('giving cached objects back', () => {
  const filled = (changes: Partial<KernelSpec> = {}) => {
    const made = withCache({ groupObjects: { normal: 2, large: 4 }, ...changes });
    give(made, take(made, 6));
    return made;
  };
  const out = (made: Machine) =>
    made.view.observe(made.kernel.cells.pools.at(ref('pool', 'objects')), 'out');

  it('by pool_cache_invalidate reaches the shared groups only (1.170.4.1)', () => {
    const made = filled();
    made.call('pool_cache_invalidate', { pool: 'pool:objects' });
    expect(out(made)).toBe(4);
    expect(cacheOf(made).full).toEqual([]);
  });

  it('reaches the CPUs as well where the policy says so', () => {
    const made = filled({ policies: { ...aDeferredQueue, invalidateFlushesCpus: true } });
    made.call('pool_cache_invalidate', { pool: 'pool:objects' });
    expect(out(made)).toBe(0);
  });

  it('by the pagedaemon empties the CPUs first, with a cross call', () => {
    const made = filled();
    made.view.update(made.kernel.cells.pools.at(ref('pool', 'objects')), 'age');
    const drained = new Set(['objects', 'pcgnormal', 'phpool-0']);
    for (const _ of drained) made.call('pool_drain', {});
    expect(out(made)).toBe(0);
  });
});

describe('pool_cache_init', () => {
  it('takes its structure from pcache, and fails without a page for it', () => {
    const pcache = pool('pcache', { itemBytes: 1280, align: 64 });
    const spec = directSpec([pcache, objects]);
    const made = withPools(spec, ['pcache']);
    expect(made.call('pool_cache_init', { pool: 'pool:objects' })).toBe(true);
    expect(cacheOf(made).storage).toEqual({ page: expect.any(Number), index: 2 });
    const poor = withPools(spec, ['pcache'], [standIn('uvm_km_alloc_poolpage', () => null)]);
    expect(poor.call('pool_cache_init', { pool: 'pool:objects' })).toBe(false);
  });

  it('on a second CPU takes a structure from pcachecpu', () => {
    const pcachecpu = pool('pcachecpu', { itemBytes: 64 });
    const made = withPools(directSpec([pcachecpu, objects], { cpus: 2 }), ['pcachecpu']);
    made.call('pool_cache_bootstrap', { pool: 'pool:objects' });
    expect(cacheOf(made).cpus[1]).toBe(null);
    made.call('pool_cache_cpu_init', { cpu: 1 });
    expect(cacheOf(made).cpus[1]?.storage).toBeDefined();
  });
});
