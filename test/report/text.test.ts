import { describe, expect, it } from 'vitest';
import { describeChange } from '../../src/report/changes.ts';
import { callsOf, callText, parsePlace, shortLocation, startOf } from '../../src/report/places.ts';
import { cut, grouped, layOut, listed, secondsText, wrap } from '../../src/report/text.ts';

describe('text', () => {
  it('aligns columns without trailing spaces', () => {
    const columns = [
      { head: 'model', align: 'left' },
      { head: 'states', align: 'right' },
      { head: '', align: 'left' },
    ] as const;
    expect(
      layOut(columns, [
        ['a', '1', ''],
        ['longer', '12,345', 'x'],
      ]),
    ).toEqual(['model   states', 'a            1', 'longer  12,345  x']);
  });

  it('wraps with a hanging indent and keeps long words whole', () => {
    expect(wrap('one two three', '- ', '  ', 9)).toEqual(['- one two', '  three']);
    expect(wrap('incomprehensibilities', '', '', 5)).toEqual(['incomprehensibilities']);
    expect(wrap('', '- ', '  ')).toEqual(['-']);
  });

  it('says numbers and lists as people do', () => {
    expect([grouped(0), grouped(999), grouped(1_234_567)]).toEqual(['0', '999', '1,234,567']);
    expect(listed([])).toBe('none');
    expect(listed(['a', 'b', 'c', 'd'])).toBe('a, b, c and d');
    expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
    expect([secondsText(0.042), secondsText(1.25), secondsText(125)]).toEqual([
      '0.04',
      '1.3',
      '125',
    ]);
    expect(cut('abcdef', 4)).toBe('abc…');
  });
});

describe('a place', () => {
  it('is a label of a routine', () => {
    const place = parsePlace('pool_grow.header sys/kern/subr_pool.c:1150');
    expect(place).toEqual({
      function: 'pool_grow',
      label: 'header',
      file: 'sys/kern/subr_pool.c',
      line: 1150,
    });
    expect(callText(place)).toBe('pool_grow()');
    expect(shortLocation(place)).toBe('subr_pool.c:1150');
  });

  it('is a call or an assignment of the boot order', () => {
    const call = parsePlace('pmap_bootstrap.pool_init(pvpl) sys/arch/x86/x86/pmap.c:1394');
    expect([call.function, callText(call)]).toEqual(['pmap_bootstrap', 'pool_init(pvpl)']);
    const set = parsePlace('uvm_km_init.set kernel_map sys/uvm/uvm_km.c:202');
    expect(callText(set)).toBe('kernel_map =');
  });

  it('is any text at all, in a model that is not of a kernel', () => {
    expect(callText(parsePlace('fill the big jug'))).toBe('fill the big jug');
  });

  it('of a step is the first in a C file', () => {
    const path = ['boot.next sys/x.c:0', 'pool_get.start sys/kern/subr_pool.c:900'];
    expect(startOf(path)?.function).toBe('pool_get');
    expect(callsOf([...path, ...path])).toEqual(['pool_get()']);
    expect(startOf([])).toBeNull();
  });
});

describe('a change', () => {
  it('shows only what differs', () => {
    expect(
      describeChange({
        cell: 'pool/pmappl',
        before: { items: 3, pages: ['a', 'b'], lock: null, deep: { x: 1, y: 2 } },
        after: { items: 4, pages: ['a', 'c'], lock: 'thread:boot', deep: { x: 1, y: 3 } },
      }),
    ).toBe('pool/pmappl deep.y 2 → 3, items 3 → 4, lock - → boot, pages -b +c');
  });

  it('shows addresses as ddb does', () => {
    expect(describeChange({ cell: 'va', before: 0, after: 0xc0100000 })).toBe('va 0 → 0xc0100000');
  });

  it('shows what comes, goes and changes its order', () => {
    expect(describeChange({ cell: 'a', before: null, after: { n: 1 } })).toBe('a comes: {n 1}');
    expect(describeChange({ cell: 'a', before: 1, after: null })).toBe('a goes');
    expect(describeChange({ cell: 'a', before: [1, 2], after: [2, 1] })).toBe('a is now [2 1]');
  });
});
