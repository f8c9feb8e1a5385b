import { describe, expect, it } from 'vitest';
import { choicesOf, holds, isChosen, positive, wayOf } from '../../src/boot/choices.ts';
import type { OrderEvent } from '../../src/order/order.ts';

/*
 * What hangs on a condition runs where it holds, and what stands in its other arm where it does
 * not: never both.
 */

type Guard = OrderEvent['guards'][number];

const under = (...guards: Guard[]): OrderEvent => ({
  ...{ call: 'malloc', object: null, args: {}, function: 'f', file: 'a.c', line: 1, stack: [] },
  context: { ipl: 'HIGH', by: 'thread', cold: true },
  certainty: 'may',
  guards,
});

/** For each way of each choice, which of the events run. */
function runs(events: readonly OrderEvent[]): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const [choice, { why, ways }] of choicesOf(events)) {
    for (const { label, value } of ways) {
      const isIn = ({ guards }: OrderEvent): boolean =>
        guards.every((guard) => wayOf(guard).choice !== choice || holds(wayOf(guard), value));
      found[`${why}=${label}`] = events.flatMap((event, i) => (isIn(event) ? [i] : []));
    }
  }
  return found;
}

describe('the choices of an order', () => {
  it('by hand: !(x) at one place is the other way of x', () => {
    const at = 'a.c:7';
    expect(runs([under({ text: 'x', at }), under({ text: '!(x)', at })])).toEqual({
      'x=true': [0],
      'x=false': [1],
    });
  });

  it('as read: one decision has one answer, the same place passed again has another', () => {
    const guard = { text: 'p->ready', at: 'a.c:7', choice: 1, arm: 0, arms: 2 };
    const other = { text: '!(p->ready)', at: 'a.c:7', choice: 1, arm: 1, arms: 2 };
    const again = { ...other, choice: 2 };
    expect(runs([under(guard), under(other)])).toEqual({
      'p->ready=true': [0],
      'p->ready=false': [1],
    });
    expect(choicesOf([under(guard), under(again)]).size).toBe(2);
  });

  it('a switch goes one way of many, perhaps one on which nothing hangs', () => {
    const at = 'a.c:9';
    const one = { text: 'type == 1', at, choice: 3, arm: 0, arms: 3 };
    const two = { text: 'type == 2', at, choice: 3, arm: 1, arms: 3 };
    const left = { text: '!(type == 1)', at, choice: 3, arm: 0, arms: 3, not: true as const };
    expect(runs([under(one), under(two), under(left)])).toEqual({
      'a.c:9=type == 1': [0],
      'a.c:9=type == 2': [1, 2],
      'a.c:9=none of these': [2],
    });
  });

  it('is read back from a trace', () => {
    const at = 'a.c:7';
    expect(isChosen({ text: '!(x == y)', at }, 'x == y=false')).toBe(true);
    expect(isChosen({ text: 'x == y', at }, 'x == y=false')).toBe(false);
    expect(positive('!(!(a))')).toEqual({ text: 'a', isNegated: false });
    expect(positive('!(a) || (b)')).toEqual({ text: '!(a) || (b)', isNegated: false });
  });
});
