import { describe, expect, it } from 'vitest';
import type { Decision, Review } from '../../models/netbsd/orders/review/review.ts';
import { reviewed } from '../../models/netbsd/orders/review/review.ts';
import type { Imported } from '../../src/boot/import-order.ts';
import type { Order, OrderEvent } from '../../src/order/order.ts';

/*
 * A review closes what a reading of C leaves open, one decision at a time. It must not outlive the
 * source that it speaks of: a decision that finds nothing is an error.
 */

const at = { function: 'f', file: 'kern/f.c', line: 1 };
const context = { ipl: 'HIGH', by: 'thread', cold: true } as const;

function event(call: string, object: string | null, args: OrderEvent['args'] = {}): OrderEvent {
  return { call, object, args, ...at, stack: [], context, certainty: 'must', guards: [] };
}

const onlyIf = (one: OrderEvent): OrderEvent => ({
  ...one,
  certainty: 'may',
  guards: [{ text: 'x > 1', at: 'kern/f.c:1' }],
});

function imported(events: readonly OrderEvent[]): Imported {
  const order: Order = {
    schema: 'bootproof/order/1',
    title: 'toy',
    port: 'toy',
    origin: 'read',
    source: { tree: 'Toy', revisions: { 'kern/f.c': '1.2' }, hash: 'sha256:0' },
    events: [...events],
  };
  const none = new Map();
  return {
    ...{ order, below: none, irrelevant: none, unknown: [], assumptions: [] },
    ...{ holes: [], closedHoles: none },
  };
}

const review = (...decisions: Decision[]): Review => ({
  ...{ title: 'toy of Toy', port: 'toy', arch: 'toy', config: 'GENERIC', axioms: ['RAM'] },
  ...{ reading: [], decisions, remarks: [] },
});

const calls = (order: Order): readonly string[] =>
  order.events.map(({ call, object }) => `${call} ${object ?? ''}`.trim());

describe('a review', () => {
  const events = [
    event('pool_init', 'a_pool', { wchan: 'apl', pp: 'a_pool', flags: '0', size: 8 }),
    event('kmem_alloc', null, { size: '?n * 4', flags: 'KM_SLEEP' }),
    event('kmem_alloc', 'table'),
  ];

  it('keeps what the model needs: arguments that mean something there', () => {
    const order = reviewed(imported(events), review());
    expect(order.events[0]?.args).toEqual({ wchan: 'apl', flags: '', size: 8 });
    // What is not known is no argument: the model has its own default.
    expect(order.events[1]?.args).toEqual({ flags: 'KM_SLEEP' });
    expect(order.source).toMatchObject({ reading: 'sha256:0' });
    expect(order.source.hash).toBeUndefined();
  });

  it('leaves out, all or all but the first, and says so', () => {
    const further: Decision = {
      leaveOut: { call: 'kmem_alloc' },
      butFirst: true,
      because: 'further allocations',
    };
    const order = reviewed(imported(events), review(further));
    expect(calls(order)).toEqual(['pool_init a_pool', 'kmem_alloc']);
    expect(order.axioms).toEqual(['RAM', 'left out: further allocations']);
    const named: Decision = { leaveOut: { call: 'kmem_alloc', except: ['table'] }, because: 'x' };
    expect(calls(reviewed(imported(events), review(named)))).toEqual([
      'pool_init a_pool',
      'kmem_alloc table',
    ]);
  });

  it('settles what is open; a condition that nobody settled is an error', () => {
    const open = imported([onlyIf(event('pool_get', 'a_pool'))]);
    expect(() => reviewed(open, review())).toThrow('conditions are open on pool_get a_pool');
    const settle: Decision = {
      settle: { call: 'pool_get', of: 'a_pool' },
      certainty: 'must',
      args: { what: 'the first item' },
      because: 'the machine has memory',
    };
    const [settled] = reviewed(open, review(settle)).events;
    expect(settled).toMatchObject({
      certainty: 'must',
      guards: [],
      args: { what: 'the first item' },
    });
  });

  it('adds what no call stands for, before or after one', () => {
    const add = { call: 'yield', object: null, args: {}, function: 'g', file: 'kern/g.c', line: 7 };
    const before: Decision = { add, before: { call: 'kmem_alloc' }, because: 'x' };
    const after: Decision = { add, after: { call: 'kmem_alloc' }, because: 'x' };
    expect(calls(reviewed(imported(events), review(before)))[1]).toBe('yield');
    expect(calls(reviewed(imported(events), review(after))).at(-1)).toBe('yield');
  });

  it('refuses decisions and remarks about what is not there, and events without meaning', () => {
    const gone: Decision = { leaveOut: { call: 'pool_get' }, because: 'it is gone' };
    expect(() => reviewed(imported(events), review(gone))).toThrow('for: it is gone');
    const remark = { on: { call: 'pool_init', of: 'bpl' }, note: 'nobody' };
    expect(() => reviewed(imported(events), { ...review(), remarks: [remark] })).toThrow('nobody');
    const unknown = {
      ...imported(events),
      unknown: [{ event: event('f', null), why: 'no such call' }],
    };
    expect(() => reviewed(unknown, review())).toThrow('no decision about f');
  });
});
