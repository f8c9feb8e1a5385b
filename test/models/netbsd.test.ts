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
  'netbsd/a-deferred-queue/i386': [160_967, 384_177],
  'netbsd/a-deferred-queue/amd64': [183_951, 441_403],
  'netbsd/a-deferred-queue/arm32': [6_483, 9_516],
  'netbsd/a-deferred-queue/alpha': [410, 445],
  'netbsd/b-lost-callbacks-h1/i386': [28_744, 67_186],
  'netbsd/b-lost-callbacks-h1/amd64': [34_448, 80_060],
  'netbsd/b-lost-callbacks-h1/arm32': [2_532, 3_095],
  'netbsd/b-lost-callbacks-h1/alpha': [411, 446],
  'netbsd/b-lost-callbacks-h2/i386': [136_176, 324_742],
  'netbsd/b-lost-callbacks-h2/amd64': [155_920, 373_652],
  'netbsd/b-lost-callbacks-h2/arm32': [5_028, 7_151],
  'netbsd/b-lost-callbacks-h2/alpha': [411, 446],
  'netbsd/c-explicit-order/i386': [160_968, 384_178],
  'netbsd/c-explicit-order/amd64': [183_952, 441_404],
  'netbsd/c-explicit-order/arm32': [6_484, 9_517],
  'netbsd/c-explicit-order/alpha': [411, 446],
  'netbsd/a-deferred-queue/starved-map': [793, 1_005],
  'netbsd/a-deferred-queue/starved-map-alone': [569, 568],
  'netbsd/b-lost-callbacks-h1/starved-map': [377, 383],
  'netbsd/b-lost-callbacks-h1/starved-map-alone': [362, 361],
  'netbsd/b-lost-callbacks-h2/starved-map': [389, 401],
  'netbsd/b-lost-callbacks-h2/starved-map-alone': [364, 363],
  'netbsd/c-explicit-order/starved-map': [794, 1_006],
  'netbsd/c-explicit-order/starved-map-alone': [570, 569],
  'netbsd/a-deferred-queue/crowded-map': [24_477, 55_652],
  'netbsd/b-lost-callbacks-h1/crowded-map': [2_239, 4_817],
  'netbsd/b-lost-callbacks-h2/crowded-map': [3_399, 7_687],
  'netbsd/c-explicit-order/crowded-map': [24_478, 55_653],
  'netbsd/a-deferred-queue/page-shortage': [28_852, 83_849],
  'netbsd/b-lost-callbacks-h1/page-shortage': [28_853, 83_850],
  'netbsd/b-lost-callbacks-h2/page-shortage': [28_853, 83_850],
  'netbsd/c-explicit-order/page-shortage': [28_853, 83_850],
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
