import { describe, expect, it } from 'vitest';
import { check, compareFinals, finals, replay, walker } from '../../src/checker/index.ts';
import { dieHard } from '../../models/litmus/puzzles.ts';
import { philosophers } from '../../models/litmus/concurrency.ts';
import { litmus, process, wholeCell } from '../../models/litmus/transitions.ts';

describe('replay', () => {
  const model = philosophers(3);
  const trace = check(model).deadlocks.trace ?? { steps: [] };

  it('runs a trace again, by names', () => {
    const again = replay(model, {
      steps: trace.steps.map(({ process, choices }) => ({ process, choices })),
    });
    expect(again.difference).toBeUndefined();
    expect(again.steps).toEqual(trace.steps);
    expect(again.enabled).toEqual([]);
    expect(again.waiting.map(({ on }) => on)).toEqual([['fork/1'], ['fork/2'], ['fork/0']]);
  });

  it('stops at the first difference and says what could be done instead', () => {
    const steps = [...trace.steps, { process: 'philosopher 0', choices: [] }];
    const again = replay(model, { steps });
    expect(again.steps).toHaveLength(3);
    expect(again.difference).toMatchObject({ at: 3, expected: { process: 'philosopher 0' } });
    const early = replay(model, { steps: [{ process: 'philosopher 9', choices: [] }] });
    expect(early.difference?.at).toBe(0);
    expect(early.enabled.map((step) => step.process)).toEqual([
      'philosopher 0',
      'philosopher 1',
      'philosopher 2',
    ]);
  });

  it('takes a step that now changes something else for a difference', () => {
    const [first] = trace.steps;
    if (first === undefined) throw new Error('there is a deadlock');
    const changes = first.changes.map((change) => ({ ...change, after: 7 }));
    const again = replay(model, { steps: [{ ...first, changes }] });
    expect(again.steps).toEqual([]);
    expect(again.difference?.found).toEqual(first);
    expect(again.enabled).toHaveLength(3);
  });
});

describe('a walker', () => {
  it('walks to a violation and tells it', () => {
    const walk = walker(dieHard());
    const names = ['fill big', 'big to small', 'empty small', 'big to small', 'fill big'];
    for (const name of [...names, 'big to small']) {
      expect(walk.violations()).toEqual([]);
      walk.take(walk.enabled().findIndex((step) => step.process === name));
    }
    expect(walk.violations()).toEqual([{ property: 'never four', object: 'all' }]);
    walk.reset();
    expect(walk.violations()).toEqual([]);
  });

  it('reaches every state of a small model, and tells them apart', () => {
    const walk = walker(dieHard());
    const seen = new Set([walk.stateKey()]);
    let number = 1;
    for (let i = 0; i < 200_000; i++) {
      number ^= number << 13;
      number ^= number >>> 17;
      number ^= number << 5;
      walk.take((number >>> 0) % walk.enabled().length);
      seen.add(walk.stateKey());
    }
    expect(seen.size).toBe(16);
  });
});

describe('sets of final states', () => {
  it('are compared by a projection, with the shortest run to a difference', () => {
    const end = wholeCell<string>('end', '');
    const race = (names: readonly string[]) =>
      litmus({
        name: 'race',
        cells: [end],
        processes: names.map((name) =>
          process(name, (view) => {
            if (view.read(end).length > 2) view.blocked('the end');
            view.write(end, view.read(end) + name);
          }),
        ),
        final: (view) => view.read(end).length === 3,
      });
    const last = (names: readonly string[]) =>
      finals(race(names), (view) => view.read(end).slice(-1));
    const both = last(['a', 'b']);
    expect(both.outcomes).toEqual([
      { value: 'a', states: 4, depth: 3 },
      { value: 'b', states: 4, depth: 3 },
    ]);
    const difference = compareFinals(last(['a']), both);
    expect(difference.onlyInFirst).toEqual([]);
    expect(difference.onlyInSecond.map(({ value }) => value)).toEqual(['b']);
    expect(difference.shortest?.trace.steps.map((step) => step.process)).toEqual(['b', 'b', 'b']);
    expect(compareFinals(both, both)).toEqual({
      isConclusive: true,
      onlyInFirst: [],
      onlyInSecond: [],
    });
  });
});
