/**
 * Which pools end up on which map's reclaim chain, in each era. Method: a port without direct map
 * is brought up step by step, with pools described before their maps exist and after.
 */
import { describe, expect, it } from 'vitest';
import type { Ref } from '../../src/base/plain.ts';
import { nameOf, ref } from '../../src/base/plain.ts';
import {
  aDeferredQueue,
  bLostCallbacksH1,
  bLostCallbacksH2,
  cExplicitOrder,
  cExplicitOrderPageFunctions,
  eras,
} from '../../src/kernel/eras/index.ts';
import type { Policies } from '../../src/kernel/policies.ts';
import { poolInit } from '../../src/kernel/pool/index.ts';
import { deferredWhileUnbound, noneTwice } from '../../src/kernel/pool/invariants.ts';
import type { AllocatorSpec, KernelSpec, MapName } from '../../src/kernel/spec.ts';
import { uvmPageInit, uvmPagePhysload } from '../../src/kernel/uvm/page-queues.ts';
import { uvmMapSetupKernel } from '../../src/kernel/uvm/uvm-km.ts';
import { directSpec, machine, map, page, pool, standardAllocators } from './pool-fixture.ts';
import type { Machine } from './pool-fixture.ts';

const ownAllocator = (name: string, changes: Partial<AllocatorSpec>): AllocatorSpec => ({
  name,
  pageBytes: page,
  source: 'uvm_km_alloc',
  declares: null,
  boundFromTheStart: null,
  standard: false,
  ...changes,
});

const vacache = (of: MapName): AllocatorSpec =>
  ownAllocator(`vacache(${of})`, {
    pageBytes: 8 * page,
    source: 'km_vacache_alloc',
    boundFromTheStart: of,
  });

const indirect = (policies: Policies, changes: Partial<KernelSpec> = {}): KernelSpec => ({
  ...directSpec([
    pool('pmappl', { itemBytes: 96 }),
    pool('pvpl', { itemBytes: 24, allocator: 'pool_allocator_meta' }),
    pool('amappl', { itemBytes: 40 }),
    pool('pcache', { itemBytes: 1280 }),
    pool('mbpl', { itemBytes: 256, allocator: 'pool_allocator_kmem' }),
    pool('execargs', { itemBytes: 4 * page, notouch: true, noalign: true, allocator: 'exec' }),
    pool('kvakernel', { itemBytes: page, notouch: true, allocator: 'vacache(kernel_map)' }),
    pool('kvakmem', { itemBytes: page, notouch: true, allocator: 'vacache(kmem_map)' }),
  ]),
  policies,
  directMap: false,
  vacachePages: 8,
  maps: [
    map('kernel_map', { vacache: 'kvakernel', bytes: 128 * page }),
    map('kmem_map', {
      parent: 'kernel_map',
      intrsafe: true,
      vacache: 'kvakmem',
      bytes: 40 * page,
    }),
  ],
  allocators: [
    ...standardAllocators,
    ownAllocator('exec', { pageBytes: 4 * page }),
    vacache('kernel_map'),
    vacache('kmem_map'),
  ],
  ...changes,
});

const init = (made: Machine, ...names: readonly string[]) => {
  for (const name of names) expect(poolInit(made.kernel, made.view, ref('pool', name))).toBe(null);
};

const chain = (made: Machine, name: MapName): readonly string[] =>
  made.view.observe(made.kernel.cells.chains.at(ref('map', name)), 'queue').map(nameOf);

const kernelMap: Ref<'map'> = 'map:kernel_map';
const kmemMap: Ref<'map'> = 'map:kmem_map';

/** Memory, and the pools that pmap_bootstrap and uvm_init describe before any map exists. */
function early(policies: Policies): Machine {
  const made = machine(indirect(policies));
  uvmPagePhysload(made.kernel, made.view, 100);
  if (policies.headerPools === 'pool_subsystem_bootstrap') {
    made.call('pool_subsystem_bootstrap', {});
  }
  init(made, 'pmappl', 'pvpl');
  uvmPageInit(made.kernel, made.view);
  init(made, 'amappl');
  return made;
}

/** Both kernel maps with their vacaches. */
function maps(made: Machine): void {
  const { kernel, view } = made;
  uvmMapSetupKernel(kernel, view, kernelMap);
  view.update(kernel.cells.globals, 'publish', 'kernel_map');
  made.call('uvm_km_vacache_init', { map: kernelMap });
  made.call('uvm_km_suballoc', { map: kmemMap, parent: kernelMap, storage: 'static' });
  view.update(kernel.cells.globals, 'publish', 'kmem_map');
  made.call('uvm_km_vacache_init', { map: kmemMap });
}

/** The whole of uvm_init, and a pool of each standard allocator after it. */
function booted(policies: Policies): Machine {
  const made = early(policies);
  maps(made);
  made.call('pool_subsystem_init', {});
  init(made, 'pcache', 'mbpl', 'execargs');
  return made;
}

const headers = ['0', '64', '128', '256', '512', '1024', '2048', '4096'].map((n) => `phpool-${n}`);
const meta = [...headers, 'pcgnormal', 'pcglarge'];

describe('era A', () => {
  it('queues allocators whose map is missing, the last one first (T-11, INV-22)', () => {
    const made = early(aDeferredQueue);
    const { kernel, view } = made;
    const queue = view.observe(kernel.cells.deferQueue, 'queue').map(nameOf);
    expect(queue).toEqual(['pool_allocator_meta', 'pool_allocator_nointr']);
    const statics = view.read(kernel.cells.deferQueue);
    for (const allocator of kernel.cells.allocators.refs) {
      const value = view.read(kernel.cells.allocators.at(allocator));
      expect(deferredWhileUnbound(nameOf(allocator), value, statics, kernel.spec)).toBe(true);
    }
  });

  it('has the header pools on the list before the pool that made them', () => {
    const made = early(aDeferredQueue);
    const allocator = made.kernel.cells.allocators.at(ref('allocator', 'pool_allocator_meta'));
    expect(made.view.observe(allocator, 'pools').map(nameOf)).toEqual([...meta, 'pvpl']);
  });

  it('registers every pool exactly once when the queue is flushed, and later ones at once (T-11)', () => {
    const made = booted(aDeferredQueue);
    expect(chain(made, 'kernel_map')).toEqual(['kvakernel', 'pmappl', 'amappl', 'pcache']);
    expect(chain(made, 'kmem_map')).toEqual(['kvakmem', ...meta, 'pvpl', 'mbpl']);
  });

  it('leaves the queue empty, so that a second flush changes nothing (T-12)', () => {
    const made = booted(aDeferredQueue);
    const before = chain(made, 'kernel_map');
    expect(made.view.observe(made.kernel.cells.deferQueue, 'isEmpty')).toBe(true);
    made.call('pool_subsystem_init', {});
    expect(chain(made, 'kernel_map')).toEqual(before);
  });

  it('asserts in the flush that the maps are there', () => {
    const stopped = early(aDeferredQueue).halts('pool_subsystem_init', {});
    expect(stopped).toMatchObject({ kind: 'assertion', line: 603 });
  });

  it('faults when a pool grows before its map exists', () => {
    const flags = { wait: true };
    const nointr = early(aDeferredQueue).halts('pool_get', { pool: 'pool:pmappl', flags });
    expect(nointr).toMatchObject({ kind: 'fault', file: 'sys/uvm/uvm_km.c', line: 692 });
    const bare = early(aDeferredQueue).halts('pool_get', { pool: 'pool:pvpl', flags });
    expect(bare).toMatchObject({ kind: 'fault', file: 'sys/uvm/uvm_km.c', line: 540 });
  });
});

describe('era B', () => {
  it('H1 loses every pool of an allocator that was used too early, also the later ones', () => {
    const made = booted(bLostCallbacksH1);
    expect(chain(made, 'kernel_map')).toEqual(['kvakernel']);
    expect(chain(made, 'kmem_map')).toEqual(['kvakmem', 'mbpl']);
  });

  it('H2 loses only those described before the maps', () => {
    const made = booted(bLostCallbacksH2);
    expect(chain(made, 'kernel_map')).toEqual(['kvakernel', 'pcache']);
    expect(chain(made, 'kmem_map')).toEqual(['kvakmem', 'mbpl']);
    const allocator = made.kernel.cells.allocators.at(ref('allocator', 'pool_allocator_meta'));
    expect(made.view.observe(allocator, 'backingMap')).toBe(kmemMap);
  });
});

describe('era C', () => {
  it('has the same chains as era A, as sets', () => {
    const sets = (policies: Policies) =>
      (['kernel_map', 'kmem_map'] as const).map((name) =>
        [...chain(booted(policies), name)].sort(),
      );
    expect(sets(cExplicitOrder)).toEqual(sets(aDeferredQueue));
  });

  it('asserts that both maps exist, and that nothing grows before pool_subsystem_init', () => {
    expect(early(cExplicitOrder).halts('pool_subsystem_init', {}).kind).toBe('assertion');
    const made = early(cExplicitOrder);
    maps(made);
    const grow = { pool: 'pool:pmappl', flags: { wait: true } };
    expect(made.halts('pool_get', grow).message).toMatch(/pool_grow\(\) \(reconstructed\)/);
    made.call('pool_subsystem_init', {});
    expect(made.call('pool_get', grow)).not.toBe(null);
  });

  it('in its other form lets a pool on an allocator of its own grow before that', () => {
    const made = early(cExplicitOrderPageFunctions);
    maps(made);
    init(made, 'execargs');
    const flags = { wait: false };
    // Its header, though, comes from a standard allocator.
    const own = made.halts('pool_get', { pool: 'pool:execargs', flags });
    expect(own.message).toMatch(/pool_page_alloc_meta\(\) \(reconstructed\)/);
    expect(made.view.marks.some((mark) => mark.startsWith('uvm_km_alloc.'))).toBe(true);
  });
});

describe.each(eras.map((policies) => [policies.era, policies] as const))('in %s', (_, policies) => {
  it('vacaches are on the chain of their map before pool_subsystem_init (T-32)', () => {
    const made = early(policies);
    maps(made);
    expect(chain(made, 'kernel_map')).toContain('kvakernel');
    expect(chain(made, 'kmem_map')).toContain('kvakmem');
  });

  it('a pool on an allocator without a map is on no chain (T-31)', () => {
    const made = booted(policies);
    expect(chain(made, 'kernel_map')).not.toContain('execargs');
    expect(made.get('execargs', { wait: false })).not.toBe(null);
  });

  it('no pool is on a chain twice (INV-24)', () => {
    const made = booted(policies);
    for (const name of ['kernel_map', 'kmem_map'] as const) {
      const queue = made.view.observe(made.kernel.cells.chains.at(ref('map', name)), 'queue');
      expect(noneTwice(queue)).toBe(true);
    }
  });
});
