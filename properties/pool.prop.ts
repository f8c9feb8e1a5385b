/**
 * Our pools against themselves: items told apart as in the C code, and told apart by page only, as
 * the search has them. The same calls must come to the same pages, lists and answers; and what must
 * hold of a pool at rest holds after each call.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ref } from '../src/base/plain.ts';
import type { Item } from '../src/kernel/calls.ts';
import { aDeferredQueue, aDeferredQueue2007 } from '../src/kernel/eras/index.ts';
import type { Policies } from '../src/kernel/policies.ts';
import { framePages, geometryOf, pagesHeldByPools } from '../src/kernel/pool/index.ts';
import { poolSpec } from '../src/kernel/pool/geometry.ts';
import * as invariants from '../src/kernel/pool/invariants.ts';
import type { LivePool } from '../src/kernel/pool/pool-pages.ts';
import { allPages, freeOn } from '../src/kernel/pool/pool-pages.ts';
import type { KernelSpec } from '../src/kernel/spec.ts';
import { directSpec, page, pool, withPools } from '../test/kernel/pool-fixture.ts';
import type { Machine } from '../test/kernel/pool-fixture.ts';

const pools = [
  // Three items and the header in a page; two, or one, with the header elsewhere; a bitmap.
  pool('three', { itemBytes: 1344 }),
  pool('two', { itemBytes: 2048, hardLimit: 5 }),
  pool('one', { itemBytes: page }),
  pool('bits', { itemBytes: 1000, notouch: true }),
];
const names = pools.map(({ name }) => name);
const watched = [...names, 'phpool-0', 'phpool-64'];

type Call =
  | { readonly do: 'get' | 'reclaim' | 'age'; readonly pool: string }
  | { readonly do: 'put'; readonly pool: string; readonly which: number }
  | { readonly do: 'starve'; readonly starved: boolean }
  | {
      readonly do: 'setlowat' | 'sethiwat' | 'prime';
      readonly pool: string;
      readonly items: number;
    };

const onPool = fc.constantFrom(...names);
const plainCall = (what: 'get' | 'reclaim' | 'age'): fc.Arbitrary<Call> =>
  fc.record({ do: fc.constant(what), pool: onPool });
const putCall: fc.Arbitrary<Call> = fc.record({
  do: fc.constant('put' as const),
  pool: onPool,
  which: fc.nat(20),
});
const starveCall: fc.Arbitrary<Call> = fc.record({
  do: fc.constant('starve' as const),
  starved: fc.boolean(),
});
const sizedCall: fc.Arbitrary<Call> = fc.record({
  do: fc.constantFrom('setlowat' as const, 'sethiwat' as const, 'prime' as const),
  pool: onPool,
  items: fc.nat({ max: 7 }),
});
const calls = fc.array(
  fc.oneof(
    { arbitrary: plainCall('get'), weight: 6 },
    { arbitrary: putCall, weight: 5 },
    { arbitrary: plainCall('reclaim'), weight: 1 },
    { arbitrary: plainCall('age'), weight: 1 },
    { arbitrary: starveCall, weight: 1 },
    { arbitrary: sizedCall, weight: 1 },
  ),
  { minLength: 1, maxLength: 60 },
);

/** A machine with few pages, and what its callers hold of each pool, oldest first. */
class Driven {
  readonly made: Machine;
  readonly held = new Map<string, Item[]>(names.map((name) => [name, []]));

  constructor(identity: KernelSpec['identity'], policies: Policies) {
    const pages = { total: 14, reserveKernel: 2, reservePagedaemon: 1, freeTarget: 0 };
    this.made = withPools(directSpec(pools, { identity, policies, pages }), names);
    const { kernel, view } = this.made;
    const kernelMap = ref('map', 'kernel_map');
    view.update(kernel.cells.mapControl.at(kernelMap), 'setup', 64 * page);
    const nointr = kernel.cells.allocators.at(ref('allocator', 'pool_allocator_nointr'));
    view.update(nointr, 'bind', kernelMap);
  }

  /** What a caller can see of a call: a page, a yes or no, or nothing. */
  run(call: Call): number | boolean | null {
    const { kernel, view } = this.made;
    switch (call.do) {
      case 'starve': {
        const control = kernel.cells.mapControl.at(ref('map', 'kernel_map'));
        view.update(control, 'setup', 64 * page);
        if (call.starved) view.update(control, 'grow', 64 * page);
        return null;
      }
      case 'get': {
        const item = this.made.get(call.pool, { wait: false });
        if (item !== null) this.held.get(call.pool)?.push(item);
        return item?.page ?? null;
      }
      case 'put': {
        const held = this.held.get(call.pool) ?? [];
        const [item] = held.splice(call.which % Math.max(1, held.length), 1);
        if (item !== undefined) this.made.put(call.pool, item);
        return null;
      }
      case 'age':
        view.update(kernel.cells.pools.at(ref('pool', call.pool)), 'age');
        return null;
      case 'reclaim':
        return this.made.call('pool_reclaim', { pool: ref('pool', call.pool) }) === true;
      case 'setlowat':
      case 'sethiwat':
      case 'prime': {
        const params = { pool: ref('pool', call.pool), items: call.items };
        return this.made.call(`pool_${call.do}`, params) === true;
      }
    }
  }

  /** The watched pools without the identity of items. */
  shapes(): unknown {
    return watched.map((name) => shapeOf(this.made.poolValue(name)));
  }

  pagesInAll(): number {
    const { kernel, view } = this.made;
    let sum = this.made.freePages();
    for (const [cell, weight] of pagesHeldByPools(kernel)) {
      sum += (weight as (value: unknown) => number)(view.read(cell as never));
    }
    return sum;
  }
}

function shapeOf(value: LivePool): unknown {
  const list = (pages: LivePool['empty']) =>
    pages.map((one) => ({
      va: one.va,
      header: one.header?.page,
      aged: one.aged,
      free: freeOn(one),
    }));
  const { empty, partial, full, tracking: _, color: __, ...rest } = value;
  return { ...rest, empty: list(empty), partial: list(partial), full: list(full) };
}

function brokenInvariants(made: Machine, name: string): readonly string[] {
  const value = made.poolValue(name);
  const geometry = geometryOf(poolSpec(made.kernel.spec, name), made.kernel.spec);
  const holds = {
    'INV-1': invariants.nitemsBalance(value),
    'INV-2': invariants.pagesOnRightLists(value),
    'INV-3': invariants.nidleCounts(value),
    'INV-4': invariants.curpageHasItem(value),
    'INV-5': invariants.withinHardLimit(value),
    'INV-6': invariants.itemsAligned(value, geometry),
    'INV-8': invariants.headersMatch(value, geometry),
    'INV-13': invariants.reclaimKeepsMinimum(value),
    'INV-14': invariants.youngPagesStay(value),
    ages: invariants.onlyIdlePagesAge(value),
  };
  return Object.entries(holds).flatMap(([inv, ok]) => (ok ? [] : [`${inv} of ${name}`]));
}

const policies = fc.constantFrom(aDeferredQueue, aDeferredQueue2007);

describe('pools under random calls', () => {
  it('come to the same pages whether items are told apart or only their pages', () => {
    fc.assert(
      fc.property(calls, policies, (sequence, era) => {
        const byItem = new Driven('item', era);
        const byPage = new Driven('page', era);
        for (const call of sequence) {
          expect(byPage.run(call)).toEqual(byItem.run(call));
          expect(byPage.shapes()).toEqual(byItem.shapes());
        }
      }),
      { numRuns: 300, seed: 20110121 },
    );
  });

  it('keep what must hold of a pool at rest (INV-1 to 6, 8, 13, 14), and lose no page', () => {
    fc.assert(
      fc.property(
        calls,
        policies,
        fc.constantFrom('item' as const, 'page' as const),
        (sequence, era, identity) => {
          const driven = new Driven(identity, era);
          const before = driven.pagesInAll();
          for (const call of sequence) {
            driven.run(call);
            const broken = watched.flatMap((name) => brokenInvariants(driven.made, name));
            expect(broken).toEqual([]);
            expect(driven.pagesInAll()).toBe(before);
          }
        },
      ),
      { numRuns: 300, seed: 20110121 },
    );
  });

  it('hand out each item once: no two callers hold the same one', () => {
    fc.assert(
      fc.property(calls, (sequence) => {
        const driven = new Driven('item', aDeferredQueue);
        for (const call of sequence) {
          driven.run(call);
          for (const [name, items] of driven.held) {
            const texts = items.map((item) => `${item.page}/${item.index}`);
            expect(new Set(texts).size).toBe(texts.length);
            const out = allPages(driven.made.poolValue(name)).reduce((sum, one) => {
              return sum + driven.made.poolValue(name).itemsPerPage - freeOn(one);
            }, 0);
            expect(out).toBe(items.length);
          }
        }
      }),
      { numRuns: 200, seed: 20110121 },
    );
  });
});

describe('what a routine carries between a pool and its back end', () => {
  it('is weighed by the frames that hold pages, and by no others', () => {
    const { kernel } = withPools(directSpec(pools), names);
    const at = { at: 'free', pool: 'pool:one' };
    const held = { va: 7 * page };
    expect(framePages(kernel, { ...at, routine: 'pool_reclaim', pages: [held, held] })).toBe(2);
    expect(framePages(kernel, { ...at, routine: 'pool_grow', page: 7 * page })).toBe(1);
    expect(framePages(kernel, { ...at, routine: 'pool_get', flags: { wait: true } })).toBe(0);
  });
});
