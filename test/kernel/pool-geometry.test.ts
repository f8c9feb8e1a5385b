import { describe, expect, it } from 'vitest';
import { cutPage, geometryOf, headerAndGroupPools } from '../../src/kernel/pool/geometry.ts';
import { headerPoolFits, headerPoolsSelfContained } from '../../src/kernel/pool/invariants.ts';
import { directSpec, page, pool } from './pool-fixture.ts';

const lp64 = (itemBytes: number, flags: { notouch?: boolean; noalign?: boolean } = {}) =>
  cutPage(pool('any', { itemBytes, ...flags }), page, true);

describe('the header of a page (T-8; LP64, 4 KB, header 56 bytes)', () => {
  it('is in the page for small items, below a 16th of the page', () => {
    expect(lp64(240)).toMatchObject({ headerInPage: true, headerOffset: 4040, itemsPerPage: 16 });
  });

  it('is off the page from 249 bytes on, which round up to 256: the header would cost an item', () => {
    expect(lp64(249)).toMatchObject({ itemBytes: 256, headerInPage: false, itemsPerPage: 16 });
    expect(lp64(256)).toMatchObject({ headerPool: 'phpool-0', itemsPerPage: 16 });
  });

  it('is in the page again where it costs nothing: 1344 bytes fit three times either way', () => {
    expect(lp64(1344)).toMatchObject({ headerInPage: true, itemsPerPage: 3 });
    expect(lp64(2048)).toMatchObject({ headerInPage: false, itemsPerPage: 2 });
    expect(lp64(page)).toMatchObject({ headerInPage: false, itemsPerPage: 1 });
  });

  it('is never in a page that may not be touched or need not be aligned', () => {
    expect(lp64(64, { notouch: true }).headerInPage).toBe(false);
    expect(lp64(64, { noalign: true })).toMatchObject({ headerPool: 'phpool-0' });
  });

  it('leaves slack for colours, in steps of the alignment', () => {
    expect(lp64(1344)).toMatchObject({ maxColor: 8 });
    expect(lp64(1000)).toMatchObject({ headerInPage: true, maxColor: 40 });
  });
});

describe('pages that may not be touched', () => {
  it('keep a bitmap in the first header pool that is large enough (T-9: a vacache uses the second)', () => {
    const vacache = cutPage(pool('kvakernel', { itemBytes: page, notouch: true }), 32 * page, true);
    expect(vacache).toMatchObject({ pageBytes: 131072, itemsPerPage: 32, headerPool: 'phpool-64' });
  });

  it('hold 4096 items at most (T-10)', () => {
    expect(lp64(1, { notouch: true })).toMatchObject({ itemBytes: 8, itemsPerPage: 512 });
    const wide = (items: number) =>
      cutPage(pool('wide', { itemBytes: 8, notouch: true }), items * 8, true);
    expect(wide(4096)).toMatchObject({ headerPool: 'phpool-4096', halt: null });
    expect(wide(4097).halt).toMatchObject({
      kind: 'panic',
      message: 'wide: too large itemsperpage(4097) for PR_NOTOUCH',
      line: 766,
    });
  });
});

describe('the pools that pool_init makes for itself', () => {
  it('are eight of headers and two of groups, sized by the ABI', () => {
    const sizes = (isLp64: boolean) => headerAndGroupPools(isLp64, 64).map((one) => one.itemBytes);
    expect(sizes(true)).toEqual([56, 56, 64, 80, 112, 176, 304, 560, 256, 1024]);
    expect(sizes(false)).toEqual([32, 36, 44, 60, 92, 156, 284, 540, 124, 508]);
  });

  it('have headers in the page, except groups on LP64, which need header pool 0', () => {
    const place = (isLp64: boolean) =>
      headerAndGroupPools(isLp64, 64).map((one) => cutPage(one, page, isLp64).headerInPage);
    expect(place(true)).toEqual([...Array<boolean>(7).fill(true), true, false, false]);
    expect(place(false)).toEqual([...Array<boolean>(8).fill(true), true, false]);
  });

  it('hold 72 headers in a page, so that header pools never need a header pool (INV-9, INV-15)', () => {
    const spec = directSpec([pool('plain'), pool('bits', { notouch: true, itemBytes: 100 })]);
    expect(cutPage(pool('phpool-64', { itemBytes: 56 }), page, true).itemsPerPage).toBe(72);
    expect(headerPoolsSelfContained(spec)).toBe(true);
    expect(spec.pools.every((one) => headerPoolFits(one, geometryOf(one, spec)))).toBe(true);
  });

  it('refuse an item larger than a page', () => {
    expect(lp64(page + 1).halt).toMatchObject({ kind: 'panic', line: 684 });
  });
});
