import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/assert.ts';
import type { OrderTarget } from '../../src/boot/order-target.ts';
import type { Change } from '../../src/fuzz/order-changes.ts';
import { changed, changesOf, describeChange, partOf } from '../../src/fuzz/order-changes.ts';
import { bootOnce } from '../../src/fuzz/boot-once.ts';
import { bootAlone } from '../../models/netbsd/boot-alone.ts';

const target: OrderTarget = present(bootAlone('netbsd/a-deferred-queue/i386'), 'a boot');
const { order, policies } = target;

const callsOf = (changes: readonly Change[]): readonly string[] =>
  changed(order, policies, changes).order.events.map(({ call }) => call);

const own = order.events.map(({ call }) => call);

describe('changes of an order', () => {
  it('move, swap, drop and repeat events by their place in the original', () => {
    const [first, second, third] = own;
    expect(callsOf([{ kind: 'move', what: 2, before: 0 }]).slice(0, 3)).toEqual([
      third,
      first,
      second,
    ]);
    expect(callsOf([{ kind: 'swap', what: 0, with: 2 }])[0]).toBe(third);
    expect(callsOf([{ kind: 'drop', what: 0 }])[0]).toBe(second);
    expect(callsOf([{ kind: 'repeat', what: 0, before: 2 }]).slice(0, 3)).toEqual([
      first,
      second,
      first,
    ]);
  });

  it('do nothing where their event is gone', () => {
    const drop: Change = { kind: 'drop', what: 4 };
    expect(callsOf([drop, { kind: 'move', what: 4, before: 0 }])).toEqual(callsOf([drop]));
    expect(callsOf([drop, { kind: 'move', what: 0, before: 4 }])).toEqual(callsOf([drop]));
  });

  it('turn policies beside the order', () => {
    const turned: Change = { kind: 'policy', field: 'unboundAllocator', value: 'forget' };
    expect(changed(order, policies, [turned]).policies.unboundAllocator).toBe('forget');
    expect(callsOf([turned])).toEqual(own);
    expect(describeChange(order, policies, turned)).toBe('policy unboundAllocator: queue → forget');
  });

  it('mean the same in a part of the order', () => {
    const move: Change = { kind: 'move', what: 13, before: 9 };
    const part = partOf(order, [move], [4, 9, 13, 14]);
    const made = changed(part.order, policies, part.changes).order.events;
    const expected = [4, 13, 9, 14].map((place) => order.events[place]);
    expect(made).toEqual(expected);
    // Without its anchor it goes before the next event that is there.
    const bare = partOf(order, [move], [4, 13, 14]);
    expect(changed(bare.order, policies, bare.changes).order.events).toEqual(
      [4, 13, 14].map((place) => order.events[place]),
    );
  });

  it('always leave an order that the model has an answer to', () => {
    fc.assert(
      fc.property(changesOf(order, policies, true), (changes) => {
        const made = changed(order, policies, changes);
        expect(bootOnce(target, made.order, made.policies)).not.toHaveProperty('kind', 'no model');
      }),
      { seed: 20_110_128, numRuns: 40 },
    );
  });
});
