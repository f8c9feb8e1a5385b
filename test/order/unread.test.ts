import { describe, expect, it } from 'vitest';
import type { OrderHole } from '../../src/order/order.ts';
import { checkOrder, missingFileText } from '../../src/order/index.ts';
import { before, boot, vmemBoot, without } from './small-boot.ts';

/*
 * What was not read can hide a fault, so it may never look better than what was. A file that is
 * gone takes its events along: the rules have less to ask, and all that is left holds.
 */

const missing = (what: string): OrderHole => ({ kind: 'missing file', what });
const undefinedCall = (what: string): OrderHole => ({
  kind: 'missing definition',
  what,
  at: 'uvm/uvm_init.c:90',
  before: 3,
});

describe('a selected file that is missing', () => {
  it('leaves every answer open, and is named with what it may define', () => {
    const lines = without(vmemBoot, 'uao_init');
    const holes = [missing('uvm/uvm_aobj.c'), undefinedCall('uao_init'), undefinedCall('memcmp')];
    const report = checkOrder(boot(lines, { holes }));
    expect(report.exitCode).toBe(5);
    expect(report.missing.map((one) => missingFileText(one))).toEqual([
      'uvm/uvm_aobj.c is missing, which may define uao_init()',
    ]);
  });

  it('does so where nothing shows what it defines', () => {
    const report = checkOrder(boot(vmemBoot, { holes: [missing('kern/kern_mutex.c')] }));
    expect(report.exitCode).toBe(5);
    expect(report.missing.map((one) => missingFileText(one))).toEqual([
      'kern/kern_mutex.c is missing',
    ]);
  });

  it('is missing as well where it is too large to be read', () => {
    const large: OrderHole = { kind: 'limit', what: 'kern/subr_vmem.c', why: '100 MB' };
    expect(checkOrder(boot(vmemBoot, { holes: [large] })).exitCode).toBe(5);
  });

  it('takes its anchor along: a call into it is not yet the routine', () => {
    const lines = vmemBoot.filter((line) => !/>vmem_subsystem_init |kmem_meta_arena/.test(line));
    const holes = [missing('kern/subr_vmem.c'), undefinedCall('vmem_subsystem_init')];
    const { findings, exitCode } = checkOrder(boot(lines, { holes }));
    expect(findings.era.era).toBeNull();
    expect(findings.era.missing.map(({ name }) => name)).toEqual(['vmem_subsystem_init()']);
    expect(exitCode).toBe(5);
  });
});

describe('an inconclusive answer', () => {
  it('is no good answer: the order ends with 5, a violation with 1, and neither with 0', () => {
    const use = before(vmemBoot, 'cpu_startup', 'main>foo_init mutex_enter foo_lock');
    const cut: OrderHole = { kind: 'cut', what: 'bar_init', before: 2 };
    expect(checkOrder(boot(vmemBoot)).exitCode).toBe(0);
    expect(checkOrder(boot(use, { holes: [cut] })).exitCode).toBe(5);
    expect(checkOrder(boot(use)).exitCode).toBe(1);
  });

  it('does not come of routines that cannot initialise anything: assembly, the C library', () => {
    const use = before(vmemBoot, 'cpu_startup', 'main>foo_init mutex_enter foo_lock');
    const holes: OrderHole[] = [
      { kind: 'opaque function', what: 'rdmsr', why: 'assembly', before: 2 },
      ...['memcmp', 'strchr', 'strncasecmp', '__builtin_va_start'].map(undefinedCall),
    ];
    expect(checkOrder(boot(use, { holes })).exitCode).toBe(1);
  });
});

describe('an object that nothing initialises', () => {
  const use = before(vmemBoot, 'cpu_startup', 'main>foo_init mutex_enter foo_lock');
  const cut: OrderHole = { kind: 'cut', what: 'bar_init', before: 2 };
  const searched = (named: readonly string[], holes: readonly OrderHole[] = [cut]) =>
    checkOrder({
      ...boot(use, { holes }),
      uninitialised: [{ object: 'foo_lock', named: [...named] }],
    });

  it('is a violation whatever was not followed, if no text names it to initialise it', () => {
    const { exitCode, waived } = searched([]);
    expect(exitCode).toBe(1);
    expect(waived.standing[0]?.says).toBe(
      'mutex_enter() uses the lock foo_lock, and no code of the tree initialises foo_lock',
    );
  });

  it('is inconclusive where some text names it, and shows where', () => {
    const { exitCode, waived } = searched(['kern/bar.c:12']);
    expect(exitCode).toBe(5);
    expect(waived.standing[0]?.holes[0]).toBe('foo_lock is named at kern/bar.c:12');
  });

  it('is inconclusive where a file is missing: the initialiser may be in it', () => {
    expect(searched([], [cut, missing('kern/foo.c')]).exitCode).toBe(5);
  });
});
