import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Order, OrderEvent } from '../../src/order/order.ts';
import { parseOrder } from '../../src/order/order.ts';
import { generatedOrder } from '../../bench/generated-order.ts';
import { derive } from '../../models/netbsd/derive.ts';
import { lowWaterOrders, orders, portNames } from '../../models/netbsd/orders.ts';
import { ports } from '../../models/netbsd/ports/ports.ts';

const eras = ['a', 'b', 'c'] as const;
const every = eras.flatMap((era) =>
  portNames.map((port) => ({ era, port, order: orders[era][port] })),
);

/** `set kernel_map`, `pool_init pcache`, `pool_subsystem_init`: an event as the tests speak of it. */
const nameOf = (event: OrderEvent): string =>
  [event.call, event.args['wchan'] ?? event.object].filter((part) => part !== null).join(' ');

const placeOf = (order: Order, name: string): number => {
  const place = order.events.findIndex((event) => nameOf(event) === name);
  if (place < 0) throw new Error(`${order.title} has no ${name}`);
  return place;
};

function expectInOrder(order: Order, ...names: string[]): void {
  const places = names.map((name) => placeOf(order, name));
  expect(names.toSorted((a, b) => placeOf(order, a) - placeOf(order, b))).toEqual(names);
  expect(new Set(places).size).toBe(names.length);
}

const describesAPool = (event: OrderEvent): boolean =>
  ['pool_init', 'pool_cache_bootstrap', 'pool_cache_init'].includes(event.call);

const growsAPool = (event: OrderEvent): boolean =>
  /^(pool_get|pool_cache_get|pool_prime|pool_setlowat|pool_cache_setlowat|pool_cache_init|kmem_alloc)$/.test(
    event.call,
  );

const firstWhere = (order: Order, holds: (event: OrderEvent) => boolean): OrderEvent => {
  const found = order.events.find(holds);
  if (found === undefined) throw new Error(`${order.title}: no such event`);
  return found;
};

describe.each(every)('the order of $port in era $era', ({ order, port }) => {
  it('is an order of the schema', () => {
    expect(parseOrder(JSON.parse(JSON.stringify(order))).ok).toBe(true);
    expect(order.port).toBe(port);
  });

  it('makes the page queues, kernel_map and kmem_map in that order, and then the pool subsystem', () => {
    expectInOrder(
      order,
      'set uvm.page_init_done',
      'uvm_map_setup_kernel kernel_map',
      'set kernel_map',
      'uvm_km_suballoc kmem_map',
      'set kmem_map',
      'pool_subsystem_init',
      'pool_init pcache',
      'pool_init pcachecpu',
      'pool_cache_init kmem-N',
    );
  });

  it('steals pages only between the first physload and the end of uvm_page_init', () => {
    order.events.forEach((event, index) => {
      if (event.call !== 'uvm_pageboot_alloc') return;
      expect(index).toBeGreaterThan(placeOf(order, 'uvm_page_physload'));
      expect(index).toBeLessThan(placeOf(order, 'set uvm.page_init_done'));
    });
  });

  it('opens the level, clears cold, sets mp_online, switches for the first time, makes the pagedaemon, and is over', () => {
    expectInOrder(
      order,
      'mi_cpu_attach curcpu()',
      'spl0',
      'set cold',
      'set mp_online',
      'yield',
      'kthread_create uvm_pageout',
      'uvm_scheduler',
    );
    expect(order.events.at(-1)?.call).toBe('uvm_scheduler');
  });

  it('says for each event whether it is cold, and lets nothing sleep while it is', () => {
    const warm = placeOf(order, 'set cold');
    order.events.forEach((event, index) => {
      expect(event.context.cold).toBe(index <= warm);
      expect(event.context.maySleep).toBe(index > warm);
    });
  });

  it('releases other CPUs only where the port has them', () => {
    const released = order.events.some((event) => event.call === 'cpu_boot_secondary_processors');
    expect(released).toBe(ports[port].multiprocessor);
  });

  it('gives each pool a wchan, a size, an allocator and an ipl, and names no pool twice', () => {
    const pools = order.events.filter(describesAPool);
    for (const event of pools) {
      expect(event.args['wchan'], nameOf(event)).toBeTypeOf('string');
      expect(event.args['size'], nameOf(event)).toBeGreaterThan(0);
      expect(event.args['palloc'], nameOf(event)).toBeTypeOf('string');
      expect(event.args['ipl'], nameOf(event)).toBeTypeOf('string');
    }
    expect(new Set(pools.map((event) => event.args['wchan'])).size).toBe(pools.length);
  });

  it('has vacaches exactly where pool pages need a map', () => {
    const vacaches = order.events.filter((event) => event.call === 'uvm_km_vacache_init');
    const expected = ports[port].directMap ? [] : ['kvakernel', 'kvakmem'];
    expect(vacaches.map((event) => event.args['name'])).toEqual(expected);
  });

  it('registers the hooks of kmem and of sockets on kernel_map, at the tail', () => {
    const hooks = order.events.filter((event) => event.call === 'callback_register');
    expect(hooks.map((event) => [event.object, event.args['entry']])).toEqual([
      ['kernel_map', 'kmem_kva_reclaim_entry'],
      ['kernel_map', 'sokva_reclaimerentry'],
    ]);
  });

  it('names a revision for each C file of its events', () => {
    for (const event of order.events) {
      if (event.file.endsWith('.c')) expect(order.source.revisions).toHaveProperty([event.file]);
    }
  });
});

describe('era A, as the source has it', () => {
  it.each(['i386', 'amd64'] as const)(
    '%s: pmappl is the first pool, then pdppl and pvpl',
    (port) => {
      const pools = orders.a[port].events.filter(describesAPool);
      expect(pools.slice(0, 4).map((event) => event.args['wchan'])).toEqual([
        'pmappl',
        'pdppl',
        'pvpl',
        'amappl',
      ]);
    },
  );

  it.each(['i386', 'amd64'] as const)(
    '%s: the first item of a pool is taken after pool_subsystem_init, by a quantum cache',
    (port) => {
      expect(nameOf(firstWhere(orders.a[port], growsAPool))).toBe('pool_cache_init kmem-N');
    },
  );

  it('arm32: the low-water mark takes pages from kernel_map before kmem_map exists', () => {
    expectInOrder(
      orders.a.arm32,
      'pool_init pvepl',
      'set kernel_map',
      'pool_setlowat pmap_pv_pool',
      'set pmap_initialized',
      'uvm_km_suballoc kmem_map',
    );
    const growth = firstWhere(orders.a.arm32, growsAPool);
    expect(nameOf(growth)).toBe('pool_setlowat pmap_pv_pool');
    expect(growth.args['n']).toBe(ports.arm32.earlyLowWater?.items);
  });

  it('arm32: 512 items of 16 bytes with the header in the page are three pages', () => {
    const pool = firstWhere(orders.a.arm32, (event) => event.args['wchan'] === 'pvepl');
    const headerBytes = 32;
    const perPage = Math.floor((4096 - headerBytes) / Number(pool.args['size']));
    expect(Math.ceil(512 / perPage)).toBe(ports.arm32.earlyLowWater?.pages);
  });

  it('alpha: the low-water mark takes bare pages before kmem_map exists', () => {
    expectInOrder(
      orders.a.alpha,
      'set uvm.page_init_done',
      'pool_cache_setlowat pmap_pv_cache',
      'uvm_km_suballoc kmem_map',
    );
  });

  it('alpha alone steals before its pmap is bootstrapped', () => {
    expectInOrder(
      orders.a.alpha,
      'uvm_page_physload',
      'uvm_pageboot_alloc',
      'pool_cache_bootstrap pmap',
    );
    const steals = (port: 'i386' | 'amd64' | 'arm32') =>
      orders.a[port].events
        .filter((event) => event.call === 'uvm_pageboot_alloc')
        .map((event) => event.function);
    expect(steals('i386')).toEqual(['uvm_page_init']);
    expect(steals('arm32')).toEqual(['uvm_page_init']);
    // amd64 grows its page tables before main().
    expect(steals('amd64')).toEqual(['pmap_get_physpage', 'uvm_page_init']);
  });

  it('x86 describes pools before it loads memory, arm32 and alpha after', () => {
    expectInOrder(orders.a.i386, 'pool_cache_bootstrap pmappl', 'uvm_page_physload');
    expectInOrder(orders.a.amd64, 'pool_cache_bootstrap pmappl', 'uvm_page_physload');
    expectInOrder(orders.a.arm32, 'uvm_page_physload', 'pool_cache_bootstrap pmappl');
    expectInOrder(orders.a.alpha, 'uvm_page_physload', 'pool_cache_bootstrap pmap');
  });

  it('has no pool_subsystem_bootstrap', () => {
    for (const port of portNames) {
      expect(orders.a[port].events.map((event) => event.call)).not.toContain(
        'pool_subsystem_bootstrap',
      );
      expect(orders.a[port].origin).toBe('read');
    }
  });
});

describe.each(['b', 'c'] as const)('era %s, derived', (era) => {
  it.each(portNames)('%s: bootstrap stands before the first pool', (port) => {
    const order = orders[era][port];
    const first = placeOf(order, nameOf(firstWhere(order, describesAPool)));
    expect(placeOf(order, 'pool_subsystem_bootstrap')).toBe(first - 1);
  });

  it.each(portNames)('%s: says that it is a reconstruction, and which events are', (port) => {
    const order = orders[era][port];
    expect(order.origin).toBe('reconstructed');
    const touched = order.events.filter((event) => event.origin === 'reconstructed');
    expect(touched.map(nameOf)).toContain('pool_subsystem_init');
    for (const event of touched) expect(event.note).toBeTypeOf('string');
  });

  it.each(portNames)('%s: is the same calls as era A and one more', (port) => {
    const without = orders[era][port].events
      .map(nameOf)
      .filter((name) => name !== 'pool_subsystem_bootstrap');
    expect(without.toSorted()).toEqual(orders.a[port].events.map(nameOf).toSorted());
  });
});

describe('era B', () => {
  it.each(portNames)('%s: keeps the order of era A', (port) => {
    const without = orders.b[port].events
      .map(nameOf)
      .filter((name) => name !== 'pool_subsystem_bootstrap');
    expect(without).toEqual(orders.a[port].events.map(nameOf));
  });
});

describe('era C', () => {
  it.each(portNames)(
    '%s: no pool grows and malloc is not used before pool_subsystem_init',
    (port) => {
      const order = orders.c[port];
      const initialised = placeOf(order, 'pool_subsystem_init');
      const early = order.events
        .slice(0, initialised)
        .filter((event) => growsAPool(event) || event.args['storage'] === 'malloc');
      expect(early).toEqual([]);
    },
  );

  it('initialises the pools right after kmem_map has its vacache', () => {
    const order = orders.c.i386;
    const vacaches = order.events.flatMap((event, index) =>
      event.call === 'uvm_km_vacache_init' ? [index] : [],
    );
    expect(placeOf(order, 'pool_subsystem_init')).toBe((vacaches.at(-1) ?? 0) + 1);
  });

  it('arm32: the low water comes after pool_subsystem_init, and still before pmap_initialized', () => {
    expectInOrder(
      orders.c.arm32,
      'pool_subsystem_init',
      'pool_setlowat pmap_pv_pool',
      'set pmap_initialized',
    );
  });

  it('arm32, the alternative: only the low-water call moves', () => {
    expectInOrder(
      lowWaterOrders.arm32,
      'set pmap_initialized',
      'set kmem_map',
      'pool_subsystem_init',
      'pool_setlowat pmap_pv_pool',
    );
  });
});

describe('derive', () => {
  it('refuses a change whose event is not there', () => {
    const nowhere = { call: 'no_such_call' };
    expect(() =>
      derive(orders.a.i386, 'X', [
        { kind: 'remove', name: 'drop it', because: 'a test', what: [nowhere] },
      ]),
    ).toThrow('drop it: no event no_such_call in this order');
  });

  it('removes what it is told to, and leaves the order that it was given alone', () => {
    const before = JSON.stringify(orders.a.i386);
    const without = derive(orders.a.i386, 'X', [
      {
        kind: 'remove',
        name: 'no hooks',
        because: 'a test',
        what: [{ call: 'callback_register' }],
      },
    ]);
    expect(without.events).toHaveLength(orders.a.i386.events.length - 2);
    expect(JSON.stringify(orders.a.i386)).toBe(before);
  });
});

/** Where the sources lie; without them the lines cannot be compared. */
const sources = process.env['NETBSD_5_2_SYS'] ?? '';

/** Calls of the source that are another one's in the model. */
const sameInTheModel: { readonly [call: string]: readonly string[] } = {
  kmem_alloc: ['kmem_zalloc', 'hashinit', 'percpu_alloc'],
  pool_cache_get: ['mutex_obj_alloc'],
  pool_sethardlimit: ['pool_cache_sethardlimit'],
  uvm_pageboot_alloc: ['uvm_page_physget', 'pmap_steal_memory'],
};

/** What the line of an event must contain one of: the call, or the global that is set. */
const textsOf = ({ call, object }: OrderEvent): readonly string[] =>
  call === 'set' ? [object?.split('.').at(-1) ?? ''] : [call, ...(sameInTheModel[call] ?? [])];

const lineOf = (file: string, line: number): string =>
  readFileSync(join(sources, file), 'latin1').split('\n')[line - 1] ??
  '(beyond the end of the file)';

/** Functions that are reached through a pointer: the line of the caller shows what takes them there. */
const indirectCalls = [
  { called: 'cpu_attach', by: 'config_rootfound("mainbus"' },
  { called: '_run_once', by: 'RUN_ONCE(&control, vmem_init)' },
  { called: 'vmem_init', by: 'o->o_error = fn()' },
];

describe.skipIf(sources === '')('the order of era A', () => {
  it.each(portNames)(
    '%s: is what is read out of the tree, with the decisions of its review',
    async (port) => {
      expect(await generatedOrder(sources, port)).toEqual(orders.a[port]);
    },
  );
});

describe.skipIf(sources === '')('the lines cited', () => {
  it.each(portNames)('%s: each event that was read stands at its line', (port) => {
    for (const event of orders.a[port].events.filter((one) => one.origin === 'read')) {
      const place = `${event.file}:${event.line}`;
      const line = lineOf(event.file, event.line);
      expect(
        textsOf(event).some((text) => line.includes(text)),
        `${place}: ${line}`,
      ).toBe(true);
    }
  });

  it.each(portNames)('%s: each caller calls the next function at its line', (port) => {
    for (const event of orders.a[port].events) {
      const called = [...event.stack.slice(1), event].map((frame) => frame.function);
      event.stack.forEach((frame, depth) => {
        const line = lineOf(frame.file, frame.line);
        const place = `${frame.file}:${frame.line}`;
        const indirect = indirectCalls.find((one) => one.called === called[depth]);
        expect(line, place).toContain(indirect?.by ?? called[depth]);
      });
    }
  });

  it.each(portNames)('%s: the lines of the port record are in their files', (port) => {
    const cited = JSON.stringify(ports[port]).match(/[\w./]+\.[chS]:\d+/g) ?? [];
    expect(cited.length).toBeGreaterThan(5);
    for (const place of cited) {
      const [file = '', line = ''] = place.split(':');
      expect(lineOf(file, Number(line)).trim(), place).not.toMatch(/^$|beyond the end/);
    }
  });
});
