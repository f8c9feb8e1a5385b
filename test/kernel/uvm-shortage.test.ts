import { describe, expect, it } from 'vitest';
import type { Process } from '../../src/base/model.ts';
import { liveView, runUntilBlocked } from '../../src/base/live.ts';
import { ref } from '../../src/base/plain.ts';
import type { Entry } from '../../src/kernel/kmem/requesters.ts';
import {
  kmRequester,
  kmemRequester,
  mallocRequester,
  mappingBystander,
  poolWorker,
} from '../../src/kernel/kmem/requesters.ts';
import { ageing, lockingBystander, pageShortage } from '../../src/kernel/machine/environment.ts';
import { threadProcess } from '../../src/kernel/machine/thread-process.ts';
import { makeKernel, pageWeights } from '../../src/kernel/make-kernel.ts';
import { aDeferredQueue, bLostCallbacksH1 } from '../../src/kernel/eras/index.ts';
import { kernelMap } from '../../src/kernel/uvm/map-facts.ts';
import { uvmPageInit, uvmPagePhysload, uvmPagealloc } from '../../src/kernel/uvm/page-queues.ts';
import { booted, fullScale, page, thread } from './uvm-fixture.ts';
import type { Bench } from './uvm-fixture.ts';

const early = ref('pool', 'early');
const stepsMax = 5000;

const answerOf = ({ kernel, view }: Bench, name: string): string | null =>
  view.observe(kernel.cells.threads.at(ref('thread', name)), 'answer');

/** `early` has taken 64 pages and put them all back: two chunks of kernel_map lie idle. */
function shortOfSpace(policies = aDeferredQueue): Bench {
  const made = booted(fullScale({ policies }));
  const work = poolWorker(made.kernel, early, { items: 64, wait: true, order: 'ascending' });
  runUntilBlocked(thread(made, 'worker', work), made.view, stepsMax);
  expect(answerOf(made, 'worker')).toBe('memory');
  return made;
}

/** Runs the chain once so that the cursor stands at `early`. */
function cursorAtEarly(made: Bench): void {
  const chain = made.kernel.cells.chains.at(kernelMap);
  made.view.update(chain, 'advance', ref('pool', 'kvakernel'));
  expect(made.view.observe(chain, 'current')).toBe(early);
}

const wants = (made: Bench, sleep: boolean, times = 1): Process =>
  thread(made, 'requester', kmemRequester(made.kernel, { bytes: 40 * page, sleep }, { times }));

describe('kernel_map short of space while a pool has idle pages (T-15a, T-16, T-21)', () => {
  it('era A, cursor at the head: the first run only fills the vacache; the sleeper stays asleep', () => {
    const made = shortOfSpace();
    const waitsFor = runUntilBlocked(wants(made, true), made.view, stepsMax);
    expect(waitsFor).toBe('space in map:kernel_map');
    expect(made.view.observe(made.kernel.cells.pools.at(early), 'pages')).toBe(0);
  });

  it('era A: one write lock by a bystander is enough', () => {
    const made = shortOfSpace();
    const requester = wants(made, true);
    runUntilBlocked(requester, made.view, stepsMax);
    expect(made.view.attempt(lockingBystander(made.kernel, kernelMap))).toBeNull();
    runUntilBlocked(requester, made.view, stepsMax);
    expect(answerOf(made, 'requester')).toBe('memory');
  });

  it('era A, cursor at the pool: one run does both', () => {
    const made = shortOfSpace();
    cursorAtEarly(made);
    runUntilBlocked(wants(made, true), made.view, stepsMax);
    expect(answerOf(made, 'requester')).toBe('memory');
  });

  it('era A: KM_NOSLEEP fails once and succeeds at the second attempt', () => {
    const made = shortOfSpace();
    runUntilBlocked(wants(made, false), made.view, stepsMax);
    expect(answerOf(made, 'requester')).toBe('NULL');
    const second = thread(
      made,
      'second',
      kmemRequester(made.kernel, { bytes: 40 * page, sleep: false }),
    );
    runUntilBlocked(second, made.view, stepsMax);
    expect(answerOf(made, 'second')).toBe('memory');
  });

  it('era B (H1): no number of write locks helps, for nobody asks the pool', () => {
    const made = shortOfSpace(bLostCallbacksH1);
    const requester = wants(made, true);
    for (let round = 0; round < 5; round++) {
      expect(runUntilBlocked(requester, made.view, stepsMax)).toBe('space in map:kernel_map');
      expect(made.view.attempt(lockingBystander(made.kernel, kernelMap))).toBeNull();
    }
    expect(made.view.observe(made.kernel.cells.pools.at(early), 'pages')).toBe(64);
  });

  it('accounts for every page once all threads are done', () => {
    const made = shortOfSpace();
    cursorAtEarly(made);
    runUntilBlocked(wants(made, true), made.view, stepsMax);
    let sum = 0;
    for (const [cell, weigh] of pageWeights(made.kernel)) {
      sum += (weigh as (value: unknown) => number)(made.view.read(cell as never));
    }
    // What is left is with the header pools, in kmem_map.
    const headers = ['phpool-0', 'phpool-64'].map((name) =>
      made.view.observe(made.kernel.cells.pools.at(ref('pool', name)), 'pages'),
    );
    expect(sum + headers.reduce((a, b) => a + b)).toBe(0);
  });
});

describe('who asks decides what becomes of it (the chain gives nothing)', () => {
  const full = (): Bench => shortOfSpace(bLostCallbacksH1);
  const ask = (made: Bench, entry: Entry): string | null => {
    runUntilBlocked(thread(made, 'requester', entry), made.view, stepsMax);
    return answerOf(made, 'requester');
  };

  it('uvm_km_alloc without WAITVA answers 0, each time after one failed search', () => {
    const made = full();
    const request = { map: kernelMap, bytes: 40 * page, type: 'vaonly' } as const;
    expect(ask(made, kmRequester(made.kernel, request, { times: 2, searchesMax: 5 }))).toBe('NULL');
    const requester = made.kernel.cells.threads.at(ref('thread', 'requester'));
    expect(made.view.observe(requester, 'failedSearches')).toBe(2);
  });

  it('malloc(M_WAITOK) panics, since it never waits for space', () => {
    const made = full();
    const bytes = 40 * page;
    expect(ask(made, mallocRequester(made.kernel, { bytes, flags: 'M_NOWAIT' }))).toBe('NULL');
    const waits = mallocRequester(made.kernel, { bytes, flags: 'M_WAITOK' });
    runUntilBlocked(thread(made, 'second', waits), made.view, stepsMax);
    expect(made.view.observe(made.kernel.cells.globals, 'outcome')).toMatchObject({
      kind: 'panic',
      file: 'sys/kern/kern_malloc.c',
      line: 403,
    });
  });

  it('a bystander that maps and unmaps wakes the sleeper of era A', () => {
    const made = shortOfSpace();
    const requester = wants(made, true);
    runUntilBlocked(requester, made.view, stepsMax);
    runUntilBlocked(thread(made, 'second', mappingBystander(made.kernel)), made.view, stepsMax);
    runUntilBlocked(requester, made.view, stepsMax);
    expect(answerOf(made, 'requester')).toBe('memory');
  });
});

describe('time', () => {
  it('passes while a young idle page is there', () => {
    const made = shortOfSpace();
    let young = true;
    const clock = ageing(made.kernel, {
      anyYoung: () => young,
      all: () => {
        young = false;
      },
    });
    expect(made.view.attempt(clock)).toBeNull();
    expect(made.view.attempt(clock)).toBe('a young idle page');
  });
});

describe('malloc and free (kern_malloc.c:386, 581)', () => {
  const bytes = 2 * page;
  const interrupt = (made: Bench): Process =>
    threadProcess(made.kernel, 'interrupt', {
      kind: 'system',
      level: 'IPL_VM',
      grain: 'fine',
      preemption: false,
      starts: () => true,
      ...mallocRequester(made.kernel, { bytes, flags: 'M_NOWAIT' }),
    });
  const iplOf = ({ kernel, view }: Bench): number =>
    view.observe(kernel.cells.cpus.at(ref('cpu', 'cpu0')), 'ipl');

  it('let no interrupt in while they are in the VM, and do before and after', () => {
    const made = booted(fullScale());
    const fill = mallocRequester(made.kernel, { bytes: 40 * page, flags: 'M_CANFAIL' });
    const requester = thread(made, 'requester', fill);
    const handler = interrupt(made);
    const seen: string[] = [];
    for (let step = 0; step < stepsMax && made.view.attempt(requester) === null; step++) {
      if (answerOf(made, 'requester') !== null) break;
      expect(iplOf(made)).toBe(5);
      seen.push(made.view.attempt(handler) ?? 'came in');
    }
    // kmem_map has no room for it: the chain was asked, with yields, and the level is down again.
    expect(answerOf(made, 'requester')).toBe('NULL');
    expect(new Set(seen)).toEqual(new Set(['a CPU below its interrupt level']));
    expect(made.view.attempt(handler)).toBeNull();
  });

  it('sleep for a page at that level, and come back at it', () => {
    const made = booted(fullScale());
    const pagedaemon = thread(made, 'pagedaemon', { routine: 'uvm_pageout', params: {} });
    runUntilBlocked(pagedaemon, made.view, stepsMax);
    const others = pageShortage(made.kernel, 'second', 390);
    made.view.attempt(others);
    const ask = mallocRequester(made.kernel, { bytes: 8 * page, flags: 'M_WAITOK' });
    const requester = thread(made, 'requester', ask);
    expect(runUntilBlocked(requester, made.view, stepsMax)).toBe('wchan:uvmexp.free');
    expect(iplOf(made)).toBe(0);
    made.view.attempt(others);
    runUntilBlocked(pagedaemon, made.view, stepsMax);
    expect(runUntilBlocked(requester, made.view, stepsMax)).toBe('nothing: it has ended');
    expect(answerOf(made, 'requester')).toBe('memory');
    expect(iplOf(made)).toBe(0);
  });
});

describe('short of pages (PRE-17)', () => {
  it('is never for no reason before a pagedaemon exists that could help', () => {
    const pages = { total: 400, reserveKernel: 5, reservePagedaemon: 1, freeTarget: 20 };
    const kernel = makeKernel(fullScale({ pages: { ...pages, failures: 1 } }));
    const refuses = 1;
    const view = liveView(kernel.allCells, { choose: () => refuses });
    uvmPagePhysload(kernel, view, pages.total);
    uvmPageInit(kernel, view);
    view.update(kernel.cells.globals, 'setThreadsRun');
    const granted = (): number => uvmPagealloc(kernel, view, ref('thread', 'requester'), false);
    expect(granted()).toBe(1);
    view.update(kernel.cells.globals, 'setPagedaemonExists');
    expect(granted()).toBe(0);
    expect(granted()).toBe(1);
  });

  it('makes the pagedaemon a waiter like any other, except that it only pauses', () => {
    const made = booted(fullScale());
    const waits = thread(made, 'pagedaemon', { routine: 'uvm_wait', params: { what: 'test' } });
    expect(made.view.attempt(waits)).toBeNull();
    expect(made.view.observe(made.kernel.cells.pages, 'hasWaiters')).toBe(true);
    expect(made.view.attempt(waits)).toBeNull();
    expect(made.view.attempt(waits)).toBe('nothing: it has ended');
  });

  const all = 390;

  it('sleeps for ever without a pagedaemon, even when pages come back', () => {
    const made = booted(fullScale());
    const others = pageShortage(made.kernel, 'second', all);
    made.view.attempt(others);
    const requester = wants(made, true);
    expect(runUntilBlocked(requester, made.view, stepsMax)).toBe('wchan:uvmexp.free');
    made.view.attempt(others);
    expect(runUntilBlocked(requester, made.view, stepsMax)).toBe('wchan:uvmexp.free');
  });

  it('is woken by the pagedaemon', () => {
    const made = booted(fullScale());
    const pagedaemon = thread(made, 'pagedaemon', { routine: 'uvm_pageout', params: {} });
    expect(runUntilBlocked(pagedaemon, made.view, stepsMax)).toBe('wchan:uvm.pagedaemon');
    const others = pageShortage(made.kernel, 'second', all);
    made.view.attempt(others);
    const requester = wants(made, true);
    runUntilBlocked(requester, made.view, stepsMax);
    made.view.attempt(others);
    runUntilBlocked(pagedaemon, made.view, stepsMax);
    runUntilBlocked(requester, made.view, stepsMax);
    expect(answerOf(made, 'requester')).toBe('memory');
  });
});
