import { describe, expect, it } from 'vitest';
import type { Trace } from '../../src/checker/result.ts';
import { violationsOf } from '../../src/report/judgement.ts';
import type { Reported } from '../../src/report/reported.ts';
import { renderTable } from '../../src/report/table.ts';
import { renderTrace, renderViolation, shellWord } from '../../src/report/violation.ts';
import { propertyOf, resultOf, traceOf, violates } from './results.ts';

function reported(parts: Partial<Reported> = {}): Reported {
  return {
    result: resultOf(),
    judgement: { outcome: 'PASS', exitCode: 0, surprises: [] },
    expected: [],
    reconstruction: null,
    leftOut: [],
    initial: new Map(),
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
  it('folds what all its runs have in common', () => {
    const text = render([traceOf(12, 'a thread'), traceOf(12, 'an interrupt')]);
    expect(text).toContain('     …  7 steps that the other runs have too (--full shows them)');
    expect(text).toContain('pool_init(p1)');
    expect(text).not.toContain('pool_init(p5)');
    expect(text).toContain('→ 12  a thread');
  });

  it('folds the beginning of a very long run', () => {
    const text = render([traceOf(60)]);
    expect(text).toContain('     …  20 steps before these (--full shows them)');
  });

  it('shows every step and every object in full', () => {
    const text = render([traceOf(60), traceOf(60)], true);
    expect(text.match(/pool_init\(p5\)/g)).toHaveLength(2);
    expect(text).not.toContain('…');
  });

  it('says when a run is not shown minimal, and where one without end goes back to', () => {
    const lasso: Trace = { ...traceOf(3), minimal: false, loopsTo: 1 };
    const lines = renderTrace(lasso, new Map(), { full: false, common: 0 });
    expect(lines).toContain('     ↺  goes back to where step 2 began, for ever');
    expect(lines.at(-1)).toBe('  3 steps, not shown minimal');
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

  it('quotes what a shell would take apart', () => {
    expect([shellWord('netbsd/a/i386'), shellWord("it's")]).toEqual([
      'netbsd/a/i386',
      `'it'\\''s'`,
    ]);
  });
});
