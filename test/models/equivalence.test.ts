import { describe, expect, it } from 'vitest';
import { check, compareFinals, finals } from '../../src/checker/index.ts';
import type { Finals } from '../../src/checker/index.ts';
import type { AnyOrder } from '../../models/netbsd/equivalence.ts';
import {
  anyOrderModel,
  arm32Boots,
  chainsAsSets,
  ordersOf,
  pagesByMap,
  x86Boots,
} from '../../models/netbsd/equivalence.ts';
import type { Era } from '../../models/netbsd/eras.ts';
import { eras } from '../../models/netbsd/eras.ts';

const eraNamed = (name: string): Era => {
  const era = eras.find(({ policies }) => policies.era === name);
  if (era === undefined) throw new Error(`no era ${name}`);
  return era;
};
const a = eraNamed('a-deferred-queue');
const h1 = eraNamed('b-lost-callbacks-h1');
const h2 = eraNamed('b-lost-callbacks-h2');
const c = eraNamed('c-explicit-order');
const cPageFunctions = eraNamed('c-explicit-order-page-functions');

/** By era and boots: each is searched once. */
const searched = new Map<string, Finals>();

function chainsOf(era: Era, boots: AnyOrder): Finals {
  const key = `${era.policies.era} ${JSON.stringify(boots.calls)}`;
  const known = searched.get(key);
  if (known !== undefined) return known;
  const model = anyOrderModel(era, boots);
  const found = finals(model, chainsAsSets(model));
  expect(found.isComplete).toBe(true);
  searched.set(key, found);
  return found;
}

const stops = (found: Finals): readonly unknown[] =>
  found.outcomes
    .map(({ value }) => value)
    .filter((value) => JSON.stringify(value).includes('stop'));

const headerAndGroupPools = [
  ...['pcglarge', 'pcgnormal', 'phpool-0', 'phpool-1024', 'phpool-128', 'phpool-2048'],
  ...['phpool-256', 'phpool-4096', 'phpool-512', 'phpool-64'],
];

/** What the chains of x86 come to in era A. */
const complete = {
  kernel_map: ['amappl', 'kvakernel', 'mutex', 'pcache', 'pmappl'],
  kmem_map: ['kvakmem', ...headerAndGroupPools, 'pvpl', 'vmembt'],
};

describe('a pool may grow as soon as both maps are there: the premise of the claim, and no more', () => {
  const boots = x86Boots('its data');

  it.each([
    { era: a, orders: 1_105_104, states: 28_561, transitions: 43_666 },
    { era: c, orders: 2_694_204, states: 21_187, transitions: 29_825 },
  ])('$era.policies.era: the premise holds in all $orders orders', (count) => {
    const result = check(anyOrderModel(count.era, boots));
    expect(ordersOf(count.era, boots)).toBe(count.orders);
    expect(result).toMatchObject({ states: count.states, transitions: count.transitions });
    const premise = result.properties.find(({ name }) => name === 'maps-before-pools');
    expect(premise?.verdict).toBe('PASS');
  });

  it('era A: one outcome, with every pool that declares a map on its chain', () => {
    expect(chainsOf(a, boots).outcomes.map(({ value }) => value)).toEqual([complete]);
  });

  it.each([c, cPageFunctions])('$policies.era refuses some of them; the others agree', (era) => {
    const difference = compareFinals(chainsOf(a, boots), chainsOf(era, boots));
    expect(difference.onlyInFirst).toEqual([]);
    expect(difference.onlyInSecond.map(({ value }) => value)).toEqual([
      {
        stopped:
          'pool_cache_get(pmappl) before pool_subsystem_init; enforcement of era C, reconstruction',
      },
    ]);
    expect(difference.shortest?.in).toBe('second');
  });
});

describe('no pool grows before pool_subsystem_init either, as era C wants it', () => {
  const boots = x86Boots('pool_subsystem_init');

  it('these boots are some of those above, and C ends them all as A does', () => {
    expect(ordersOf(a, boots)).toBe(886_704);
    expect(ordersOf(c, boots)).toBe(2_196_180);
    expect(chainsOf(c, boots).outcomes.map(({ value }) => value)).toEqual([complete]);
  });

  it.each([
    { era: h1, more: 4 },
    { era: h2, more: 16 },
  ])('$era.policies.era is told apart: $more outcomes with pools missing', ({ era, more }) => {
    const ofB = chainsOf(era, boots);
    const { onlyInFirst, onlyInSecond, shortest } = compareFinals(chainsOf(c, boots), ofB);
    expect(onlyInFirst).toEqual([]);
    expect(onlyInSecond.length).toBe(more);
    expect(shortest?.trace.steps.length).toBe(34);
    expect(stops(ofB)).toEqual([]);
  });
});

describe('a pool may grow before both maps exist: the premise broken', () => {
  const boots = x86Boots('nothing');

  it('stops both eras, A at the missing map and C before it; boots that end still agree', () => {
    const ofA = chainsOf(a, boots);
    const ofC = chainsOf(c, boots);
    const ends = (found: Finals): readonly unknown[] =>
      found.outcomes.map(({ value }) => value).filter((value) => !stops(found).includes(value));
    expect(ends(ofA)).toEqual([complete]);
    expect(ends(ofC)).toEqual([complete]);
    expect(stops(ofA)).toEqual([
      { stopped: 'NULL kernel_map in uvm_km_alloc_poolpage_cache' },
      expect.objectContaining({ stopped: expect.stringContaining('kmem_map') }),
    ]);
    expect(stops(ofC).length).toBe(1);
  });
});

describe("arm32's low-water mark of pvepl, which may grow from kernel_map before kmem_map exists", () => {
  const early = arm32Boots('its data');
  const late = arm32Boots('pool_subsystem_init');
  const pagesOf = (era: Era, boots: AnyOrder): readonly unknown[] => {
    const model = anyOrderModel(era, boots);
    return finals(model, pagesByMap(model, 'pvepl')).outcomes.map(({ value }) => value);
  };

  it('pvepl is on no chain in any era, so that the sets of A and C are equal wherever C boots', () => {
    expect(compareFinals(chainsOf(a, early), chainsOf(cPageFunctions, early))).toEqual({
      isConclusive: true,
      onlyInFirst: [],
      onlyInSecond: [],
    });
    expect(compareFinals(chainsOf(a, early), chainsOf(c, late)).onlyInSecond).toEqual([]);
  });

  it('with every growth enforced, C refuses each boot that does as 5.x does', () => {
    const { onlyInFirst, onlyInSecond } = compareFinals(chainsOf(a, early), chainsOf(c, early));
    expect(onlyInFirst).toEqual([]);
    expect(onlyInSecond.map(({ value }) => value)).toEqual([
      {
        stopped:
          'pool_setlowat(pvepl) before pool_subsystem_init; enforcement of era C, reconstruction',
      },
    ]);
  });

  it('its three pages come from kernel_map in A and in C, early or late', () => {
    const fromKernelMap = { kernel_map: 3, kmem_map: 0 };
    expect(pagesOf(a, early)).toEqual([fromKernelMap]);
    expect(pagesOf(cPageFunctions, early)).toEqual([fromKernelMap]);
    expect(pagesOf(c, late)).toEqual([fromKernelMap]);
  });
});
