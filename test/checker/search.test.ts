import { describe, expect, it } from 'vitest';
import type { Model, Process } from '../../src/base/model.ts';
import { InternalError } from '../../src/base/assert.ts';
import { cell, cellType } from '../../src/base/cell.ts';
import { always, recoverable, sometimes } from '../../src/base/model.ts';
import { check, startSearch } from '../../src/checker/index.ts';
import { litmus, process, sanity, whole, wholeCell } from '../../models/litmus/transitions.ts';
import { toggles } from '../../models/litmus/puzzles.ts';
import { toyBoot } from '../../models/litmus/toy-boot.ts';

/** A counter that goes up to `end` and stays there. */
function counter(end: number, more: Partial<Model> = {}): Model {
  const count = wholeCell<number>('count', 0);
  return {
    ...litmus({
      name: 'counter',
      cells: [count],
      processes: [
        process('count', (view) => {
          const value = view.read(count);
          view.mark(value % 2 === 0 ? 'even' : 'odd');
          if (value === end) view.blocked('the end');
          view.write(count, value + 1);
        }),
      ],
      properties: [
        always({
          name: 'in range',
          sentence: '',
          ...sanity,
          objects: whole,
          holds: (_, view) => view.read(count) <= end,
        }),
      ],
      final: (view) => view.read(count) === end,
    }),
    ...more,
  };
}

describe('a search', () => {
  it('counts states, transitions, depth and final states', () => {
    const { states, transitions, depth, finals, verdict } = check(counter(10));
    expect({ states, transitions, depth, finals, verdict }).toEqual({
      states: 11,
      transitions: 10,
      depth: 10,
      finals: 1,
      verdict: 'PASS',
    });
  });

  it('knows the initial state when it comes back to it', () => {
    expect(check(toggles(1))).toMatchObject({ states: 2, transitions: 2, depth: 1 });
    expect(check(toggles(3))).toMatchObject({ states: 8, transitions: 24, depth: 3 });
  });

  it('can be driven in slices and shows how far it is', () => {
    const search = startSearch(toyBoot(3, 3, 2));
    let slices = 0;
    while (!search.advance(0)) slices++;
    expect(slices).toBeGreaterThan(19_742 / 1024);
    expect(search.progress()).toMatchObject({ phase: 'done', states: 19_742, frontier: 0 });
    expect(search.result().verdict).toBe('VACUOUS');
  });

  it('runs the code of the model a few hundred times for twenty thousand states', () => {
    const { cost, states } = check(toyBoot(3, 3, 2));
    expect(cost.runs).toBeLessThan(states / 50);
    expect(cost.bytesPerState).toBeLessThan(64);
  });
});

describe('bounds', () => {
  const inTime = { wallMs: () => 0, cpuMs: () => 0 };

  it('end in INCOMPLETE and say which', () => {
    expect(check(counter(100), { statesMax: 50 })).toMatchObject({
      verdict: 'INCOMPLETE',
      stoppedBy: { bound: 'statesMax', limit: 50 },
    });
    expect(check(counter(100), { depthMax: 7 })).toMatchObject({
      verdict: 'INCOMPLETE',
      stoppedBy: { bound: 'depthMax', limit: 7 },
      states: 8,
      depth: 7,
    });
    expect(check(toyBoot(3, 3, 2), { memoryMaxBytes: 1000 })).toMatchObject({
      verdict: 'INCOMPLETE',
      stoppedBy: { bound: 'memoryMaxBytes', limit: 1000 },
    });
    let now = 0;
    const clock = { wallMs: () => (now += 100), cpuMs: () => 0 };
    expect(check(toyBoot(3, 3, 2), { timeLimitMs: 1000 }, { clock })).toMatchObject({
      verdict: 'INCOMPLETE',
      stoppedBy: { bound: 'timeLimitMs', limit: 1000 },
    });
  });

  it('are no bound where the search ends before', () => {
    const bounds = { statesMax: 11, depthMax: 11 };
    expect(check(counter(10), bounds, { clock: inTime })).toMatchObject({ verdict: 'PASS' });
  });

  it('keep violations that were found', () => {
    const count = wholeCell<number>('n', 0);
    const model = litmus({
      name: 'up',
      cells: [count],
      processes: [process('up', (view) => view.write(count, view.read(count) + 1))],
      properties: [
        always({
          name: 'below three',
          sentence: '',
          ...sanity,
          objects: whole,
          holds: (_, view) => view.read(count) < 3,
        }),
        always({
          name: 'below a thousand',
          sentence: '',
          ...sanity,
          objects: whole,
          holds: (_, view) => view.read(count) < 1000,
        }),
      ],
    });
    const result = check(model, { depthMax: 10 });
    expect(result.verdict).toBe('VIOLATED');
    expect(result.properties.map(({ verdict }) => verdict)).toEqual(['VIOLATED', 'INCOMPLETE']);
    expect(result.properties[0]?.objects[0]?.trace).toMatchObject({ minimal: true });
    expect(result.properties[0]?.objects[0]?.trace?.steps).toHaveLength(3);
  });

  it('an interrupted search ends with what it knows', () => {
    const search = startSearch(toyBoot(3, 3, 2));
    search.advance(0);
    search.interrupt();
    while (!search.advance(10));
    expect(search.result()).toMatchObject({
      verdict: 'INCOMPLETE',
      stoppedBy: { bound: 'interrupted' },
    });
  });
});

describe('verdicts', () => {
  const never = wholeCell<boolean>('never', false);
  const idle: Process = { name: 'idle', kind: 'environment', step: (view) => view.blocked('ever') };

  it('VACUOUS: a process that never stepped, a place never passed, a premise never true', () => {
    const base = counter(3);
    expect(check({ ...base, processes: [...base.processes, idle] })).toMatchObject({
      verdict: 'VACUOUS',
      coverage: { neverStepped: ['idle'] },
    });
    expect(check({ ...base, mustPass: ['odd', 'nowhere'], mayPass: ['there'] })).toMatchObject({
      verdict: 'VACUOUS',
      coverage: { mustNeverPassed: ['nowhere'], mayNeverPassed: ['there'] },
    });
    const property = always({
      name: 'empty',
      sentence: '',
      ...sanity,
      objects: whole,
      premise: (_, view) => view.read(never),
      holds: () => false,
    });
    const cells = [...base.cells, never];
    expect(check({ ...base, cells, properties: [property] })).toMatchObject({ verdict: 'VACUOUS' });
  });

  it('a step that is not enabled passes nothing', () => {
    const model = counter(2, { mustPass: ['even', 'odd'] });
    expect(check(model).verdict).toBe('PASS');
    expect(check({ ...counter(1), mustPass: ['odd'] }).verdict).toBe('VACUOUS');
  });

  it('NOT APPLICABLE: the reason, and no question asked', () => {
    const property = always({
      name: 'other port',
      sentence: '',
      ...sanity,
      objects: whole,
      notApplicable: 'no direct map',
      holds: () => {
        throw new Error('must not be asked');
      },
    });
    const base = counter(2);
    const result = check({ ...base, properties: [property, ...base.properties] });
    expect(result.verdict).toBe('PASS');
    expect(result.properties[0]).toMatchObject({
      verdict: 'NOT APPLICABLE',
      reason: 'no direct map',
      objects: [],
    });
  });

  it('VIOLATED: a witness that does not exist, a state that is lost for good', () => {
    const count = wholeCell<number>('n', 0);
    const model = litmus({
      name: 'up',
      cells: [count],
      processes: [
        process('up', (view) => {
          const value = view.read(count);
          if (value < 5) view.write(count, value + 1);
        }),
      ],
      properties: [
        sometimes({
          name: 'six',
          sentence: '',
          ...sanity,
          objects: whole,
          holds: (_, view) => view.read(count) === 6,
        }),
        recoverable({
          name: 'back below three',
          sentence: '',
          ...sanity,
          objects: whole,
          holds: (_, view) => view.read(count) < 3,
        }),
      ],
    });
    const [six, back] = check(model).properties;
    expect(six?.verdict).toBe('VIOLATED');
    expect(six?.objects[0]?.trace).toBeUndefined();
    expect(back?.verdict).toBe('VIOLATED');
    expect(back?.objects[0]?.trace?.steps).toHaveLength(3);
  });

  it('a system that waits for ever is stuck even where the environment goes on', () => {
    const tick = wholeCell<boolean>('tick', false);
    const base = counter(3, { final: () => false });
    const clock: Process = {
      name: 'clock',
      kind: 'environment',
      step: (view) => view.write(tick, !view.read(tick)),
    };
    const result = check({
      ...base,
      cells: [...base.cells, tick],
      processes: [...base.processes, clock],
    });
    expect(result.deadlocks.count).toBe(0);
    expect(result.stuck.count).toBe(2);
    expect(result.stuck.trace?.steps.map((step) => step.process)).toEqual([
      'count',
      'count',
      'count',
    ]);
    expect(result.verdict).toBe('VIOLATED');
  });
});

describe('integrity', () => {
  it('refuses a value that is not plain, with its path', () => {
    const time = wholeCell<{ readonly at: readonly number[] }>('time', { at: [0] });
    const model = litmus({
      name: 'fraction',
      cells: [time],
      processes: [process('half', (view) => view.write(time, { at: [0, 0.5] }))],
    });
    expect(() => check(model)).toThrow(/process half: time\.at\[1\]: found 0\.5/);
  });

  it('finds memory outside of the state, and names the process', () => {
    let calls = 0;
    const cells = [wholeCell<number>('a', 0)];
    const [a] = cells;
    const model = litmus({
      name: 'forgetful',
      cells,
      processes: [
        process('remembers', (view) => {
          if (a !== undefined && view.read(a) < 5) view.write(a, view.read(a) + (calls++ % 2));
        }),
      ],
    });
    expect(() => check(model)).toThrow(InternalError);
    expect(() => check(model)).toThrow(/process remembers/);
  });

  it('a stored value cannot be changed from outside', () => {
    const list = wholeCell<readonly number[]>('list', []);
    const mine: number[] = [1];
    const model = litmus({
      name: 'alias',
      cells: [list],
      processes: [
        process('write', (view) => {
          if (view.read(list).length > 0) view.blocked('once');
          view.write(list, mine);
        }),
      ],
      final: (view) => view.read(list).length > 0,
    });
    expect(check(model)).toMatchObject({ states: 2, deadlocks: { count: 0 } });
    const other = litmus({
      name: 'edits in place',
      cells: [list],
      processes: [process('push', (view) => void Reflect.set(view.read(list), 0, 7))],
    });
    expect(check(other)).toMatchObject({ states: 1 });
  });

  it('equal values are one value, whatever the order of their keys', () => {
    type Pair = { readonly a: number; readonly b: number };
    const pair = wholeCell<Pair>('pair', { a: 0, b: 0 });
    const model = litmus({
      name: 'orders',
      cells: [pair],
      processes: [
        process('ab', (view) => view.write(pair, { a: 1, b: 2 })),
        process('ba', (view) => view.write(pair, { b: 2, a: 1 })),
      ],
    });
    expect(check(model).states).toBe(2);
  });

  it('keeps numbers of values apart where they are many', () => {
    const type = cellType<number>()({
      name: 'large',
      observers: {},
      operations: { next: (value) => (value + 1) % 3000 },
    });
    const cells = ['a', 'b', 'c', 'd'].map((key) => cell(key, type, 0));
    const model = litmus({
      name: 'large',
      cells,
      processes: [
        process('all', (view) => cells.forEach((one) => view.update(one, 'next'))),
        process('first', (view) => cells.slice(0, 1).forEach((one) => view.update(one, 'next'))),
      ],
    });
    expect(check(model, { statesMax: 200_000 }).states).toBeGreaterThan(200_000);
    expect(check({ ...model, processes: model.processes.slice(0, 1) })).toMatchObject({
      states: 3000,
      transitions: 3000,
      depth: 2999,
    });
  });

  it('two processes or cells of one name are refused', () => {
    const base = counter(1);
    expect(() => check({ ...base, processes: [...base.processes, ...base.processes] })).toThrow(
      /two processes are called count/,
    );
    expect(() => check({ ...base, cells: [...base.cells, ...base.cells] })).toThrow(
      /two cells are called count/,
    );
  });
});
