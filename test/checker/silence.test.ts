import { describe, expect, it } from 'vitest';
import type { Model, Property } from '../../src/base/model.ts';
import { cell, cellType } from '../../src/base/cell.ts';
import { always, recoverable, sometimes } from '../../src/base/model.ts';
import { check, compareFinals, finals } from '../../src/checker/index.ts';
import { litmus, process, sanity, whole, wholeCell } from '../../models/litmus/transitions.ts';

/*
 * What a result must not say: a violation that only a bound makes, a PASS where nothing was asked,
 * a shortest run where shorter ones were not looked at.
 */

const head = { sentence: '', ...sanity, objects: whole };

const number = cellType<number>()({
  name: 'number',
  observers: { get: (value) => value },
  operations: { add: (value, by: number) => value + by },
});

/** Counts to three. */
const count = cell('count', number, 0);
const countsToThree = litmus({
  name: 'counts to three',
  cells: [count],
  processes: [
    process('count', (view) => {
      if (view.observe(count, 'get') === 3) view.blocked('the end');
      view.update(count, 'add', 1);
    }),
  ],
  final: (view) => view.observe(count, 'get') === 3,
});
const stays: Property = always({ ...head, name: 'stays', holds: () => true });

/**
 * A window opens and closes again, and only while it is open can somebody come in. At the coarse
 * grain it opens and closes in one step, and nobody ever does.
 */
function opensAndCloses(grain: 'fine' | 'sleep'): Model {
  const isOpen = wholeCell<boolean>('open', false);
  const isIn = wholeCell<boolean>('in', false);
  const model = litmus({
    name: 'window',
    cells: [isOpen, isIn],
    processes: [
      process('window', (view) => {
        if (grain === 'fine') view.write(isOpen, !view.read(isOpen));
      }),
      {
        name: 'visitor',
        kind: 'environment',
        step: (view) => {
          if (!view.read(isOpen)) view.blocked('the window');
          view.write(isIn, true);
        },
      },
    ],
    properties: [recoverable({ ...head, name: 'comes in', holds: (_, view) => view.read(isIn) })],
  });
  return grain === 'fine' ? model : { ...model, bound: 'grain' };
}

describe('a bounded grain', () => {
  it('leaves runs out, so that something is not reached at it is no violation: the answer is INCOMPLETE, where the fine grain says PASS', () => {
    expect(check(opensAndCloses('fine')).properties[0]?.verdict).toBe('PASS');
    const coarse = check(opensAndCloses('sleep'));
    expect(coarse.properties[0]).toMatchObject({ verdict: 'INCOMPLETE' });
    expect(coarse.properties[0]?.objects[0]?.trace).toBeUndefined();
    expect(coarse).toMatchObject({ verdict: 'INCOMPLETE', bound: 'grain' });
  });

  it('counts no state as stuck where only the environment goes on, since finer steps might help; a deadlock is one at any grain', () => {
    const ticks = wholeCell<number>('ticks', 0);
    const waits = process('waits', (view) => {
      if (view.read(ticks) !== 7) view.blocked('seven');
      view.write(ticks, 0);
    });
    const ticksTo = (end: number): Model => ({
      ...litmus({
        name: 'waits',
        cells: [ticks],
        processes: [
          waits,
          {
            name: 'clock',
            kind: 'environment',
            step: (view) => {
              if (view.read(ticks) === end) view.blocked('its end');
              view.write(ticks, (view.read(ticks) + 1) % 5);
            },
          },
        ],
      }),
    });
    expect(check(ticksTo(9)).stuck.count).toBe(5);
    expect(check({ ...ticksTo(9), bound: 'grain' })).toMatchObject({ stuck: { count: 0 } });
    expect(check({ ...ticksTo(3), bound: 'grain' })).toMatchObject({
      verdict: 'VIOLATED',
      deadlocks: { count: 1 },
      stuck: { count: 1 },
    });
  });
});

describe('a search that was stopped', () => {
  it('does not call its run to a stuck state the shortest: a state nearer by may turn out to be stuck once all is explored', () => {
    const place = wholeCell<string>('place', 'start');
    const ticks = wholeCell<number>('ticks', 0);
    // From `start` the clock alone leads to a long corridor that in the end leads nowhere.
    const model = litmus({
      name: 'corridor',
      cells: [place, ticks],
      processes: [
        process('walker', (view) => {
          if (view.read(place) !== 'start' || view.read(ticks) > 0) view.blocked('the door');
          view.write(place, 'hall');
        }),
        {
          name: 'clock',
          kind: 'environment',
          step: (view) => {
            if (view.read(place) === 'hall' && view.read(ticks) === 1) view.blocked('noon');
            if (view.read(ticks) < 100) view.write(ticks, view.read(ticks) + 1);
          },
        },
      ],
    });
    const whole = check(model);
    expect(whole.stuck.trace).toMatchObject({ minimal: true });
    expect(whole.stuck.trace?.steps).toHaveLength(1);
    const part = check(model, { depthMax: 5 });
    expect(part.stuck.count).toBeGreaterThan(0);
    expect(part.stuck.trace).toMatchObject({ minimal: false });
  });

  it('claims no difference between sets of final states out of what it did not reach, and says that the comparison is not conclusive', () => {
    const ends = (bounds = {}) =>
      finals({ ...countsToThree, final: () => true }, (view) => view.read(count), bounds);
    const all = ends();
    const some = ends({ depthMax: 2 });
    expect(some.isComplete).toBe(false);
    expect(compareFinals(all, some)).toEqual({
      isConclusive: false,
      onlyInFirst: [],
      onlyInSecond: [],
    });
  });
});

describe('VACUOUS instead of a silent PASS', () => {
  const verdict = (properties: readonly Property[], more: Partial<Model> = {}): string =>
    check({ ...countsToThree, properties, ...more }).verdict;

  it('says so of a model of which nothing is claimed, or nothing that applies', () => {
    expect(verdict([stays])).toBe('PASS');
    expect(verdict([])).toBe('VACUOUS');
    const other = always({ ...head, name: 'no', notApplicable: 'another port', holds: () => true });
    expect(verdict([other])).toBe('VACUOUS');
    expect(verdict([stays, other])).toBe('PASS');
  });

  it('says so of a balance in which nothing weighs anything in any state, and of a fold over no cells', () => {
    const balance = (weights: ReadonlyMap<typeof count, (value: never) => number>): Property => ({
      ...head,
      kind: 'balance',
      name: 'kept',
      weights,
    });
    expect(verdict([balance(new Map())])).toBe('VACUOUS');
    expect(verdict([balance(new Map([[count, () => 0]]))])).toBe('VACUOUS');
    expect(verdict([balance(new Map([[count, () => 1]]))])).toBe('PASS');
    const idle = cell('idle', number, 4);
    const cells = [count, idle];
    expect(verdict([balance(new Map([[idle, (value: number) => value]]))], { cells })).toBe('PASS');
    const fold: Property = {
      ...head,
      kind: 'fold',
      name: 'sum',
      over: [],
      from: 0,
      step: (sum: number) => sum,
      holds: () => true,
    };
    expect(verdict([fold])).toBe('VACUOUS');
    expect(verdict([{ ...fold, over: [count] }])).toBe('PASS');
  });

  it('says so of a model without a process; one that only steps back to the same state did step', () => {
    expect(verdict([stays], { processes: [], final: () => true })).toBe('VACUOUS');
    const idle = process('idles', () => {});
    expect(verdict([stays], { processes: [...countsToThree.processes, idle] })).toBe('PASS');
  });
});

describe('names', () => {
  it('of properties, and of objects within one, are distinct: verdicts and traces go by them', () => {
    const twice = { ...countsToThree, properties: [stays, stays] };
    expect(() => check(twice)).toThrow('two properties are called stays');
    const objects = [...whole, ...whole];
    const same = sometimes({ ...head, name: 'same', objects, holds: () => true });
    expect(() => check({ ...countsToThree, properties: [same] })).toThrow(
      'two objects of same are called all',
    );
  });

  it('of an observer may look like the call of another one: q[1] is not q(1)', () => {
    const type = cellType<number>()({
      name: 'odd',
      observers: { 'q[1]': () => 'the odd one', q: (value, n: number) => value === n },
      operations: {},
    });
    const odd = cell('odd', type, 1);
    const properties = [
      always({
        ...head,
        name: 'apart',
        holds: (_, view) =>
          view.observe(odd, 'q', 1) && view.observe(odd, 'q[1]') === 'the odd one',
      }),
    ];
    expect(check({ ...countsToThree, cells: [count, odd], properties }).verdict).toBe('PASS');
  });
});
