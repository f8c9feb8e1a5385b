import { describe, expect, it } from 'vitest';
import { catalog } from '../../models/catalog.ts';
import { orders } from '../../models/netbsd/orders.ts';
import { present } from '../../src/base/assert.ts';
import type { CatalogEntry } from '../../src/boot/catalog-entry.ts';
import { check } from '../../src/checker/index.ts';
import type { CheckResult } from '../../src/checker/result.ts';
import type { OrderEvent } from '../../src/order/order.ts';
import { judge } from '../../src/report/judgement.ts';

/**
 * Every default model of the catalogue, with its exact counts: a changed count is a changed
 * meaning, and wants a reason in the commit that changes it.
 */
const counts: { readonly [name: string]: readonly [states: number, transitions: number] } = {
  'netbsd/a-deferred-queue/i386': [160_995, 384_214],
  'netbsd/a-deferred-queue/amd64': [340_707, 824_544],
  'netbsd/a-deferred-queue/arm32': [6_695, 9_849],
  'netbsd/a-deferred-queue/alpha': [426, 462],
  'netbsd/b-lost-callbacks-h1/i386': [28_772, 67_223],
  'netbsd/b-lost-callbacks-h1/amd64': [61_156, 144_865],
  'netbsd/b-lost-callbacks-h1/arm32': [2_552, 3_116],
  'netbsd/b-lost-callbacks-h1/alpha': [427, 463],
  'netbsd/b-lost-callbacks-h2/i386': [136_204, 324_779],
  'netbsd/b-lost-callbacks-h2/amd64': [288_292, 697_105],
  'netbsd/b-lost-callbacks-h2/arm32': [5_240, 7_484],
  'netbsd/b-lost-callbacks-h2/alpha': [427, 463],
  'netbsd/c-explicit-order/i386': [160_996, 384_215],
  'netbsd/c-explicit-order/amd64': [340_708, 824_545],
  'netbsd/c-explicit-order/arm32': [6_696, 9_850],
  'netbsd/c-explicit-order/alpha': [427, 463],
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

describe('a boot that makes a submap when an entry page is just full', () => {
  it('counts the page of its structure while it waits for a page of entries', () => {
    const entry = entryOf('netbsd/a-deferred-queue/arm32');
    const isTable = ({ args }: OrderEvent): boolean => args['what'] === 'L1 tables';
    // The order has one L1 table for all; a machine has 35, each an entry or a merge.
    const events = orders.a.arm32.events.flatMap((event) =>
      isTable(event) ? Array.from({ length: 35 }, () => event) : [event],
    );
    const model = entry.build({ order: { ...orders.a.arm32, events }, interrupts: 0 });
    if (!model.ok) throw new Error(model.diagnostics.map((one) => one.message).join('\n'));
    const conserved = check(model.value).properties.find(({ name }) => name === 'pages-conserved');
    expect(conserved?.verdict).toBe('PASS');
  });
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
