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
import { present } from '../../src/base/assert.ts';
import { unheardOf } from '../../src/cli/order-model.ts';
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
    const below = await bootproof(['check', 'small/locks', '--trace-dir', join(file, 'deep')]);
    expect(below.err).toContain('not a folder');
    expect([onFile.code, below.code]).toEqual([2, 2]);
    expect(onFile.out + below.out).toBe('');
  });

  it('makes the folders above the one that traces go into', async () => {
    const deep = join(folder, 'new', 'deeper');
    const { err } = await bootproof(['check', 'small/locks', '--trace-dir', deep]);
    expect(err).toBe(`wrote 1 file to ${deep}\n`);
    expect(readdirSync(deep)).toEqual(['small-locks.deadlock.json']);
  });

  it.each([
    ['[1, 2]', 'standard input: found an array, expected an object with schema bootproof/order/1'],
    ['{}', 'standard input: found an object without schema'],
    ['{"schema": "bootproof/trace/1"}', 'use bootproof replay'],
    [JSON.stringify({ ...bootOrder, extra: 1 }), 'extra: found an unknown field'],
    [JSON.stringify({ ...bootOrder, title: undefined }), 'title: the field is missing'],
    [JSON.stringify({ ...bootOrder, events: {} }), 'events: found an object, expected an array'],
  ])('calls %.40s what it is', async (text, message) => {
    const { code, err } = await bootproof(['check', 'netbsd/small/i386', '--order', '-'], text);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it('names the call that a mistyped one was meant to be', () => {
    const [event] = bootOrder.events;
    const events = [{ ...present(event, 'an event'), call: 'pool_innit' }];
    expect(unheardOf(events)[0]).toContain('no call pool_innit is known; nearest: pool_init');
  });

  it('names the path that extract cannot write', async () => {
    const file = join(folder, 'kept');
    writeFileSync(file, '');
    const tree = ['extract', 'test/fixtures/mini-bsd', '--arch', 'toy'];
    const cache = await bootproof([...tree, '--cache', file]);
    expect(cache.err).toContain(`${file}: cannot be written: it is a file`);
    const save = await bootproof([...tree, '--no-cache', '--save', folder]);
    expect(save.err).toContain(`${folder}: cannot be written: it is a folder, expected a file`);
    expect([cache.code, save.code, cache.out + save.out]).toEqual([2, 2, '']);
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

  it.skipIf(!existsSync('/proc/self'))('refuses a folder that even root cannot write', async () => {
    const { code, err, out } = await bootproof(['check', 'small/locks', '--trace-dir', '/proc/x']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('/proc/x: cannot be written: /proc takes no new files');
  });
});
