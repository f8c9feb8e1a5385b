import { describe, expect, it } from 'vitest';
import type { Trace } from '../../src/checker/result.ts';
import { iplLevel } from '../../src/kernel/machine/ipl.ts';
import { violationsOf } from '../../src/report/judgement.ts';
import type { Reported } from '../../src/report/reported.ts';
import { renderTable } from '../../src/report/table.ts';
import { iplText, renderTrace, renderViolation, shellWord } from '../../src/report/violation.ts';
import { propertyOf, resultOf, traceOf, violates } from './results.ts';

function reported(parts: Partial<Reported> = {}): Reported {
  return {
    result: resultOf(),
    judgement: { outcome: 'PASS', exitCode: 0, surprises: [] },
    expected: [],
    reconstruction: null,
    leftOut: [],
    initial: new Map(),
    path: null,
    repeat: 'bootproof check netbsd/b/i386',
    saved: new Map(),
    ...parts,
  };
}

const render = (traces: readonly Trace[], full = false): string => {
  const objects = traces.map((trace, i) => violates(`pool${i}`, trace));
  const model = reported({
    result: resultOf({ properties: [propertyOf('registered', objects)] }),
    reconstruction: 'ours',
  });
  return violationsOf(model.result)
    .map((violation) => renderViolation(model, violation, { full }))
    .join('\n');
};

describe('a violation', () => {
  it('folds what its runs have in common, but nothing that touches the object', () => {
    const objects = ['p4', 'p9'].map((name) => violates(name, traceOf(20, `thread ${name}`)));
    const model = reported({
      result: resultOf({ properties: [propertyOf('registered', objects)] }),
    });
    const [violation] = violationsOf(model.result);
    if (violation === undefined) throw new Error('it is violated');
    const shown = renderViolation(model, violation, { full: false })
      .split('\n')
      .filter((line) => / pool_init| …/.test(line))
      .map((line) => /pool_init\(\w+\)|…\s+\d+ steps?/.exec(line)?.[0]);
    expect(shown).toEqual([
      ...['pool_init(p0)', 'pool_init(p1)', '…  2 steps', 'pool_init(p4)'],
      ...['…  13 steps', 'pool_init(p18)', 'pool_init(p19)'],
    ]);
  });

  it('shows a short run whole', () => {
    expect(render([traceOf(12), traceOf(12)])).not.toContain('…');
  });

  it('folds the middle of a run in which too much happens', () => {
    const steps = traceOf(90).steps.map((step, i) => ({ ...step, process: i % 2 ? 'a' : 'b' }));
    const lines = renderTrace({ steps, minimal: true }, new Map(), {
      full: false,
      common: 0,
      about: '',
      atGrain: false,
    });
    expect(lines.filter((line) => line.includes('pool_init'))).toHaveLength(40);
    expect(lines).toContain('     …  50 steps (--full shows them)');
  });

  it('names interrupt priority levels as the kernel room does', () => {
    for (const name of ['NONE', 'SOFTNET', 'VM', 'SCHED', 'HIGH']) {
      expect(iplText(iplLevel(`IPL_${name}`))).toBe(name);
    }
  });

  it('shows every step and every object in full', () => {
    const text = render([traceOf(60), traceOf(60)], true);
    expect(text.match(/pool_init\(p5\)/g)).toHaveLength(2);
    expect(text).not.toContain('…');
  });

  it('says when a run is not shown minimal, and where one without end goes back to', () => {
    const lasso: Trace = { ...traceOf(3), minimal: false, loopsTo: 1 };
    const lines = renderTrace(lasso, new Map(), {
      full: false,
      common: 0,
      about: '',
      atGrain: false,
    });
    expect(lines).toContain('     ↺  goes back to where step 2 began, for ever');
    expect(lines.at(-1)).toBe('  3 steps, not shown minimal');
  });

  it('at a bounded grain calls a run the shortest of that grain only, as finer steps count otherwise', () => {
    const objects = [violates('amappl', traceOf(3))];
    const result = resultOf({ properties: [propertyOf('registered', objects)] });
    const last = (model: Reported): string | undefined =>
      violationsOf(model.result)
        .map((one) => renderViolation(model, one, { full: false }))
        .join('')
        .split('\n')
        .at(-1);
    expect(last(reported({ result }))).toBe('  3 steps, the fewest possible');
    expect(last(reported({ result: { ...result, bound: 'grain' } }))).toBe(
      '  3 steps, the fewest at this grain',
    );
  });

  it('says reconstruction in each line about one', () => {
    expect(render([traceOf(1)])).toContain(
      'netbsd/b/i386 (reconstruction): registered is VIOLATED',
    );
    const table = renderTable([
      reported({
        reconstruction: 'ours',
        result: resultOf({ properties: [propertyOf('registered', [violates('amappl')])] }),
      }),
    ]);
    const [, ...lines] = table.split('\n');
    expect(lines).toHaveLength(2);
    expect(lines.filter((line) => !line.includes('reconstruction'))).toEqual([]);
  });

  it('explains an open verdict first, and takes no violation on a condition for proved', () => {
    const table = renderTable([
      {
        ...reported({
          result: resultOf({ properties: [propertyOf('needs', [violates('amappl')])] }),
        }),
        judgement: {
          outcome: 'INCONCLUSIVE',
          exitCode: 5,
          surprises: [],
          reason: 'unproved: …',
        },
      },
    ]);
    const notes = table.split('\n').slice(2);
    expect(notes[0]?.trim()).toBe('unproved: …');
    expect(notes[1]?.trim()).toMatch(/^if those conditions hold, violated: needs for 1 of 1/);
  });

  it('quotes what a shell would take apart', () => {
    expect([shellWord('netbsd/a/i386'), shellWord("it's")]).toEqual([
      'netbsd/a/i386',
      `'it'\\''s'`,
    ]);
  });
});
