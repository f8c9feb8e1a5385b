import { describe, expect, it } from 'vitest';
import { bootproof } from './harness.ts';

const own = './test/cli/own-model.js';

describe('a model of one’s own', () => {
  it('may leave out what is mostly empty', async () => {
    const { code, out } = await bootproof(['check', `${own}#bare`]);
    expect(out).toMatch(/own\/toggle +PASS/);
    expect(code).toBe(0);
  });

  it('is looked at before it runs: each fault is told with its field', async () => {
    const { code, out, err } = await bootproof(['check', `${own}#crooked`]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    for (const line of [
      `${own}#crooked: name: found 7, expected a text`,
      'cells[0].type.observers: found nothing, expected an object of functions',
      'cells[0].type.operations.set: found 1, expected a function',
      'cells[0].initial',
      'processes[0].kind: found "sistem", expected one of "system", "environment"',
      'processes[0].step: found nothing, expected a function of a view',
      'properties[0].about: found "kernels", expected one of',
      'properties[0].holds: found true, expected a function',
      'properties[0].objects: found nothing, expected an array',
      'final: found nothing, expected a function of a view',
      'Your own model',
    ]) {
      expect(err).toContain(line);
    }
  });

  it.each([
    ['badObserver', /hand.*isOn|isOn/, /at test\/cli\/own-model\.js:\d+/],
    ['badAnswer', /isOn/, /own-model/],
    ['unsteady', /process hand: its step did something else/, /own-model/],
  ])('%s: tells whose code went wrong', async (name, whose, where) => {
    for (const command of ['check', 'fuzz']) {
      if (command === 'fuzz' && name === 'unsteady') continue;
      const { code, out, err } = await bootproof([command, `${own}#${name}`]);
      expect(err).toMatch(whose);
      expect(err).toMatch(where);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    }
  });
});
