import { canonicalName } from './canonical.ts';
import type { Order } from './order.ts';
import type { Answer } from './rules/answer.ts';
import { askRules } from './rules/index.ts';

/**
 * Rules that the second order breaks and the first holds: what makes a difference a fault.
 *
 * An answer that both have is no news, wherever its lines have gone.
 */
export function newlyBroken(a: Order, b: Order): readonly Answer[] {
  const known = new Set(claims(a).map(keyOf));
  return claims(b).filter((answer) => !known.has(keyOf(answer)));
}

const claims = (order: Order): Answer[] =>
  askRules(order).rules.flatMap(({ answers }) =>
    answers.filter(({ verdict }) => verdict === 'violation' || verdict === 'unproved'),
  );

const keyOf = ({ rule, verdict, object, at }: Answer): string =>
  [rule, verdict, canonicalName(object), at?.key ?? ''].join('\n');

/** `breaks rule grown`, or `may break` it, where conditions decide. */
export const brokenText = ({ rule, verdict }: Answer): string =>
  `${verdict === 'violation' ? 'breaks' : 'may break'} rule ${rule}`;

/** Whether the answer is about an event: the use, or the initialiser that comes too late. */
export const isAbout = ({ at, other }: Answer, key: string): boolean =>
  at?.key === key || other?.key === key;
