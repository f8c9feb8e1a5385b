import { describe, expect, it } from 'vitest';
import { ref } from '../../src/base/plain.ts';
import type { Item } from '../../src/kernel/calls.ts';
import { aDeferredQueue, aDeferredQueue2007 } from '../../src/kernel/eras/index.ts';
import type { Policies } from '../../src/kernel/policies.ts';
import { poolInit } from '../../src/kernel/pool/index.ts';
import { pagesOnRightLists } from '../../src/kernel/pool/invariants.ts';
import { directSpec, page, pool, standIn, withPools } from './pool-fixture.ts';
import type { Machine } from './pool-fixture.ts';

// 1344-byte items: three a page, header in the page.
const three = pool('three', { itemBytes: 1344 });
const oneItem = pool('one', { itemBytes: page });

const taken = (made: Machine, name: string, count: number): Item[] =>
  Array.from({ length: count }, () => {
    const item = made.get(name);
    if (item === null) throw new Error('no item');
    return item;
  });

const lists = (made: Machine, name: string) => {
  const { empty, partial, full } = made.poolValue(name);
  const addresses = (pages: readonly { readonly va: number }[]) => pages.map(({ va }) => va);
  return { empty: addresses(empty), partial: addresses(partial), full: addresses(full) };
};

/** Makes the map of pool_allocator_nointr exist, bound and with or without room. */
const starve = (made: Machine, starved: boolean) => {
  const { view, kernel } = made;
  const kernelMap = ref('map', 'kernel_map');
  const allocator = kernel.cells.allocators.at(ref('allocator', 'pool_allocator_nointr'));
  view.update(kernel.cells.mapControl.at(kernelMap), 'setup', 128 * page);
  if (starved) view.update(kernel.cells.mapControl.at(kernelMap), 'grow', 127 * page);
  view.update(allocator, 'bind', kernelMap);
};

describe('pool_get and pool_put', () => {
  it('hand out the highest item of a fresh page, and the one put back last again (T-1)', () => {
    const made = withPools(directSpec([three]), ['three']);
    const [first, second] = taken(made, 'three', 2);
    expect([first?.index, second?.index]).toEqual([2, 1]);
    if (first === undefined) return;
    made.put('three', first);
    expect(made.get('three')).toEqual(first);
  });

  it('hand out the lowest free item of a page that may not be touched (T-1)', () => {
    const bits = pool('bits', { itemBytes: 1000, notouch: true });
    const made = withPools(directSpec([bits]), ['bits']);
    const items = taken(made, 'bits', 3);
    expect(items.map((item) => item.index)).toEqual([0, 1, 2]);
    if (items[1] !== undefined) made.put('bits', items[1]);
    if (items[0] !== undefined) made.put('bits', items[0]);
    expect(made.get('bits')).toEqual(items[0]);
  });

  it('move a page from the empty list to the partial and the full one, and back (T-2)', () => {
    const made = withPools(directSpec([three]), ['three']);
    const items = taken(made, 'three', 1);
    const va = items[0]?.page ?? 0;
    expect(lists(made, 'three')).toEqual({ empty: [], partial: [va], full: [] });
    items.push(...taken(made, 'three', 2));
    expect(lists(made, 'three')).toEqual({ empty: [], partial: [], full: [va] });
    for (const item of items) made.put('three', item);
    expect(lists(made, 'three')).toEqual({ empty: [va], partial: [], full: [] });
  });

  it('take from a partial page before an empty one (T-2)', () => {
    const made = withPools(directSpec([three]), ['three']);
    const items = taken(made, 'three', 6);
    const [a, b] = [items[0], items[3]];
    if (a === undefined || b === undefined) return;
    made.put('three', b);
    for (const item of items.slice(0, 3)) made.put('three', item);
    expect(lists(made, 'three')).toMatchObject({ empty: [a.page], partial: [b.page] });
    expect(made.get('three')?.page).toBe(b.page);
  });

  it('take next from the page that has just left the full list (T-2)', () => {
    const made = withPools(directSpec([three]), ['three']);
    const items = taken(made, 'three', 6);
    const [a, b] = [items[0], items[3]];
    if (a === undefined || b === undefined) return;
    made.put('three', a);
    made.put('three', b);
    expect(lists(made, 'three').partial).toEqual([b.page, a.page]);
    expect(taken(made, 'three', 2).map((item) => item.page)).toEqual([b.page, a.page]);
  });

  it('take next, of several empty pages, the one that emptied last', () => {
    const made = withPools(directSpec([three]), ['three']);
    const items = taken(made, 'three', 6);
    for (const item of items) made.put('three', item);
    const [a, b] = [items[0]?.page, items[3]?.page];
    expect(lists(made, 'three').empty).toEqual([b, a]);
    expect(made.get('three')?.page).toBe(b);
  });

  it('go on with the older of two pages that were primed while it was current', () => {
    const made = withPools(directSpec([three]), ['three']);
    made.call('pool_prime', { pool: 'pool:three', items: 6 });
    const [newer, older] = lists(made, 'three').empty;
    expect(newer).not.toBe(older);
    expect(made.get('three')?.page).toBe(older);
  });

  it('need a pool that is initialised', () => {
    const made = withPools(directSpec([three]), []);
    const stopped = made.halts('pool_get', { pool: 'pool:three', flags: { wait: true } });
    expect(stopped).toMatchObject({ kind: 'panic', line: 976 });
  });

  it('find out an item that is put twice, or was never out', () => {
    const made = withPools(directSpec([three]), ['three']);
    const [item, other] = taken(made, 'three', 2);
    if (item === undefined || other === undefined) return;
    made.put('three', item);
    expect(made.halts('pool_put', { pool: 'pool:three', item }).kind).toBe('assertion');
    const foreign = { page: 123 * page, index: 0 };
    expect(made.halts('pool_put', { pool: 'pool:three', item: foreign }).line).toBe(1220);
    made.put('three', other);
    expect(made.halts('pool_put', { pool: 'pool:three', item: other }).line).toBe(1214);
  });
});

describe('growing', () => {
  it('answers NULL to PR_WAITOK when the back end has none (T-4)', () => {
    const noPage = standIn('uvm_km_alloc_poolpage', () => null);
    const made = withPools(directSpec([three]), ['three'], [noPage]);
    expect(made.get('three', { wait: true })).toBe(null);
  });

  it('gives the page back when its header cannot be had', () => {
    const made = withPools(directSpec([oneItem]), ['one']);
    // The last page is the pagedaemon's: there is one for the pool, and none for header pool 0.
    made.view.update(made.kernel.cells.pages, 'take', made.freePages() - 2);
    expect(made.get('one', { wait: false })).toBe(null);
    expect(made.view.marks.some((mark) => mark.startsWith('pool_grow.noHeader'))).toBe(true);
    expect(made.freePages()).toBe(2);
    expect(made.poolValue('one').empty).toEqual([]);
  });

  it('takes a header from header pool 0 for a page without room for one', () => {
    const made = withPools(directSpec([oneItem]), ['one']);
    const item = made.get('one');
    expect(made.poolValue('phpool-0').partial).toHaveLength(1);
    if (item !== null) made.put('one', item);
    made.call('pool_setlowat', { pool: 'pool:one', items: 0 });
    made.view.update(made.kernel.cells.pools.at(ref('pool', 'one')), 'age');
    expect(made.call('pool_reclaim', { pool: 'pool:one' })).toBe(true);
    expect(made.poolValue('phpool-0').empty).toHaveLength(1);
  });
});

describe('growing while others use the pool', () => {
  it('ends with the item that somebody put back meanwhile, although no page could be had', () => {
    const putBack: (() => void)[] = [];
    const noPage = standIn('uvm_km_alloc_poolpage', () => {
      putBack.pop()?.();
      return null;
    });
    const first = withPools(directSpec([three]), ['three']);
    const made = withPools(directSpec([three]), ['three'], [noPage]);
    const page = first.get('three')?.page ?? 0;
    made.view.update(made.kernel.cells.pools.at(ref('pool', 'three')), 'prime', { va: page });
    const [item] = taken(made, 'three', 3);
    putBack.push(() => {
      if (item !== undefined) made.put('three', item);
    });
    expect(made.get('three', { wait: false })).toEqual(item);
  });
});

describe('a put that empties a page of a starved map', () => {
  it('keeps the page, except in the text of 2007, which releases it above the minimum', () => {
    const freed = (policies: Policies, starved: boolean, minimum: number): number => {
      const made = withPools(directSpec([three], { policies }), ['three']);
      starve(made, starved);
      made.call('pool_setlowat', { pool: 'pool:three', items: minimum });
      const item = made.get('three');
      const before = made.freePages();
      if (item !== null) made.put('three', item);
      return made.freePages() - before;
    };
    expect(freed(aDeferredQueue, true, 0)).toBe(0);
    expect(freed(aDeferredQueue2007, true, 0)).toBe(1);
    expect(freed(aDeferredQueue2007, true, 1)).toBe(0);
    expect(freed(aDeferredQueue2007, false, 0)).toBe(0);
  });
});

describe('a hard limit (T-3)', () => {
  const limited = pool('limited', { itemBytes: 1344, hardLimit: 2 });

  it('makes PR_NOWAIT and PR_LIMITFAIL fail, and PR_WAITOK sleep until an item is put back', () => {
    const made = withPools(directSpec([limited]), ['limited']);
    const [item] = taken(made, 'limited', 2);
    expect(made.get('limited', { wait: false })).toBe(null);
    expect(made.get('limited', { wait: true, limitFail: true })).toBe(null);
    const sleeper = made.start('pool_get', { pool: 'pool:limited', flags: { wait: true } });
    expect(sleeper.run()).toEqual({ asleepOn: 'wchan:limited' });
    if (item !== undefined) made.put('limited', item);
    expect(sleeper.run()).toEqual({ answer: item });
  });

  it('asks the drain hook first', () => {
    const calls: string[] = [];
    const hook = standIn('m_reclaim', (frame) => {
      calls.push(String(frame['pool']));
      return null;
    });
    const hooked = { ...limited, drainHook: 'm_reclaim' };
    const made = withPools(directSpec([hooked]), ['limited'], [hook]);
    taken(made, 'limited', 2);
    expect(made.get('limited', { wait: false })).toBe(null);
    expect(calls).toEqual(['pool:limited']);
  });

  it('in the text of 2007 leaves the page of the item that wakes a sleeper on its old list', () => {
    const full = { ...limited, hardLimit: 3 };
    const inList = (policies: Policies): readonly boolean[] => {
      const made = withPools(directSpec([full], { policies }), ['limited']);
      const [item] = taken(made, 'limited', 3);
      const sleeper = made.start('pool_get', { pool: 'pool:limited', flags: { wait: true } });
      sleeper.run();
      if (item !== undefined) made.put('limited', item);
      const afterPut = pagesOnRightLists(made.poolValue('limited'));
      expect(sleeper.run()).toEqual({ answer: item });
      return [afterPut, pagesOnRightLists(made.poolValue('limited'))];
    };
    expect(inList(aDeferredQueue2007)).toEqual([false, true]);
    expect(inList(aDeferredQueue)).toEqual([true, true]);
  });
});

describe('the marks', () => {
  it('keep a reserve: pool_setlowat primes, and a pool_get below it refills (T-5)', () => {
    const made = withPools(directSpec([three]), ['three']);
    made.call('pool_setlowat', { pool: 'pool:three', items: 4 });
    expect(made.poolValue('three')).toMatchObject({ minItems: 4, minPages: 2 });
    expect(lists(made, 'three').empty).toHaveLength(2);
    taken(made, 'three', 3);
    expect(made.poolValue('three').empty.length + made.poolValue('three').partial.length).toBe(2);
  });

  it('say nothing when the refill fails (T-5)', () => {
    const made = withPools(directSpec([three]), ['three']);
    made.call('pool_setlowat', { pool: 'pool:three', items: 3 });
    made.view.update(made.kernel.cells.pages, 'take', made.freePages());
    expect(made.get('three')).not.toBe(null);
  });

  it('release an emptied page at once when there are more than the high-water mark (T-6)', () => {
    const made = withPools(directSpec([three]), ['three']);
    made.call('pool_sethiwat', { pool: 'pool:three', items: 0 });
    const before = made.freePages();
    const item = made.get('three');
    expect(made.freePages()).toBe(before - 1);
    if (item !== null) made.put('three', item);
    expect(made.freePages()).toBe(before);
    expect(lists(made, 'three')).toEqual({ empty: [], partial: [], full: [] });
  });

  it('divide by zero before pool_init', () => {
    const made = withPools(directSpec([three]), []);
    const stopped = made.halts('pool_setlowat', { pool: 'pool:three', items: 1 });
    expect(stopped).toMatchObject({ kind: 'fault', line: 1543 });
  });
});

describe('pool_reclaim (T-7)', () => {
  const idle = (): Machine => {
    const made = withPools(directSpec([three]), ['three']);
    for (const item of taken(made, 'three', 6)) made.put('three', item);
    return made;
  };
  const reclaim = (made: Machine) => made.call('pool_reclaim', { pool: 'pool:three' });

  it('leaves pages that have been idle for less than ten seconds', () => {
    const made = idle();
    starve(made, false);
    expect(reclaim(made)).toBe(false);
    expect(lists(made, 'three').empty).toHaveLength(2);
  });

  it('takes them when they are old, or when the map is starved', () => {
    const old = idle();
    old.view.update(old.kernel.cells.pools.at(ref('pool', 'three')), 'age');
    expect(reclaim(old)).toBe(true);
    const short = idle();
    starve(short, true);
    expect(reclaim(short)).toBe(true);
    expect(lists(short, 'three').empty).toEqual([]);
  });

  it('frees the page first that it collected last', () => {
    const made = idle();
    starve(made, true);
    const order = lists(made, 'three').empty;
    const pages = made.view.observe(
      made.kernel.cells.pools.at(ref('pool', 'three')),
      'reclaimable',
      true,
    );
    expect(pages.map(({ va }) => va)).toEqual([...order].reverse());
  });

  it('keeps the reserve', () => {
    const made = idle();
    made.call('pool_setlowat', { pool: 'pool:three', items: 4 });
    starve(made, true);
    expect(reclaim(made)).toBe(false);
  });

  it('as a callback aborts the chain once the map is no longer starved', () => {
    const made = idle();
    starve(made, true);
    expect(made.call('pool_reclaim_callback', { pool: 'pool:three' })).toBe(false);
    const enough = idle();
    starve(enough, false);
    expect(enough.call('pool_reclaim_callback', { pool: 'pool:three' })).toBe(true);
  });
});

describe('the pagedaemon', () => {
  it('drains one pool a turn, by name and round, and passes over those without pages', () => {
    const names = ['beta', 'alpha', 'gamma'];
    const spec = directSpec(names.map((name) => pool(name, { itemBytes: 1344 })));
    const made = withPools(spec, names);
    const idle = (name: string) => {
      const item = made.get(name);
      if (item !== null) made.put(name, item);
      made.view.update(made.kernel.cells.pools.at(ref('pool', name)), 'age');
    };
    idle('alpha');
    idle('gamma');
    const left = () => names.filter((name) => made.poolValue(name).empty.length > 0);
    expect(made.call('pool_drain', {})).toBe(true);
    expect(left()).toEqual(['gamma']);
    idle('alpha');
    expect(made.call('pool_drain', {})).toBe(true);
    expect(left()).toEqual(['alpha']);
    expect(made.call('pool_drain', {})).toBe(true);
    expect(left()).toEqual([]);
  });
});

describe('pool_destroy', () => {
  it('gives all pages back and takes the pool off its allocator', () => {
    const made = withPools(directSpec([three]), ['three']);
    const before = made.freePages();
    for (const item of taken(made, 'three', 4)) made.put('three', item);
    made.call('pool_destroy', { pool: 'pool:three' });
    expect(made.freePages()).toBe(before);
    const allocator = made.kernel.cells.allocators.at(ref('allocator', 'pool_allocator_nointr'));
    expect(made.view.observe(allocator, 'has', 'pool:three')).toBe(false);
    expect(poolInit(made.kernel, made.view, ref('pool', 'three'))).toBe(null);
  });

  it('panics while an item is out', () => {
    const made = withPools(directSpec([three]), ['three']);
    taken(made, 'three', 1);
    expect(made.halts('pool_destroy', { pool: 'pool:three' }).line).toBe(908);
  });
});
