import { describe, expect, it } from 'vitest';
import { checkOrder, listOrder } from '../../src/order/index.ts';
import { isLockUse, plainName } from '../../src/order/calls.ts';
import { before, boot, event, vmemBoot } from './small-boot.ts';

/*
 * A lock that is taken before it is initialised hangs a boot without a word. Takings are asked for,
 * and kept out of what people read: there are hundreds.
 */

const enter = 'main>uvm_init>uvm_km_bootstrap>uao_create mutex_enter uao_list_lock';
const lines = before(vmemBoot, 'uvm_map_setup', enter);

describe('a lock that is taken', () => {
  it('before anything initialises it is a violation', () => {
    const report = checkOrder({
      ...boot(lines, { holes: [{ kind: 'cut', what: 'sysctl_createv', before: 1 }] }),
      uninitialised: [{ object: 'uao_list_lock', named: [] }],
    });
    expect(report.waived.standing.map(({ verdict, says }) => `${verdict}: ${says}`)).toContain(
      'violation: mutex_enter() uses the lock uao_list_lock, and no code of the tree initialises uao_list_lock',
    );
  });

  it('holds after it', () => {
    const init = 'main>uvm_init>uao_init mutex_init uao_list_lock';
    expect(checkOrder(boot(before(lines, 'uao_init', init))).exitCode).toBe(0);
  });

  it('is not listed, unless locks or everything are asked for', () => {
    const shown = (options: object): boolean =>
      listOrder(boot(lines), options).lines.some((line) => line.includes('mutex_enter'));
    expect(shown({})).toBe(false);
    expect(listOrder(boot(lines)).hidden).toContain('1 that use locks');
    expect(shown({ expand: true })).toBe(true);
    expect(shown({ only: ['lock'] })).toBe(true);
  });

  it('is the same call where a port has it in C instead of in assembly', () => {
    expect(plainName('mutex_vector_enter')).toBe('mutex_enter');
    expect(plainName('rw_vector_tryenter')).toBe('rw_tryenter');
    for (const call of ['mutex_vector_exit', 'rw_enter', 'cv_wait', 'rw_downgrade']) {
      expect(isLockUse(event(`main ${call} x`))).toBe(true);
    }
    expect(isLockUse(event('main mutex_init x'))).toBe(false);
  });
});
