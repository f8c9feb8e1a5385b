import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootproof } from './harness.ts';
import { bootOrder } from './small-catalog.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'bootproof-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const refused: readonly (readonly [string, readonly string[], string])[] = [
  ['an unknown command', ['chek'], 'Did you mean check?'],
  ['an unknown option', ['check', '--propety', 'x'], 'Did you mean --property?'],
  ['an unknown model', ['check', 'small/pases'], 'nearest: small/passes'],
  ['a pattern that matches nothing', ['check', 'solaris/*'], 'bootproof list shows all'],
  [
    'an unknown property',
    ['check', 'small/passes', '--property', 'below-limt'],
    'nearest: below-limit',
  ],
  [
    'a knob that the model lacks',
    ['check', 'small/locks', '--cpus', '2'],
    'small/locks has no --cpus',
  ],
  ['an impossible configuration', ['check', 'netbsd/small/i386', '--cpus', '0'], 'expected 1 to 4'],
  ['what is no number', ['check', 'small/passes', '--pages', 'many'], 'expected a whole number'],
  ['an impossible bound', ['check', '--states-max', '0'], '--states-max: found "0"'],
  ['a negative depth', ['check', '--depth-max', '-1'], '--depth-max'],
  ['no time', ['check', '--time-limit', '0s'], 'more than zero'],
  ['a size that is none', ['check', '--memory-max', 'lots'], 'expected a size'],
  [
    'a choice that is none',
    ['check', 'small/passes', '--grain', 'coarse'],
    'small/passes has no --grain',
  ],
  ['an order for several models', ['check', 'small/*', '--order', '-'], 'expected one model'],
  [
    'an order for a model without',
    ['check', 'small/passes', '--order', '-'],
    'follows no boot order',
  ],
  ['a module that is not there', ['check', './none.js'], 'cannot be loaded'],
  ['a name that a module lacks', ['check', './test/cli/own-model.js#togle'], 'nearest: toggle'],
];

describe('bad input', () => {
  it.each(refused)(
    'refuses %s with exit code 2 and nothing on standard output',
    async (_, words, message) => {
      const { code, out, err } = await bootproof(words, JSON.stringify(bootOrder));
      expect(err).toContain(message);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    },
  );

  it('tells where a boot order is malformed', async () => {
    const order = { ...bootOrder, events: [{ ...bootOrder.events[0], line: 'ninety' }] };
    const { code, err } = await bootproof(
      ['check', 'netbsd/small/i386', '--order', '-'],
      JSON.stringify(order),
    );
    expect(code).toBe(2);
    expect(err).toContain('standard input: events.0.line: found "ninety", expected number');
  });

  it('tells where text is no JSON', async () => {
    const { code, err } = await bootproof(['check', 'netbsd/small/i386', '--order', '-'], '{');
    expect(code).toBe(2);
    expect(err).toContain('standard input: not JSON');
  });

  it('checks that a folder can be written before it searches, and writes nothing', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const onFile = await bootproof(['check', 'netbsd/small/i386', '--trace-dir', file]);
    expect(onFile.err).toContain('cannot be written: it is a file');
    const deep = join(folder, 'none', 'deeper');
    const missing = await bootproof(['check', 'netbsd/small/i386', '--trace-dir', deep]);
    expect([onFile.code, missing.code]).toEqual([2, 2]);
    expect(onFile.out + missing.out).toBe('');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it.skipIf(process.getuid?.() === 0)('refuses a folder without permission', async () => {
    const locked = join(folder, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    const { code, err } = await bootproof(['check', 'small/locks', '--trace-dir', locked]);
    expect(code).toBe(2);
    expect(err).toContain('permission denied');
    expect(readdirSync(locked)).toEqual([]);
  });
});
