/** Where a `goto` of this list can lead. */
import type { Stmt } from '../c/ir.ts';

/** Whether the label stands in the statement, at its own level or in a block. */
export function holdsLabel(s: Stmt, label: string): boolean {
  return s.k === 'label' && (s.n === label || holdsLabel(s.s, label) || innerLabel(s.s, label));
}

/** Whether the label stands inside a block. */
export function innerLabel(s: Stmt, label: string): boolean {
  return s.k === 'list' && s.list.some((one) => holdsLabel(one, label));
}
