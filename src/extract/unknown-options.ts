import { distance } from 'fastest-levenshtein';
import type { Order } from '../order/order.ts';
import type { Configuration } from './config/configuration.ts';

type UnknownOption = NonNullable<Order['source']['unknownOptions']>[number];

/**
 * Options that were asked for and that nothing knows: no conf file declares them, and no `#if` of the
 * texts names them. A mistyped option changes nothing, and must not read as *no difference*.
 */
export function unknownOptions(
  { undeclared, declared }: Configuration,
  texts: ReadonlyMap<string, string>,
): UnknownOption[] {
  return undeclared
    .filter((name) => {
      const asked = new RegExp(`^[ \\t]*#[ \\t]*(?:el)?if.*\\b${name}\\b`, 'm');
      return ![...texts.values()].some((text) => text.includes(name) && asked.test(text));
    })
    .map((name) => ({ name, nearest: nearestTo(name, declared) }));
}

const nearestMax = 3;

const nearestTo = (name: string, known: readonly string[]): string[] =>
  known
    .map((one) => ({ one, far: distance(one, name) }))
    .filter(({ far }) => far <= Math.ceil(name.length / 3))
    .toSorted((a, b) => a.far - b.far)
    .slice(0, nearestMax)
    .map(({ one }) => one);
