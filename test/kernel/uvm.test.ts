import { describe, expect, it } from 'vitest';
import { ref } from '../../src/base/plain.ts';
import { kernelMap, kmemMap } from '../../src/kernel/uvm/map-facts.ts';
import { uvmPagebootAlloc, uvmPagealloc } from '../../src/kernel/uvm/page-queues.ts';
import { base, bench, boot, booted, fullScale, mapOnly, page } from './uvm-fixture.ts';
import type { Bench } from './uvm-fixture.ts';

const waits = (wait: 'waitva' | 'nowait' | 'neither') => ({ wait });
const vaonly = (made: Bench, pages: number, wait: 'waitva' | 'nowait' | 'neither' = 'neither') =>
  made.call('uvm_km_alloc', {
    map: kernelMap,
    bytes: pages * page,
    align: 0,
    type: 'vaonly',
    flags: waits(wait),
  });
const give = (made: Bench, va: number, pages: number) =>
  made.call('uvm_km_free', { map: kernelMap, va, bytes: pages * page, type: 'vaonly' });
const entriesOf = ({ kernel, view }: Bench) =>
  view.observe(kernel.cells.mapEntries.at(kernelMap), 'entries');
const freeOf = ({ kernel, view }: Bench) => view.observe(kernel.cells.pages, 'free');
const drains = ({ view }: Bench) =>
  view.marks.filter((mark) => mark.startsWith('uvm_km_va_drain.run')).length;

describe('entries of kernel_map (T-17, T-18, INV-31 to 33)', () => {
  it('takes one page for the first entry, and records that page with an entry of its own', () => {
    const made = mapOnly();
    expect(vaonly(made, 3).answer).toBe(base + page);
    expect(freeOf(made)).toBe(399);
    expect(entriesOf(made)).toEqual([
      { start: base, end: base + page, home: base, nomerge: true, kmapent: true },
      { start: base + page, end: base + 4 * page, home: base, quantum: true },
    ]);
  });

  it('merges quantum neighbours and parks the entry; freeing the middle takes two back', () => {
    const made = mapOnly();
    for (let i = 0; i < 3; i++) vaonly(made, 1);
    const parked = () => made.view.observe(made.kernel.cells.mapEntries.at(kernelMap), 'parked');
    expect(entriesOf(made)).toHaveLength(2);
    expect(parked()).toBe(2);
    give(made, base + 2 * page, 1);
    expect(entriesOf(made)).toHaveLength(3);
    expect(parked()).toBe(0);
  });

  it('frees quantum memory with no free entry and no memory', () => {
    const made = mapOnly({ entriesPerPage: 4 });
    for (let i = 0; i < 3; i++) vaonly(made, 1);
    const { pages } = made.kernel.cells;
    made.view.update(pages, 'take', freeOf(made));
    expect(
      made.view.observe(made.kernel.cells.mapEntries.at(kernelMap), 'freeEntryPage'),
    ).toBeNull();
    expect(give(made, base + 2 * page, 1).ending).toBe('answered');
    expect(entriesOf(made)).toHaveLength(3);
  });

  it('gives an entry page back unless it is the last one with free entries', () => {
    const made = mapOnly({ entriesPerPage: 3 });
    const vas = [0, 1, 2].map(() => Number(vaonly(made, 1, 'nowait').answer));
    const pagesNow = () =>
      made.view.observe(made.kernel.cells.mapEntries.at(kernelMap), 'entryPages');
    expect(pagesNow()).toBe(2);
    for (const va of vas) give(made, va, 1);
    expect(pagesNow()).toBe(1);
    expect(freeOf(made)).toBe(399);
  });

  it('reserves two entries before an unmap that is not quantum', () => {
    const made = mapOnly();
    const request = { map: kernelMap, bytes: 4 * page, align: 0, flags: waits('neither') };
    const va = Number(made.call('uvm_map', request).answer);
    made.call('uvm_unmap', { map: kernelMap, va: va + page, bytes: page });
    expect(made.view.marks.filter((mark) => mark.startsWith('uvm_unmap.reserved'))).toHaveLength(2);
    expect(entriesOf(made).map((entry) => [entry.start, entry.end])).toEqual([
      [base, base + page],
      [va, va + page],
      [va + 2 * page, va + 4 * page],
    ]);
  });

  it('gives reserved entries back unused: what is split takes a free entry of the map', () => {
    // Six entries a page: one for the page, one for the mapping, two reserved, two to split with.
    const made = mapOnly({ entriesPerPage: 6 });
    const request = { map: kernelMap, bytes: 4 * page, align: 0, flags: waits('neither') };
    const va = Number(made.call('uvm_map', request).answer);
    const splits = made.call('uvm_unmap', { map: kernelMap, va: va + page, bytes: page });
    expect(splits.ending).toBe('answered');
    expect(entriesOf(made)).toHaveLength(3);
    // Three are free again; with two of them reserved, one end can still be clipped off.
    const atItsEnd = { map: kernelMap, va: va + 3 * page, bytes: page };
    expect(made.call('uvm_unmap', atItsEnd).ending).toBe('answered');
  });

  it('stops at its own lock when the reservation has left too few free entries', () => {
    // Five entries a page: the split needs two, and beside those reserved there is one.
    const made = mapOnly({ entriesPerPage: 5 });
    const request = { map: kernelMap, bytes: 4 * page, align: 0, flags: waits('neither') };
    const va = Number(made.call('uvm_map', request).answer);
    const splits = made.call('uvm_unmap', { map: kernelMap, va: va + page, bytes: page });
    expect(splits.ending).toMatchObject({
      kind: 'assertion',
      file: 'sys/uvm/uvm_map.c',
      line: 822,
    });
  });

  it('trips over KASSERT 810 in a quantum unmap of what was not mapped so', () => {
    const made = mapOnly();
    const request = { map: kernelMap, bytes: 4 * page, align: 0, flags: waits('neither') };
    const va = Number(made.call('uvm_map', request).answer);
    const params = { map: kernelMap, va: va + page, bytes: page, quantum: true };
    expect(made.call('uvm_unmap', params).ending).toMatchObject({ kind: 'assertion', line: 810 });
  });

  it('refuses a WAITVA request when there is no space left for an entry page', () => {
    const made = mapOnly({ entriesPerPage: 3 });
    vaonly(made, 1);
    vaonly(made, 126, 'nowait');
    // Merged: one entry is parked and none is free; the map is full.
    expect(vaonly(made, 1, 'waitva')).toEqual({ ending: 'answered', answer: null });
  });
});

describe('searching a map (T-15, T-16)', () => {
  it('finds the lowest gap that fits, aligned', () => {
    const made = mapOnly();
    const request = { map: kernelMap, bytes: 32 * page, align: 32 * page, flags: waits('neither') };
    expect(made.call('uvm_map', request).answer).toBe(base + 32 * page);
    expect(vaonly(made, 31).answer).toBe(base + page);
    expect(vaonly(made, 1).answer).toBe(base + 64 * page);
  });

  it('asks the chain exactly once, then fails and leaves WANTVA set until an unmap', () => {
    const made = mapOnly();
    const control = made.kernel.cells.mapControl.at(kernelMap);
    const held = Number(vaonly(made, 100).answer);
    expect(vaonly(made, 60)).toEqual({ ending: 'answered', answer: null });
    expect(drains(made)).toBe(1);
    expect(made.view.observe(control, 'wantva')).toBe(true);
    expect(made.view.observe(control, 'starved')).toBe(true);
    give(made, held, 100);
    expect(made.view.observe(control, 'wantva')).toBe(false);
    expect(made.view.observe(control, 'starved')).toBe(false);
  });

  it('with WAITVA sleeps after one run of the chain', () => {
    const made = mapOnly();
    vaonly(made, 100);
    expect(vaonly(made, 60, 'waitva').ending).toBe('blocked');
    expect(drains(made)).toBe(1);
  });

  it('is starved above fifteen sixteenths of the range, in bytes', () => {
    const made = mapOnly();
    const control = made.kernel.cells.mapControl.at(kernelMap);
    // 128 pages / 16 * 15 = 120, of which one is the entry page.
    vaonly(made, 119);
    expect(made.view.observe(control, 'starved')).toBe(false);
    vaonly(made, 1);
    expect(made.view.observe(control, 'starved')).toBe(true);
  });
});

describe('maps that do not exist (T-20)', () => {
  it('are a fault with file and line, never an exception', () => {
    const made = bench(fullScale());
    const params = { map: kernelMap, waitok: true };
    expect(made.call('uvm_km_alloc_poolpage_cache', params).ending).toMatchObject({
      kind: 'fault',
      file: 'sys/uvm/uvm_km.c',
      line: 692,
    });
    expect(made.call('uvm_km_alloc_poolpage', params).ending).toMatchObject({ kind: 'fault' });
  });

  it('do not matter on a direct-mapped port once the page queues are up', () => {
    const made = mapOnly({ directMap: true });
    const params = { map: kmemMap, waitok: true };
    const one = made.call('uvm_km_alloc_poolpage_cache', params).answer;
    const two = made.call('uvm_km_alloc_poolpage_cache', params).answer;
    expect(one).not.toBe(two);
    expect(freeOf(made)).toBe(398);
    made.call('uvm_km_free_poolpage_cache', { map: kmemMap, va: one });
    expect(made.call('uvm_km_alloc_poolpage', params).answer).toBe(one);
  });
});

describe('physical pages', () => {
  it('are stolen before uvm_page_init only', () => {
    const made = bench(fullScale());
    made.view.update(made.kernel.cells.pages, 'load', 10);
    expect(uvmPagebootAlloc(made.kernel, made.view, 3 * page)).toBeNull();
    expect(uvmPagebootAlloc(made.kernel, made.view, 8 * page)).toMatchObject({ line: 588 });
    const up = mapOnly();
    expect(uvmPagebootAlloc(up.kernel, up.view, page)).toMatchObject({ kind: 'panic', line: 629 });
  });

  it('keeps the last five for USERESERVE and the last one for the pagedaemon', () => {
    const made = mapOnly();
    made.view.update(made.kernel.cells.pages, 'take', 394);
    const take = (useReserve: boolean, self = boot) =>
      uvmPagealloc(made.kernel, made.view, self, useReserve, 10);
    expect(take(false)).toBe(1);
    expect(take(true)).toBe(4);
    expect(take(false, ref('thread', 'pagedaemon'))).toBe(1);
  });

  it('undoes a wired request that may not wait', () => {
    const made = mapOnly();
    made.view.update(made.kernel.cells.pages, 'take', 380);
    const request = { map: kernelMap, bytes: 40 * page, align: 0, type: 'wired' };
    expect(made.call('uvm_km_alloc', { ...request, flags: waits('nowait') }).answer).toBeNull();
    expect(freeOf(made)).toBe(19);
    expect(made.call('uvm_km_alloc', { ...request, flags: waits('neither') }).ending).toBe(
      'asleep',
    );
  });
});

describe('submaps and malloc (T-19)', () => {
  it('takes the room for entry pages on top, and stands in the parent as one entry', () => {
    const made = booted(fullScale());
    const submap = entriesOf(made).find((entry) => entry.object === 'kmem_map');
    expect(submap).toMatchObject({ start: base + page, end: base + 33 * page, nomerge: true });
    expect(made.view.observe(made.kernel.cells.chains.at(kmemMap), 'isSetUp')).toBe(true);
  });

  it('panics for M_WAITOK when kmem_map is full, and answers NULL to the others', () => {
    const made = booted(fullScale());
    const malloc = (bytes: number, flags: string) => made.call('malloc', { bytes, flags });
    malloc(20 * page, 'M_WAITOK');
    expect(malloc(20 * page, 'M_NOWAIT').answer).toBeNull();
    expect(malloc(20 * page, 'M_CANFAIL').answer).toBeNull();
    expect(malloc(20 * page, 'M_WAITOK').ending).toMatchObject({
      kind: 'panic',
      message: 'panic: malloc: out of space in kmem_map',
      line: 403,
    });
  });
});
