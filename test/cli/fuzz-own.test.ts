import { describe, expect, it } from 'vitest';
import { catalog } from '../../models/catalog.ts';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import { bootproof } from './harness.ts';

const own = `${new URL('./own-model.js', import.meta.url).pathname}#stops`;

describe('a random run', () => {
  it('of a model given by path is repeated by the word that was given', async () => {
    const { code, out } = await bootproof(['fuzz', own, '--seed', '3', '--runs', '20']);
    expect(code).toBe(1);
    expect(out).toContain(`  search: bootproof check '${own}'\n`);
    const words = /repeat: bootproof fuzz '(.*)' --seed 3 --path (\S+)/.exec(out) ?? [];
    expect(words[1]).toBe(own);
    const again = await bootproof(['fuzz', own, '--seed', '3', '--path', words[2] ?? '']);
    expect(again).toMatchObject({ code: 1, out: expect.stringContaining('VIOLATED deadlock') });
  });

  it('says how many models were run', async () => {
    const { out } = await bootproof(['fuzz', 'small/*', '--time-limit', '1ms']);
    expect(out).toMatch(/\n\d+ of \d+ models were run\n$/);
  });

  it('of generated orders does not find again what is recorded', async () => {
    let out = '';
    const io: Io = {
      out: (text) => void (out += text),
      err: () => undefined,
      showsProgress: false,
      readInput: () => Promise.resolve(''),
      onInterrupt: () => () => undefined,
    };
    const words = 'fuzz netbsd/b-lost-callbacks-h1/i386 --orders --runs 3 --seed 3';
    await run(words.split(' '), io, () => Promise.resolve(catalog));
    expect(out).toContain('generated orders');
    expect(out).not.toContain(' 0 needed');
  });
});
