import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootproof } from './harness.ts';

const name = 'netbsd-small-i386.registered.amappl.json';
let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootproof-'));
  await bootproof(['check', 'netbsd/small/i386', 'small/locks', '--trace-dir', folder]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The saved trace with a part of its text replaced. */
function edited(from: string, to: string, of = name): string {
  const path = join(folder, `edited-${of}`);
  const text = readFileSync(join(folder, of), 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
  return path;
}

describe('bootproof replay', () => {
  it('repeats a saved trace byte for byte', async () => {
    const ran = await bootproof(['replay', join(folder, name)]);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain(`${name} comes out byte for byte`);
  });

  it('repeats a deadlock', async () => {
    expect((await bootproof(['replay', join(folder, 'small-locks.deadlock.json')])).code).toBe(0);
  });

  it('stops at the first step that cannot be taken, and says what can', async () => {
    const path = edited('"process": "right"', '"process": "middle"', 'small-locks.deadlock.json');
    const { code, out } = await bootproof(['replay', path]);
    expect(code).toBe(1);
    expect(out).toContain('differs at step 2 of 2; 1 step came out as written');
    expect(out).toContain('expected: middle');
    expect(out).toContain('enabled: right');
  });

  it('stops at the first step that does something else', async () => {
    const path = edited('"queue":["pool:pmappl"]', '"queue":["pool:amappl"]');
    const { code, out } = await bootproof(['replay', path]);
    expect(code).toBe(1);
    expect(out).toContain('differs at step 3 of 4; 2 steps came out as written');
    expect(out).toContain('it is enabled, but now does something else:');
    expect(out).toContain('map/kernel_map/chain queue +pmappl');
  });

  it('says when the model has changed although the run is the same', async () => {
    const { code, out } = await bootproof(['replay', edited('sha256:', 'sha256:0')]);
    expect(code).toBe(1);
    expect(out).toContain('the model has changed since');
  });

  it('prints JSON', async () => {
    const { out } = await bootproof(['replay', join(folder, name), '--json']);
    expect(JSON.parse(out)).toMatchObject({ sameBytes: true, steps: 4, replayed: 4 });
  });

  const refused: readonly (readonly [string, () => string, string])[] = [
    ['a file that is not there', () => join(folder, 'none.json'), 'no such file or folder'],
    ['what is not JSON', () => edited('{', '['), 'not JSON'],
    ['another schema', () => edited('trace/1', 'trace/9'), 'found schema bootproof/trace/9'],
    [
      'a field of another type',
      () => edited('"minimal": true', '"minimal": 1'),
      'minimal: found 1',
    ],
    [
      'an unknown model',
      () => edited('"name":"netbsd/small/i386"', '"name":"netbsd/smal/i386"'),
      'nearest: netbsd/small/i386',
    ],
    ['impossible parameters', () => edited('"cpus":1', '"cpus":64'), '--cpus: found "64"'],
    [
      'an order that is not the hashed one',
      () => edited('"line":90', '"line":91'),
      'not the one that its hash',
    ],
  ];
  it.each(refused)('refuses %s with exit code 2', async (_, path, message) => {
    const { code, out, err } = await bootproof(['replay', path()]);
    expect(err).toContain(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('refuses a trace of another model', async () => {
    const { code, err } = await bootproof(['replay', join(folder, name), '--model', 'small/locks']);
    expect(code).toBe(2);
    expect(err).toContain('a trace of another model: it is of netbsd/small/i386');
  });
});

describe('a run that was saved because nothing helps from its end', () => {
  const own = new URL('./own-lift.js', import.meta.url).pathname;
  const lift = (property: string): string => join(folder, `own-lift.${property}.json`);
  const replayOn = (property: string, version: string, ...more: readonly string[]) =>
    bootproof(['replay', lift(property), '--model', `${own}#${version}`, ...more]);
  let printed = '';
  beforeAll(async () => {
    printed = (await bootproof(['check', `${own}#broken`, '--trace-dir', folder, '--full'])).out;
  });

  it('is looked at again from there: while nothing helps it comes out byte for byte', async () => {
    for (const property of ['comes-home.lift', 'stuck', 'reaches-top.lift']) {
      const { code, out } = await replayOn(property, 'broken');
      expect(out).toContain('comes out byte for byte');
      expect(code).toBe(0);
    }
  });

  it('no longer shows anything once the model was repaired behind its end, though every step is as recorded', async () => {
    for (const property of ['comes-home.lift', 'stuck']) {
      const { code, out } = await replayOn(property, 'repaired');
      expect(out).toContain('its end no longer shows the violation');
      expect(code).toBe(1);
    }
  });

  it('is not decided where too much can come after it, or where the grain leaves runs out: exit code 3, and no claim', async () => {
    for (const version of ['vast', 'coarse']) {
      for (const property of ['comes-home.lift', 'stuck']) {
        const { code, out } = await replayOn(property, version);
        expect(out.replaceAll(/\s+/g, ' ')).toContain(
          'the run is as recorded; that nothing helps from there was not checked again',
        );
        expect(code).toBe(3);
      }
    }
    const { out } = await replayOn('stuck', 'coarse', '--json');
    expect(JSON.parse(out)).toMatchObject({ sameBytes: true, shown: null });
  });

  it('is a witness only while the claim holds in its last state', async () => {
    const { code, out } = await replayOn('reaches-top.lift', 'lower');
    expect(out).toContain('its end is no longer a witness');
    expect(code).toBe(1);
  });

  it('is repeated with the words that check prints, which name the file that the model is in', async () => {
    const line = /repeat: bootproof (replay \S*comes-home\S* --model \S+)/.exec(printed)?.[1] ?? '';
    expect((await bootproof(line.split(' '))).code).toBe(0);
  });
});
