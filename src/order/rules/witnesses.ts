import { argumentText } from '../calls.ts';
import { isRead } from '../order.ts';
import type { Chains, ReplayedPool } from './chains.ts';
import type { Seen, Survey } from './survey.ts';
import { objectOf } from './survey.ts';

/**
 * Who is seen to be registered, beside who the replay of the kernel's bookkeeping says is.
 *
 * A replay has its own `pa_reclaim_register()`: alone, it would not notice that the tree's registers
 * nobody. An order that was read has each call of `callback_register()` that the code comes to, and
 * each pool that the replay puts on a chain must have one.
 */
export interface Witnesses {
  /** Whether the order tells such calls at all; one written by hand leaves them to the replay. */
  readonly areTold: boolean;
  /** Places at which a registration may hide: a routine of the kind was not followed. */
  readonly hidden: readonly string[];
  isSeen(pool: ReplayedPool): boolean;
}

export function witnessesOf(survey: Survey, { chains }: Chains): Witnesses {
  const calls = survey.seen.filter(
    ({ name, event }) =>
      name === 'callback_register' && argumentText(event, 'fn') === 'pool_reclaim_callback',
  );
  const named = new Set(calls.map(objectIn).filter((name) => !isUnnamed(name)));
  const unnamed = calls.filter((one) => isUnnamed(objectIn(one)));
  const bound = new Map([...chains.values()].flat().map(({ name, at }) => [name, at]));
  return {
    areTold: isRead(survey.order),
    hidden: survey.holes.flatMap(({ what, at }) =>
      /reclaim_register|callback_register/.test(what) ? [`${what} at ${at ?? '?'}`] : [],
    ),
    isSeen(pool) {
      if (named.has(plainObject(objectOf(pool.at) ?? ''))) return true;
      // In a loop over a list the pool has no name: one call may stand for each that is bound there.
      const by = bound.get(pool.name) ?? pool.at;
      return unnamed.some((one) => one.index > by.index && isBelow(one, by));
    },
  };
}

const objectIn = ({ event }: Seen): string => plainObject(argumentText(event, 'obj') ?? '?');

/** `pmap_cache` of `&pmap_cache.pc_pool`, and an array for its first element. */
const plainObject = (text: string): string =>
  text
    .replace(/^&/, '')
    .replace(/\.pc_pool$/, '')
    .replace(/\[0\]$/, '');

const isUnnamed = (object: string): boolean => /^\?|->|\[\*\]/.test(object);

/** Whether one call is made by what another one starts, or beside it in the same function. */
const isBelow = (one: Seen, by: Seen): boolean => by.path.every((name, i) => one.path[i] === name);
