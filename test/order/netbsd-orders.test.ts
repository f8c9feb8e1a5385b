import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bringUp } from '../../src/order/bring-up.ts';
import { checkOrder } from '../../src/order/index.ts';
import type { Order } from '../../src/order/order.ts';
import { parseOrder } from '../../src/order/order.ts';
import { replayChains } from '../../src/order/rules/chains.ts';
import { surveyOf } from '../../src/order/rules/survey.ts';

/**
 * The boot orders of NetBSD 5.2 that were written by hand from its source: the rules find nothing
 * wrong in them, and the replayed chains are those that a reading of the source gives
 * (sys/kern/subr_pool.c 1.170.4.1).
 */
const ports = ['alpha', 'amd64', 'arm32', 'i386'] as const;

function read(port: string): Order {
  const file = new URL(`../../models/netbsd/orders/a/${port}.json`, import.meta.url);
  const parsed = parseOrder(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join('; '));
  return parsed.value;
}

/** A chain when pool_subsystem_init() and what is inside it are over. */
function chain(order: Order, map: string): string[] {
  const survey = surveyOf(order);
  const end = survey.run('pool_subsystem_init')?.last.index ?? 0;
  const entries = replayChains(survey, { until: end + 1 }).chains.get(map) ?? [];
  return entries.map(({ name }) => name);
}

const headers = [
  ...['phpool-0', 'phpool-64', 'phpool-128', 'phpool-256', 'phpool-512', 'phpool-1024'],
  ...['phpool-2048', 'phpool-4096', 'pcgnormal', 'pcglarge'],
];

describe.each(ports)('the order of %s', (port) => {
  const order = read(port);

  it('breaks no rule and leaves nothing open', () => {
    const { findings, exitCode } = checkOrder(order);
    const answers = findings.rules.flatMap((rule) => rule.answers);
    expect(answers.map(({ verdict, rule }) => `${verdict}: ${rule}`)).toEqual([
      'not applicable: page demand',
      'not applicable: heap arena',
    ]);
    expect(exitCode).toBe(0);
    expect(findings.era.era).toBe('A');
  });

  it('asks of every rule that has something to ask', () => {
    const { findings } = checkOrder(order);
    const asked = Object.fromEntries(findings.rules.map(({ rule, held }) => [rule, held]));
    expect(asked['initialised']).toBeGreaterThan(10);
    expect(asked['grown']).toBeGreaterThan(90);
    expect(asked['reclaim']).toBeGreaterThan(55);
    expect(asked['promised order']).toBe(4);
  });
});

describe('reclaim chains when pool_subsystem_init is over', () => {
  it('on i386: kernel_map', () => {
    expect(chain(read('i386'), 'kernel_map')).toEqual([
      ...['kvakernel', 'pmappl', 'pdppl', 'amappl', 'vmmpepl', 'vmsppl', 'aobj'],
      ...['pcache', 'pcachecpu'],
    ]);
  });

  it('on i386: kmem_map, with the header pools of the first pool_init', () => {
    expect(chain(read('i386'), 'kmem_map')).toEqual(['kvakmem', ...headers, 'pvpl']);
  });

  it('on arm32 the pool of pv entries is on no chain', () => {
    expect(chain(read('arm32'), 'kernel_map')).toEqual([
      ...['kvakernel', 'pmappl', 'l2dtblpl', 'l2ptppl', 'amappl', 'vmmpepl', 'vmsppl', 'aobj'],
      ...['pcache', 'pcachecpu'],
    ]);
    expect(chain(read('arm32'), 'kmem_map')).toEqual(['kvakmem', ...headers]);
  });

  it('on alpha, direct-mapped, there is no cache of addresses in front', () => {
    expect(chain(read('alpha'), 'kernel_map').slice(0, 2)).toEqual(['pmap', 'amappl']);
  });
});

describe('a design without the deferred queue', () => {
  it('never installs the callbacks of pools described before their map', () => {
    const { findings } = checkOrder(read('i386'), { lateBinding: 'none', rules: ['reclaim'] });
    const missing = findings.rules.flatMap(({ answers }) => answers.map(({ object }) => object));
    expect(missing.slice(0, 4)).toEqual([...['phpool-0', 'phpool-64', 'phpool-128', 'phpool-256']]);
    for (const pool of ['pmappl', 'pdppl', 'amappl', 'vmmpepl', 'vmsppl', 'aobj', 'pvpl']) {
      expect(missing).toContain(pool);
    }
  });
});

describe('the bring-up table', () => {
  it('says what pmap_init may call on i386', () => {
    const table = bringUp(read('i386'));
    const row = table.rows.find(({ routine }) => routine === 'pool_subsystem_init');
    const allowed = Object.fromEntries(table.columns.map((name, i) => [name, row?.allowed[i]]));
    expect(allowed).toEqual({
      steal: 'no',
      page: 'yes',
      map: 'yes',
      'meta pool': 'yes',
      pool: 'yes',
      'nointr pool': 'yes',
      cache_init: 'no',
      kmem: 'no',
      malloc: 'yes',
    });
  });
});
