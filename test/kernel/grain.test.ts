import { describe, expect, it } from 'vitest';
import type { Process } from '../../src/base/model.ts';
import { runUntilBlocked } from '../../src/base/live.ts';
import { ref } from '../../src/base/plain.ts';
import { kmRequester, poolWorker } from '../../src/kernel/kmem/requesters.ts';
import { kernelMap } from '../../src/kernel/uvm/map-facts.ts';
import { booted, fullScale, mapOnly, page, thread } from './uvm-fixture.ts';
import type { Bench } from './uvm-fixture.ts';

const stepsMax = 5000;

const isAt = ({ kernel, view }: Bench, name: string, routine: string, label: string): boolean =>
  view.observe(kernel.cells.threads.at(ref('thread', name)), 'isAt', routine, label);

/** Steps a thread until it stands at a label, where others may come in. */
function runTo(made: Bench, name: string, process: Process, routine: string, label: string): void {
  for (let steps = 0; steps < stepsMax; steps++) {
    if (isAt(made, name, routine, label)) return;
    expect(made.view.attempt(process)).toBeNull();
  }
  throw new Error(`${name} never comes to ${routine}.${label}`);
}

const freeOf = ({ kernel, view }: Bench): number => view.observe(kernel.cells.pages, 'free');
const sizeOf = ({ kernel, view }: Bench): number =>
  view.observe(kernel.cells.mapControl.at(kernelMap), 'size');

describe('where nothing is locked others come in (docs/grain.md)', () => {
  it('two CPUs that find no free entry both make a page of entries', () => {
    const made = mapOnly({ cpus: 2 });
    for (const cpu of made.kernel.cells.cpus.cells) made.view.update(cpu, 'release');
    const request = { map: kernelMap, bytes: page, type: 'vaonly' } as const;
    const one = thread(made, 'worker', kmRequester(made.kernel, request));
    const two = thread(made, 'second', kmRequester(made.kernel, request));
    runTo(made, 'worker', one, 'uvm_kmapent_alloc', 'prepare');
    runTo(made, 'second', two, 'uvm_kmapent_alloc', 'prepare');
    expect(freeOf(made)).toBe(398);
    runTo(made, 'worker', one, 'requester', 'give');
    runTo(made, 'second', two, 'requester', 'give');
    const entries = made.kernel.cells.mapEntries.at(kernelMap);
    expect(made.view.observe(entries, 'entryPages')).toBe(2);
  });

  it('uvm_km_free has given the pages back before the space', () => {
    const made = mapOnly();
    const request = { map: kernelMap, bytes: 3 * page, type: 'wired' } as const;
    const user = thread(made, 'worker', kmRequester(made.kernel, request));
    runTo(made, 'worker', user, 'requester', 'give');
    const size = sizeOf(made);
    runTo(made, 'worker', user, 'uvm_km_free', 'space');
    expect([freeOf(made), sizeOf(made)]).toEqual([399, size]);
    runUntilBlocked(user, made.view, stepsMax);
    expect([freeOf(made), sizeOf(made)]).toEqual([399, size - 3 * page]);
  });

  it('a page of a pool has its address before its RAM, and loses its RAM before its header', () => {
    const made = booted(fullScale());
    const early = ref('pool', 'early');
    const work = { items: 1, wait: true, order: 'ascending' } as const;
    const user = thread(made, 'worker', poolWorker(made.kernel, early, work));
    runTo(made, 'worker', user, 'uvm_km_alloc_poolpage_cache', 'page');
    const before = freeOf(made);
    runTo(made, 'worker', user, 'pool_grow', 'prime');
    expect(freeOf(made)).toBeLessThan(before);
    runUntilBlocked(user, made.view, stepsMax);
    const pool = made.kernel.cells.pools.at(early);
    expect(made.view.observe(pool, 'pages')).toBe(1);
    made.view.update(pool, 'age');
    const pagedaemon = thread(made, 'second', { routine: 'pool_reclaim', params: { pool: early } });
    runTo(made, 'second', pagedaemon, 'uvm_km_free_poolpage_cache', 'address');
    const given = freeOf(made);
    runTo(made, 'second', pagedaemon, 'pr_pagelist_free', 'header');
    expect(freeOf(made)).toBe(given);
    runUntilBlocked(pagedaemon, made.view, stepsMax);
    expect(made.view.observe(pool, 'pages')).toBe(0);
  });
});
