import type { Plain } from '../base/plain.ts';
import type { AnyCell } from '../base/cell.ts';
import type { Labelled, ReadView, View } from '../base/view.ts';
import type { Balance, Fold } from '../base/model.ts';
import { present } from '../base/assert.ts';

/**
 * The one place where the types of cell values are forgotten.
 *
 * A model is written against typed cells; the search handles all cells alike. What it hands back
 * to an observer, operation, weight or fold is always a value that came out of the same cell, so
 * the casts below are true by construction, and nowhere else in this room is there a cast.
 */

/** A view without types: what the recorder implements. */
export interface RawView {
  observe(cell: AnyCell, observer: string, args: readonly unknown[]): Plain;
  read(cell: AnyCell): Plain;
  update(cell: AnyCell, operation: string, args: readonly unknown[]): void;
  write(cell: AnyCell, value: unknown): void;
  choose(why: string, from: readonly Labelled<unknown>[]): unknown;
  blocked(on: string): never;
  mark(place: string): void;
}

/** The typed view that a step sees. */
export function viewOf(raw: RawView): View {
  const view = {
    observe: (cell: AnyCell, name: string, ...args: readonly unknown[]) =>
      raw.observe(cell, name, args),
    read: (cell: AnyCell) => raw.read(cell),
    update: (cell: AnyCell, name: string, ...args: readonly unknown[]) =>
      raw.update(cell, name, args),
    write: (cell: AnyCell, value: unknown) => raw.write(cell, value),
    choose: (why: string, from: readonly Labelled<unknown>[]) => raw.choose(why, from),
    blocked: (on: string) => raw.blocked(on),
    mark: (place: string) => raw.mark(place),
  };
  return view as unknown as View;
}

/** The typed view of somebody who may only look. */
export function readViewOf(raw: Pick<RawView, 'observe' | 'read'>): ReadView {
  const view = {
    observe: (cell: AnyCell, name: string, ...args: readonly unknown[]) =>
      raw.observe(cell, name, args),
    read: (cell: AnyCell) => raw.read(cell),
  };
  return view as unknown as ReadView;
}

/** What the observer says about a value of its own type. */
export function callObserver(
  type: AnyCell['type'],
  name: string,
  value: Plain,
  args: readonly unknown[],
): unknown {
  const observer = present(type.observers[name], `cell type ${type.name} has no observer ${name}`);
  return observer(value as never, ...(args as never[]));
}

/** Runs the operation on a draft of a value of its own type. */
export function callOperation(
  type: AnyCell['type'],
  name: string,
  draft: unknown,
  args: readonly unknown[],
): unknown {
  const operation = present(
    type.operations[name],
    `cell type ${type.name} has no operation ${name}`,
  );
  return operation(draft as never, ...(args as never[]));
}

/** What the cell's value weighs in a balance. */
export function callWeight(balance: Balance, cell: AnyCell, value: Plain): number {
  const weight = present(balance.weights.get(cell), `${cell.key} has no weight`);
  return weight(value as never);
}

export function callFoldStep(fold: Fold, accumulator: Plain, value: Plain): unknown {
  return fold.step(accumulator as never, value as never);
}

export function callFoldHolds(fold: Fold, accumulator: Plain): boolean {
  return fold.holds(accumulator as never);
}

/** The value of a canonical text: keys in canonical order whoever built it first. */
export function parsePlain(text: string): Plain {
  return JSON.parse(text) as Plain;
}
