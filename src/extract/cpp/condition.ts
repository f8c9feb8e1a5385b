/**
 * `#if` expressions, 64-bit exact: signed unless a `u` says otherwise, as C99 has it.
 */
import { isName } from './tokens.ts';

interface Num {
  readonly value: bigint;
  readonly unsigned: boolean;
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Whether the expression holds; null where it is not one. Names left in it are 0. */
export function conditionValue(tokens: readonly string[], nestingMax: number): boolean | null {
  const value = conditionNumber(tokens, nestingMax);
  return value === null ? null : value !== 0n;
}

/** The expression's value; null where it is not one. */
export function conditionNumber(tokens: readonly string[], nestingMax: number): bigint | null {
  try {
    const parser = new ConditionParser(tokens, nestingMax);
    const result = parser.conditional(0);
    return parser.atEnd ? result.value : null;
  } catch (problem) {
    if (problem instanceof NotACondition) return null;
    throw problem;
  }
}

class NotACondition extends Error {}

class ConditionParser {
  readonly #tokens: readonly string[];
  readonly #nestingMax: number;
  #at = 0;

  constructor(tokens: readonly string[], nestingMax: number) {
    this.#tokens = tokens;
    this.#nestingMax = nestingMax;
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  conditional(depth: number): Num {
    if (depth > this.#nestingMax) throw new NotACondition();
    const condition = this.#binary(0, depth);
    if (this.#tokens[this.#at] !== '?') return condition;
    this.#at++;
    const yes = this.conditional(depth + 1);
    if (this.#tokens[this.#at++] !== ':') throw new NotACondition();
    const no = this.conditional(depth + 1);
    return condition.value !== 0n ? yes : no;
  }

  #binary(level: number, depth: number): Num {
    const operators = levels[level];
    if (operators === undefined) return this.#unary(depth);
    let left = this.#binary(level + 1, depth);
    for (;;) {
      const operator = this.#tokens[this.#at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at++;
      left = applied(operator, left, this.#binary(level + 1, depth));
    }
  }

  #unary(depth: number): Num {
    if (depth > this.#nestingMax) throw new NotACondition();
    const token = this.#tokens[this.#at++];
    switch (token) {
      case undefined:
        throw new NotACondition();
      case '!':
        return fromBoolean(this.#unary(depth + 1).value === 0n);
      case '-':
      case '~':
      case '+': {
        const { value, unsigned } = this.#unary(depth + 1);
        return wrapped(token === '-' ? -value : token === '~' ? ~value : value, unsigned);
      }
      case '(': {
        const inner = this.conditional(depth + 1);
        if (this.#tokens[this.#at++] !== ')') throw new NotACondition();
        return inner;
      }
      default:
        return literal(token);
    }
  }
}

function literal(token: string): Num {
  if (token.startsWith("'")) {
    return { value: BigInt(characterCode(token)), unsigned: false };
  }
  if (isName(token)) return fromBoolean(token === 'true');
  const value = integerLiteral(token);
  if (value === null) throw new NotACondition();
  return wrapped(value, /u/i.test(token) || value >= 1n << 63n);
}

/** The value of `0x1fUL`, `017` or `42`; null for anything else. */
export function integerLiteral(token: string): bigint | null {
  const digits = token.replace(/[uUlL]+$/, '');
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  if (/^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)$/.test(digits)) return BigInt(digits);
  return null;
}

/** The value of `'a'` or `'\n'`. */
export function characterCode(token: string): number {
  const inner = token.slice(1, -1);
  if (!inner.startsWith('\\')) return inner.charCodeAt(0) || 0;
  const octal = /^\\([0-7]+)$/.exec(inner);
  if (octal !== null) return Number.parseInt(octal[1] ?? '0', 8);
  const hex = /^\\x([0-9a-fA-F]+)$/.exec(inner);
  if (hex !== null) return Number.parseInt(hex[1] ?? '0', 16) & 0xff;
  const codes: { readonly [letter: string]: number } = {
    n: 10,
    t: 9,
    r: 13,
    b: 8,
    f: 12,
    v: 11,
    a: 7,
  };
  const letter = inner[1] ?? '';
  return codes[letter] ?? letter.charCodeAt(0);
}

function fromBoolean(value: boolean): Num {
  return { value: value ? 1n : 0n, unsigned: false };
}

function wrapped(value: bigint, unsigned: boolean): Num {
  return { value: unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), unsigned };
}

function applied(operator: string, left: Num, right: Num): Num {
  const unsigned = left.unsigned || right.unsigned;
  const a = unsigned ? BigInt.asUintN(64, left.value) : left.value;
  const b = unsigned ? BigInt.asUintN(64, right.value) : right.value;
  switch (operator) {
    case '||':
      return fromBoolean(a !== 0n || b !== 0n);
    case '&&':
      return fromBoolean(a !== 0n && b !== 0n);
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
    case '<<':
      return wrapped(b >= 0n && b < 64n ? left.value << b : 0n, left.unsigned);
    case '>>':
      return wrapped(b >= 0n && b < 64n ? left.value >> b : 0n, left.unsigned);
    default:
      return wrapped(arithmetic(operator, a, b), unsigned);
  }
}

function arithmetic(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? 0n : a / b;
    case '%':
      return b === 0n ? 0n : a % b;
    default:
      throw new NotACondition();
  }
}
