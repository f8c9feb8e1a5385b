/**
 * Running model code without a checker: one state that changes in place, one thread at a time.
 *
 * For tests and scripts at full scale. Operations edit the live value, as they edit a draft in the
 * checker; choices take the first alternative unless the caller decides.
 */
import { assert, present } from './assert.ts';
import type { AnyCell } from './cell.ts';
import type { Process } from './model.ts';
import { draftOf } from './plain.ts';
import type { Labelled, View } from './view.ts';
import { Blocked } from './view.ts';

export interface LiveView extends View {
  /** Every place marked so far, in order. */
  readonly marks: readonly string[];
  /** One step, as the checker takes it: if it is blocked nothing has changed, and what for is told. */
  attempt(process: Process): string | null;
}

export interface LiveOptions {
  /** Which alternative of a choice to take: its index. */
  choose?(why: string, labels: readonly string[]): number;
}

/** A view over values of its own, which start as the cells' initial values. */
export function liveView(cells: readonly AnyCell[], options: LiveOptions = {}): LiveView {
  const values = new Map<AnyCell, unknown>(cells.map((one) => [one, draftOf(one.initial)]));
  const marks: string[] = [];
  /** Values before the present step of the cells that it has changed. */
  const before = new Map<AnyCell, unknown>();
  const remember = (cell: AnyCell): void => {
    if (!before.has(cell)) before.set(cell, draftOf(valueOf(cell)));
  };
  const valueOf = (cell: AnyCell): unknown => {
    assert(values.has(cell), `${cell.key} is a cell of this model`);
    return values.get(cell);
  };
  const named = (table: AnyCell['type']['observers' | 'operations'], name: string) =>
    present(table[name], `there is a ${name}`) as unknown as (...args: unknown[]) => unknown;
  const live = {
    marks,
    observe: (cell: AnyCell, name: string, ...args: unknown[]) =>
      draftOf(named(cell.type.observers, name)(valueOf(cell), ...args)),
    read: (cell: AnyCell) => draftOf(valueOf(cell)),
    update: (cell: AnyCell, name: string, ...args: unknown[]) => {
      remember(cell);
      const result = named(cell.type.operations, name)(valueOf(cell), ...args.map(draftOf));
      if (result !== undefined) values.set(cell, result);
    },
    write: (cell: AnyCell, value: unknown) => {
      remember(cell);
      values.set(cell, draftOf(value));
    },
    attempt: (process: Process): string | null => {
      before.clear();
      const marked = marks.length;
      try {
        process.step(live as unknown as LiveView);
        return null;
      } catch (thrown) {
        if (!(thrown instanceof Blocked)) throw thrown;
        for (const [cell, value] of before) values.set(cell, value);
        marks.length = marked;
        return thrown.on;
      }
    },
    choose: <T>(why: string, from: readonly Labelled<T>[]): T => {
      const index =
        options.choose?.(
          why,
          from.map((one) => one.label),
        ) ?? 0;
      return present(from[index], `${why} has such an alternative`).value;
    },
    blocked: (on: string): never => {
      throw new Blocked(on);
    },
    mark: (place: string) => {
      marks.push(place);
    },
  };
  return live as unknown as LiveView;
}

/** Steps a process until it says that it waits, and answers what for. */
export function runUntilBlocked(process: Process, view: LiveView, stepsMax: number): string {
  for (let steps = 0; steps < stepsMax; steps++) {
    const on = view.attempt(process);
    if (on !== null) return on;
  }
  assert(false, `${process.name} does not stop within ${stepsMax} steps`);
}
