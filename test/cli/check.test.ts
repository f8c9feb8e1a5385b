import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSchema } from '../../src/report/json-schema.ts';
import { bootproof } from './harness.ts';
import { bootOrder } from './small-catalog.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'bootproof-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const linesOf = (text: string): readonly string[] => text.split('\n');

describe('bootproof check', () => {
  it('shows each model of the default catalogue in one line, and what is violated below it', async () => {
    const { code, out, err } = await bootproof(['check']);
    const text = out.replaceAll(/ \d\.\d\d\b/g, ' 0.00');
    expect(text).toContain(
      [
        'model              verdict     states  transitions  depth  seconds',
        'small/passes       PASS             4            3      3     0.00',
        'small/locks        reproduced       6            6      2     0.00',
        '    violated: deadlock',
        'netbsd/small/i386  reproduced       5            4      4     0.00  reconstruction',
        '    violated: registered for 2 of 3: amappl and aobj (reconstruction)',
      ].join('\n'),
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('shows a violation with its sentence, what breaks, the steps and the command that repeats it', async () => {
    const { out } = await bootproof(['check', 'netbsd/small/i386']);
    expect(out).toContain(
      [
        'netbsd/small/i386 (reconstruction): registered is VIOLATED for amappl and aobj',
        '  each pool is on the reclaim chain of its declared map exactly once',
        '  what breaks: when the map runs short, the idle pages of this pool are never asked for',
        '  recorded: nothing comes back to them (test/cli/small-catalog.ts:110)',
        '',
        '  repeat: bootproof check netbsd/small/i386 --property registered',
        '',
        '  step  who   cpu  ipl   what it does               where',
        '     1  boot    0  HIGH  pool_init(amappl)          uvm_init.c:90',
        '        boot 0 → 1',
        '     2  boot    0  HIGH  uvm_km_init(kernel_map)    uvm_init.c:95',
        '        boot 1 → 2',
        "        kernel_map's chain: empty",
        '     3  boot    0  HIGH  pool_init(pmappl)          uvm_init.c:100',
        '        boot 2 → 3',
        "        kernel_map's chain: pmappl",
        '   → 4  boot    0  HIGH  pool_subsystem_init(aobj)  uvm_init.c:105',
        '        boot 3 → 4',
        "        kernel_map's chain: pmappl",
        '  4 steps, the fewest possible',
      ].join('\n'),
    );
  });

  it('keeps to 100 columns', async () => {
    const { out } = await bootproof(['check']);
    expect(linesOf(out).filter((line) => line.length > 100)).toEqual([]);
  });

  it('prints JSON that its own schema accepts, with a trace by C function, file and line', async () => {
    const { out } = await bootproof(['check', 'netbsd/small/i386', '--json']);
    const report = v.parse(checkSchema, JSON.parse(out));
    const [model] = report.models;
    expect(model).toMatchObject({ verdict: 'VIOLATED', reproduced: true, exitCode: 0, states: 5 });
    const amappl = model?.properties[0]?.objects[1];
    expect(amappl?.trace?.steps[2]).toMatchObject({
      process: 'boot',
      function: 'uvm_init',
      label: 'pool_init(pmappl)',
      file: 'sys/uvm/uvm_init.c',
      line: 100,
      chains: [{ map: 'kernel_map', entries: ['pmappl'], cursor: null }],
    });
  });

  describe('its exit code', () => {
    const cases: readonly (readonly [string, readonly string[], number])[] = [
      ['0 for a pass', ['small/passes'], 0],
      ['0 for exactly what is recorded', ['netbsd/small/i386'], 0],
      ['1 for that with --strict', ['netbsd/small/i386', '--strict'], 1],
      ['1 for a violation that nobody recorded', ['small/violates'], 1],
      ['3 where a bound stopped it', ['small/passes', '--states-max', '2'], 3],
      ['3 where the depth stopped it', ['small/passes', '--depth-max', '1'], 3],
      ['4 for a kernel of which the mission asks nothing', ['netbsd/small/hollow'], 4],
      ['the gravest of several: 1 before 4', ['small/violates', 'netbsd/small/hollow'], 1],
      ['the gravest of several: 4 before 0', ['small/passes', 'netbsd/small/hollow'], 4],
      ['125 for what bisect cannot judge', ['netbsd/small/hollow', '--bisect'], 125],
      ['1 for a bad commit', ['small/violates', '--bisect'], 1],
      ['0 for a good one', ['small/passes', '--bisect'], 0],
    ];
    it.each(cases)('is %s', async (_, words, expected) => {
      expect((await bootproof(['check', ...words])).code).toBe(expected);
    });
  });

  it('takes patterns, and properties', async () => {
    const { out } = await bootproof(['check', 'small/{passes,locks}', '--quiet']);
    expect(out).toBe('');
    const one = await bootproof(['check', 'small/violates', '--property', 'ends']);
    expect(one.code).toBe(0);
    expect(one.out).not.toContain('below-limit');
  });

  it('takes a boot order from a file or standard input, and then records do not count', async () => {
    const order = JSON.stringify(bootOrder);
    const ran = await bootproof(['check', 'netbsd/small/i386', '--order', '-'], order);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('registered is VIOLATED');
  });

  it('loads a model of the user by path, and then records do not count either', async () => {
    const path = new URL('./own-model.js', import.meta.url).pathname;
    const ran = await bootproof(['check', `${path}#toggle`]);
    expect(ran.out).toContain('own/toggle  PASS');
    expect(ran.code).toBe(0);
  });

  it('saves a trace for each violated object, with --full each witness, the same bytes each time', async () => {
    const read = async (...more: string[]): Promise<Record<string, string>> => {
      const words = ['check', 'netbsd/small/i386', 'small/passes', '--trace-dir', folder, ...more];
      expect((await bootproof(words)).err).toBe(`wrote ${more.length + 2} files to ${folder}\n`);
      return Object.fromEntries(
        readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
      );
    };
    const violated = await read();
    expect(Object.keys(violated)).not.toContain('small-passes.ends.all.json');
    const first = await read('--full');
    expect(Object.keys(first).sort()).toEqual([
      'netbsd-small-i386.registered.amappl.json',
      'netbsd-small-i386.registered.aobj.json',
      'small-passes.ends.all.json',
    ]);
    expect(await read('--full')).toEqual(first);
  });
});
