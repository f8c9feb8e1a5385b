import { describe, expect, it } from 'vitest';
import { sleepingSites, askRules } from '../../src/order/index.ts';
import { maySleep } from '../../src/order/sleep.ts';
import { before, boot, event, vmemBoot } from './small-boot.ts';

/*
 * Who may sleep for memory: by flags, by an argument that says it, or whatever is given.
 */

const sleeps = (call: string): boolean | undefined => maySleep(event(`main>f ${call}`));

describe('a call may sleep for memory', () => {
  it.each([
    'pool_get x flags=PR_WAITOK',
    'pool_cache_get_paddr x flags=PR_WAITOK',
    'kmem_zalloc - kmflags=KM_SLEEP',
    'kmem_alloc - kmflags=1',
    'kmem_asprintf -',
    'kern_malloc - flags=M_WAITOK',
    'kern_malloc - flags=M_ZERO',
    'malloc - flags=M_CANFAIL',
    'hashinit - waitok=1',
    'hashinit - waitok=true',
    'vmem_xcreate - flags=VM_SLEEP',
    'vmem_alloc a flags=VM_SLEEP|VM_BESTFIT',
    'uvm_km_alloc kernel_map flags=UVM_KMF_WIRED|UVM_KMF_ZERO',
    'uvm_km_alloc kernel_map flags=UVM_KMF_VAONLY|UVM_KMF_WAITVA',
    'uvm_map kernel_map flags=268071',
    'uvm_pglistalloc - waitok=1',
    'kthread_create -',
    'mutex_obj_alloc -',
    'percpu_alloc -',
    'pserialize_create -',
    'workqueue_create -',
  ])('%s', (call) => {
    expect(sleeps(call)).toBe(true);
  });

  it.each([
    'pool_get x flags=PR_NOWAIT',
    'kmem_alloc - kmflags=KM_NOSLEEP',
    'kern_malloc - flags=M_NOWAIT|M_ZERO',
    'hashinit - waitok=0',
    'vmem_create - flags=VM_NOSLEEP',
    'uvm_km_alloc kernel_map flags=UVM_KMF_WIRED|UVM_KMF_NOWAIT',
    'uvm_map kernel_map flags=4194304',
    'pool_setlowat x n=4',
    'softint_establish -',
    'mutex_init x',
  ])('but not %s', (call) => {
    expect(sleeps(call)).toBe(false);
  });

  it('is not known where the flags are not', () => {
    expect(sleeps('pool_get x')).toBeUndefined();
    expect(sleeps('uvm_km_alloc kernel_map flags=?flags')).toBeUndefined();
  });
});

describe('the table of what may sleep too early', () => {
  // The structure of each cache comes from one pool, and one line asks for it.
  const gets = ['a_cache', 'b_cache'].map(
    (name) => `main>${name}_init>pool_cache_init pool_get cache_pool flags=PR_WAITOK what=${name}`,
  );
  const lines = gets.reduce((order, line) => before(order, 'percpu_init', line), vmemBoot);
  const order = boot(lines);
  // One line of one file, whoever leads there.
  const events = order.events.map((one) =>
    one.call === 'pool_get' ? { ...one, file: 'kern/subr_pool.c', line: 1705 } : one,
  );

  it('has one row a call site, with how often it is reached', () => {
    const sites = sleepingSites(askRules({ ...order, events }).sleepers);
    expect(sites.map(({ call, objects, times, must }) => [call, objects, times, must])).toEqual([
      ['kmem_alloc', ['pager_map'], 1, 1],
      ['pool_get', ['cache_pool'], 2, 2],
      ['percpu_alloc', [], 1, 1],
    ]);
  });

  it('is what the line of the rule says, and not that all of it is well', () => {
    const rule = askRules({ ...order, events }).rules.find((one) => one.rule === 'sleeping');
    expect(`${rule?.held} ${rule?.means}`).toBe(
      '5 calls may sleep for memory, in threads (interrupt handlers are not followed); ' +
        '4 before anybody could free memory, 4 of them while cold (--sleepers)',
    );
  });

  it('claims something of interrupts only where the order has some', () => {
    const context = { ipl: 'VM', by: 'interrupt' as const, cold: false };
    const tick = { ...event('tick mutex_enter x'), context };
    const rule = askRules({ ...order, events: [...events, tick] }).rules.at(-1);
    expect(rule?.means).toMatch(
      /^calls may sleep for memory, and none of them is among the 1 made/,
    );
  });
});
