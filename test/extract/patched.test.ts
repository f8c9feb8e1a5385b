import { describe, expect, it } from 'vitest';
import { extract, memoryTree } from '../../src/extract/index.ts';
import type { Order, OrderEvent } from '../../src/order/order.ts';
import { orderOf, texts, withUvmInit } from './mini-tree.ts';

/*
 * Constructs of real trees, one at a time, put into the miniature kernel.
 */

const orderWith = (before: string, inside: string): Promise<Order> =>
  orderOf(withUvmInit(before, inside));

const eventsWith = async (before: string, inside: string): Promise<readonly OrderEvent[]> =>
  (await orderWith(before, inside)).events;

describe('start code that runs where it was not linked', () => {
  const shifted = `int found;
    static void loader(int answer) { *((int *)((unsigned long)(&found) - 0xc0000000UL)) = answer; }`;

  it('writes to the object that it means', async () => {
    const inside = 'loader(toy_flag); if (found == 0) kthread_create(1);';
    expect((await eventsWith(shifted, inside)).map(line)).toContain('may kthread_create');
    const unwritten = 'if (found == 0) kthread_create(1);';
    expect((await eventsWith(shifted, unwritten)).map(line)).toContain('must kthread_create');
  });
});

describe('a comparison of addresses', () => {
  it('is known between an object of the heap and a variable, and teaches nothing false', async () => {
    const before = 'int a_thing; int *given; int *other;';
    const inside = `given = malloc(8, 0, 0);
      if (given == &a_thing) kthread_create(1);
      other = &a_thing; if (other == given) kthread_create(2);
      if (other == &a_thing) kthread_create(3);`;
    const found = (await eventsWith(before, inside)).filter(
      ({ call }) => call === 'kthread_create',
    );
    // The last one is the boot's own.
    expect(found.map(({ args, certainty }) => [args['pri'], certainty])).toEqual([
      [3, 'must'],
      [0, 'must'],
    ]);
  });
});

describe('a hash function', () => {
  const hash = `struct ctx { int count; int state[5]; } ctx; int other = 1;
    void SHA1Update(struct ctx *c, void *data, int len) { other = 0; }`;

  it('is not followed: it changes what it is given, and nothing else', async () => {
    const asks = (condition: string) =>
      `SHA1Update(&ctx, 0, 4); if (${condition}) kthread_create(1);`;
    expect((await eventsWith(hash, asks('ctx.count == 0'))).map(line)).toContain(
      'may kthread_create',
    );
    expect((await eventsWith(hash, asks('other == 1'))).map(line)).toContain('must kthread_create');
  });
});

describe('the start code', () => {
  it('enters every C function that it calls, after those of the handlers of traps', async () => {
    const files = texts();
    const start = 'arch/toy/toy/locore.S';
    files[start] = (files[start] ?? '').replace(/^(.*call.*init_toy.*)$/m, 'call toy_loader\n$1');
    files[start] = `call toy_trap\n${files[start]}`;
    files['uvm/uvm_init.c'] += 'void toy_loader(void) { }\nvoid toy_trap(void) { }\n';
    const order = await orderOf(files);
    const entered = order.entries?.map((entry) => entry.function);
    expect(entered).toEqual(['toy_loader', 'init_toy', 'main']);
  });
});

describe('a link set', () => {
  it('has the entries of files that nothing else leads to, and of macros that use macros', async () => {
    const files = texts();
    files['conf/files'] += 'file kern/lone.c\nfile kern/other.c\nfile kern/far.c\n';
    files['sys/pool.h'] += '#define LONE_POOL(x) \\\n\tPOOL_INIT(x, 8, "lone")\n';
    files['kern/lone.c'] = '#include <sys/pool.h>\nLONE_POOL(lone_pool);\n';
    files['kern/other.c'] = '#include <sys/pool.h>\n#ifdef NEVER\nPOOL_INIT(x, 8, "x");\n#endif\n';
    // The macro stands in a header that only a file that nobody reads includes.
    files['kern/far.h'] = '#include <sys/pool.h>\n#define FAR_POOL(x) POOL_INIT(x, 8, "far");\n';
    files['kern/far.c'] = '#include "far.h"\nFAR_POOL(far_pool)\n';
    const order = await orderOf(files);
    const inits = order.events.filter(
      ({ call, function: by }) => call === 'pool_init' && by === 'pool_subsystem_init',
    );
    expect(inits.map(({ object }) => object)).toEqual(['kept_pool', 'lone_pool', 'far_pool']);
  });
});

const line = ({ certainty, call, object }: OrderEvent): string =>
  `${certainty} ${call} ${object ?? ''}`.trim();

describe('a page that is asked for', () => {
  const pages = `
    void *kmem_arena; int uvm_free;
    static bool uvm_km_va_starved_p(void) { TEST return vmem_size(kmem_arena, 1) < 3; }
    static void uvm_kick_pdaemon(void) { if (uvm_km_va_starved_p()) wakeup(&uvm); }
    void *uvm_pagealloc_strat(void) { uvm_free = 7; uvm_kick_pdaemon(); panic("no pages"); }`;
  const inside = 'uvm_pagealloc_strat(); if (uvm_free == 0) kthread_create(1);';

  it('asks whether the arena is short, which may not exist yet', async () => {
    const events = (await eventsWith(pages.replace('TEST', ''), inside)).map(line);
    expect(events.slice(events.indexOf('must uvm_pagealloc_strat')).slice(0, 3)).toEqual([
      'must uvm_pagealloc_strat',
      'must vmem_size kmem_arena',
      // What happened inside is taken back.
      'must kthread_create',
    ]);
  });

  it('does not where the question is tested for that', async () => {
    const tested = pages.replace('TEST', 'if (kmem_arena == NULL) return false;');
    expect((await eventsWith(tested, inside)).map(line)).not.toContain('must vmem_size kmem_arena');
  });
});

describe('what start code does', () => {
  it('a jump from one arm into the other leaves no condition behind', async () => {
    const events = await eventsWith(
      'static kmutex_t after; extern int toy_flag, toy_version;',
      `if (toy_flag) { switch (toy_version) { case 1: break; default: goto none; } }
       else { none: toy_version = 0; }
       mutex_init(&after, 0, 0);`,
    );
    expect(events.map(line)).toContain('must mutex_init after');
  });

  it('a write at a distance from a variable makes the variable unknown', async () => {
    const events = await eventsWith(
      'static vaddr_t where; extern vaddr_t toy_distance;',
      `*(vaddr_t *)((char *)&where + toy_distance) = 4; if (where == 0) panic("no memory");`,
    );
    expect(events.length).toBeGreaterThan(20);
  });

  it('a structure copied from where the loader left it is not known to be zero', async () => {
    const events = await eventsWith(
      'struct bi { int memory; }; static struct bi bootinfo; extern vaddr_t toy_place;',
      'bootinfo = *(struct bi *)toy_place; if (bootinfo.memory == 0) panic("no memory");',
    );
    expect(events.length).toBeGreaterThan(20);
  });
});

describe('sizes', () => {
  it('count what packed leaves out and aligned adds', async () => {
    const events = await eventsWith(
      `struct tight { char a; int b; } __attribute__((__packed__));
       struct wide { char a; int b __attribute__((aligned(16))); };
       static struct pool tight_pool, wide_pool;`,
      `pool_init(&tight_pool, sizeof(struct tight), 0, 0, 0, "t", 0, 0);
       pool_init(&wide_pool, sizeof(struct wide), 0, 0, 0, "w", 0, 0);`,
    );
    const sizes = events
      .filter(({ object }) => object === 'tight_pool' || object === 'wide_pool')
      .map(({ args }) => args['size'])
      .filter((size) => size !== undefined);
    expect(sizes).toEqual([5, 32]);
  });
});

describe('uses of locks', () => {
  it('are listed where asked for, and change nothing else of the boot', async () => {
    const files = texts();
    const file = 'uvm/uvm_init.c';
    files[file] = (files[file] ?? '')
      .replace('void\nuvm_init', 'static kmutex_t toy_lock; static struct pool toy_pool;\n$&')
      .replace(
        '\tuvm_page_init();',
        `if (mutex_tryenter(&toy_lock)) pool_init(&toy_pool, 8, 0, 0, 0, "t", 0, 0);
         mutex_exit(&toy_lock);$&`,
      );
    const read = async (locks: boolean): Promise<readonly string[]> => {
      const order = await extract(memoryTree(files), { arch: 'toy', locks });
      return order.ok ? order.value.events.map(line) : [];
    };
    const all = await read(true);
    expect(all).toContain('must mutex_tryenter toy_lock');
    expect(all).toContain('must pool_init toy_pool');
    expect(all.filter((one) => !/mutex_(tryenter|exit)/.test(one))).toEqual(await read(false));
  });
});

describe('a null pointer', () => {
  it('is known by the global that holds it, and by nothing where a local variable does', async () => {
    const events = await eventsWith(
      'static kmutex_t *toy_lock;',
      'kmutex_t *old = toy_lock; mutex_init(toy_lock, 0, 0); mutex_init(old, 0, 0);',
    );
    const objects = events.filter(({ call }) => call === 'mutex_init').map(({ object }) => object);
    expect(objects).toEqual(expect.arrayContaining(['toy_lock', '?old']));
  });
});

describe('an object that the trace never sees initialised', () => {
  const pool = 'static struct pool lost_pool;';
  const use = 'pool_get(&lost_pool, PR_WAITOK);';

  it('is listed, with nobody who could initialise it', async () => {
    const { uninitialised } = await orderWith(pool, use);
    expect(uninitialised).toEqual([{ object: 'lost_pool', named: [] }]);
  });

  it('is listed with the line that could, though no trace leads there', async () => {
    const setup = `${pool} void lost_setup(void) { pool_init(&lost_pool, 8, 0, 0, 0, "l", 0, 0); }`;
    const { uninitialised } = await orderWith(setup, use);
    expect(uninitialised).toEqual([
      { object: 'lost_pool', named: [expect.stringMatching(/^uvm\/uvm_init\.c:\d+$/)] },
    ]);
  });
});
