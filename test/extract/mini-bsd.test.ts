import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cache, ExtractOptions, SourceTree } from '../../src/extract/index.ts';
import { diskTree, extract, memoryCache, memoryTree } from '../../src/extract/index.ts';
import type { Order, OrderEvent } from '../../src/order/order.ts';
import { demandText, diffOrders } from '../../src/order/index.ts';
import { parseOrder } from '../../src/order/order.ts';
import { askRules } from '../../src/order/rules/index.ts';
import { texts } from './mini-tree.ts';

/*
 * A whole boot, from start code to the scheduler, of a kernel that fits on a few pages. Its
 * options plant bugs; each must change the order in exactly its own way.
 */

const root = join(import.meta.dirname, '../fixtures/mini-bsd');

function onDisk(): SourceTree {
  const tree = diskTree(root);
  if (!tree.ok) throw new Error(JSON.stringify(tree.diagnostics));
  return tree.value;
}

async function order(options: Partial<ExtractOptions> = {}, tree = onDisk()): Promise<Order> {
  const result = await extract(tree, { arch: 'toy', ...options });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

const line = ({ certainty, call, object }: OrderEvent): string =>
  `${certainty} ${call}${object === null ? '' : ` ${object}`}`;

const lines = (events: readonly OrderEvent[]): readonly string[] => events.map(line);

describe('extract, on mini-bsd', () => {
  it('lists the leaf events of the boot in order', async () => {
    const { events } = await order();
    expect(lines(events)).toEqual([
      'must uvm_setpagesize',
      'must uvm_page_physload',
      'must mutex_init main_lock',
      'must uvm_pageboot_alloc',
      'must set uvm.page_init_done',
      'must pmap_growkernel',
      'must uvm_map_setup kernel_map_store',
      'must set kernel_map',
      'loop mutex_init pmap_locks[*]',
      'must pool_init pmap_pv_pool',
      'must callback_register kernel_map_store.reclaim',
      'must pool_cache_bootstrap pmap_cache',
      'must pool_init pmap_cache.pc_pool',
      'must callback_register kernel_map_store.reclaim',
      'must set pmap_initialized',
      'must pool_subsystem_init',
      'must mutex_init pool_head_lock',
      'must pool_init kept_pool',
      'must callback_register kernel_map_store.reclaim',
      'must pool_get kept_pool',
      'may uvm_km_alloc kernel_map_store',
      'must pool_init log_pools',
      'must callback_register kernel_map_store.reclaim',
      'must pool_init log_pools[1]',
      'must callback_register kernel_map_store.reclaim',
      'must pool_init log_pools[2]',
      'must callback_register kernel_map_store.reclaim',
      'must pool_get log_pools',
      'may attach mainbus at root',
      'may attach toydisk at mainbus',
      'must spl0',
      'must set cold',
      'must set mp_online',
      'must kthread_create',
    ]);
  });

  it('is of the schema, says where it was entered and what it takes for granted', async () => {
    const found = await order();
    expect(parseOrder(JSON.parse(JSON.stringify(found))).ok).toBe(true);
    expect(found.entries?.map((entry) => `${entry.function} ${entry.file}:${entry.line}`)).toEqual([
      'init_toy arch/toy/toy/locore.S:5',
      'main arch/toy/toy/locore.S:9',
    ]);
    expect(found.axioms).toContain(
      'no context switch while cold: boot is one thread until the scheduler runs',
    );
  });

  it('keeps what the headers say that the port has, with the place, and has not', async () => {
    const { facts } = await order();
    expect(facts?.['PMAP_GROWKERNEL']).toBe('arch/toy/include/param.h:9');
    expect(facts?.['PMAP_STEAL_MEMORY']).toBeNull();
  });

  it('names arguments by parameter, sizes in bytes, flags and levels by their constants', async () => {
    const { events } = await order();
    const pv = events.find((event) => event.object === 'pmap_pv_pool');
    expect(pv?.args).toMatchObject({
      size: 12,
      flags: 'PR_NOWAIT',
      wchan: 'pvpl',
      palloc: 'pool_allocator_kmem',
      ipl: 'VM',
    });
    expect(pv?.stack.map((frame) => frame.function)).toEqual(['main', 'uvm_init']);
  });

  it('keeps the level, cold and the guards with each event', async () => {
    const { events } = await order();
    const contexts = events.map(({ call, context }) => `${call} ${context.ipl} ${context.cold}`);
    expect(contexts).toContain('spl0 HIGH true');
    expect(contexts).toContain('kthread_create NONE false');
    expect(events.find((event) => event.call === 'uvm_km_alloc')?.guards).toMatchObject([
      { text: 'toy_flag & 1', at: 'arch/toy/toy/machdep.c:21', arm: 0, arms: 2 },
    ]);
  });

  it('follows a table of function pointers and the entries of a link set', async () => {
    const { events } = await order();
    const kept = events.filter((event) => event.object === 'kept_pool').map(({ call }) => call);
    expect(kept).toEqual(['pool_init', 'pool_get']);
  });

  it('reports what it does not know as holes', async () => {
    const { holes } = await order();
    const shown = holes?.map(({ kind, what }) => `${kind}: ${what}`);
    expect(shown).toContain('missing file: dev/absent.c');
    expect(shown).toContain('opaque function: toy_enable_intr');
    expect(shown).toContain('cut: config_rootfound');
  });

  it('gives the same bytes twice', async () => {
    expect(JSON.stringify(await order())).toBe(JSON.stringify(await order()));
  });
});

describe('a planted bug', () => {
  const change = async (option: string): Promise<readonly string[]> => {
    const before = lines((await order()).events);
    const after = lines((await order({ options: { [option]: '' } })).events);
    return after.filter((one, i) => one !== before[i + before.length - after.length]);
  };

  it('BUG_EARLY_GET takes from a pool before it is initialised', async () => {
    const { events } = await order({ options: { BUG_EARLY_GET: '' } });
    const calls = events.filter((event) => event.object === 'pmap_pv_pool').map(({ call }) => call);
    expect(calls).toEqual(['pool_get', 'pool_init']);
  });

  it('BUG_NO_GUARD makes the invalidation happen before the cache exists', async () => {
    expect(await change('BUG_NO_GUARD')).toContain('must pool_cache_invalidate pmap_cache');
  });

  it('BUG_LOST_CALLBACK leaves only what the drain registers', async () => {
    const { events } = await order({ options: { BUG_LOST_CALLBACK: '' } });
    expect(events.filter((event) => event.call === 'callback_register')).toEqual([]);
  });

  it('BUG_LATE_STEAL ends the boot in a panic: an error, never a short list', async () => {
    const result = await extract(onDisk(), { arch: 'toy', options: { BUG_LATE_STEAL: '' } });
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.diagnostics[0]?.message).toContain('stops before the end of main()');
    expect(result.diagnostics[0]?.message).toContain('uvm/uvm_page.c:10');
  });
});

describe('a request that nobody makes', () => {
  /** What asking for a page would do, from each moment on. */
  const page = async (options: { [name: string]: string }): Promise<readonly string[]> => {
    const { events, probes } = await order({ options });
    return (probes ?? [])
      .filter(({ asks }) => asks === 'page')
      .map((probe) => {
        const mark = events[probe.before - 1];
        const met = lines(probe.events).join(', ') || 'nothing';
        return `after ${mark?.call ?? ''} ${mark?.object ?? ''}: ${met}`;
      });
  };

  it('is followed aside from page initialisation on, and meets nothing that is missing', async () => {
    expect(await page({})).toEqual(['after set uvm.page_init_done: nothing']);
  });

  it('BUG_NO_NULL_TEST looks through kernel_map before it is set, and a phase later does not', async () => {
    expect(await page({ BUG_NO_NULL_TEST: '' })).toEqual([
      'after set uvm.page_init_done: must read kernel_map, must read kernel_map',
      'after set kernel_map: nothing',
    ]);
    const found = askRules(await order({ options: { BUG_NO_NULL_TEST: '' } }));
    const [answer] = found.rules.find(({ rule }) => rule === 'page demand')?.answers ?? [];
    expect(answer?.verdict).toBe('violation');
    expect(answer?.says).toBe(
      'a page may be asked for from uvm.page_init_done is set (uvm/uvm_page.c:19) to kernel_map is ' +
        'set (uvm/uvm_km.c:29), and uvm_pagealloc_strat() > kernel_map_full() looks into ' +
        'kernel_map, which is not there yet; no call of this boot does so today',
    );
  });

  it('leaves the boot as it was: its events are the same with the bug and without', async () => {
    const [plain, planted] = [await order(), await order({ options: { BUG_NO_NULL_TEST: '' } })];
    expect(lines(planted.events)).toEqual(lines(plain.events));
    expect(planted.holes?.length).toBe(plain.holes?.length);
    const { demands } = diffOrders(plain, planted);
    expect(demands.map(demandText)).toEqual([
      'page: asked for after uvm.page_init_done is set it met nothing missing, and now ' +
        'uvm_pagealloc_strat() > kernel_map_full() meets kernel_map, which is not there ' +
        '(uvm/uvm_page.c:30)',
    ]);
  });
});

describe('the cache', () => {
  it('reads again what depends on an edited file, and nothing else', async () => {
    const inner = memoryCache();
    const written: string[] = [];
    const cache: Cache = {
      get: (key) => inner.get(key),
      put(key, value) {
        written.push(/"declared":\{"path":"([^"]*)"/.exec(value)?.[1] ?? 'the order');
        inner.put(key, value);
      },
    };
    const files = texts();
    await order({ cache }, memoryTree(files));
    expect(written.length).toBeGreaterThan(5);
    const edited = async (path: string, text: string): Promise<Order> => {
      written.length = 0;
      return order({ cache }, memoryTree({ ...files, [path]: `${text}${files[path]}` }));
    };
    await edited('uvm/uvm_km.c', '/* a line more */\n');
    expect(written).toEqual(['uvm/uvm_km.c', 'the order']);
    const warm = await edited('sys/pool.h', '#define ONE_MORE 1\n');
    expect(written).toContain('kern/subr_pool.c');
    expect(written).not.toContain('kern/subr_autoconf.c');
    const changed = { ...files, 'sys/pool.h': `#define ONE_MORE 1\n${files['sys/pool.h']}` };
    expect(warm).toEqual(await order({}, memoryTree(changed)));
  });

  it('notices a header that appears where one was looked for in vain', async () => {
    const cache = memoryCache();
    const before = await order({ cache }, memoryTree(texts()));
    const shadowed = { ...texts(), 'kern/opt_bugs.h': '#define BUG_LOST_CALLBACK 1\n' };
    const after = await order({ cache }, memoryTree(shadowed));
    expect(after.events.length).toBeLessThan(before.events.length);
  });

  it('answers while nothing has changed, and not once something has', async () => {
    const cache = memoryCache();
    const files = texts();
    const first = await order({ cache }, memoryTree(files));
    const said: string[] = [];
    const progress = (what: string): void => void said.push(what);
    expect(await order({ cache, progress }, memoryTree(files))).toEqual(first);
    expect(said).toEqual([]);
    const changed = `${files['uvm/uvm_km.c']}\n/* one more line */\n`;
    await order({ cache, progress }, memoryTree({ ...files, 'uvm/uvm_km.c': changed }));
    expect(said).toContain('following the boot');
  });
});
