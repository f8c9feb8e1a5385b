import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/base/model.ts';
import { InternalError } from '../../src/base/assert.ts';
import { cell, cellType } from '../../src/base/cell.ts';
import { check, finals } from '../../src/checker/index.ts';
import { NumberMap } from '../../src/checker/numbers.ts';
import { litmus, process, wholeCell } from '../../models/litmus/transitions.ts';
import { toyBoot } from '../../models/litmus/toy-boot.ts';

/** What a search costs and says that it costs, and how it finds code that is no function of the state. */

/** One cell with a long value, read whole and written whole in each of `steps` steps. */
function writesLong(steps: number): Model {
  type Long = { readonly n: number; readonly text: string };
  const long = wholeCell<Long>('long', { n: 0, text: '' });
  return litmus({
    name: 'long',
    cells: [long],
    processes: [
      process('writes', (view) => {
        const { n } = view.read(long);
        if (n === steps) view.blocked('the end');
        view.write(long, { n: n + 1, text: `${'long '.repeat(100)}${n}` });
      }),
    ],
    final: (view) => view.read(long).n === steps,
  });
}

describe('memory', () => {
  it('counts values and recorded steps, not the state tables alone, and --memory-max goes by all of it', () => {
    const { cost, states } = check(writesLong(2000));
    expect(cost.bytesPerState).toBeLessThan(64);
    expect(cost.bytes / states).toBeGreaterThan(1000);
    expect(check(writesLong(2000), { memoryMaxBytes: 1_000_000 })).toMatchObject({
      verdict: 'INCOMPLETE',
      stoppedBy: { bound: 'memoryMaxBytes' },
    });
  });

  it('goes by what the process has grown, too, where somebody can tell', () => {
    let bytes = 5e9;
    let now = 0;
    const options = {
      clock: { wallMs: () => (now += 25) },
      processBytes: () => (bytes += 4e8),
    };
    const { stoppedBy, cost } = check(toyBoot(3, 3, 2), { memoryMaxBytes: 1e9 }, options);
    expect(stoppedBy).toEqual({ bound: 'memoryMaxBytes', limit: 1e9, reached: 12e8 });
    expect(cost.bytes).toBe(12e8);
    const steady = { processBytes: () => 5e9 };
    expect(check(toyBoot(3, 3, 2), { memoryMaxBytes: 1e9 }, steady).stoppedBy).toBeUndefined();
  });

  it('is not quadratic where one step reads two cells of many values each', () => {
    const cells = [wholeCell<number>('a', 0), wholeCell<number>('b', 0)] as const;
    const upTo = (end: number): Model =>
      litmus({
        name: 'pair',
        cells,
        processes: [
          process('both', (view) => {
            const [a, b] = [view.read(cells[0]), view.read(cells[1])];
            if (a === end) view.blocked('the end');
            view.write(cells[0], a + 1);
            view.write(cells[1], b + 1);
          }),
        ],
      });
    const { cost: of1000 } = check(upTo(1000));
    const { cost: of4000 } = check(upTo(4000));
    expect(of4000.bytes).toBeLessThan(5 * of1000.bytes);
  });

  it('a map of numbers is an array where it is dense, holds what lies far off, and forgets nothing when it grows', () => {
    const map = new NumberMap();
    map.set(1_000_000, 7);
    expect(map.near.length).toBeLessThan(1000);
    for (let i = 0; i < 2000; i++) map.set(i * 3, i + 1);
    expect(map.get(1_000_000)).toBe(7);
    expect([0, 3, 4, 5997, 6000].map((from) => map.get(from))).toEqual([1, 2, 0, 2000, 0]);
    expect([...map.keys()]).toHaveLength(2001);
    expect(map.count).toBe(2001);
  });
});

describe('time', () => {
  it('CPU time is left out where nobody can tell it, instead of calling elapsed time that', () => {
    expect(check(toyBoot(2, 2, 1)).cost).not.toHaveProperty('cpuSeconds');
    let now = 0;
    const clock = { wallMs: () => 0, cpuMs: () => (now += 500) };
    expect(check(toyBoot(2, 2, 1), {}, { clock }).cost.cpuSeconds).toBe(0.5);
  });

  it('final states of a deep model are sorted out in time that grows with their number alone', () => {
    const count = wholeCell<number>('count', 0);
    const deep = litmus({
      name: 'deep',
      cells: [count],
      processes: [process('up', (view) => view.write(count, (view.read(count) + 1) % 30_000))],
      final: (view) => view.read(count) >= 29_998,
    });
    const { outcomes, isComplete } = finals(deep, (view) => view.read(count) % 2);
    expect(isComplete).toBe(true);
    expect(outcomes).toEqual([
      { value: 0, states: 1, depth: 29_998 },
      { value: 1, states: 1, depth: 29_999 },
    ]);
  });
});

describe('code that is no function of the state', () => {
  const stepping = (
    observers: Record<'low', (value: number) => boolean>,
    operations: Record<'next', (value: number) => number>,
  ): Model => {
    const type = cellType<number>()({ name: 'counter', observers, operations });
    const counter = cell('count', type, 0);
    return litmus({
      name: 'steps',
      cells: [counter],
      processes: [
        process('steps', (view) => {
          if (!view.observe(counter, 'low')) view.blocked('the end');
          view.update(counter, 'next');
        }),
      ],
    });
  };

  it('is found in operations and observers, which are run again when the search is over', () => {
    let calls = 0;
    const low = (value: number): boolean => value < 20;
    const counts = stepping({ low }, { next: (value) => value + 1 + (calls++ % 2) });
    expect(() => check(counts)).toThrow(InternalError);
    expect(() => check(counts)).toThrow(/operation next of counter: came to something else/);
    calls = 0;
    const looks = stepping({ low: () => calls++ < 10 }, { next: (value) => value + 1 });
    expect(() => check(looks)).toThrow(/observer low of counter: came to something else/);
  });

  it('is found where running in the opposite order happens to give the same', () => {
    // Remembers the largest value that it ever saw, which is right when asked from either end.
    const seen: number[] = [];
    const flips = (value: number): boolean => {
      const last = seen.at(-1) ?? value;
      seen.push(value);
      return Math.abs(last - value) < 2;
    };
    const list = wholeCell<number>('list', 0);
    const model = litmus({
      name: 'neighbours',
      cells: [list],
      processes: [
        process('walks', (view) => {
          const value = view.read(list);
          if (value === 40) view.blocked('the end');
          view.write(list, flips(value) ? value + 1 : value);
        }),
      ],
    });
    expect(() => check(model)).toThrow(/process walks: its step did something else/);
  });

  it('names process, cell and operation where one throws, and says -0 where it is that', () => {
    const low = (): boolean => true;
    const fails = (value: number): number => {
      if (value === 2) throw new Error('KASSERT(pp)');
      return value + 1;
    };
    expect(() => check(stepping({ low }, { next: fails }))).toThrow(
      'process steps: cell count, operation next: KASSERT(pp)',
    );
    expect(() => check(stepping({ low }, { next: (value) => value * -1 }))).toThrow(
      /process steps: cell count, operation next: .*found -0, expected a safe integer/,
    );
  });
});
