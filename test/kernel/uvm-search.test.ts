import { describe, expect, it } from 'vitest';
import type { Model, Process } from '../../src/base/model.ts';
import { always, recoverable } from '../../src/base/model.ts';
import { ref } from '../../src/base/plain.ts';
import { check } from '../../src/checker/index.ts';
import { aDeferredQueue, bLostCallbacksH1 } from '../../src/kernel/eras/index.ts';
import type { Entry } from '../../src/kernel/kmem/requesters.ts';
import { kmemRequester, poolWorker } from '../../src/kernel/kmem/requesters.ts';
import { lockingBystander } from '../../src/kernel/machine/environment.ts';
import { threadProcess } from '../../src/kernel/machine/thread-process.ts';
import { makeKernel, pageWeights } from '../../src/kernel/make-kernel.ts';
import type { Policies } from '../../src/kernel/policies.ts';
import { framePages, pagesHeldByPools } from '../../src/kernel/pool/weights.ts';
import type { KernelSpec } from '../../src/kernel/spec.ts';
import { kernelMap } from '../../src/kernel/uvm/map-facts.ts';
import { bootRoutine, fullScale, page } from './uvm-fixture.ts';

/** Six free pages of kernel_map, chunks of two, four items of `early`, a request of three pages. */
function smallSpec(policies: Policies): KernelSpec {
  const spec = fullScale({ policies, vacachePages: 2, cpus: 3, identity: 'page' });
  const maps = spec.maps.map((map) =>
    map.name === 'kernel_map' ? { ...map, bytes: 38 * page } : map,
  );
  return { ...spec, maps, vacacheIdentity: 'chunk', threads: ['boot', 'worker', 'requester'] };
}

function smallModel(policies: Policies): Model {
  const kernel = makeKernel(smallSpec(policies), (made) => [bootRoutine(made)]);
  const { globals, threads } = kernel.cells;
  const thread = (name: string, entry: Entry): Process =>
    threadProcess(kernel, name, {
      kind: 'system',
      grain: 'fine',
      preemption: false,
      starts: (view) => name === 'boot' || view.observe(globals, 'doThreadsRun'),
      ...entry,
    });
  const worker = { items: 4, wait: true, order: 'ascending' } as const;
  const weights = new Map(pageWeights(kernel, (frame) => framePages(kernel, frame)));
  for (const [cell, weight] of pagesHeldByPools(kernel)) weights.set(cell, weight);
  return {
    name: policies.era,
    parameters: {},
    cells: kernel.allCells,
    processes: [
      thread('boot', { routine: 'test_boot', params: {} }),
      thread('worker', poolWorker(kernel, ref('pool', 'early'), worker)),
      thread('requester', kmemRequester(kernel, { bytes: 3 * page, sleep: true })),
      lockingBystander(kernel, kernelMap),
    ],
    final: (view) => threads.cells.every((one) => view.observe(one, 'isDone')),
    properties: [
      recoverable({
        name: 'answered',
        sentence: 'the requester can still get its answer',
        cites: 'INV-60',
        about: 'mission',
        objects: [{ name: 'requester' }],
        holds: (_, view) => view.observe(threads.at(ref('thread', 'requester')), 'isDone'),
      }),
      always({
        name: 'runs',
        sentence: 'the kernel neither panics nor faults',
        cites: 'PRE-2',
        about: 'model sanity',
        objects: [{ name: 'kernel' }],
        holds: (_, view) => !view.observe(globals, 'hasStopped'),
      }),
      {
        kind: 'balance',
        name: 'pages',
        sentence: 'every page is free, stolen, or held by somebody',
        cites: 'POST-4',
        about: 'model sanity',
        weights,
      },
    ],
    mustPass: [],
    mayPass: [],
    assumptions: [],
    environment: [],
  };
}

const verdicts = (policies: Policies) => {
  const result = check(smallModel(policies), {}, { traces: false });
  return Object.fromEntries(result.properties.map((one) => [one.name, one.verdict]));
};

describe('a small kernel_map, every interleaving', () => {
  it('era A: the request can always still succeed, and no page is lost', () => {
    expect(verdicts(aDeferredQueue)).toEqual({ answered: 'PASS', runs: 'PASS', pages: 'PASS' });
  });

  it('era B (H1): some runs end where nothing helps any more, yet no page is lost', () => {
    expect(verdicts(bLostCallbacksH1)).toEqual({
      answered: 'VIOLATED',
      runs: 'PASS',
      pages: 'PASS',
    });
  });
});
