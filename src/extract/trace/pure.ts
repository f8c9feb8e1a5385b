import type { Expr } from '../c/ir.ts';

/** Whether an expression can be evaluated once more and changes nothing. */
export function isPure(e: Expr): boolean {
  if (e.k === 'bin') return isPure(e.a) && isPure(e.b);
  if (e.k === 'cast' || e.k === 'un') return isPure(e.a);
  if (e.k === 'field') return isPure(e.a);
  return e.k === 'id' || e.k === 'num' || e.k === 'sizeof' || e.k === 'sizeofExpr';
}
