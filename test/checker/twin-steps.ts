import type { AnyCell } from '../../src/base/cell.ts';
import type { Plain } from '../../src/base/plain.ts';
import type { Process } from '../../src/base/model.ts';
import type { Labelled, ReadView, View } from '../../src/base/view.ts';

/** States and steps of the twin: records by cell key, and the model's code run on a copy of one. */

export type State = { readonly [cell: string]: Plain };
export interface Step {
  readonly from: State;
  readonly to: State;
  readonly process: Process;
  readonly label: string;
}

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
const texts = new WeakMap<object, string>();
/** Equal for equal values; remembered, so a value that has been given a text is not changed any more. */
function textOf(value: Plain): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = JSON.stringify(value, sorted)));
  return text;
}

/** Equal for equal states: all have their cells in the same order. */
export function keyOf(state: State): string {
  let key = texts.get(state);
  if (key === undefined) texts.set(state, (key = Object.values(state).map(textOf).join('|')));
  return key;
}

/** A view of a state that is changed in place; `choose` follows `plan`, and extends it with zeros. */
function viewOf(
  state: { [cell: string]: Plain },
  plan: number[],
  counts: number[],
  chosen: string[],
) {
  let depth = 0;
  return {
    observe: (cell: AnyCell, name: string, ...args: unknown[]) =>
      cell.type.observers[name]?.(state[cell.key] as never, ...(args as never[])),
    read: (cell: AnyCell) => state[cell.key],
    update: (cell: AnyCell, name: string, ...args: unknown[]) => {
      const draft = structuredClone(state[cell.key]);
      const result = cell.type.operations[name]?.(draft as never, ...(args as never[]));
      state[cell.key] = (result ?? draft) as Plain;
    },
    write: (cell: AnyCell, value: Plain) => void (state[cell.key] = value),
    choose: (why: string, from: readonly Labelled<unknown>[]) => {
      const taken = (plan[depth] ??= 0);
      counts[depth++] = from.length;
      chosen.push(`${why}=${from[taken]?.label}`);
      return from[taken]?.value;
    },
    blocked: () => {
      throw 'blocked';
    },
    mark: () => undefined,
  } as unknown as View;
}

export const looking = (state: State): ReadView => viewOf({ ...state }, [], [], []);

/** Every enabled alternative, in order. */
export function stepsOf(from: State, process: Process): Step[] {
  const steps: Step[] = [];
  const plan: number[] = [];
  do {
    const to = { ...from };
    const counts: number[] = [];
    const chosen: string[] = [];
    try {
      process.step(viewOf(to, plan, counts, chosen));
      steps.push({ from, to, process, label: [process.name, ...chosen].join(' ') });
    } catch (error) {
      if (error !== 'blocked') throw error;
    }
    plan.length = counts.length;
    while (plan.length > 0 && (plan.at(-1) ?? 0) + 1 >= (counts[plan.length - 1] ?? 0)) plan.pop();
    if (plan.length > 0) plan.push((plan.pop() ?? 0) + 1);
  } while (plan.length > 0);
  return steps;
}
