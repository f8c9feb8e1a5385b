import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../src/kernel/kernel.ts';
import type { Entry } from '../../src/kernel/kmem/requesters.ts';
import {
  kmRequester,
  kmemRequester,
  mallocRequester,
  poolWorker,
} from '../../src/kernel/kmem/requesters.ts';
import type { Era } from '../../models/netbsd/eras.ts';
import { eras } from '../../models/netbsd/eras.ts';
import type { Scene } from './starved-requests.ts';
import { outcomeOf, page } from './starved-requests.ts';

/**
 * The rows of allocators.md 15.2: what each kind of request meets when all space of a map is in idle
 * pages of a pool that its chain does not know (era B, H1), and, for comparison, when it does (A).
 */
const eraNamed = (name: string): Era => {
  const era = eras.find(({ policies }) => policies.era === name);
  if (era === undefined) throw new Error(`no era ${name}`);
  return era;
};
const a = eraNamed('a-deferred-queue');
const b = eraNamed('b-lost-callbacks-h1');

type Request = (kernel: Kernel) => Entry;

/** More than the largest gap of kernel_map, less than what P holds. */
const large = 5 * page;

const kmem =
  (sleep: boolean, times = 1): Request =>
  (kernel) =>
    kmemRequester(kernel, { bytes: large, sleep }, { times });

/** One item of a pool that has none, so that it must grow. */
const poolGet =
  (pool: 'R' | 'S', wait: boolean): Request =>
  (kernel) =>
    poolWorker(kernel, `pool:${pool}`, { items: 1, wait, order: 'ascending' });

const malloc =
  (flags: 'M_WAITOK' | 'M_NOWAIT' | 'M_CANFAIL'): Request =>
  (kernel) =>
    mallocRequester(kernel, { bytes: 6 * page, flags });

const kmAlloc =
  (times = 1): Request =>
  (kernel) =>
    kmRequester(kernel, { map: 'map:kernel_map', bytes: large, type: 'wired' }, { times });

const suballoc: Request = () => ({
  routine: 'uvm_km_suballoc',
  params: { map: 'map:exec_map', parent: 'map:kernel_map', storage: 'static' },
});

const short =
  (map: Scene['short']) =>
  (era: Era, request: Request, more: Partial<Scene> = {}): string =>
    outcomeOf({ era, short: map, request, ...more });
const kernelMapShort = short('kernel_map');
const kmemMapShort = short('kmem_map');
const beside = { bystander: true };

describe('kernel_map is short, its space idle in P', () => {
  it('kmem_alloc(KM_SLEEP) sleeps; in B for ever, in A until somebody write-locks the map', () => {
    expect(kernelMapShort(b, kmem(true))).toBe('sleeps');
    expect(kernelMapShort(b, kmem(true), beside)).toBe('sleeps for ever');
    expect(kernelMapShort(a, kmem(true))).toBe('sleeps');
    expect(kernelMapShort(a, kmem(true), beside)).toBe('memory');
  });

  it('kmem_alloc(KM_NOSLEEP) is NULL; in A only the first time', () => {
    expect(kernelMapShort(b, kmem(false))).toBe('NULL');
    expect(kernelMapShort(b, kmem(false, 2))).toBe('NULL');
    expect(kernelMapShort(a, kmem(false))).toBe('NULL');
    expect(kernelMapShort(a, kmem(false, 2))).toBe('memory');
  });

  it('pool_get(PR_WAITOK) on the cached path sleeps for a chunk of the vacache likewise', () => {
    expect(kernelMapShort(b, poolGet('R', true))).toBe('sleeps');
    expect(kernelMapShort(b, poolGet('R', true), beside)).toBe('sleeps for ever');
    expect(kernelMapShort(a, poolGet('R', true))).toBe('sleeps');
    expect(kernelMapShort(a, poolGet('R', true), beside)).toBe('memory');
  });

  // In A the one run of the chain puts P's addresses into the vacache. Who does not wait comes back
  // to the vacache and finds them (subr_pool.c 1.170.4.1:1081); who waits goes on waiting for a new chunk.
  it('pool_get(PR_NOWAIT) is NULL in B; in A it gets at once what PR_WAITOK sleeps for', () => {
    expect(kernelMapShort(b, poolGet('R', false))).toBe('NULL');
    expect(kernelMapShort(a, poolGet('R', false))).toBe('memory');
  });

  it('uvm_km_alloc without UVM_KMF_WAITVA is 0; in A only the first time', () => {
    expect(kernelMapShort(b, kmAlloc())).toBe('NULL');
    expect(kernelMapShort(b, kmAlloc(2))).toBe('NULL');
    expect(kernelMapShort(a, kmAlloc())).toBe('NULL');
    expect(kernelMapShort(a, kmAlloc(2))).toBe('memory');
  });

  // It never asks twice, so A is no better, unless the map is write-locked during the one run.
  it('uvm_km_suballoc panics, in A too', () => {
    const panic = 'panic: uvm_km_suballoc: unable to allocate space in parent map';
    expect(kernelMapShort(b, suballoc)).toBe(panic);
    expect(kernelMapShort(b, suballoc, beside)).toBe(panic);
    expect(kernelMapShort(a, suballoc)).toBe(panic);
    expect(kernelMapShort(a, suballoc, beside)).toBe(`${panic} or returned`);
  });
});

// A has all of these at the first attempt: pages of meta go back to the map without a vacache between.
describe('kmem_map is short, its space idle in Q', () => {
  it('pool_get(PR_WAITOK) that needs a meta page is NULL in B, although it may wait', () => {
    expect(kmemMapShort(b, poolGet('S', true))).toBe('NULL');
    expect(kmemMapShort(a, poolGet('S', true))).toBe('memory');
  });

  it('so is one on nointr: the chunk behind its page cannot have a header', () => {
    expect(kmemMapShort(b, poolGet('R', true))).toBe('NULL');
    expect(kmemMapShort(a, poolGet('R', true))).toBe('memory');
  });

  it('malloc(M_WAITOK) panics in B', () => {
    expect(kmemMapShort(b, malloc('M_WAITOK'))).toBe('panic: malloc: out of space in kmem_map');
    expect(kmemMapShort(a, malloc('M_WAITOK'))).toBe('memory');
  });

  it.each(['M_NOWAIT', 'M_CANFAIL'] as const)('malloc(%s) is NULL in B', (flags) => {
    expect(kmemMapShort(b, malloc(flags))).toBe('NULL');
    expect(kmemMapShort(a, malloc(flags))).toBe('memory');
  });
});

describe('the map entry cannot be had: every entry is in use and no page is left for more', () => {
  const entriesGone = { entriesGone: true };

  it('kmem_alloc(KM_SLEEP) is NULL, in B and in A: WAITVA is not passed on for the entry', () => {
    expect(kernelMapShort(b, kmem(true), entriesGone)).toBe('NULL');
    expect(kernelMapShort(a, kmem(true), entriesGone)).toBe('NULL');
    expect(short('neither')(a, kmem(true), entriesGone)).toBe('NULL');
  });

  it('in A the second attempt is served from the chunks that the first one emptied', () => {
    expect(kernelMapShort(b, kmem(true, 2), entriesGone)).toBe('NULL');
    expect(kernelMapShort(a, kmem(true, 2), entriesGone)).toBe('memory');
  });
});
