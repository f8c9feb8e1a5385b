import type { CType, Expr } from '../c/ir.ts';
import type { Frame, Session } from './session.ts';
import type { Value } from './value.ts';

interface Evaluated {
  value(e: Expr, frame: Frame): Value;
  typeOf(e: Expr, frame: Frame): CType | undefined;
}

/** `&((struct x *)0)->f`, which is how offsetof is written out. */
export function numericAddress(
  e: Expr,
  frame: Frame,
  session: Session,
  evaluator: Evaluated,
  depth = 0,
): bigint | undefined {
  const { types } = session;
  const { file } = frame.definition;
  if (depth > 20) return undefined;
  switch (e.k) {
    case 'deref': {
      const base = evaluator.value(e.a, frame);
      return typeof base === 'bigint' ? base : undefined;
    }
    case 'field': {
      const base = e.arrow
        ? evaluator.value(e.a, frame)
        : numericAddress(e.a, frame, session, evaluator, depth + 1);
      const holder = evaluator.typeOf(e.a, frame);
      const at = holder && (e.arrow ? pointedAt(types.resolve(holder, file)) : holder);
      const offset = at && types.offsetOf(at, e.n, file);
      return typeof base === 'bigint' && offset !== undefined ? base + BigInt(offset) : undefined;
    }
    case 'index': {
      const base = numericAddress(e.a, frame, session, evaluator, depth + 1);
      const index = evaluator.value(e.i, frame);
      const of = evaluator.typeOf(e, frame);
      const size = of && types.sizeOf(of, file);
      if (base === undefined || typeof index !== 'bigint' || size === undefined) return undefined;
      return base + index * BigInt(size);
    }
    default:
      return undefined;
  }
}

function pointedAt(type: CType): CType | undefined {
  return type.k === 'pointer' ? type.to : type.k === 'array' ? type.of : undefined;
}
