import { describe, expect, it } from 'vitest';
import { axioms, ignored } from '../../src/extract/trace/axioms.ts';
import type { Order } from '../../src/order/order.ts';
import { diffOrders, isSameOrder } from '../../src/order/diff.ts';
import { orderOf, texts } from './mini-tree.ts';

/*
 * A kernel in which a lock takes a record with LOCKDEBUG, and records are allocated when few are
 * left.
 */

const locks = `
#include "opt_lockdebug.h"
#include <sys/param.h>
void *kmem_zalloc(unsigned long, int);
void kmem_free(void *, unsigned long);
int ld_nfree;
int ld_freeptr;
static struct record { struct record *next; } *ld_free;
static void lockdebug_more(void) {
  while (ld_nfree < 16) {
    void *block = kmem_zalloc(512 * 64, 1);
    if (ld_nfree > 16) { kmem_free(block, 512 * 64); continue; }
    ld_nfree += 512;
  }
}
int lockdebug_alloc(void *lock, void *ops) {
  if (ops == 0) return 0;
  if (ld_freeptr == 0) { ld_freeptr = 1; ld_nfree = 511; }
  if (ld_free == 0) lockdebug_more();
  else if (ld_nfree < 16) lockdebug_more();
  ld_nfree--;
  return 1;
}
#ifdef LOCKDEBUG
#define LOCKDEBUG_ALLOC(lock, ops) lockdebug_alloc(lock, ops)
#else
#define LOCKDEBUG_ALLOC(lock, ops) 0
#endif
static int some_ops;
void mutex_init(kmutex_t *mtx, int type, int ipl) {
  int debug = LOCKDEBUG_ALLOC(mtx, &some_ops);
}
`;

async function lockOrder(options: { readonly [name: string]: string }): Promise<Order> {
  const files = texts();
  files['kern/kern_mutex.c'] = locks;
  files['conf/files'] =
    `${files['conf/files'] ?? ''}\ndefflag opt_lockdebug.h LOCKDEBUG\nfile kern/kern_mutex.c\n`;
  return orderOf(files, { options });
}

const behind = ({ events }: Order): Order['events'] =>
  events.filter((event) => event.function === 'lockdebug_more');

describe('a lock that is initialised with LOCKDEBUG', () => {
  it('may allocate a batch of records, on each way once', async () => {
    const order = await lockOrder({ LOCKDEBUG: '' });
    const found = behind(order);
    const inits = order.events.filter(({ call }) => call === 'mutex_init');
    const ways = found.map(({ stack }) => stack.map((frame) => frame.function).join('>'));
    expect(inits.length).toBeGreaterThan(1);
    expect(found.length).toBeGreaterThan(1);
    expect(new Set(ways).size).toBe(ways.length);
    expect(new Set(found.map(({ call }) => call))).toEqual(new Set(['kmem_zalloc']));
    expect(new Set(found.map(({ certainty }) => certainty))).toEqual(new Set(['may']));
    expect(found[0]?.stack.slice(-2).map((frame) => frame.function)).toEqual([
      'mutex_init',
      'lockdebug_alloc',
    ]);
    // What both ways to the call have in common.
    expect(found[0]?.guards.map(({ text }) => text)).toEqual(['ld_nfree < 16']);
  });

  it('is a difference from a kernel without', async () => {
    const without = await lockOrder({});
    expect(behind(without)).toEqual([]);
    const diff = diffOrders(without, await lockOrder({ LOCKDEBUG: '' }));
    expect(isSameOrder(diff)).toBe(false);
    expect(diff.removed).toEqual([]);
    expect(diff.moved).toEqual([]);
  });
});

describe('what is taken to call no allocator', () => {
  it('is printed with the order, and the taker of lock records is not among it', () => {
    const text = axioms.join('\n');
    for (const name of ignored) expect(text).toContain(name);
    expect(ignored.has('lockdebug_alloc')).toBe(false);
  });
});
