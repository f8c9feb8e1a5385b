import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../src/order/order.ts';
import { before, boot, vmemBoot } from '../order/small-boot.ts';
import type { Ran } from './harness.ts';
import { bootproof } from './harness.ts';

/*
 * The command on the miniature kernel. Its tests say what a person sees and which exit code a
 * script gets; what is in the order is asked in test/extract, what the rules say in test/order.
 */

const tree = 'test/fixtures/mini-bsd';
let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'bootproof-extract-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const extract = (...words: readonly string[]): Promise<Ran> =>
  bootproof(['extract', '--no-cache', ...words]);
const toy = (...words: readonly string[]): Promise<Ran> => extract('--arch', 'toy', tree, ...words);
const orderOf = (ran: Ran): Order => JSON.parse(ran.out) as Order;

describe('bootproof extract', () => {
  it('prints the order into a pipe, and what it rests on beside it', async () => {
    const ran = await toy();
    expect(orderOf(ran).events[0]?.call).toBe('uvm_setpagesize');
    expect(ran.err).toMatch(/34 events, 31 must, 3 may/);
    expect(ran.err).toContain('1 missing file: dev/absent.c');
    expect(ran.err).toContain('no era fits');
  });

  it('ends with 5 where no era fits, and with 125 for a bisection', async () => {
    expect((await toy()).code).toBe(5);
    expect((await toy('--bisect')).code).toBe(125);
  });

  it('ends with 1 at a planted fault, and shows the way to it', async () => {
    const ran = await toy('--option', 'BUG_EARLY_GET', '--rules-only');
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/violation: .*pmap_pv_pool/);
    expect(ran.out).toContain('pmap_bootstrap (arch/toy/toy/pmap.c:');
    expect((await toy('--option', 'BUG_EARLY_GET', '--bisect')).code).toBe(1);
  });

  it('lists the boot up to a function, and only some families', async () => {
    const { out } = await toy('--until', 'pmap_init', '--only', 'pool');
    expect(out).toContain('pool_cache_bootstrap');
    expect(out).not.toContain('kept_pool');
    expect(out).not.toContain('M uvm_setpagesize');
    expect(out).toContain('the rules, asked of the whole order:');
    expect(out).toContain('M always, m on a condition, L in a loop, l maybe never');
  });

  it('tells everything that happens to one object', async () => {
    const { out } = await toy('--why', 'kept_pool');
    expect(out).toContain('pool_get');
    expect(out).toContain('uvm_pager_init');
  });

  it('lists what may sleep too early, and what reserves are taken from', async () => {
    const sleepers = (await toy('--sleepers')).out;
    expect(sleepers).toContain('3 calls at 3 places may sleep for memory before the pagedaemon');
    expect(sleepers).toMatch(/pool_get +kept_pool +kept_init uvm_km\.c:\d+/);
    const reserves = (await toy('--reserves')).out;
    expect(reserves).toContain('memory stolen before page initialisation: 12,288 bytes');
    expect(reserves).not.toContain('sleeping:');
  });

  it.each([
    ['--reserves', '--sleepers'],
    ['--why kept_pool', '--bring-up'],
    ['--rules-only', '--until pmap_init'],
  ])('refuses %s and %s together, and names both', async (a, b) => {
    const ran = await toy(...a.split(' '), ...b.split(' '));
    expect([ran.code, ran.out]).toEqual([2, '']);
    for (const word of [a, b]) expect(ran.err).toContain(word.split(' ')[0]);
    expect(ran.err).toContain('are two views');
  });

  it('refuses a view of one order beside a comparison of two', async () => {
    const ran = await toy('--diff', '--with', 'BUG_EARLY_GET', '--bring-up');
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toContain('--diff and --bring-up are two views');
  });

  it('names each hole once, the most frequent first', async () => {
    const calls = 'zap_one(1); zap_two(1);\n zap_two(2);\n zap_two(3);';
    const copy = join(folder, 'holes');
    cpSync(tree, copy, { recursive: true });
    const file = join(copy, 'sys', 'uvm', 'uvm_init.c');
    writeFileSync(file, readFileSync(file, 'utf8').replace('\tuvm_page_init();', `${calls}$&`));
    const { err } = await extract('--arch', 'toy', copy);
    expect(err).toMatch(/missing definition: zap_two ×3, /);
  });

  it('says which rows of the bring-up table it cannot fill, where no era fits', async () => {
    expect((await toy('--bring-up')).out).toContain('no table: no era fits');
  });

  it('survives a tree without its ../common, and writes nothing into the tree', async () => {
    const alone = join(folder, 'alone', 'sys');
    cpSync(join(tree, 'sys'), alone, { recursive: true });
    const before = readdirSync(alone, { recursive: true });
    const ran = await extract('--arch', 'toy', alone);
    expect(orderOf(ran).events.length).toBeGreaterThan(20);
    expect(ran.err).toContain('common/ is not beside sys');
    expect(readdirSync(alone, { recursive: true })).toEqual(before);
  });

  it('saves the order whole, and nothing where the folder is missing', async () => {
    const file = join(folder, 'order.json');
    const saved = await toy('--save', file, '--quiet');
    expect(saved.out).toBe('');
    expect((JSON.parse(readFileSync(file, 'utf8')) as Order).port).toBe('toy');
    const refused = await toy('--save', join(folder, 'none', 'deep', 'order.json'));
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('keeps readings outside the tree, and refuses a folder inside it', async () => {
    const cache = join(folder, 'cache');
    const words = ['extract', '--arch', 'toy', tree, '--cache'];
    const first = await bootproof([...words, cache]);
    const second = await bootproof([...words, cache]);
    expect(second.out).toBe(first.out);
    expect(readdirSync(cache).length).toBeGreaterThan(0);
    const inside = await bootproof([...words, join(tree, 'sys', 'cache')]);
    expect([inside.code, inside.out]).toEqual([2, '']);
    expect(inside.err).toContain('inside the kernel tree');
  });
});

describe('waivers', () => {
  it('are written with a reason, applied, and told where nothing is left to waive', async () => {
    const file = join(folder, 'waivers.json');
    const early = ['--option', 'BUG_EARLY_GET', '--rules-only', '--waivers', file];
    const written = await toy(...early, '--waive', '1', '--reason', 'a test says so', '--by', 'me');
    expect(written.out).toMatch(/waived: [^]*me: a test says\s+so/);
    const applied = await toy(...early);
    expect(applied.out).toContain('waived: ');
    const other = await toy('--rules-only', '--waivers', file);
    expect(other.code).toBe((await toy()).code);
    expect(other.out).toContain('unused waiver: ');
    expect(other.err).toMatch(/waivers\.json: the waiver of \S+ is unused, and can go/);
  });

  it('of answers that have gone leave a good order good, in a bisection too', async () => {
    const [order, file] = [join(folder, 'good.json'), join(folder, 'gone.json')];
    writeFileSync(order, JSON.stringify(boot(vmemBoot)));
    const waiver = {
      rule: 'initialised',
      object: 'foo_lock',
      event: 'main x',
      reason: 'r',
      by: 'b',
    };
    const waivers = [{ ...waiver, code: '0123456789abcdef' }];
    writeFileSync(file, JSON.stringify({ schema: 'bootproof/waivers/1', waivers }));
    for (const word of ['--rules-only', '--bisect']) {
      const ran = await extract(order, word, '--waivers', file);
      expect([word, ran.code]).toEqual([word, 0]);
      expect(ran.err).toContain('the waiver of initialised:foo_lock is unused, and can go');
    }
  });

  it('are refused where the file is none of waivers', async () => {
    const [order, file] = [join(folder, 'right.json'), join(folder, 'wrong.json')];
    writeFileSync(order, JSON.stringify(boot(vmemBoot)));
    writeFileSync(file, '{ "schema": "bootproof/waivers/1" }');
    const ran = await extract(order, '--waivers', file);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect((await extract(order, '--bisect', '--waivers', file)).code).toBe(125);
  });

  it('are asked for by a number that there is', async () => {
    const waive = ['--waivers', join(folder, 'none.json'), '--waive', '99', '--reason', 'r'];
    const order = join(folder, 'nothing.json');
    writeFileSync(order, JSON.stringify(boot(vmemBoot)));
    expect((await extract(order, ...waive)).err).toContain(
      'found "99", expected the number of a violation or of an unproved answer, and this order has none',
    );
    const planted = before(vmemBoot, 'cpu_startup', 'main>foo_init mutex_enter foo_lock');
    writeFileSync(order, JSON.stringify(boot(planted)));
    const ran = await extract(order, ...waive);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(
      'found "99", expected the number 1 or RULE:OBJECT: 1 is initialised:foo_lock',
    );
  });
});

describe('bootproof extract --arch rump', () => {
  const rump = (...words: readonly string[]): Promise<Ran> =>
    extract('--arch', 'rump', tree, ...words);

  it('reads a library from its makefiles, and names what it takes for granted', async () => {
    const ran = await rump();
    const order = orderOf(ran);
    expect(order.title).toBe('rump rumpkern of NetBSD 5.0.3');
    expect(order.events.map(({ call, object }) => `${call} ${object ?? ''}`.trim())).toEqual([
      'pool_subsystem_init',
      'mutex_init pool_head_lock',
      'pool_init lwp_pool',
      'callback_register kernel_map_store.reclaim',
      'set cold',
    ]);
    expect(order.axioms).toContain('make variables that nobody sets: RUMP_DEBUG');
    expect(ran.err).toContain('memory comes from a host (_RUMPKERNEL)');
  });

  it('says that no era fits a library with pools alone, and ends with 5', async () => {
    expect((await rump('--rules-only')).code).toBe(5);
  });

  it('ends with 2 at a component that is not there, and lists those that are', async () => {
    const { code, out, err } = await rump('--config', 'rumpkern,rumpvfs');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('no component of rump is called rumpvfs; known are rumpkern');
  });
});

describe('bootproof extract --diff', () => {
  it('compares one tree under two option sets', async () => {
    const { code, out } = await toy('--diff', '--with', 'BUG_EARLY_GET');
    expect(code).toBe(1);
    expect(out).toContain('pool_get(pmap_pv_pool) is new, and breaks rule initialised');
    expect(out).toMatch(/now breaks rule initialised: pool_get\(\) uses the pool pmap_pv_pool/);
  });

  it('does not compare where locks are taken, and says so all the same if that breaks a rule', async () => {
    const taken = before(vmemBoot, 'cpu_startup', 'main>foo_init mutex_enter foo_lock');
    const files = [vmemBoot, taken].map((lines, i) => {
      const file = join(folder, `locks-${i}.json`);
      writeFileSync(file, JSON.stringify(boot(lines)));
      return file;
    });
    const { code, out } = await extract('--diff', ...files);
    expect(code).toBe(1);
    expect(out).toContain('0 events moved, 0 new');
    expect(out).toContain('now breaks rule initialised: mutex_enter() uses the lock foo_lock');
    expect(out).not.toContain('no difference');
  });

  it('warns of an option that nothing knows: no difference would be no answer', async () => {
    const { code, out, err } = await toy('--diff', '--with', 'BUG_EARLY_GTE');
    expect([code, out]).toEqual([0, expect.stringContaining('no difference')]);
    expect(err).toContain('option BUG_EARLY_GTE: no conf file declares it');
    expect(err).toContain('nearest: BUG_EARLY_GET');
    // Declared, and asked for by nobody; and asked for by an #if alone.
    for (const known of ['TOY_POOLS', 'NLOGDEV']) {
      expect((await toy('--option', known)).err).not.toContain(`option ${known}`);
    }
    expect((await toy('--option', 'DIAGNOSTICS')).err).toContain('nearest: DIAGNOSTIC');
  });

  it('refuses a boot that a change makes end early, rather than compare half of it', async () => {
    const { code, err } = await toy('--diff', '--with', 'BUG_LATE_STEAL');
    expect(code).toBe(2);
    expect(err).toContain('stops before the end of main()');
  });

  it('finds no difference between a tree and its own order', async () => {
    const file = join(folder, 'toy.json');
    writeFileSync(file, (await toy()).out);
    const { code, out } = await extract('--diff', '--arch', 'toy', file, tree);
    expect(out).toContain('no difference that concerns order');
    expect(code).toBe(0);
  });
});

describe('bad input of extract', () => {
  const refused: readonly (readonly [string, readonly string[], string])[] = [
    ['no kernel tree', ['--arch', 'toy', 'docs'], 'not a kernel tree'],
    ['no folder', ['--arch', 'toy', './none'], 'there is no such folder'],
    ['an unknown machine', ['--arch', 'toi', tree], 'known are toy'],
    ['a missing machine', [tree], '--arch is missing'],
    ['an unknown configuration', ['--arch', 'toy', '--config', 'GENERIK', tree], 'GENERIC'],
    ['a configuration that includes itself', ['--arch', 'toy', '--config', 'SELF', tree], ''],
    ['a word that is no option', ['--arch', 'toy', '--option', '=3', tree], 'expected NAME'],
    ['an unknown family', ['--arch', 'toy', '--only', 'pol', tree], 'nearest: pool'],
    ['an unknown function', ['--arch', 'toy', '--until', 'pmap_inti', tree], 'nearest: pmap_init'],
    ['an unknown object', ['--arch', 'toy', '--why', 'kept_pol', tree], 'nearest: kept_pool'],
    ['a waiver without a reason', ['--arch', 'toy', '--waive', '1', tree], '--waivers FILE'],
    [
      'an option of --diff alone',
      ['--arch', 'toy', '--without', 'X', tree],
      '--without: found "X"',
    ],
    ['one path to compare', ['--diff', '--arch', 'toy', tree], 'expected two paths'],
  ];

  it.each(refused)('refuses %s', async (name, words, message) => {
    const { code, out, err } = await extract(...words);
    expect(err).toContain(message);
    // A configuration that includes itself is survived, with the hole reported.
    if (name.includes('includes itself')) expect([2, 5]).toContain(code);
    else expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('names the field where an order is malformed', async () => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, '{ "schema": "bootproof/order/1", "events": [] }');
    const { code, err } = await extract(file);
    expect(code).toBe(2);
    expect(err).toContain('title: the field is missing');
  });
});

describe('bootproof check --order -', () => {
  it('takes an extracted order, and says why no model can run it', async () => {
    const { out } = await toy();
    const checked = await bootproof(['check', '--order', '-'], out);
    expect(checked.code).toBe(5);
    expect(checked.out).toContain('INCONCLUSIVE');
    expect(checked.out).toContain('missing kmem_map is set (kern/kern_malloc.c)');
    const json = await bootproof(['check', '--order', '-', '--json'], out);
    expect(JSON.parse(json.out)).toMatchObject({ exitCode: 5, order: { verdict: 'INCONCLUSIVE' } });
  });
});

describe('bootproof check --against', () => {
  it('says which modelled routines a tree has otherwise, or not at all', async () => {
    const { code, out } = await bootproof(['check', '--against', tree]);
    expect(code).toBe(1);
    expect(out).toMatch(/differs {2}pool_init\(\) +sys\/kern\/subr_pool\.c +1\.170\.4\.1/);
    expect(out).toMatch(/missing {2}pool_get\(\)/);
  });
});
