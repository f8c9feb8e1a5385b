import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../src/order/order.ts';
import { addressesOf, decisionOf, eitherOf, stepped } from '../../src/extract/trace/value.ts';
import { withEither } from '../../src/boot/import-either.ts';
import { orderOf, withUvmInit } from './mini-tree.ts';

/*
 * A pointer that is one of a few addresses, and the condition on which it hangs which.
 */

const eventsWith = async (before: string, inside: string): Promise<readonly OrderEvent[]> =>
  (await orderOf(withUvmInit(before, inside))).events;

describe('one of a few addresses', () => {
  it('is kept with the decision, and joins to no more than four', () => {
    const either = eitherOf(['&a', '&b'], 17);
    expect(addressesOf(either)).toEqual(['a', 'b']);
    expect(decisionOf(either)).toBe(17);
    expect(decisionOf(eitherOf([either, '&c']))).toBeUndefined();
    expect(eitherOf(['&a', 0n])).toBeUndefined();
    expect(eitherOf(['&a', '&b', '&c', '&d', '&e'])).toBeUndefined();
  });

  it('what is the same behind all of them is known', async () => {
    const screens = `struct screen { int height; int mono; }; extern int toy_flag;
      static struct screen colour = { 16, 0 }; static struct screen grey = { 16, 1 };`;
    const code = `struct screen *s = toy_flag ? &colour : &grey;
      if (s->height != 16) uvm_pageboot_alloc(1); if (s->mono) uvm_pageboot_alloc(2);`;
    const stolen = (await eventsWith(screens, code)).filter(
      ({ call, function: name }) => call === 'uvm_pageboot_alloc' && name === 'uvm_init',
    );
    expect(stolen.map(({ certainty, args }) => `${certainty} ${String(args['size'])}`)).toEqual([
      'may 2',
    ]);
  });

  it('a step that leaves its object may be anywhere in it', () => {
    expect(stepped('bootinfo', -3221225472n)).toBe('bootinfo[*]');
    expect(stepped('table[3]', -2n)).toBe('table[1]');
  });
});

describe('a condition', () => {
  const under = async (between: string): Promise<readonly number[]> => {
    const code = `if (toy_flag) uvm_pageboot_alloc(1); ${between} if (toy_flag) uvm_pageboot_alloc(2);`;
    const events = await eventsWith('extern int toy_flag; extern int toy_version;', code);
    return events
      .filter(({ args }) => args['size'] === 1 || args['size'] === 2)
      .flatMap(({ guards }) => guards.map(({ choice }) => choice ?? -1));
  };

  it('that is asked again has the same answer, unless what it reads was written', async () => {
    const [first, again] = await under('');
    expect(again).toBe(first);
    const [before, after] = await under('toy_flag = toy_version;');
    expect(after).not.toBe(before);
  });
});

describe('a pool whose allocator the machine chooses', () => {
  it('is two pools on import, one on each way of the choice', async () => {
    const code = `pool_init(&either_pool, 64, 0, 0, 0, "e", toy_flag ? &pool_allocator_kmem : &pool_allocator_nointr, IPL_NONE);
      pool_get(&either_pool, 0);`;
    const before = `extern int toy_flag; static struct pool either_pool;
      struct pool_allocator pool_allocator_nointr;`;
    const { events, decisions } = withEither(await eventsWith(before, code));
    const ours = events.filter(({ object }) => object?.startsWith('either_pool') === true);
    expect(decisions.size).toBe(1);
    expect(
      ours
        .filter(({ call }) => call !== 'callback_register')
        .map(({ call, object, args, guards }) => [
          `${call} ${String(object)} ${String(args['palloc'] ?? '')}`.trim(),
          guards.at(-1)?.arm,
        ]),
    ).toEqual([
      ['pool_init either_pool pool_allocator_kmem', 0],
      ['pool_init either_pool on pool_allocator_nointr pool_allocator_nointr', 1],
      ['pool_get either_pool', 0],
      ['pool_get either_pool on pool_allocator_nointr', 1],
    ]);
  });
});
