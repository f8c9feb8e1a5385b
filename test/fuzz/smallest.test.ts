import { describe, expect, it } from 'vitest';
import { smallest } from '../../src/fuzz/smallest.ts';

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

describe('smallest', () => {
  it('leaves what a fault needs, wherever it is, in the order that it had', () => {
    const shows = (some: readonly number[]): boolean => [3, 50, 99].every((n) => some.includes(n));
    expect(smallest(numbers(100), shows)).toEqual([3, 50, 99]);
  });

  it('leaves nothing where nothing is needed', () => {
    expect(smallest(numbers(7), () => true)).toEqual([]);
  });

  it('leaves everything where everything is needed', () => {
    expect(smallest(numbers(5), (some) => some.length === 5)).toEqual(numbers(5));
  });

  it('asks far less often than there are subsets', () => {
    let asked = 0;
    smallest(numbers(200), (some) => {
      asked++;
      return some.includes(123);
    });
    expect(asked).toBeLessThan(60);
  });
});
