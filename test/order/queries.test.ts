import { describe, expect, it } from 'vitest';
import { against } from '../../src/order/against.ts';
import { bisectVerdict } from '../../src/order/bisect.ts';
import { bisectByDiff, compareMany } from '../../src/order/compare.ts';
import { consequenceText } from '../../src/order/consequences.ts';
import { brokenText, isAbout } from '../../src/order/broken.ts';
import { diffOrders, isSameOrder } from '../../src/order/diff.ts';
import { checkOrder } from '../../src/order/index.ts';
import { keptInPlace } from '../../src/order/increasing.ts';
import { listOrder, parseFamilies, whyObject } from '../../src/order/listing.ts';
import { applyWaivers, parseWaivers, waiverFor, waiversSchema } from '../../src/order/waivers.ts';
import { before, boot, chainBoot, moveBefore, vmemBoot, without } from './small-boot.ts';

const bad = before(vmemBoot, 'uvm_pageboot_alloc', 'start>f pool_cache_invalidate pmap_pdp_cache');

describe('a comparison', () => {
  it('does not see line numbers or the numbers of heap objects', () => {
    const shifted = boot(vmemBoot);
    const events = shifted.events.map((one) => ({ ...one, line: one.line + 7 }));
    expect(isSameOrder(diffOrders(boot(vmemBoot), { ...shifted, events }))).toBe(true);
  });

  it('tells one moved event as one, with what it crossed', () => {
    const moved = moveBefore(vmemBoot, 'pmap_init pool_cache_bootstrap', 'uvm_map_init_caches');
    const diff = diffOrders(boot(vmemBoot), boot(moved));
    expect(diff.moved.map(({ inB, direction }) => `${inB.object} ${direction}`)).toEqual([
      'pmap_pdp_cache earlier',
    ]);
    expect(diff.moved[0]?.crossed.map(({ object }) => object)).toEqual(['uvm_map_entry_cache']);
    expect([...diff.added, ...diff.removed]).toEqual([]);
  });

  it('takes phases to have stayed, and pools to have moved', () => {
    const moved = moveBefore(vmemBoot, 'uvm_map_init_caches', 'set kmem_va_arena');
    const diff = diffOrders(boot(vmemBoot), boot(moved));
    expect(diff.moved.map(({ inB }) => inB.object)).toEqual(['uvm_map_entry_cache']);
    expect(
      diff.reachable.map(({ event, before: phase, was }) => [event.object, phase.object, was]),
    ).toEqual([['uvm_map_entry_cache', 'kmem_va_arena', 'after it']]);
  });

  it('shows a new event, and the phase that it can now precede', () => {
    const diff = diffOrders(boot(vmemBoot), boot(bad));
    expect(diff.added.map(({ call }) => call)).toEqual(['pool_cache_invalidate']);
    expect(diff.reachable.map(({ before: phase, was }) => [phase.object, was])).toEqual([
      ['uvm.page_init_done', 'not there'],
    ]);
  });

  it('shows may that became must, with the condition that is gone', () => {
    const guarded = before(
      vmemBoot,
      'uvm_pageboot_alloc',
      '?up? start>f pool_cache_invalidate pmap_pdp_cache',
    );
    const [change] = diffOrders(boot(guarded), boot(bad)).certainty;
    expect([change?.from, change?.to, change?.guardsGone.map(({ text }) => text)]).toEqual([
      'may',
      'must',
      ['up'],
    ]);
  });

  it('recognises a call that has moved to another routine', () => {
    const renamed = vmemBoot.map((line) => line.replace('>uvm_map_init_caches', '>uvm_map_init'));
    const diff = diffOrders(boot(vmemBoot), boot(renamed));
    expect(diff.changed.map(({ inB, what }) => `${inB.object} ${what}`)).toEqual([
      'uvm_map_entry_cache caller',
    ]);
  });

  it('says a change once for all the ports that share it', () => {
    const ports = ['i386', 'amd64'];
    const a = ports.map((port) => boot(vmemBoot, { port }));
    const b = ports.map((port) => boot(bad, { port }));
    const { changes, onlyOne } = compareMany([...a, boot(chainBoot, { port: 'vax' })], b);
    expect(changes.map(({ says, ports: where }) => [says, where])).toEqual([
      ['pool_cache_invalidate(pmap_pdp_cache) is new', ['i386', 'amd64']],
    ]);
    expect(onlyOne).toEqual(['vax']);
  });

  it('says which rule a change breaks that held before, and on which port', () => {
    const { changes, broken } = compareMany([boot(vmemBoot)], [boot(bad)]);
    const answers = broken.get('i386') ?? [];
    expect(answers.map(brokenText)).toEqual(['breaks rule initialised']);
    expect(answers.map((one) => isAbout(one, changes[0]?.key ?? ''))).toEqual([true]);
    // What both have is no news.
    expect(compareMany([boot(bad)], [boot(bad)]).broken.size).toBe(0);
  });

  it('names what main() calls by its own name: every phase is in main()', () => {
    const lines = before(vmemBoot, 'cpu_startup', 'main callout_startup -');
    const moved = moveBefore(lines, 'mutex_init percpu_allocation_lock', 'set cold');
    const { changes } = compareMany([boot(lines)], [boot(moved)]);
    expect(changes.map(({ says }) => says)).toEqual([
      'mutex_init(percpu_allocation_lock) moved later across callout_startup()',
    ]);
  });

  it('keeps the heaviest run of positions in place', () => {
    const at = (...positions: number[]): { position: number; weight: number }[] =>
      positions.map((position) => ({ position, weight: 1 }));
    expect([...keptInPlace(at(0, 3, 1, 2))].toSorted((a, b) => a - b)).toEqual([0, 2, 3]);
    expect([...keptInPlace([{ position: 1, weight: 5 }, ...at(0)])]).toEqual([0]);
  });
});

describe('the move of an initialiser', () => {
  const invalidate = 'start>pmap_growkernel pool_cache_invalidate pmap_pdp_cache';
  const older = boot(before(chainBoot, 'page_init_done', invalidate));
  const story = (lines: readonly string[]): string[] =>
    diffOrders(older, boot(lines)).consequences.map(consequenceText);

  it('makes a guard necessary where a routine now runs before it, and shows the guard', () => {
    expect(
      story(before(vmemBoot, 'uvm_pageboot_alloc', `?pmap_initialized? ${invalidate}`)),
    ).toEqual([
      'pmap_pdp_cache was initialised in pmap_bootstrap() and is now in pmap_init(); ' +
        'pmap_growkernel(), which uses it, runs before that: ' +
        'the use must not happen there, and hangs on pmap_initialized',
    ]);
  });

  it('shows the guard that somebody forgot', () => {
    const [text] = story(before(vmemBoot, 'uvm_pageboot_alloc', invalidate));
    expect(text).toContain('the use happens there, too early');
  });

  it('of two equal orders there is none, and no use in an initialiser of itself', () => {
    // vmem_init() adds the first span to the arena that it makes.
    const adds = 'main>uvm_init>uvm_km_bootstrap>vmem_init vmem_add kmem_arena_store';
    const lines = boot(before(vmemBoot, 'set kmem_arena', adds));
    expect(diffOrders(lines, lines).consequences).toEqual([]);
    expect(diffOrders(older, older).consequences).toEqual([]);
  });

  it('is settled where the condition is known to be false', () => {
    const [text] = story(vmemBoot);
    expect(text).toContain('the use does not happen there any more');
  });
});

describe('a bisection', () => {
  it('skips what gives no answer', () => {
    expect([0, 1, 2, 3, 4, 5, 70].map(bisectVerdict)).toEqual([0, 1, 125, 125, 125, 125, 125]);
  });

  it('by comparison finds the revision that changed the order', () => {
    expect(bisectByDiff(diffOrders(boot(vmemBoot), boot(bad)))).toBe(1);
    expect(bisectByDiff(diffOrders(boot(bad), boot(bad)))).toBe(0);
  });
});

describe('a waiver', () => {
  const order = boot(bad);
  const { rules } = checkOrder(order).findings;
  const answer = rules
    .flatMap(({ answers }) => answers)
    .find(({ verdict }) => verdict === 'violation');
  if (answer === undefined) throw new Error('the planted bug was not found');
  const waiver = waiverFor(order, answer, 'the cache is static there', 'a reader');

  it('takes its answer out of the verdict, and shows it', () => {
    const report = checkOrder(order, { waivers: [waiver] });
    expect(report.exitCode).toBe(0);
    expect(report.waived.waived.map((one) => one.waiver.reason)).toEqual([
      'the cache is static there',
    ]);
  });

  it('survives edits elsewhere', () => {
    const longer = boot(['start mutex_init other_lock', ...bad]);
    expect(checkOrder(longer, { waivers: [waiver] }).exitCode).toBe(0);
  });

  it('is stale when the code under it has changed, and its answer stands', () => {
    const changed = boot(
      bad.map((line) =>
        line.replace('invalidate pmap_pdp_cache', 'invalidate pmap_pdp_cache all=1'),
      ),
    );
    const { exitCode, waived } = checkOrder(changed, { waivers: [waiver] });
    expect(exitCode).toBe(1);
    expect(waived.stale.map((one) => one.waiver)).toEqual([waiver]);
  });

  it('is unused when its answer is gone', () => {
    expect(applyWaivers(boot(vmemBoot), [], [waiver]).unused).toEqual([waiver]);
  });

  it('is read from a file, and a file that is none is told what is wrong', () => {
    expect(parseWaivers({ schema: waiversSchema, waivers: [waiver] }).ok).toBe(true);
    const wrong = parseWaivers({ schema: waiversSchema, waivers: [{ ...waiver, reason: '' }] });
    expect(wrong.ok ? '' : wrong.diagnostics[0]?.message).toContain('waivers.0.reason');
  });
});

describe('a listing', () => {
  it('is one line a call, with what is inside folded away', () => {
    const { lines, hidden } = listOrder(boot(vmemBoot));
    expect(lines.length).toBeLessThan(vmemBoot.length);
    expect(hidden).toContain('inside the calls above');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines[4]).toMatch(/^ {3}4 M pool_init +uao_swhash_elt_pool "uaoelt~ uao_init\.c:104/);
  });

  it('shows everything when asked, and only one family when asked', () => {
    expect(listOrder(boot(vmemBoot), { expand: true }).lines).toHaveLength(vmemBoot.length);
    const { lines } = listOrder(boot(vmemBoot), { only: ['callout'] });
    expect(lines).toEqual([]);
    expect(parseFamilies('pool,vmem')).toEqual({ families: ['vmem', 'pool'] });
    expect(parseFamilies('pool,poool')).toEqual({ unknown: ['poool'] });
  });

  it('counts repeats', () => {
    const three = [
      'main>f kmem_alloc - size=1',
      'main>f kmem_alloc - size=2',
      'main>f kmem_alloc - size=3',
    ];
    const events = boot(three).events.map((one) => ({ ...one, line: 7 }));
    expect(listOrder({ ...boot(three), events }).lines[0]).toContain(' x3');
  });

  it('ends with a routine', () => {
    const { lines } = listOrder(boot(vmemBoot), { until: 'uvm_page_init', expand: true });
    expect(lines).toHaveLength(3);
  });

  it('tells everything that happens to one object', () => {
    const text = whyObject(boot(bad), 'pmap_pdp_cache').join('\n');
    expect(text).toContain('pool_cache_invalidate');
    expect(text).toContain('pool_cache_bootstrap');
    expect(text).toContain('uvm_init (uvm_init.c:10)');
  });

  it('tells each element of an array by the name of the array, and one by its index', () => {
    const lines = ['phpool', 'phpool[1]', 'phpool[7].pr_lock', 'phpool[*]', 'phpool_names'].map(
      (name, i) => `main pool_init ${name} n=${i}`,
    );
    const told = (object: string): string[] =>
      whyObject(boot(lines), object).flatMap((line) => /n: (\d)/.exec(line)?.[1] ?? []);
    expect(told('phpool')).toEqual(['0', '1', '2', '3']);
    expect(told('phpool[7]')).toEqual(['2', '3']);
    // The first element goes by the name of the array.
    expect(told('phpool[0]')).toEqual(['0', '3']);
  });
});

describe('routines that are modelled', () => {
  const routine = {
    file: 'kern/subr_pool.c',
    revision: '1.2',
    function: 'pool_get',
    textHash: 'a',
  };

  it('are told apart by what the tree has', () => {
    const look = (revision: string, textHash: string) => () => ({ revision, textHash });
    const state = (...args: Parameters<typeof against>): string | undefined =>
      against(...args).checks[0]?.state;
    expect(state([routine], look('1.2', 'a'))).toBe('same');
    expect(state([routine], look('1.3', 'a'))).toBe('same text');
    expect(state([routine], look('1.3', 'b'))).toBe('differs');
    expect(state([routine], () => null)).toBe('not there');
  });

  it('without a recorded text only the revision can be compared', () => {
    const { textHash: _, ...bare } = routine;
    expect(against([bare], () => ({ revision: '1.3', textHash: 'b' })).differing[0]?.state).toBe(
      'revision differs',
    );
  });
});

describe('a removed call', () => {
  it('is gone from the order', () => {
    const diff = diffOrders(boot(vmemBoot), boot(without(vmemBoot, 'maxkvaddr=2')));
    expect(diff.removed.map(({ call }) => call)).toEqual(['pmap_growkernel']);
  });
});
