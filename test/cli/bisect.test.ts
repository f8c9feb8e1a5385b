import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import { before, boot, vmemBoot } from '../order/small-boot.ts';
import { bootproof } from './harness.ts';

/*
 * git bisect run takes 0 for good, 125 for *skip this revision*, and everything else below 128 for
 * bad. So whatever is not an answer must be 125: a revision that does not parse is no culprit.
 */

const tree = 'test/fixtures/mini-bsd';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootproof-bisect-'));
  writeFileSync(join(folder, 'good.json'), JSON.stringify(boot(vmemBoot)));
  const use = 'main>foo_init pool_get foo_pool flags=PR_NOWAIT';
  writeFileSync(
    join(folder, 'bad.json'),
    JSON.stringify(boot(before(vmemBoot, 'cpu_startup', use))),
  );
  writeFileSync(join(folder, 'broken.json'), '{');
  // The boot is followed to its end, and on the way nobody asks for the pools.
  const lacking = join(folder, 'lacking');
  cpSync(tree, lacking, { recursive: true });
  const file = join(lacking, 'sys', 'uvm', 'uvm_init.c');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('\tpool_subsystem_init();\n', ''));
});
afterAll(() => rmSync(folder, { recursive: true }));

const toy = ['--arch', 'toy'];

/** What the command ends with, alone and for git. */
const paths: readonly (readonly [string, readonly string[], number, number])[] = [
  ['a good order', ['FOLDER/good.json'], 0, 0],
  ['a violation', ['FOLDER/bad.json'], 1, 1],
  ['an order that fits no era', [...toy, tree], 5, 125],
  ['a boot that never meets pool_subsystem_init()', [...toy, 'FOLDER/lacking'], 5, 125],
  ['a boot that ends in a panic', [...toy, tree, '--option', 'BUG_LATE_STEAL'], 2, 125],
  ['what is no kernel tree', [...toy, 'docs'], 2, 125],
  ['a folder that is not there', [...toy, 'FOLDER/none'], 2, 125],
  ['a machine that the tree does not know', ['--arch', 'toi', tree], 2, 125],
  ['no machine', [tree], 2, 125],
  ['an order that is no JSON', ['FOLDER/broken.json'], 2, 125],
  ['a word that no command has', [...toy, tree, '--bisekt'], 2, 125],
  ['no tree', [], 2, 125],
  ['help', ['--help'], 0, 125],
  ['two orders that are alike', ['--diff', 'FOLDER/good.json', 'FOLDER/good.json'], 0, 0],
  ['two orders that differ', ['--diff', 'FOLDER/good.json', 'FOLDER/bad.json'], 1, 1],
  ['nothing to compare', ['--diff', 'FOLDER/good.json'], 2, 125],
];

describe('extract --bisect', () => {
  it.each(paths)('answers %s', async (_, given, alone, forGit) => {
    const words = given.map((word) => word.replace('FOLDER', folder));
    const ran = (...more: string[]) => bootproof(['extract', '--no-cache', ...words, ...more]);
    expect((await ran()).code).toBe(alone);
    expect((await ran('--bisect')).code).toBe(forGit);
  });

  it('says which anchor was not met, and prints no short list', async () => {
    const lacking = join(folder, 'lacking');
    const { out, err } = await bootproof(['extract', '--no-cache', ...toy, lacking]);
    expect(out).toBe('');
    expect(err).toContain('the trace never meets pool_subsystem_init()');
  });
});

describe('check --bisect', () => {
  const bad: readonly (readonly [string, readonly string[]])[] = [
    ['an unknown model', ['small/pases']],
    ['an unknown option', ['--propety', 'x']],
    ['an impossible bound', ['small/passes', '--states-max', '0']],
    ['a bound that was hit', ['small/passes', '--states-max', '2']],
    ['a module that is not there', ['./none.js']],
  ];
  it.each(bad)('skips %s', async (_, words) => {
    expect((await bootproof(['check', ...words, '--bisect'])).code).toBe(125);
  });

  it('skips where bootproof itself fails', async () => {
    let err = '';
    const io: Io = {
      out: () => {},
      err: (text) => void (err += text),
      showsProgress: false,
      readInput: () => Promise.resolve(''),
      onInterrupt: () => () => {},
    };
    const fails = (): Promise<never> => Promise.reject(new Error('a bug'));
    expect(await run(['check'], io, fails)).toBe(70);
    expect(await run(['check', '--bisect'], io, fails)).toBe(125);
    expect(err).toContain('this is a bug of bootproof');
  });
});
