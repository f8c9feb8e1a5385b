import { describe, expect, it } from 'vitest';
import { uninitialised } from '../../src/extract/named.ts';
import type { OrderHole } from '../../src/order/order.ts';
import type { RuleReport } from '../../src/order/rules/answer.ts';
import { askRules } from '../../src/order/rules/index.ts';
import type { SmallOptions } from './small-boot.ts';
import { boot, event, vmemBoot } from './small-boot.ts';

/*
 * The locks of pools and arenas are taken in routines that no order follows. Who asks a pool for
 * memory takes its lock all the same, so the routine that makes the pool is asked for it.
 */

const make = 'main>foo_init pool_init foo_pool wchan=foo palloc=pool_allocator_kmem ipl=VM';
const cv = 'main>foo_init>pool_init cv_init foo_pool.pr_cv';
const lock = 'main>foo_init>pool_init mutex_init foo_pool.pr_lock';
const get = 'main>foo_start pool_get foo_pool flags=PR_WAITOK';

function asked(lines: readonly string[], options: SmallOptions = {}): RuleReport {
  const order = {
    ...boot([...vmemBoot, ...lines], options),
    uninitialised: ['pr_lock', 'vm_lock'].map((object) => ({ object, named: ['kern/x.c:1'] })),
  };
  const report = askRules(order).rules.find(({ rule }) => rule === 'initialised');
  if (report === undefined) throw new Error('no rule initialised');
  return report;
}
const verdicts = (lines: readonly string[], options: SmallOptions = {}): string[] =>
  asked(lines, options).answers.map(({ verdict, object }) => `${verdict}: ${object}`);

describe('the lock of a pool', () => {
  it('is initialised by the routine that makes the pool', () => {
    expect(verdicts([make, cv, lock, get])).toEqual([]);
  });

  it('is missing where that routine was followed and does not', () => {
    const [answer] = asked([make, cv, get]).answers;
    expect(answer?.verdict).toBe('violation');
    expect(answer?.says).toBe(
      'pool_get() takes the lock foo_pool.pr_lock, which pool_init() does not initialise',
    );
    expect(answer?.other?.call).toBe('pool_init');
  });

  it('is not asked where that routine was not followed, or nobody uses the pool', () => {
    expect(verdicts([make, get])).toEqual([]);
    expect(verdicts([make, cv])).toEqual([]);
  });

  it('is not asked of a tree whose pools have none', () => {
    const order = boot([...vmemBoot, make, cv, get]);
    expect(askRules(order).rules[0]?.answers).toEqual([]);
  });

  it('may hide in a gap of that routine, and nowhere else', () => {
    const hole = (before: number): OrderHole => ({ kind: 'unresolved call', what: 'f', before });
    const n = vmemBoot.length;
    const of = (before: number) => verdicts([make, cv, get], { holes: [hole(before)] });
    expect([of(n + 1), of(n)]).toEqual([['inconclusive: pr_lock'], ['violation: pr_lock']]);
  });

  it('is unproved where it is initialised on a condition', () => {
    expect(verdicts([make, cv, `?x? ${lock}`, get])).toEqual(['unproved: pr_lock']);
    expect(verdicts([`?x? ${make}`, cv, get])).toContain('unproved: pr_lock');
  });

  it('is one answer for all pools: the routine is at fault', () => {
    const other = [make, cv, get].map((line) => line.replaceAll('foo_pool', 'bar_pool'));
    expect(asked([make, cv, get, ...other]).answers.map(({ times }) => times)).toEqual([2]);
  });
});

it('the lock of an arena is asked in the same way', () => {
  const arena = ['main>foo_init vmem_init foo_store name=foo', 'main>foo_init>vmem_init cv_init x'];
  const use = 'main>foo_start vmem_alloc foo_store size=8';
  expect(verdicts([...arena, use])).toEqual(['violation: vm_lock']);
  const init = 'main>foo_init>vmem_init mutex_init foo_store.vm_lock';
  expect(verdicts([...arena, init, use])).toEqual([]);
});

it('what is not asked is counted: locks inside structures, uses through pointers', () => {
  const inits = ['foo.f_lock', 'foo.g_lock', 'foo.h_lock'];
  const lines = inits.map((object) => `main>foo_init mutex_init ${object}`);
  expect(asked([]).unasked).toBeUndefined();
  expect(
    asked([...lines, 'main mutex_enter foo.g_lock', 'main mutex_enter ?p->lock']).unasked,
  ).toBe('2 locks inside structures that are not seen taken, 1 use through pointers');
});

it('the text tells whether pools have such a lock, where no event initialises one', () => {
  const search = (text: string) =>
    uninitialised([event(make)], {
      all: new Map([['kern/subr_pool.c', text]]),
      isTouchedByAssembly: () => false,
    });
  expect(search('mutex_enter(&pp->pr_lock);').map(({ object }) => object)).toEqual(['pr_lock']);
  expect(search('int pr_locked;')).toEqual([]);
});
