import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/assert.ts';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import { searched, unwatched } from '../../src/fuzz/batches.ts';
import type { Search } from '../../src/fuzz/batches.ts';
import { configurations, optionWords } from '../../src/fuzz/configurations.ts';
import { inTurns } from '../../src/fuzz/report.ts';
import { catalog } from '../../models/catalog.ts';
import { mutants } from '../../models/mutants/index.ts';
import { smallCatalog } from '../cli/small-catalog.ts';

/** A catalogue in which nothing is recorded: whatever its models show is news. */
const surprised = (entries: typeof catalog): typeof catalog =>
  entries.map((entry) => ({ ...entry, expect: [] }));

const unrecorded = surprised(mutants);

async function bootproof(words: string, entries: typeof catalog = catalog) {
  const said = { out: '', err: '' };
  const io: Io = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    showsProgress: false,
    readInput: () => Promise.resolve(''),
    onInterrupt: () => () => undefined,
  };
  const code = await run(words.split(' '), io, () => Promise.resolve(entries));
  return { code, ...said };
}

describe('a search in batches', () => {
  const holds = (values: readonly number[]): boolean => values.every((value) => value < 50);
  const values = fc.array(fc.nat({ max: 60 }), { maxLength: 3 });
  const search = (batch: number): Search => ({ ...unwatched(7, 200), batch });

  it('finds what a search in one piece finds, under the same path', async () => {
    const whole = await searched(values, holds, search(200));
    expect(whole.found?.value).toEqual([50]);
    expect(await searched(values, holds, search(3))).toEqual(whole);
    const details = fc.check(fc.property(values, holds), { seed: 7, numRuns: 200 });
    expect(details.counterexamplePath).toBe(whole.found?.path);
  });

  it('repeats a failure by its path alone', async () => {
    const whole = await searched(values, holds, search(200));
    const path = present(whole.found, 'it fails').path;
    const again = await searched(values, holds, { ...search(200), path });
    expect(again.found?.value).toEqual(whole.found?.value);
    expect(again.found?.path).toBe(path);
  });

  it('ends when it is told to, and hands on what is thrown', async () => {
    const stopped = await searched(values, () => true, { ...search(10), isStopped: () => true });
    expect(stopped).toEqual({ runs: 0, found: null });
    const broken = (): boolean => {
      throw new TypeError('a bug');
    };
    await expect(searched(values, broken, search(10))).rejects.toThrow('a bug');
  });
});

describe('generated configurations', () => {
  const entry = present(
    catalog.find(({ name }) => name === 'netbsd/a-deferred-queue/i386'),
    'a boot of the catalogue',
  );

  it('keep to what the entry offers, and shrink to what it has by default', () => {
    const { cpus, pages } = entry.parameters;
    const inBounds = (value: number | undefined, bounds: typeof cpus): boolean =>
      value === undefined ||
      (value >= (bounds?.min ?? 0) && value <= (bounds?.max ?? Number.MAX_SAFE_INTEGER));
    const settings = { seed: 20_110_129, numRuns: 300 };
    fc.assert(
      fc.property(
        configurations(entry),
        (chosen) => inBounds(chosen.cpus, cpus) && inBounds(chosen.pages, pages),
      ),
      settings,
    );
    const shrunk = fc.check(
      fc.property(configurations(entry), ({ cpus: chosen = 0 }) => chosen < 2),
      settings,
    );
    expect(shrunk.counterexample).toEqual([{ cpus: 2 }]);
    expect(optionWords({ cpus: 3, preemption: true })).toBe(' --cpus 3 --preemption on');
  });
});

describe('bootproof fuzz', () => {
  const found = 'fuzz mutants/wantva-set-late --seed 3 --runs 50';

  it('prints seed, path, both lengths, the share of the states and how to repeat it', async () => {
    const { code, out } = await bootproof(found, unrecorded);
    expect(code).toBe(1);
    expect(out).toMatch(/^seed 3\n/);
    expect(out).toMatch(/\d+ of 31090 states reached \(\d+\.\d %\)/);
    expect(out).toMatch(/VIOLATED deadlock, which is not recorded\n {2}seed 3, path 6:7:13:25/);
    expect(out).toMatch(/\d+ steps as shrunk by fast-check .*, 59 as shortened by the engine/);
    const repeat = present(/repeat: bootproof (.*)/.exec(out)?.[1], 'it says how to repeat it');
    const again = await bootproof(repeat.replaceAll("'", ''), unrecorded);
    expect(again.code).toBe(1);
    expect(again.out).toContain(/path \S+/.exec(out)?.[0] ?? 'a path');
  });

  it('says the same as JSON', async () => {
    const { out } = await bootproof(`${found} --json`, unrecorded);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'bootproof/fuzz/1',
      seed: 3,
      models: [{ states: { all: 31090 }, found: { property: 'deadlock', shortestLength: 59 } }],
    });
  });

  it('counts what is recorded as known', async () => {
    const { code, out } = await bootproof(found);
    expect(code).toBe(0);
    expect(out).toMatch(/as recorded: deadlock, met in \d+ runs/);
  });

  it('refuses what it cannot do, and is not silent where there is nothing to run', async () => {
    expect(await bootproof('fuzz mutants/a-steals-late --orders')).toMatchObject({ code: 2 });
    expect(await bootproof('fuzz mutants/a-steals-late --policies')).toMatchObject({ code: 2 });
    expect(await bootproof('fuzz mutants/a-steals-late --path 1')).toMatchObject({ code: 2 });
    expect(await bootproof('fuzz mutants/* --seed 1 --path 1')).toMatchObject({ code: 2 });
    expect(await bootproof('fuzz mutants/a-steals-late --seed 1 --path x')).toMatchObject({
      code: 2,
    });
  });

  it('finds a deadlock of two locks, and nothing in a model that passes at any size', async () => {
    const locks = await bootproof('fuzz small/locks --runs 100', surprised(smallCatalog));
    expect(locks.code).toBe(1);
    expect(locks.out).toMatch(/2 steps as shrunk by fast-check .*, 2 as shortened by the engine/);
    const passes = await bootproof('fuzz small/passes --configurations --runs 20', smallCatalog);
    expect(passes.code).toBe(0);
    expect(passes.out).toMatch(/^seed \d+\nsmall\/passes: 20 runs of generated configurations/);
  });

  it('tells a run in turns', () => {
    const step = (process: string, ...choices: string[]) => ({ process, choices });
    expect(inTurns([step('boot'), step('boot'), step('interrupt', 'on=cpu1')])).toEqual([
      'boot, 2 steps',
      'interrupt, 1 step, on=cpu1',
    ]);
  });
});
