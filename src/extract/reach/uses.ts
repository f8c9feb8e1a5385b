/**
 * What the body of a function calls and assigns, without running it.
 */
import type { CallExpr, Expr, FunctionDef } from '../c/ir.ts';

export interface Uses {
  readonly calls: readonly CallExpr[];
  /** Everything that is assigned, by name or through a pointer; the value of a plain assignment. */
  readonly assigned: readonly { readonly target: Expr; readonly value: Expr | null }[];
  /** Parameters and variables of the function. */
  readonly locals: ReadonlySet<string>;
  /** By local variable: what it is set to. */
  readonly setTo: ReadonlyMap<string, readonly Expr[]>;
  /** Variables that others may write. */
  readonly addressTaken: ReadonlySet<string>;
}

const known = new WeakMap<FunctionDef, Uses>();

export function usesOf(definition: FunctionDef): Uses {
  const before = known.get(definition);
  if (before !== undefined) return before;
  const calls: CallExpr[] = [];
  const assigned: { target: Expr; value: Expr | null }[] = [];
  const setTo = new Map<string, Expr[]>();
  const addressTaken = new Set<string>();
  const locals = new Set(definition.parameters.map(({ name }) => name));
  const set = (name: string, value: Expr): void => {
    const values = setTo.get(name);
    if (values === undefined) setTo.set(name, [value]);
    else values.push(value);
  };
  // The intermediate form is plain data, so one walk over all its parts does.
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) {
      for (const item of part) walk(item);
      return;
    }
    if (!isNode(part)) return;
    if (part.k === 'call') calls.push(part as unknown as CallExpr);
    if (part.k === 'addr' && isNode(part['a']) && part['a'].k === 'id') {
      addressTaken.add(String(part['a']['n']));
    }
    if (part.k === 'decl' && typeof part['n'] === 'string') {
      locals.add(part['n']);
      if (isNode(part['init'])) set(part['n'], part['init'] as unknown as Expr);
    }
    if ((part.k === 'assign' || part.k === 'step') && isNode(part['a'])) {
      const target = part['a'] as unknown as Expr;
      const value = isNode(part['b']) ? (part['b'] as unknown as Expr) : null;
      assigned.push({ target, value });
      if (target.k === 'id' && value !== null) set(target.n, value);
    }
    for (const inner of Object.values(part)) if (typeof inner === 'object') walk(inner);
  };
  walk(definition.body);
  const uses: Uses = { calls, assigned, locals, setTo, addressTaken };
  known.set(definition, uses);
  return uses;
}

interface Node {
  readonly k: string;
  readonly [part: string]: unknown;
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null && 'k' in part;
}

/** A global that an assignment changes, with the members on the way: `uvm.page_init_done`. */
export function assignedGlobal(target: Expr, locals: ReadonlySet<string>): string | null {
  switch (target.k) {
    case 'id':
      return locals.has(target.n) ? null : target.n;
    case 'field': {
      if (target.arrow) return null;
      const base = assignedGlobal(target.a, locals);
      return base === null ? null : `${base}.${target.n}`;
    }
    case 'index': {
      const base = assignedGlobal(target.a, locals);
      return base === null ? null : `${base}[*]`;
    }
    case 'cast':
      return assignedGlobal(target.a, locals);
    default:
      return null;
  }
}
