import { describe, expect, it } from 'vitest';
import { uninitialised } from '../../src/extract/named.ts';
import type { Order, OrderHole } from '../../src/order/order.ts';
import type { Answer } from '../../src/order/rules/answer.ts';
import { askRules } from '../../src/order/rules/index.ts';
import { before, boot, event, vmemBoot, without } from './small-boot.ts';

/*
 * A routine that runs and no longer does what it is for: its return is not the thing that it was to
 * make. Only where a routine is seen called and not followed does the call stand for that.
 */

const other =
  'main>uvm_init>uvm_map_init_caches pool_cache_bootstrap uvm_vmspace_cache wchan=vmsppl palloc=NULL ipl=NONE';
const hollow = without(
  before(vmemBoot, 'uvm_map_entry_cache', other),
  'pool_cache_bootstrap uvm_map_entry_cache',
);

const grown = (order: Order): readonly Answer[] =>
  askRules(order).rules.find(({ rule }) => rule === 'grown')?.answers ?? [];
const verdicts = (order: Order): string[] =>
  grown(order).map(({ verdict, object }) => `${verdict}: ${object}`);

describe('a routine that lost the pool it makes', () => {
  it('is no supplier: whoever maps has no map entries', () => {
    expect(verdicts(boot(hollow))).toEqual(['violation: kernel_map']);
    expect(grown(boot(hollow))[0]?.at?.call).toBe('uvm_km_alloc');
  });

  it('leaves the answer open where the pool could be made in what was not followed', () => {
    const inside = hollow.indexOf(other);
    const gap: OrderHole = { kind: 'unresolved call', what: 'f', before: inside };
    const earlier: OrderHole = { kind: 'cut', what: 'g', before: 1 };
    expect(verdicts(boot(hollow, { holes: [gap] }))).toEqual(['inconclusive: kernel_map']);
    expect(verdicts(boot(hollow, { holes: [earlier] }))).toEqual(['inconclusive: kernel_map']);
  });

  it('is a violation whatever was not followed, if no text makes the pool', () => {
    const holes: OrderHole[] = [{ kind: 'cut', what: 'g', before: 1 }];
    const pool = { object: 'uvm_map_entry_cache', named: [] };
    const order = { ...boot(hollow, { holes }), uninitialised: [pool] };
    expect(grown(order)[0]?.says).toBe(
      'uvm_km_alloc() may grow kernel_map, and no code of the tree initialises uvm_map_entry_cache',
    );
  });

  it('supplies it where it is only seen called', () => {
    const call = 'main>uvm_init uvm_map_init_caches -';
    expect(verdicts(boot(hollow.map((line) => (line === other ? call : line))))).toEqual([]);
  });
});

describe('the text is searched for the pool of map entries', () => {
  const search = (text: string) =>
    uninitialised([event('main uvm_km_alloc ?map')], {
      all: new Map([['uvm/uvm_map.c', text]]),
      isTouchedByAssembly: () => false,
    });

  it('where something is mapped and the tree has a pool of that name', () => {
    const use =
      'static struct pool_cache uvm_map_entry_cache;\npool_cache_get(&uvm_map_entry_cache);';
    expect(search(use)).toEqual([{ object: 'uvm_map_entry_cache', named: [] }]);
    expect(search('int x;')).toEqual([]);
  });
});

describe('a routine that nobody calls any more', () => {
  const lost = vmemBoot.filter((line) => !line.includes('kmem_init'));
  const holes: OrderHole[] = [{ kind: 'cut', what: 'g', before: 1 }];
  const searched = (named: string[]): Order => ({
    ...boot(lost, { holes }),
    uninitialised: [{ object: 'kmem_init()', named }],
  });

  it('is a violation whatever was not followed, if no text calls it', () => {
    const [answer] = grown(searched([]));
    expect(answer?.verdict).toBe('violation');
    expect(answer?.says).toBe(
      'kmem_alloc() may grow kmem(9), and no code of the tree calls kmem_init()',
    );
  });

  it('leaves the answer open where some text calls it, and shows where', () => {
    expect(verdicts(searched(['uvm/uvm_km.c:9']))).toEqual(['inconclusive: kmem(9)']);
    expect(grown(searched(['uvm/uvm_km.c:9']))[0]?.holes[0]).toBe(
      'kmem_init() is named at uvm/uvm_km.c:9',
    );
  });

  it('is looked for in the text, where its prototype and its body are no calls', () => {
    const search = (text: string) =>
      uninitialised([event('main kmem_alloc -')], {
        all: new Map([['kern/subr_kmem.c', text]]),
        isTouchedByAssembly: () => false,
      });
    const own = 'void kmem_init(void);\nvoid\nkmem_init(void)\n{\n}\n';
    expect(search(own)).toEqual([{ object: 'kmem_init()', named: [] }]);
    const calls = `${own}f() {\n\tkmem_init();\n\tif (x)\n\t\tkmem_init();\n}`;
    expect(search(calls)[0]?.named).toEqual(['kern/subr_kmem.c:7', 'kern/subr_kmem.c:9']);
    expect(search('int x;')).toEqual([]);
  });
});
