import type { AnyCell, Cell } from '../../src/base/cell.ts';
import type { Plain } from '../../src/base/plain.ts';
import type { Model, Process } from '../../src/base/model.ts';
import type { Labelled, ReadView, View } from '../../src/base/view.ts';
import { cell, cellType } from '../../src/base/cell.ts';

/**
 * Small helpers for models whose textbook form is one record and a list of guarded actions.
 *
 * The litmus models are there to be compared with counts that others published, so they are
 * written as those others wrote them, as whole values; a kernel object would have observers.
 */

/** A cell that is only read and written as a whole. */
export type WholeCell<Value> = Cell<Value, Record<never, never>, Record<never, never>>;

export function wholeCell<Value extends Plain>(key: string, initial: Value): WholeCell<Value> {
  const type = cellType<Value>()({ name: key, observers: {}, operations: {} });
  return { ...cell(key, type, initial), initial };
}

export function labelled<T extends string | number>(values: readonly T[]): readonly Labelled<T>[] {
  return values.map((value) => ({ label: String(value), value }));
}

/** A process of the system that does `step` whenever it can. */
export function process(name: string, step: (view: View) => void): Process {
  return { name, kind: 'system', step };
}

/** The parts of a model that litmus models do not use, filled in. */
export function litmus(
  model: Pick<Model, 'name' | 'processes'> & {
    readonly cells: readonly AnyCell[];
    readonly parameters?: Model['parameters'];
    readonly properties?: Model['properties'];
    readonly final?: (view: ReadView) => boolean;
    readonly mustPass?: readonly string[];
  },
): Model {
  return {
    parameters: {},
    properties: [],
    final: () => false,
    mustPass: [],
    mayPass: [],
    assumptions: [],
    environment: [],
    ...model,
  };
}

/** What every property of a litmus model says of itself. */
export const sanity = { cites: 'litmus', about: 'model sanity' } as const;

/** The one object of a property that speaks of the whole state. */
export const whole = [{ name: 'all' }];
