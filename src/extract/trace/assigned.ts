import type { Expr, Stmt } from '../c/ir.ts';

const known = new WeakMap<Stmt, readonly Expr[]>();

/** Everything that a statement assigns by name: what a loop may change from round to round. */
export function assignedIn(statement: Stmt): readonly Expr[] {
  const before = known.get(statement);
  if (before !== undefined) return before;
  const found: Expr[] = [];
  walk(statement, found);
  known.set(statement, found);
  return found;
}

// The intermediate form is plain data, so one walk over all its parts does.
function walk(part: unknown, found: Expr[]): void {
  if (Array.isArray(part)) {
    for (const item of part) walk(item, found);
  } else if (isNode(part)) {
    if ((part.k === 'assign' || part.k === 'step') && isExpr(part.a)) found.push(part.a);
    for (const inner of Object.values(part)) if (typeof inner === 'object') walk(inner, found);
  }
}

function isNode(part: unknown): part is { readonly k: string; readonly a?: unknown } {
  return typeof part === 'object' && part !== null && 'k' in part;
}

function isExpr(part: unknown): part is Expr {
  return isNode(part);
}
