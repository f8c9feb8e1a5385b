import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/base/model.ts';
import type { Result } from '../../src/base/diagnostic.ts';
import type { CheckResult } from '../../src/checker/index.ts';
import { check } from '../../src/checker/index.ts';
import { judge, violationsOf } from '../../src/report/judgement.ts';
import type { Mutant } from '../../models/mutants/index.ts';
import { allMutants, mutants, mutantModel, unmutatedModel } from '../../models/mutants/index.ts';

/*
 * A check that lets a planted fault pass is not worth running: each model one line away from right
 * is caught by the property that it names, in a run of the length that it names, and its model
 * without that line passes.
 */

const built = (model: Result<Model>): Model => {
  if (model.ok) return model.value;
  throw new Error(model.diagnostics.map((one) => one.message).join('\n'));
};

/** Steps of the shortest run to a violation of the property that must catch a mutant. */
const shortest = (mutant: Mutant, result: CheckResult): number =>
  Math.min(
    ...violationsOf(result)
      .filter(({ property }) => property === mutant.caughtBy)
      .flatMap(({ objects }) => objects.map(({ trace }) => trace?.steps.length ?? Infinity)),
  );

describe('mutants', () => {
  it('are at least ten, of each kind, under different names', () => {
    expect(allMutants.length).toBeGreaterThanOrEqual(10);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(allMutants.length);
    const changed = new Set(allMutants.flatMap(({ wrong }) => Object.keys(wrong)));
    expect([...changed].sort()).toEqual(['order', 'policies', 'replaced']);
  });

  describe.each(allMutants)('$name', (mutant) => {
    it('passes without the line', () => {
      const result = check(built(unmutatedModel(mutant)), {}, { traces: false });
      expect(violationsOf(result).map(({ property }) => property)).toEqual([]);
      expect(result.verdict).toBe('PASS');
    });

    it('is caught as recorded, in a run of the recorded length', () => {
      const result = check(built(mutantModel(mutant)));
      expect(shortest(mutant, result)).toBe(mutant.length);
      const entry = mutants.find(({ name }) => name === `mutants/${mutant.name}`);
      const judged = judge(result, {
        expected: entry?.expect ?? [],
        strict: false,
        lengths: true,
        needsMission: false,
      });
      expect(judged.surprises).toEqual([]);
      expect(judged.outcome).toBe('reproduced');
    });
  });
});
