import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import type { Page } from '../../src/report/docs-input.ts';
import { renderDocs } from '../../src/report/docs.ts';
import { statechart } from '../../src/report/statechart.ts';
import { bootOrder } from '../cli/small-catalog.ts';
import { propertyOf, resultOf, traceOf, violates } from './results.ts';

const machine = createMachine({
  id: 'boot',
  type: 'parallel',
  states: {
    memory: {
      initial: 'nothing',
      states: {
        nothing: { on: { published: { guard: 'kernel_map is set', target: 'kernelMap' } } },
        kernelMap: {
          on: { ok: { target: 'done', actions: 'call' }, pool_init: { actions: 'call' } },
        },
        done: { type: 'final' },
      },
    },
    pools: { initial: 'described', states: { described: {} } },
  },
});

const page: Page = {
  facts: {
    era: 'b-lost-callbacks',
    port: 'i386',
    title: 'Lost callbacks on i386',
    about: ['The first version.'],
    machine: machine.root,
    order: bootOrder,
    events: bootOrder.events.map((event) => ({
      event,
      makesAvailable: ['amappl'],
      needs: ['kernel_map'],
      origin: 'reconstructed',
    })),
    phases: [
      {
        phase: 'reclaim hooks installed',
        after: '`pool_subsystem_init()`',
        chains: [{ map: 'kernel_map', entries: ['kvakernel', 'pmappl'], cursor: null }],
        allocators: [
          { name: 'pool_allocator_nointr', declared: 'kernel_map', bound: null, pools: ['amappl'] },
        ],
      },
    ],
    facts: [{ text: 'no direct map', origin: 'read', source: 'sys/arch/i386' }],
  },
  reported: {
    result: resultOf({
      verdict: 'VIOLATED',
      properties: [propertyOf('registered', [violates('amappl', traceOf(3))])],
    }),
    judgement: { outcome: 'reproduced', exitCode: 0, surprises: [] },
    expected: [],
    reconstruction: 'the text was never published',
    leftOut: ['no interrupts: nobody sends them'],
    initial: new Map(),
    path: null,
    repeat: '',
    saved: new Map(),
  },
};

describe('a statechart', () => {
  it('is drawn from the machine: regions, nested states, guards and actions', () => {
    expect(statechart(machine.root).mermaid.split('\n')).toEqual([
      'stateDiagram-v2',
      '  state "memory" as memory {',
      '    [*] --> memory_nothing',
      '    state "nothing" as memory_nothing',
      '    state "kernel map" as memory_kernelMap',
      '    state "done" as memory_done',
      '    memory_nothing --> memory_kernelMap : published [kernel_map is set]',
      '    memory_kernelMap --> memory_done : ok / call',
      '    memory_done --> [*]',
      '  }',
      '  state "pools" as pools {',
      '    [*] --> pools_described',
      '    state "described" as pools_described',
      '  }',
    ]);
  });

  it('lists what a state accepts without leaving it', () => {
    expect(statechart(machine.root).within).toEqual(['memory, kernel map: `pool_init` / call']);
  });
});

describe('the executable specification', () => {
  const files = renderDocs({ pages: [page] });
  const text = files.get('b-lost-callbacks-i386.md') ?? '';

  it('is an index and a page for each era and port', () => {
    expect([...files.keys()]).toEqual(['index.md', 'b-lost-callbacks-i386.md']);
    expect(files.get('index.md')).toContain(
      '| [b-lost-callbacks](b-lost-callbacks-i386.md) | i386 | reproduced (reconstruction) | 1,234 | registered |',
    );
  });

  it('shows order, chains, allocators and properties, with what is reconstructed marked', () => {
    expect(text).toContain('# Lost callbacks on i386');
    expect(text).toContain('Reconstruction: the text was never published');
    expect(text).toContain(
      '| 1 | `pool_init(amappl)` | `uvm_init()` | uvm/uvm_init.c:90 | amappl | kernel_map | *reconstructed* |',
    );
    expect(text).toContain('| `kernel_map` | `kvakernel`, `pmappl` | head |');
    expect(text).toContain('| `pool_allocator_nointr` | `kernel_map` | *unbound* | `amappl` |');
    expect(text).toContain('VIOLATED for 1 of 1: amappl');
    expect(text).toContain('- no interrupts: nobody sends them');
  });

  it('draws the shortest run of each violation', () => {
    expect(text).toContain('sequenceDiagram');
    expect(text).toContain('  p0->>p1: 1 pool_init(p0) uvm_init.c:1');
  });

  it('is the same bytes for the same input, with no time in it', () => {
    expect(renderDocs({ pages: [page] })).toEqual(files);
    expect([...files.values()].join('')).not.toMatch(/second|20\d\d-/);
  });
});
