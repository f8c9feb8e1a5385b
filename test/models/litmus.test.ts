import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/checker/index.ts';
import type { Model } from '../../src/base/model.ts';
import { check } from '../../src/checker/index.ts';
import { pathfinder, peterson, philosophers } from '../../models/litmus/concurrency.ts';
import {
  dieHard,
  eightPuzzle,
  hanoi,
  missionaries,
  queens,
  toggles,
} from '../../models/litmus/puzzles.ts';
import { toyBoot } from '../../models/litmus/toy-boot.ts';
import { transactionCommit, twoPhaseCommit } from '../../models/litmus/two-phase-commit.ts';
import { hasSpin, runSpin } from './spin.ts';

/*
 * Counts that nobody here wrote. Those of the TLA+ models are in the manifests of the repository
 * tlaplus/Examples: its *generated* includes the initial state, its *depth* counts states, so both
 * are one more than ours; so are SPIN's transitions. The puzzles' are known from mathematics.
 *
 * A model of which nothing is claimed is VACUOUS: its counts are all that there is to see.
 */

const counts = ({ states, transitions, depth, verdict }: CheckResult): unknown[] => [
  states,
  transitions,
  depth,
  verdict,
];

const traceLength = (result: CheckResult, property: string): number | undefined =>
  result.properties.find(({ name }) => name === property)?.objects[0]?.trace?.steps.length;

describe('models with published counts', () => {
  it.each<[string, Model, unknown[]]>([
    ['TLA+ TwoPhase, 3 managers', twoPhaseCommit(3), [288, 1146 - 1, 11 - 1, 'PASS']],
    ['TLA+ TwoPhase, 5 managers', twoPhaseCommit(5), [8832, 58_146 - 1, 17 - 1, 'PASS']],
    ['TLA+ TCommit, 3 managers', transactionCommit(3), [34, 94 - 1, 7 - 1, 'PASS']],
    ['TLA+ DieHard', dieHard(), [16, 97 - 1, 8 - 1, 'VIOLATED']],
    // TLC counts a crossing that leaves a bank empty twice: both halves of its `IsSafe` are true.
    ['TLA+ Missionaries and Cannibals', missionaries(), [64, 283 - 1 - 30, 13 - 1, 'PASS']],
    ['TLA+ Queens, 4', queens(4), [785, 2970 - 1, 16 - 1, 'VIOLATED']],
    ['towers of Hanoi, 6 discs', hanoi(6), [3 ** 6, 3 * (3 ** 6 - 1), 2 ** 6 - 1, 'PASS']],
    ['the 8-puzzle', eightPuzzle(), [181_440, 483_840, 31, 'VACUOUS']],
    ['12 toggles', toggles(12), [2 ** 12, 12 * 2 ** 12, 12, 'VACUOUS']],
    ['a toy boot, 3 CPUs, 3 pools, 2 pages', toyBoot(3, 3, 2), [19_742, 56_850, 47, 'VACUOUS']],
    ['a toy boot, 4 CPUs, 3 pools, 3 pages', toyBoot(4, 3, 3), [240_500, 860_971, 46, 'VACUOUS']],
  ])('%s', (_, model, expected) => {
    expect(counts(check(model))).toEqual(expected);
  });

  it('DieHard is solved in six steps', () => {
    expect(traceLength(check(dieHard()), 'never four')).toBe(6);
  });

  it('the missionaries cross in eleven', () => {
    expect(traceLength(check(missionaries()), 'solved')).toBe(11);
  });

  it('four queens are placed in as many steps as there are boards before the first solution', () => {
    expect(traceLength(check(queens(4)), 'no solution')).toBe(4);
  });
});

describe('dining philosophers', () => {
  // L(n) = 3 L(n-1) + L(n-2) with L(0) = 2 and L(1) = 3.
  const expected = new Map([
    [2, 10],
    [3, 35],
    [4, 118],
    [5, 392],
    [6, 1297],
    [7, 4286],
    [8, 14_158],
  ]);

  it.each([...expected])(
    '%i of them deadlock in one state, after as many steps',
    (count, states) => {
      const result = check(philosophers(count));
      expect(result.states).toBe(states);
      expect(result.depth).toBe(3 * count - 2);
      expect(result.deadlocks.count).toBe(1);
      expect(result.deadlocks.trace?.steps).toHaveLength(count);
      expect(result.verdict).toBe('VIOLATED');
    },
  );

  it('has the published transitions', () => {
    expect(check(philosophers(6)).transitions).toBe(5623 - 1);
    expect(check(philosophers(8)).transitions).toBe(81_849 - 1);
  });
});

describe("SPIN's examples", () => {
  it('peterson excludes', () => {
    expect(counts(check(peterson()))).toEqual([55, 99 - 1, 11, 'PASS']);
  });

  it('pathfinder deadlocks in three steps: the low task locks, the high one waits', () => {
    const { deadlocks, verdict } = check(pathfinder());
    expect(verdict).toBe('VIOLATED');
    expect(deadlocks.trace?.steps.map(({ process }) => process)).toEqual(['low', 'low', 'high']);
  });

  it.skipIf(!hasSpin)('has the counts of SPIN itself for peterson', () => {
    const { states, transitions, errors } = runSpin('peterson.pml', ['-DBFS']);
    expect([states, transitions, errors]).toEqual([55, 99, 0]);
  });

  it.skipIf(!hasSpin)('deadlocks as early as in SPIN, which counts an atomic lock as two', () => {
    const { errors, output } = runSpin('pathfinder.pml', ['-DBFS']);
    expect(errors).toBe(1);
    expect(output).toContain('invalid end state (at depth 4)');
  });
});
