import type { OrderTarget } from '../boot/order-target.ts';
import { check } from '../checker/index.ts';
import type { Search } from './batches.ts';
import { searched } from './batches.ts';
import type { Booted } from './boot-once.ts';
import { bootOnce } from './boot-once.ts';
import type { Change } from './order-changes.ts';
import { changed, changesOf, partOf } from './order-changes.ts';
import { smallest } from './smallest.ts';

/**
 * Looks for a lost callback from scratch: generated changes of an order and its policies, until a
 * boot completes and leaves a pool on no chain.
 *
 * A boot that panics has lost nothing that anybody would miss; only one that completes counts.
 */
export interface LostCallback {
  /** fast-check's own path to the counterexample: with the seed it repeats the fault at once. */
  readonly path: string;
  /** The changes as fast-check shrank them. */
  readonly shrunk: readonly Change[];
  /** Those of them that are needed. */
  readonly needed: readonly Change[];
  /** The pools that are on no chain when boot completes. */
  readonly lost: readonly string[];
  /** Steps of the boot with these changes, and of the engine's shortest run to the violation. */
  readonly runLength: number;
  readonly shortestLength: number | null;
  /**
   * Places of the smallest part of the original order that is right without the changes and loses
   * a callback with them.
   */
  readonly subOrder: readonly number[];
}

export interface OrderOutcome {
  readonly runs: number;
  readonly found: LostCallback | null;
  /** How the generated boots ended. */
  readonly ended: { readonly [kind in Booted['kind']]: number };
}

/**
 * `turnsPolicies`: policies are generated too; else the era's own are kept and the order is at
 * fault. Pools of which it is recorded that they are lost are no news.
 */
export async function findLostCallback(
  given: OrderTarget,
  turnsPolicies: boolean,
  search: Search,
  isRecorded: (pool: string) => boolean = () => false,
): Promise<OrderOutcome> {
  const target: Asked = { ...given, isRecorded };
  const { order, policies } = target;
  const ended = { completes: 0, stops: 0, 'no model': 0 };
  const boot = (changes: readonly Change[]): Booted => {
    const made = changed(order, policies, changes);
    return news(target, bootOnce(target, made.order, made.policies));
  };
  const { runs, found } = await searched(
    changesOf(order, policies, turnsPolicies),
    (changes) => {
      const booted = boot(changes);
      ended[booted.kind]++;
      return !loses(booted);
    },
    search,
  );
  if (found === null) return { runs, found, ended };
  const needed = smallest(found.value, (some) => loses(boot(some)));
  const booted = boot(needed);
  return {
    runs,
    ended,
    found: {
      path: found.path,
      shrunk: found.value,
      needed,
      lost: booted.kind === 'completes' ? booted.lost : [],
      runLength: booted.kind === 'completes' ? booted.steps : 0,
      shortestLength: shortestLength(target, needed),
      subOrder: smallestPart(target, needed),
    },
  };
}

type Asked = OrderTarget & { readonly isRecorded: (pool: string) => boolean };

/** The boot without what is recorded of it. */
const news = ({ isRecorded }: Asked, booted: Booted): Booted =>
  booted.kind === 'completes'
    ? { ...booted, lost: booted.lost.filter((pool) => !isRecorded(pool)) }
    : booted;

const loses = (booted: Booted): boolean => booted.kind === 'completes' && booted.lost.length > 0;

const statesMax = 100_000;

/** The engine's word on it: every run of the changed boot, and the shortest to a lost callback. */
function shortestLength(target: Asked, changes: readonly Change[]): number | null {
  const made = changed(target.order, target.policies, changes);
  const built = target.build(made.order, made.policies);
  if (!built.ok) return null;
  const { properties } = check(built.value, { statesMax });
  const lengths = properties
    .filter(({ name }) => name === 'registered')
    .flatMap(({ objects }) =>
      objects.flatMap(({ object, trace }) =>
        trace === undefined || target.isRecorded(object) ? [] : [trace.steps.length],
      ),
    );
  return lengths.length === 0 ? null : Math.min(...lengths);
}

function smallestPart(target: Asked, changes: readonly Change[]): readonly number[] {
  const { order, policies } = target;
  const places = order.events.map((_, i) => i);
  return smallest(places, (some) => {
    const part = partOf(order, changes, some);
    const made = changed(part.order, policies, part.changes);
    if (made.order.events.length === 0) return false;
    if (!loses(news(target, bootOnce(target, made.order, made.policies)))) return false;
    const right = news(target, bootOnce(target, part.order, policies));
    return right.kind === 'completes' && right.lost.length === 0;
  });
}
