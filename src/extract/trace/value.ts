/**
 * What the interpreter knows of a C value: an integer, its bounds, an address, a literal, or nothing.
 *
 * Addresses are symbolic, `&` and the path of what they point at; that is all a boot order needs
 * to say which pool a call is about. `undefined` is *not known*, and spreads.
 */
import { isRange, joined, rangeTruth } from './range.ts';

export type Value = bigint | string | undefined;

/** The address of the object at `path`. */
export function addressOf(path: string): string {
  return `&${path}`;
}

/** The path that an address points at; undefined for anything else. */
export function pointee(value: Value): string | undefined {
  return typeof value === 'string' && value.startsWith('&') ? value.slice(1) : undefined;
}

/** A string literal as a value. */
export function literal(text: string): string {
  return `"${text}`;
}

export function literalText(value: Value): string | undefined {
  return typeof value === 'string' && value.startsWith('"') ? value.slice(1) : undefined;
}

/** Where the text is that was printed into the memory at `path`. */
export function textAt(path: string): string {
  return `${path}[text]`;
}

const alternativesMax = 4;

/**
 * One of a few addresses: `|17|&a|&b` is a where decision 17 went its first way, b where it went
 * its second; `||&a|&b` does not say. Numbers leave their bounds. Anything else that is not the same on all ways is not known.
 */
export function eitherOf(values: readonly Value[], choice?: number): Value {
  const [first] = values;
  if (values.every((value) => value === first)) return first;
  const bounds = values.slice(1).reduce(joined, first);
  if (bounds !== undefined) return bounds;
  const found: string[] = [];
  let decision = choice;
  for (const value of values) {
    const some = addressesOf(value);
    if (some.length === 0) return undefined;
    if (some.length > 1) decision = undefined;
    for (const one of some) if (!found.includes(one)) found.push(one);
  }
  if (found.length > alternativesMax) return undefined;
  return `|${decision ?? ''}|${found.map(addressOf).join('|')}`;
}

/** What an address may point at; empty where that is not known. */
export function addressesOf(value: Value): readonly string[] {
  if (typeof value !== 'string') return [];
  if (value.startsWith('&')) return [value.slice(1)];
  return value.startsWith('|')
    ? value
        .split('|')
        .slice(2)
        .map((one) => one.slice(1))
    : [];
}

/** The decision on which it hangs which of several addresses a value is. */
export function decisionOf(value: Value): number | undefined {
  const choice = typeof value === 'string' ? /^\|(\d+)\|/.exec(value)?.[1] : undefined;
  return choice === undefined ? undefined : Number(choice);
}

/** Whether a value counts as true; undefined where that is not known. */
export function truth(value: Value): boolean | undefined {
  if (value === undefined) return undefined;
  if (isRange(value)) return rangeTruth(value);
  return typeof value === 'string' ? true : value !== 0n;
}

export function fromBoolean(value: boolean | undefined): Value {
  return value === undefined ? undefined : value ? 1n : 0n;
}

/**
 * The element that lies `by` elements after an address; unknown steps lead to any element, and so
 * do steps that leave the object: start code reaches its variables at a distance from where they
 * were linked.
 */
export function stepped(path: string, by: bigint | undefined): string {
  if (by === 0n) return path;
  const isKnown = by !== undefined && by >= 0n;
  // A search from the end and a look at the index alone: paths are long, and this is asked often.
  const open = path.endsWith(']') ? path.lastIndexOf('[') : -1;
  const index = open < 0 ? '' : path.slice(open + 1, -1);
  if (!/^(?:-?\d+|\*)$/.test(index)) return `${path}[${isKnown ? by : '*'}]`;
  const array = path.slice(0, open);
  if (by === undefined || index === '*') return `${array}[*]`;
  const at = index === '0' ? by : BigInt(index) + by;
  return `${array}[${at < 0n ? '*' : at}]`;
}

/** An integer cut to the width of its type. */
export function wrapped(value: bigint, size: number, signed: boolean): bigint {
  const bits = size * 8;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** The object that a path lies in: its variable, static ones with their file, or a heap object. */
export function rootOf(path: string): string {
  return /^@?[^.[@]*(?:@[^@[\]]*?\.[chsS](?=$|[.[]))?/.exec(path)?.[0] ?? path;
}
