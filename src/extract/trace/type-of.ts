/**
 * The C type of an expression, as far as declarations tell.
 */
import type { CType, Expr } from '../c/ir.ts';
import type { Places } from './places.ts';
import type { Frame, Session } from './session.ts';

const int: CType = { k: 'int', size: 4, signed: true };

const known = new WeakMap<Expr, CType>();

export function typeOf(e: Expr, frame: Frame, session: Session, places: Places): CType | undefined {
  const before = known.get(e);
  if (before !== undefined) return before;
  const type = compute(e, frame, session, places, 0);
  // Enumerations and types are the same in every activation, so an answer stays right.
  if (type !== undefined) known.set(e, type);
  return type;
}

function compute(
  e: Expr,
  frame: Frame,
  session: Session,
  places: Places,
  depth: number,
): CType | undefined {
  if (depth > 60) return undefined;
  const { types, program } = session;
  const { file } = frame.definition;
  const of = (part: Expr): CType | undefined => compute(part, frame, session, places, depth + 1);
  const resolved = (type: CType | undefined): CType | undefined =>
    type && types.resolve(type, file);
  switch (e.k) {
    case 'num': {
      const value = BigInt(e.v);
      const long = e.s?.includes('l') === true ? program.model.long : 4;
      const size = e.s?.includes('ll') === true || value >= 1n << 32n ? 8 : long;
      const unsigned = e.s?.includes('u') === true || (size === 4 && value >= 1n << 31n);
      return { k: 'int', size, signed: !unsigned };
    }
    case 'str':
      return { k: 'pointer', to: { k: 'int', size: 1, signed: true } };
    case 'id': {
      const binding = places.bind(e.n, frame);
      return binding.kind === 'place'
        ? binding.type
        : binding.kind === 'constant'
          ? int
          : program.declaredType(e.n);
    }
    case 'call': {
      const declared = e.f.k === 'id' ? program.declaredType(e.f.n) : resolved(of(e.f));
      const at = declared?.k === 'pointer' ? resolved(declared.to) : resolved(declared);
      return at?.k === 'function' ? at.returns : undefined;
    }
    case 'assign':
    case 'step':
      return of(e.a);
    case 'bin': {
      if (/^(==|!=|<|>|<=|>=|&&|\|\|)$/.test(e.op)) return int;
      const a = resolved(of(e.a));
      if (e.op === '<<' || e.op === '>>') return promoted(a);
      return combined(a, resolved(of(e.b)));
    }
    case 'un':
      return e.op === '!' ? int : promoted(resolved(of(e.a)));
    case 'addr': {
      const to = of(e.a);
      return to === undefined ? undefined : { k: 'pointer', to };
    }
    case 'deref':
    case 'index': {
      const at = resolved(of(e.a));
      return at?.k === 'pointer' ? at.to : at?.k === 'array' ? at.of : undefined;
    }
    case 'field': {
      const at = resolved(of(e.a));
      const struct = e.arrow
        ? at?.k === 'pointer'
          ? at.to
          : at?.k === 'array'
            ? at.of
            : undefined
        : at;
      return struct === undefined ? undefined : types.fieldType(struct, e.n, file);
    }
    case 'cond':
      return e.a === null ? of(e.b) : (of(e.a) ?? of(e.b));
    case 'cast':
      return e.t;
    case 'seq': {
      const last = e.list.at(-1);
      return last === undefined ? undefined : of(last);
    }
    case 'sizeof':
    case 'sizeofExpr':
      return { k: 'int', size: program.model.pointer, signed: false };
    case 'block':
    case 'init':
    case 'opaque':
      return undefined;
  }
}

function promoted(type: CType | undefined): CType | undefined {
  return type?.k === 'int' && type.size < 4 ? int : type;
}

function combined(a: CType | undefined, b: CType | undefined): CType | undefined {
  if (a?.k === 'pointer' || a?.k === 'array') return a;
  if (b?.k === 'pointer' || b?.k === 'array') return b;
  const left = promoted(a);
  const right = promoted(b);
  if (left?.k !== 'int' || right?.k !== 'int') return undefined;
  if (left.size !== right.size) return left.size > right.size ? left : right;
  return { k: 'int', size: left.size, signed: left.signed && right.signed };
}
