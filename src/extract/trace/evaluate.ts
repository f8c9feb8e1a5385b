/**
 * Expressions: their value, and what evaluating them does.
 */
import type { CType, Expr } from '../c/ir.ts';
import type { Calls } from './invoke.ts';
import { Places } from './places.ts';
import type { Frame, Session } from './session.ts';
import type { Statements } from './execute.ts';
import { numericAddress } from './numeric-address.ts';
import { isPure } from './pure.ts';
import { binaryValue, converted } from './arithmetic.ts';
import { typeOf } from './type-of.ts';
import type { Bounds } from './range.ts';
import { boundsOf, boundsOfType } from './range.ts';
import type { Value } from './value.ts';
import {
  addressesOf,
  addressOf,
  eitherOf,
  fromBoolean,
  literal,
  pointee,
  rootOf,
  stepped,
  truth,
} from './value.ts';

/** The parts that an expression may lead into; set once all exist. */
export interface Parts {
  calls: Calls;
  statements: Statements;
}

export class Evaluator {
  readonly places: Places;
  readonly #session: Session;
  readonly #parts: Parts;
  #depth = 0;

  constructor(session: Session, parts: Parts) {
    this.#session = session;
    this.#parts = parts;
    this.places = new Places(session, (expression, frame) => this.value(expression, frame));
  }

  value(expression: Expr, frame: Frame): Value {
    if (this.#depth > 2 * this.#session.limits.nestingMax) return undefined;
    this.#depth++;
    try {
      return this.#value(expression, frame);
    } finally {
      this.#depth--;
    }
  }

  #value(e: Expr, frame: Frame): Value {
    switch (e.k) {
      case 'num':
        return BigInt(e.v);
      case 'str':
        return literal(e.v);
      case 'id':
        return this.#named(e.n, frame);
      case 'call':
        return this.#parts.calls.call(e, frame);
      case 'assign':
        return this.#assign(e, frame);
      case 'step': {
        const path = this.place(e.a, frame);
        const before =
          path === undefined ? undefined : this.places.read(path, this.typeOf(e.a, frame), frame);
        const by = BigInt(e.by);
        const target = pointee(before);
        const type = this.typeOf(e.a, frame);
        const after =
          boundsOf(before) !== undefined
            ? binaryValue('+', before, by, type, this.#session, frame)
            : target === undefined
              ? undefined
              : addressOf(stepped(target, by));
        if (path !== undefined) this.write(path, after, frame, e.line);
        return e.prefix ? after : before;
      }
      case 'bin':
        return this.#binary(e, frame);
      case 'un':
        return this.#unary(e, frame);
      case 'addr':
        return this.#address(e.a, frame);
      case 'deref':
      case 'field':
      case 'index':
        return this.#read(e, frame);
      case 'cond':
        return this.#conditional(e, frame);
      case 'cast':
        return converted(this.value(e.a, frame), e.t, this.#session, frame);
      case 'seq': {
        let last: Value;
        for (const part of e.list) last = this.value(part, frame);
        return last;
      }
      case 'sizeof':
        return sized(this.#session.types.sizeOf(e.t, frame.definition.file));
      case 'sizeofExpr': {
        const type = this.typeOf(e.a, frame);
        if (e.a.k === 'str') return BigInt(e.a.v.length + 1);
        return type === undefined
          ? undefined
          : sized(this.#session.types.sizeOf(type, frame.definition.file));
      }
      case 'block':
        return this.#parts.statements.expressionBlock(e.s, frame);
      case 'init':
        for (const { value } of e.items) this.value(value, frame);
        return undefined;
      case 'opaque':
        for (const part of e.parts) this.value(part, frame);
        return undefined;
    }
  }

  // Whether the boot itself comes to such a place is asked by other means; a probe wants to know.
  #lookAtNull(e: Expr, frame: Frame): void {
    if (!this.#session.isProbing) return;
    const isThrough = e.k === 'deref' || (e.k === 'field' && e.arrow);
    if (!isThrough || !isPure(e.a) || this.value(e.a, frame) !== 0n) return;
    this.#parts.calls.nullRead(e.a, frame);
  }

  typeOf(e: Expr, frame: Frame): CType | undefined {
    return typeOf(e, frame, this.#session, this.places);
  }

  /**
   * What a variable's bounds are where it is compared with `limit`: those that are known, else its
   * type's. Undefined where the comparison converts it to something else.
   */
  boundsIn(subject: Expr, limit: Expr, frame: Frame): Bounds | undefined {
    const { types } = this.#session;
    const int = (e: Expr): (CType & { k: 'int' }) | undefined => {
      const type = this.typeOf(e, frame);
      const at = type && types.resolve(type, frame.definition.file);
      return at?.k === 'int' ? at : undefined;
    };
    const [own, other] = [int(subject), int(limit)];
    if (own === undefined || other === undefined) return undefined;
    const known = boundsOf(this.value(subject, frame)) ?? boundsOfType(own.size, own.signed);
    const staysSigned = other.signed || own.size > other.size;
    return !own.signed || staysSigned || known.lo >= 0n ? known : undefined;
  }

  #named(name: string, frame: Frame): Value {
    const binding = this.places.bind(name, frame);
    switch (binding.kind) {
      case 'value':
        return binding.value;
      case 'constant':
        return this.value(binding.value, this.places.constantFrame(binding.file));
      case 'place':
        return this.places.read(binding.path, binding.type, frame);
    }
  }

  /** The path of an lvalue; undefined where it is behind a pointer that is not known. */
  place(e: Expr, frame: Frame): string | undefined {
    const paths = this.#paths(e, frame);
    return paths.length === 1 ? paths[0] : undefined;
  }

  /** The paths that an lvalue may have: several behind a pointer that is one of a few. */
  #paths(e: Expr, frame: Frame): readonly string[] {
    switch (e.k) {
      case 'id': {
        const binding = this.places.bind(e.n, frame);
        return binding.kind === 'place' ? [binding.path] : [];
      }
      case 'field': {
        const bases = e.arrow ? addressesOf(this.value(e.a, frame)) : this.#paths(e.a, frame);
        return bases.map((base) => `${withoutFirst(base, e.arrow)}.${e.n}`);
      }
      case 'index': {
        const bases = addressesOf(this.value(e.a, frame));
        const index = this.value(e.i, frame);
        const by = typeof index === 'bigint' ? index : undefined;
        return bases.map((base) => stepped(base, by));
      }
      case 'deref':
        return addressesOf(this.value(e.a, frame));
      case 'cast':
        return this.#paths(e.a, frame);
      case 'seq': {
        e.list.slice(0, -1).forEach((part) => this.value(part, frame));
        const last = e.list.at(-1);
        return last === undefined ? [] : this.#paths(last, frame);
      }
      default:
        this.value(e, frame);
        return [];
    }
  }

  #read(e: Expr, frame: Frame): Value {
    const paths = this.#paths(e, frame);
    if (paths.length === 0) {
      this.#lookAtNull(e, frame);
      return undefined;
    }
    const type = this.typeOf(e, frame);
    return eitherOf(paths.map((path) => this.places.read(path, type, frame)));
  }

  #address(e: Expr, frame: Frame): Value {
    if (e.k === 'id') {
      const binding = this.places.bind(e.n, frame);
      if (binding.kind === 'value') return binding.value;
    }
    const paths = this.#paths(e, frame);
    if (paths.length === 0) return numericAddress(e, frame, this.#session, this);
    // The address of an array is that of its first element.
    const type = this.typeOf(e, frame);
    const at = type && this.#session.types.resolve(type, frame.definition.file);
    return eitherOf(paths.map((path) => addressOf(at?.k === 'array' ? `${path}[0]` : path)));
  }

  #assign(e: Expr & { k: 'assign' }, frame: Frame): Value {
    const type = this.typeOf(e.a, frame);
    const whole = type && this.#session.types.resolve(type, frame.definition.file);
    if (whole?.k === 'struct' && isLvalue(e.b)) {
      const from = this.place(e.b, frame);
      const to = this.place(e.a, frame);
      if (to !== undefined) this.#session.store.copyBelow(from, to);
      if (to !== undefined && from === undefined && rootOf(to) === to) {
        this.places.setDefault(to, undefined);
      }
      return undefined;
    }
    const right = this.value(e.b, frame);
    const paths = this.#paths(e.a, frame);
    const path = paths.length === 1 ? paths[0] : undefined;
    let value = right;
    if (e.op !== '=') {
      const before = path === undefined ? undefined : this.places.read(path, type, frame);
      value = binaryValue(e.op.slice(0, -1), before, right, type, this.#session, frame);
    }
    value = converted(value, type, this.#session, frame);
    if (path !== undefined) {
      if (whole?.k === 'struct') this.#session.store.forgetBelow(path, undefined);
      this.write(path, value, frame, e.line);
    } else if (paths.length > 1) {
      for (const one of paths) this.#session.store.write(one, undefined);
    } else this.#forgetShifted(e.a, frame);
    return value;
  }

  // `*(T *)((char *)&x + where) = …`, as start code writes before it runs where it was linked.
  #forgetShifted(e: Expr, frame: Frame): void {
    let at = e.k === 'deref' ? e.a : e;
    while (at.k === 'cast' || (at.k === 'bin' && /^[+-]$/.test(at.op))) at = at.a;
    if (at.k !== 'addr' || e.k !== 'deref') return;
    const path = this.place(at.a, frame);
    if (path === undefined) return;
    this.#session.store.write(path, undefined);
    this.#session.store.forgetBelow(path, undefined);
  }

  /** Writes, tells the events about phase marks, and lets heap objects take a global's name. */
  write(to: string, value: Value, frame: Frame, line: number): void {
    const path = to.replace(beyondObject, '[*]');
    const any = path.indexOf('[*]');
    // A write to some element may have been to any of them.
    if (any >= 0) {
      this.#session.store.forgetBelow(path.slice(0, any), undefined);
      this.#session.store.write(path.slice(0, any), undefined);
      this.#session.store.write(`${path.slice(0, any)}[*]`, undefined);
    }
    this.#session.store.write(path, any >= 0 ? undefined : value);
    this.#parts.calls.written(path, value, frame, line);
  }

  #unary(e: Expr & { k: 'un' }, frame: Frame): Value {
    const value = this.value(e.a, frame);
    if (e.op === '!') {
      const known = truth(value);
      return fromBoolean(known === undefined ? undefined : !known);
    }
    if (typeof value !== 'bigint') return e.op === '+' ? value : undefined;
    const result = e.op === '-' ? -value : e.op === '~' ? ~value : value;
    return converted(result, this.typeOf(e, frame), this.#session, frame);
  }

  #binary(e: Expr & { k: 'bin' }, frame: Frame): Value {
    const left = this.value(e.a, frame);
    if (e.op === '&&' || e.op === '||') {
      const known = truth(left);
      if (known !== undefined) {
        if (known === (e.op === '||')) return fromBoolean(known);
        return fromBoolean(truth(this.value(e.b, frame)));
      }
      return this.#parts.statements.maybeRight(e, frame);
    }
    const right = this.value(e.b, frame);
    // Only what two integers make is cut to a width.
    const isCut = typeof left === 'bigint' && typeof right === 'bigint' && !comparisons.has(e.op);
    const type = isCut ? this.typeOf(e, frame) : undefined;
    return binaryValue(e.op, left, right, type, this.#session, frame);
  }

  #conditional(e: Expr & { k: 'cond' }, frame: Frame): Value {
    const condition = this.value(e.c, frame);
    const known = truth(condition);
    if (known === true) return e.a === null ? condition : this.value(e.a, frame);
    if (known === false) return this.value(e.b, frame);
    return this.#parts.statements.maybeEither(e, frame);
  }
}

/**
 * An element in front of its object, or far behind it: start code adds and takes away where the kernel was
 * linked, and means the object itself.
 */
const beyondObject = /\[(?:-\d+|\d{8,})\]/;

const comparisons = new Set(['==', '!=', '<', '>', '<=', '>=']);

function isLvalue(e: Expr): boolean {
  return e.k === 'id' || e.k === 'field' || e.k === 'index' || e.k === 'deref';
}

function sized(size: number | undefined): Value {
  return size === undefined ? undefined : BigInt(size);
}

// `p->f` where p points at the first element of an array that is really one object.
function withoutFirst(base: string, arrow: boolean): string {
  return arrow && /^@\w+#\d+\[0\]$/.test(base) ? base.slice(0, -3) : base;
}
