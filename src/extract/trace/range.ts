/**
 * Numbers of which only the bounds are known: `small ? 4 : 16` is 4 to 16, hence not 0.
 *
 * Enough to decide the conditions that boot code asks of sizes, and a join of two ranges is a range,
 * so that nothing multiplies. What may wrap around is not known at all. A range is a value that
 * nobody but this file looks into: everybody else sees something that is not known.
 */
import type { Value } from './value.ts';

export interface Bounds {
  readonly lo: bigint;
  readonly hi: bigint;
}

const mark = '#';

export function rangeOf(lo: bigint, hi: bigint): Value {
  return lo === hi ? lo : `${mark}${lo}..${hi}`;
}

export const isRange = (value: Value): value is string =>
  typeof value === 'string' && value.startsWith(mark);

/** The bounds of a number; undefined for anything else. */
export function boundsOf(value: Value): Bounds | undefined {
  if (typeof value === 'bigint') return { lo: value, hi: value };
  if (!isRange(value)) return undefined;
  const [lo = '', hi = ''] = value.slice(mark.length).split('..');
  return { lo: BigInt(lo), hi: BigInt(hi) };
}

/** What is known where either value holds. */
export function joined(a: Value, b: Value): Value {
  if (a === b) return a;
  const [one, other] = [boundsOf(a), boundsOf(b)];
  if (one === undefined || other === undefined) return undefined;
  return rangeOf(smaller(one.lo, other.lo), larger(one.hi, other.hi));
}

/** Whether a range holds 0; undefined where it holds other numbers too. */
export function rangeTruth(value: string): boolean | undefined {
  const bounds = boundsOf(value);
  return bounds !== undefined && (bounds.lo > 0n || bounds.hi < 0n) ? true : undefined;
}

/** The range itself where the type can hold all of it. */
export function fitting(value: string, size: number, signed: boolean): Value {
  const bounds = boundsOf(value);
  const whole = boundsOfType(size, signed);
  return bounds !== undefined && bounds.lo >= whole.lo && bounds.hi <= whole.hi ? value : undefined;
}

export function boundsOfType(size: number, signed: boolean): Bounds {
  const bits = BigInt(size * 8);
  return signed
    ? { lo: -(1n << (bits - 1n)), hi: (1n << (bits - 1n)) - 1n }
    : { lo: 0n, hi: (1n << bits) - 1n };
}

/** `a op b` of two numbers of which at least one is a range, before it is cut to a type. */
export function rangeResult(op: string, a: Bounds, b: Bounds): Value {
  const isConstant = b.lo === b.hi;
  switch (op) {
    case '+':
      return rangeOf(a.lo + b.lo, a.hi + b.hi);
    case '-':
      return rangeOf(a.lo - b.hi, a.hi - b.lo);
    case '*': {
      const corners = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
      return rangeOf(corners.reduce(smaller), corners.reduce(larger));
    }
    case '/':
      return isConstant && b.lo > 0n ? rangeOf(a.lo / b.lo, a.hi / b.lo) : undefined;
    case '<<':
      return isConstant && isShift(b.lo) ? rangeOf(a.lo << b.lo, a.hi << b.lo) : undefined;
    case '>>':
      return isConstant && isShift(b.lo) ? rangeOf(a.lo >> b.lo, a.hi >> b.lo) : undefined;
    case '&':
      return isConstant && a.lo >= 0n ? masked(a, b.lo) : undefined;
    case '<':
      return compared(a.hi < b.lo, a.lo >= b.hi);
    case '>':
      return compared(a.lo > b.hi, a.hi <= b.lo);
    case '<=':
      return compared(a.hi <= b.lo, a.lo > b.hi);
    case '>=':
      return compared(a.lo >= b.hi, a.hi < b.lo);
    case '==':
      return compared(false, a.hi < b.lo || a.lo > b.hi);
    case '!=':
      return compared(a.hi < b.lo || a.lo > b.hi, false);
    default:
      return undefined;
  }
}

/** What is left of `bounds` where `op limit` holds; undefined where nothing is. */
export function narrowed(bounds: Bounds, op: string, limit: bigint): Value {
  const { lo, hi } = bounds;
  const [from, to] =
    op === '<'
      ? [lo, smaller(hi, limit - 1n)]
      : op === '<='
        ? [lo, smaller(hi, limit)]
        : op === '>'
          ? [larger(lo, limit + 1n), hi]
          : op === '>='
            ? [larger(lo, limit), hi]
            : op === '!='
              ? [lo === limit ? lo + 1n : lo, hi === limit ? hi - 1n : hi]
              : [lo, hi];
  return from <= to ? rangeOf(from, to) : undefined;
}

const compared = (yes: boolean, no: boolean): Value => (yes ? 1n : no ? 0n : undefined);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const isShift = (by: bigint): boolean => by >= 0n && by < 64n;

// A mask that clears the lowest bits keeps the order of numbers, as round_page() does.
function masked(a: Bounds, mask: bigint): Value {
  const low = BigInt.asUintN(64, ~mask);
  if ((low & (low + 1n)) === 0n) return rangeOf(a.lo & mask, a.hi & mask);
  return mask >= 0n ? rangeOf(0n, smaller(a.hi, mask)) : undefined;
}
