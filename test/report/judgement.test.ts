import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/checker/result.ts';
import type { Expected, JudgeOptions } from '../../src/report/judgement.ts';
import { judge, worst } from '../../src/report/judgement.ts';
import { passes, propertyOf, resultOf, traceOf, violates } from './results.ts';

const known: Expected = {
  property: 'registered',
  objects: ['amappl', 'aobj'],
  length: 4,
  why: 'nothing comes back to them',
  source: 'sys/kern/subr_pool.c:1',
};

const asked = (parts: Partial<JudgeOptions> = {}): JudgeOptions => ({
  expected: [known],
  strict: false,
  lengths: true,
  needsMission: false,
  ...parts,
});

const lost = (...names: readonly string[]): CheckResult =>
  resultOf({
    verdict: 'VIOLATED',
    properties: [
      propertyOf('registered', [
        passes('pmappl'),
        ...names.map((name) => violates(name, traceOf(4))),
      ]),
    ],
  });

describe('a judgement', () => {
  it('is reproduced when exactly what is recorded comes out', () => {
    expect(judge(lost('amappl', 'aobj'), asked())).toEqual({
      outcome: 'reproduced',
      exitCode: 0,
      surprises: [],
    });
  });

  it('is violated when an object more is lost, and names it', () => {
    const { outcome, exitCode, surprises } = judge(lost('amappl', 'aobj', 'vmsppl'), asked());
    expect({ outcome, exitCode }).toEqual({ outcome: 'VIOLATED', exitCode: 1 });
    expect(surprises).toEqual(['registered is violated for vmsppl; that is not recorded']);
  });

  it('is violated when one less is lost', () => {
    const { exitCode, surprises } = judge(lost('amappl'), asked());
    expect(exitCode).toBe(1);
    expect(surprises).toEqual(['registered is recorded as violated for aobj and is not']);
  });

  it('fails a pass where a violation is recorded', () => {
    const { outcome, exitCode } = judge(resultOf(), asked());
    expect({ outcome, exitCode }).toEqual({ outcome: 'PASS', exitCode: 1 });
  });

  it('notices another length, but only where the question is the recorded one', () => {
    const expected = [{ ...known, length: 3 }];
    expect(judge(lost('amappl', 'aobj'), asked({ expected })).exitCode).toBe(1);
    expect(judge(lost('amappl', 'aobj'), asked({ expected, lengths: false })).exitCode).toBe(0);
  });

  it('takes "all" for each object of the property', () => {
    const expected = [{ ...known, objects: 'all' as const }];
    expect(judge(lost('amappl'), asked({ expected })).surprises).toEqual([
      'registered is recorded as violated for pmappl and is not',
    ]);
  });

  it('does not call reproduced what a bound cut short', () => {
    const stoppedBy = { bound: 'statesMax', limit: 10, reached: 10 } as const;
    const cut = { ...lost('amappl'), stoppedBy };
    expect(judge(cut, asked())).toMatchObject({ outcome: 'INCOMPLETE', exitCode: 3 });
    expect(judge({ ...cut, ...lost('vmsppl'), stoppedBy }, asked()).exitCode).toBe(1);
  });

  it('counts a recorded violation as one under --strict', () => {
    expect(judge(lost('amappl', 'aobj'), asked({ strict: true })).exitCode).toBe(1);
  });

  it('calls a kernel vacuous of which the mission asks nothing', () => {
    const hollow = judge(resultOf(), asked({ expected: [], needsMission: true }));
    expect(hollow).toMatchObject({ outcome: 'VACUOUS', exitCode: 4 });
  });

  it('takes a record without objects for a deadlock or stuck states alone: of a property it names none', () => {
    const expected = [{ ...known, objects: [] }];
    const { outcome, surprises } = judge(lost('amappl'), asked({ expected }));
    expect(outcome).toBe('VIOLATED');
    expect(surprises).toEqual(['registered is violated for amappl; that is not recorded']);
  });

  it('is not reproduced beside a property that speaks of no object at all', () => {
    const result = lost('amappl', 'aobj');
    const empty = { ...propertyOf('empty', []), verdict: 'VACUOUS' as const };
    const beside = { ...result, properties: [...result.properties, empty] };
    expect(judge(beside, asked())).toMatchObject({ outcome: 'VACUOUS', exitCode: 4 });
  });

  it('of a search that was stopped does not say that what is recorded is not there', () => {
    const stoppedBy = { bound: 'grain', limit: 10, reached: 10 } as const;
    const part = resultOf({ verdict: 'INCOMPLETE', stoppedBy });
    expect(judge(part, asked())).toEqual({ outcome: 'INCOMPLETE', exitCode: 3, surprises: [] });
  });

  it('says why a model is vacuous of which nothing is claimed, or in which nobody acts', () => {
    const nothing = resultOf({ verdict: 'VACUOUS' });
    const why = (result: CheckResult): string | undefined =>
      judge(result, asked({ expected: [] })).reason;
    expect(why(nothing)).toBe('no property applies to it, so there is nothing that could pass');
    const properties = [propertyOf('stays', [passes('all')])];
    expect(why({ ...nothing, properties, transitions: 0 })).toBe(
      'it has no process, so nothing ever happens in it',
    );
    expect(why({ ...nothing, properties })).toBeUndefined();
  });

  it('reports stuck states only beyond those that are deadlocks', () => {
    const result = resultOf({ verdict: 'VIOLATED', deadlocks: { count: 2 }, stuck: { count: 2 } });
    const expected = [{ ...known, property: 'deadlock', objects: [] }];
    expect(judge(result, asked({ expected })).outcome).toBe('reproduced');
    const more = { ...result, stuck: { count: 3 } };
    expect(judge(more, asked({ expected })).surprises).toEqual([
      'stuck is violated; that is not recorded',
    ]);
  });
});

describe('the exit code of several models', () => {
  it('is the first of 70, 2, 1, 5, 3, 4, 0 that occurs', () => {
    expect(worst([0, 4, 3])).toBe(3);
    expect(worst([3, 5])).toBe(5);
    expect(worst([5, 1, 0])).toBe(1);
    expect(worst([1, 2, 70])).toBe(70);
    expect(worst([])).toBe(0);
  });
});
