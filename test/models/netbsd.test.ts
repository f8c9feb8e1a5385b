import { describe, expect, it } from 'vitest';
import { catalog } from '../../models/catalog.ts';
import { present } from '../../src/base/assert.ts';
import type { CatalogEntry } from '../../src/boot/catalog-entry.ts';
import { check } from '../../src/checker/index.ts';
import type { CheckResult } from '../../src/checker/result.ts';
import { judge } from '../../src/report/judgement.ts';

/**
 * Every default model of the catalogue, with its exact counts: a changed count is a changed
 * meaning, and wants a reason in the commit that changes it.
 */
const counts: { readonly [name: string]: readonly [states: number, transitions: number] } = {
  'netbsd/a-deferred-queue/i386': [122_906, 289_142],
  'netbsd/a-deferred-queue/amd64': [142_776, 339_472],
  'netbsd/a-deferred-queue/arm32': [5_487, 8_149],
  'netbsd/a-deferred-queue/alpha': [393, 426],
  'netbsd/b-lost-callbacks-h1/i386': [21_915, 50_487],
  'netbsd/b-lost-callbacks-h1/amd64': [26_041, 60_305],
  'netbsd/b-lost-callbacks-h1/arm32': [2_142, 2_653],
  'netbsd/b-lost-callbacks-h1/alpha': [394, 427],
  'netbsd/b-lost-callbacks-h2/i386': [103_971, 244_395],
  'netbsd/b-lost-callbacks-h2/amd64': [120_889, 287_129],
  'netbsd/b-lost-callbacks-h2/arm32': [4_326, 6_241],
  'netbsd/b-lost-callbacks-h2/alpha': [394, 427],
  'netbsd/c-explicit-order/i386': [122_907, 289_143],
  'netbsd/c-explicit-order/amd64': [142_777, 339_473],
  'netbsd/c-explicit-order/arm32': [5_488, 8_150],
  'netbsd/c-explicit-order/alpha': [394, 427],
  'netbsd/a-deferred-queue/starved-map': [468, 552],
  'netbsd/a-deferred-queue/starved-map-alone': [375, 374],
  'netbsd/b-lost-callbacks-h1/starved-map': [311, 317],
  'netbsd/b-lost-callbacks-h1/starved-map-alone': [296, 295],
  'netbsd/b-lost-callbacks-h2/starved-map': [323, 335],
  'netbsd/b-lost-callbacks-h2/starved-map-alone': [298, 297],
  'netbsd/c-explicit-order/starved-map': [469, 553],
  'netbsd/c-explicit-order/starved-map-alone': [376, 375],
  'netbsd/a-deferred-queue/crowded-map': [19_122, 43_563],
  'netbsd/b-lost-callbacks-h1/crowded-map': [1_767, 3_798],
  'netbsd/b-lost-callbacks-h2/crowded-map': [2_703, 6_108],
  'netbsd/c-explicit-order/crowded-map': [19_123, 43_564],
  'netbsd/a-deferred-queue/page-shortage': [23_009, 66_304],
  'netbsd/b-lost-callbacks-h1/page-shortage': [23_010, 66_305],
  'netbsd/b-lost-callbacks-h2/page-shortage': [23_010, 66_305],
  'netbsd/c-explicit-order/page-shortage': [23_010, 66_305],
};

const timeoutMs = 120_000;

function entryOf(name: string): CatalogEntry {
  return present(
    catalog.find((entry) => entry.name === name),
    `${name} is in the catalogue`,
  );
}

function resultOf(entry: CatalogEntry): CheckResult {
  const model = entry.build({});
  if (!model.ok) throw new Error(model.diagnostics.map((one) => one.message).join('\n'));
  return check(model.value);
}

describe('the default catalogue', () => {
  it('is what is counted here', () => {
    const defaults = catalog.filter((entry) => entry.default).map((entry) => entry.name);
    expect(defaults.toSorted()).toEqual(Object.keys(counts).toSorted());
  });

  for (const [name, [states, transitions]] of Object.entries(counts)) {
    it(
      `${name}: ${states} states, and exactly the violations on record`,
      () => {
        const entry = entryOf(name);
        const result = resultOf(entry);
        const judgement = judge(result, {
          expected: entry.expect,
          strict: false,
          lengths: true,
          needsMission: false,
        });
        expect(judgement.outcome).toBe(entry.expect.length > 0 ? 'reproduced' : 'PASS');
        expect([result.states, result.transitions]).toEqual([states, transitions]);
      },
      timeoutMs,
    );
  }
});

describe('the variations of the starved map', () => {
  const variations = catalog.filter(
    (entry) => entry.name.includes('/starved-map') && !entry.default,
  );

  it('are there', () => {
    expect(variations.length).toBeGreaterThan(15);
  });

  for (const entry of variations) {
    it(`${entry.name} comes out as recorded`, () => {
      const judgement = judge(resultOf(entry), {
        expected: entry.expect,
        strict: false,
        lengths: true,
        needsMission: false,
      });
      expect(judgement.outcome).toBe(entry.expect.length > 0 ? 'reproduced' : 'PASS');
    });
  }
});
