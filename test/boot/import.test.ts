import { describe, expect, it } from 'vitest';
import type { Imported } from '../../src/boot/import-order.ts';
import { importOrder } from '../../src/boot/import-order.ts';
import type { Order, OrderEvent } from '../../src/order/order.ts';

/*
 * An order as it is read from C, and what the model runs of it. Nothing may disappear: an event is
 * kept, made by a modelled routine itself, irrelevant with a reason, or unknown.
 */

const at = { file: 'kern/init_main.c', line: 1 };
const frame = (name: string) => ({ function: name, ...at });

/** `main > … > pool_init(object)`: the last name is the routine in which the call stands. */
function event(way: string, call: string, rest: Partial<OrderEvent> = {}): OrderEvent {
  const names = way.split(' > ');
  return {
    call,
    object: null,
    args: {},
    function: names.at(-1) ?? 'main',
    ...at,
    stack: names.slice(0, -1).map(frame),
    context: { ipl: 'HIGH', by: 'thread', cold: true },
    certainty: 'must',
    guards: [],
    ...rest,
  };
}

const setKernelMap = event('main', 'set', {
  object: 'kernel_map',
  args: { value: 'kernel_map_store.vmk_map' },
});
const subsystem = event('main', 'pool_subsystem_init');

function imported(events: readonly OrderEvent[], holes: Order['holes'] = []): Imported {
  return importOrder(
    {
      schema: 'bootproof/order/1',
      title: 'a boot',
      port: 'i386',
      origin: 'read',
      source: { tree: 'a tree', revisions: {}, hash: 'sha256:0' },
      events: [...events],
      holes,
    },
    { pageBytes: 4096, lp64: false, multiprocessor: false },
  );
}

const calls = ({ order }: Imported): readonly string[] =>
  order.events.filter(({ origin }) => origin !== 'inferred').map(({ call }) => call);

describe('an order read from C, imported', () => {
  it('drops what modelled routines do themselves, and counts it', () => {
    const result = imported([
      event('main', 'pool_cache_bootstrap', { object: 'c', args: { wchan: 'cpl', size: 32 } }),
      event('main > pool_cache_bootstrap', 'pool_init', { object: 'c.pc_pool' }),
      event('main > pool_cache_bootstrap > pool_init', 'mutex_init', { object: 'c.pc_pool.lock' }),
    ]);
    expect(calls(result)).toEqual(['pool_cache_bootstrap']);
    expect([...result.below]).toEqual([['pool_cache_bootstrap', 2]]);
  });

  it('resolves a NULL allocator as pool_init and pool_cache_bootstrap do', () => {
    const { order } = imported([
      event('main', 'pool_init', { object: 'p', args: { wchan: 'a', size: 8, palloc: 0 } }),
      event('main', 'pool_cache_init', {
        object: 'q',
        args: { wchan: 'b', size: 8, palloc: 0, ipl: 'NONE' },
      }),
      event('main', 'pool_cache_init', {
        object: 'r',
        args: { wchan: 'c', size: 8, palloc: 0, ipl: 'VM' },
      }),
    ]);
    const allocators = order.events.flatMap(({ args }) => args['palloc'] ?? []);
    expect(allocators).toEqual([
      ...['pool_allocator_kmem', 'pool_allocator_nointr', 'pool_allocator_kmem'],
    ]);
  });

  it('names a map by its global, not by its storage', () => {
    const { order } = imported([
      event('main', 'uvm_map_setup_kernel', { object: 'kernel_map_store', args: { flags: 1 } }),
      setKernelMap,
      event('main', 'uvm_km_alloc', {
        object: 'kernel_map_store.vmk_map',
        args: { size: '?sz', flags: 'UVM_KMF_VAONLY' },
      }),
    ]);
    const setup = order.events.find(({ call }) => call === 'uvm_map_setup_kernel');
    const alloc = order.events.find(({ call }) => call === 'uvm_km_alloc');
    expect([setup?.object, alloc?.object]).toEqual(['kernel_map', 'kernel_map']);
  });

  it('describes pools of a link set before the deferred queue is walked, as the source does', () => {
    const inside = 'main > pool_subsystem_init';
    const result = imported([
      subsystem,
      event(inside, 'pool_init', { object: 'early', args: { wchan: 'early', size: 8 } }),
      event(`${inside} > pa_reclaim_register`, 'callback_register', { object: 'kmem_map' }),
      event(inside, 'pool_init', { object: 'cache_pool', args: { wchan: 'pcache', size: 8 } }),
    ]);
    expect(calls(result)).toEqual(['pool_init', 'pool_subsystem_init', 'pool_init']);
  });

  it('folds the quantum caches of an arena into one pool, and says so', () => {
    const cache = (object: string): OrderEvent =>
      event('main > vmem_create > qc_init', 'pool_cache_init', {
        object,
        args: { size: 64, palloc: 'kmem_arena.vm_qcache_allocator', wchan: '?name' },
      });
    const result = imported([cache('@pool_get#1'), cache('@pool_get#2')]);
    expect(calls(result)).toEqual(['pool_cache_init']);
    expect(result.assumptions.join()).toContain('2 quantum caches of kmem_arena');
  });

  it('lists what it took for sizes that were not read', () => {
    const { assumptions } = imported([
      event('main', 'pool_init', { object: 'p', args: { wchan: 'a', size: '?msize' } }),
      event('main', 'malloc', { args: { size: '?n * 4', flags: 'M_WAITOK' } }),
    ]);
    expect(assumptions).toContain('the item size of a: msize is taken to be 256');
    expect(assumptions).toContain(
      'malloc in main (kern/init_main.c:1): n * 4 is taken to be one page',
    );
  });

  it('names what has no meaning in the model, and leaves the verdict open', () => {
    const { unknown } = imported([
      event('main', 'pool_init', { object: 'p', args: { wchan: 'a', palloc: 'my_allocator' } }),
      event('main', 'pool_get', { object: 'nobody' }),
      event('main', 'frobnicate'),
    ]);
    expect(unknown.map(({ why }) => why)).toEqual([
      'its pool_allocator my_allocator is not modelled',
      'no call before it describes the pool nobody',
      'the modelled kernel has no call of that name',
    ]);
  });

  it('keeps a condition before pool_subsystem_init as a choice, and assumes one after it', () => {
    const guards = [{ text: 'x', at: 'a.c:1' }];
    const result = imported([
      event('main', 'malloc', { certainty: 'may', guards }),
      subsystem,
      event('main', 'malloc', { certainty: 'may', guards }),
    ]);
    const certainties = result.order.events
      .filter(({ call }) => call === 'malloc')
      .map(({ certainty }) => certainty);
    expect(certainties).toEqual(['may', 'must']);
    expect(result.assumptions.join()).toContain('1 conditional calls');
  });

  it('tells holes in which the answer could lie from others', () => {
    const { holes, closedHoles } = imported(
      [event('main', 'uvm_setpagesize'), subsystem, event('main', 'spl0')],
      [
        { kind: 'cut', what: 'wsfont_init', before: 1 },
        { kind: 'opaque function', what: 'trap_entry', before: 0 },
        // The code behind these is known to call no allocator.
        { kind: 'opaque function', what: 'lgdt', reaches: [], before: 0 },
        { kind: 'cut', what: 'cons_init', reaches: ['mutex_init', 'callout_init'], before: 0 },
        { kind: 'cut', what: 'grow_early', reaches: ['malloc'], before: 0 },
        { kind: 'unresolved call', what: '*vp->v_op', before: 2 },
      ],
    );
    expect(holes.map(({ what }) => what)).toEqual(['wsfont_init', 'trap_entry', 'grow_early']);
    expect([...closedHoles.values()]).toEqual([2, 1]);
  });
});
