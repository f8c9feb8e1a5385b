import { describe, expect, it } from 'vitest';
import { present } from '../src/base/assert.ts';
import type { OrderTarget } from '../src/boot/order-target.ts';
import { bootOnce } from '../src/fuzz/boot-once.ts';
import { describeChange, findLostCallback, unwatched } from '../src/fuzz/index.ts';
import type { LostCallback } from '../src/fuzz/lost-callback.ts';
import { changed } from '../src/fuzz/order-changes.ts';
import { bootAlone } from '../models/netbsd/boot-alone.ts';

/*
 * A lost callback found from scratch: eras A and C install every callback, and a few generated
 * changes of their orders and policies are enough to lose some in a boot that completes.
 */

const targetOf = (name: string): OrderTarget =>
  present(bootAlone(name), `${name} is a boot of the catalogue`);

const cases = [
  { name: 'netbsd/a-deferred-queue/i386', policies: true, seed: 3 },
  { name: 'netbsd/c-explicit-order/i386', policies: true, seed: 2 },
  { name: 'netbsd/a-deferred-queue/i386', policies: false, seed: 3 },
  { name: 'netbsd/c-explicit-order/i386', policies: false, seed: 3 },
] as const;

async function lostIn({ name, policies, seed }: (typeof cases)[number]): Promise<LostCallback> {
  const { found } = await findLostCallback(targetOf(name), policies, unwatched(seed, 100));
  const option = policies ? '--orders --policies' : '--orders';
  return present(found, `nothing lost: bootproof fuzz ${name} ${option} --seed ${seed} --runs 100`);
}

const boots = (target: OrderTarget, changes: LostCallback['needed']) => {
  const made = changed(target.order, target.policies, changes);
  return bootOnce(target, made.order, made.policies);
};

describe.each(cases)('changes of $name, policies $policies', (one) => {
  const target = targetOf(one.name);

  it('lose a callback, and only the changes that are needed are left', async () => {
    expect(boots(target, [])).toMatchObject({ kind: 'completes', lost: [] });
    const found = await lostIn(one);
    const again = `bootproof fuzz ${one.name} --seed ${one.seed} --path ${found.path}`;
    expect(found.lost.length, again).toBeGreaterThan(0);
    expect(boots(target, found.needed), again).toMatchObject({
      kind: 'completes',
      lost: found.lost,
    });
    for (const left of found.needed) {
      const others = found.needed.filter((change) => change !== left);
      const booted = boots(target, others);
      expect(booted.kind === 'completes' && booted.lost.length > 0, again).toBe(false);
    }
    const words = found.needed.map((c) => describeChange(target.order, target.policies, c));
    expect(found.needed.length, words.join('; ')).toBe(1);
    if (!one.policies) expect(found.needed.every(({ kind }) => kind !== 'policy')).toBe(true);
    // The engine sees it, too, and the part of the order that it takes is a small one.
    expect(found.shortestLength, again).toBeLessThanOrEqual(found.runLength);
    expect(found.subOrder.length, again).toBeLessThanOrEqual(8);
    expect(found.subOrder.length, again).toBeGreaterThan(0);
  });
});
