/**
 * What a condition asks, so that the same question has the same answer.
 *
 * A condition that only reads variables has one answer until one of them is written, or code that
 * is not followed may have written it.
 */
import type { Expr } from '../c/ir.ts';
import type { Evaluator } from './evaluate.ts';
import type { Frame, Session } from './session.ts';
import { truth } from './value.ts';

export interface Asked {
  readonly key: string;
  /** Whether it is the opposite that the key names. */
  readonly isNegated: boolean;
}

export function askedBy(
  e: Expr,
  frame: Frame,
  session: Session,
  evaluator: Evaluator,
): Asked | null {
  if (e.k === 'cast') return askedBy(e.a, frame, session, evaluator);
  if (e.k === 'un' && e.op === '!') {
    const inner = askedBy(e.a, frame, session, evaluator);
    return inner === null ? null : { ...inner, isNegated: !inner.isNegated };
  }
  // `known && x` asks for x.
  if (e.k === 'bin' && /^(?:&&|\|\|)$/.test(e.op) && isPlain(e.a)) {
    if (truth(evaluator.value(e.a, frame)) !== undefined) {
      return askedBy(e.b, frame, session, evaluator);
    }
  }
  const text = isPlain(e) ? readable(e, frame, session, evaluator) : null;
  if (text === null) return null;
  return { key: `${session.passedOver} ${text}`, isNegated: false };
}

/** Whether evaluating it does nothing else. */
function isPlain(e: Expr): boolean {
  switch (e.k) {
    case 'num':
    case 'id':
    case 'sizeof':
      return true;
    case 'cast':
    case 'un':
      return isPlain(e.a);
    case 'field':
      return isPlain(e.a);
    case 'bin':
      return isPlain(e.a) && isPlain(e.b);
    default:
      return false;
  }
}

function readable(e: Expr, frame: Frame, session: Session, evaluator: Evaluator): string | null {
  const value = evaluator.value(e, frame);
  if (value !== undefined) return String(value);
  const of = (part: Expr): string | null => readable(part, frame, session, evaluator);
  switch (e.k) {
    case 'id':
    case 'field': {
      const path = evaluator.place(e, frame);
      if (path === undefined || path.includes('[*]')) return null;
      return `${path}#${session.store.version(path)}`;
    }
    case 'cast':
      return of(e.a);
    case 'un': {
      const inner = of(e.a);
      return inner === null ? null : `${e.op}(${inner})`;
    }
    case 'bin': {
      const [a, b] = [of(e.a), of(e.b)];
      return a === null || b === null ? null : `(${a} ${e.op} ${b})`;
    }
    default:
      return null;
  }
}
