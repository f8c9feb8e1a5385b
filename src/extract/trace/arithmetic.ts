/**
 * Integer and pointer arithmetic with C's widths.
 */
import type { CType } from '../c/ir.ts';
import type { Frame, Session } from './session.ts';
import { boundsOf, fitting, isRange, rangeResult } from './range.ts';
import type { Value } from './value.ts';
import { addressesOf, addressOf, fromBoolean, pointee, stepped, truth, wrapped } from './value.ts';

/** The value as the type holds it; addresses pass, as the kernel casts them freely. */
export function converted(
  value: Value,
  type: CType | undefined,
  session: Session,
  frame: Frame,
): Value {
  if (type === undefined || (typeof value !== 'bigint' && !isRange(value))) return value;
  const at = type.k === 'name' ? session.types.resolve(type, frame.definition.file) : type;
  if (at.k !== 'int') return value;
  return isRange(value) ? fitting(value, at.size, at.signed) : wrapped(value, at.size, at.signed);
}

/** `type` is the type of the whole expression; comparisons do not need it. */
export function binaryValue(
  op: string,
  a: Value,
  b: Value,
  type: CType | undefined,
  session: Session,
  frame: Frame,
): Value {
  // Nothing times, and'ed with or shifted from what is not known is still nothing.
  if (a === 0n && ['*', '&', '<<', '>>', '/', '%'].includes(op)) return 0n;
  if (b === 0n && (op === '*' || op === '&')) return 0n;
  if (isRange(a) || isRange(b)) {
    const [one, other] = [boundsOf(a), boundsOf(b)];
    if (one !== undefined && other !== undefined)
      return converted(rangeResult(op, one, other), type, session, frame);
    // At a distance that is not known.
    const [left, right] = [isRange(a) ? undefined : a, isRange(b) ? undefined : b];
    return binaryValue(op, left, right, type, session, frame);
  }
  if (a === undefined || b === undefined) {
    const base = pointee(a) ?? (op === '+' ? pointee(b) : undefined);
    return base !== undefined && (op === '+' || op === '-') && b !== a
      ? addressOf(stepped(base, undefined))
      : undefined;
  }
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    const result = integers(op, a, b);
    return typeof result === 'bigint' ? converted(result, type, session, frame) : result;
  }
  return pointers(op, a, b);
}

const isOneOfSome = (value: bigint | string): boolean =>
  typeof value === 'string' && value.startsWith('|');

// Equal to none of them is known; which of them is not.
function severalPointers(op: string, a: bigint | string, b: bigint | string): Value {
  if (op !== '==' && op !== '!=') return undefined;
  const [left, right] = [a, b].map((value) => (value === 0n ? [] : addressesOf(value))) as [
    readonly string[],
    readonly string[],
  ];
  if ((a !== 0n && left.length === 0) || (b !== 0n && right.length === 0)) return undefined;
  const all = left.flatMap((one) => right.map((other) => same(addressOf(one), addressOf(other))));
  return all.every((equal) => equal === false) ? fromBoolean(op === '!=') : undefined;
}

function integers(op: string, a: bigint, b: bigint): Value {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? undefined : a / b;
    case '%':
      return b === 0n ? undefined : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return b >= 0n && b < 64n ? a << b : undefined;
    case '>>':
      return b >= 0n && b < 64n ? a >> b : undefined;
    case '==':
      return fromBoolean(a === b);
    case '!=':
      return fromBoolean(a !== b);
    case '<':
      return fromBoolean(a < b);
    case '>':
      return fromBoolean(a > b);
    case '<=':
      return fromBoolean(a <= b);
    case '>=':
      return fromBoolean(a >= b);
    default:
      return undefined;
  }
}

function pointers(op: string, a: bigint | string, b: bigint | string): Value {
  if (isOneOfSome(a) || isOneOfSome(b)) return severalPointers(op, a, b);
  if (op === '==' || op === '!=') {
    const equal = same(a, b);
    return fromBoolean(equal === undefined ? undefined : equal === (op === '=='));
  }
  const left = pointee(a);
  const right = pointee(b);
  if (left !== undefined && typeof b === 'bigint') {
    if (op === '+') return addressOf(stepped(left, b));
    if (op === '-') return addressOf(stepped(left, -b));
  }
  if (right !== undefined && typeof a === 'bigint' && op === '+')
    return addressOf(stepped(right, a));
  if (left === undefined || right === undefined) return undefined;
  const distance = between(left, right);
  if (distance === undefined) return undefined;
  switch (op) {
    case '-':
      return distance;
    case '<':
      return fromBoolean(distance < 0n);
    case '>':
      return fromBoolean(distance > 0n);
    case '<=':
      return fromBoolean(distance <= 0n);
    case '>=':
      return fromBoolean(distance >= 0n);
    default:
      return undefined;
  }
}

function same(a: bigint | string, b: bigint | string): boolean | undefined {
  if (typeof a === 'bigint' || typeof b === 'bigint') {
    const number = typeof a === 'bigint' ? a : b;
    // Nothing that has an address lies at 0.
    return number === 0n && truth(typeof a === 'bigint' ? b : a) === true ? false : undefined;
  }
  if (a.includes('[*]') || b.includes('[*]')) return undefined;
  if (a === b) return true;
  if (!a.startsWith('&') || !b.startsWith('&')) return undefined;
  // Two heap objects of one name, or two locals, may be one; neither is a variable of the kernel.
  return isMany(a) && isMany(b) ? undefined : false;
}

const isMany = (address: string): boolean => /@\w+#|^&\d+:/.test(address);

function between(a: string, b: string): bigint | undefined {
  const split = (path: string): readonly [string, bigint] | undefined => {
    const match = /^(.*)\[(-?\d+)\]$/s.exec(path);
    return match === null ? [path, 0n] : [match[1] ?? '', BigInt(match[2] ?? '0')];
  };
  const left = split(a);
  const right = split(b);
  if (left === undefined || right === undefined || left[0] !== right[0]) return undefined;
  return a.includes('[*]') || b.includes('[*]') ? undefined : left[1] - right[1];
}
