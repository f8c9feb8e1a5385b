import { getAdjacencyMap } from '@xstate/graph';
import { fromTransition } from 'xstate';
import type { AnyCell } from '../src/base/cell.ts';
import type { Plain } from '../src/base/plain.ts';
import type { Labelled, View } from '../src/base/view.ts';
import { toyBoot } from '../models/litmus/toy-boot.ts';

/**
 * The toy boot explored by @xstate/graph, in a process of its own.
 *
 * The state is the machine's context, an event says who steps and what it chooses, and the model's
 * code runs on a copy. An event that is not enabled leaves the state as it is.
 *
 * node dist/bench/xstate-graph.js CPUS POOLS PAGES
 */

type State = { readonly [cell: string]: Plain };
interface StepEvent {
  readonly type: 'step';
  readonly process: number;
  readonly choice: number;
}

/** Thrown where a step is not enabled. */
class Blocked extends Error {}

const [cpus = 3, pools = 3, pages = 2] = process.argv.slice(2).map(Number);
const model = toyBoot(cpus, pools, pages);
const initial: State = Object.fromEntries(
  model.cells.map(({ key, initial }) => [key, initial as Plain]),
);
const logic = fromTransition((state: State, event: StepEvent) => after(state, event), initial);
const events = model.processes.flatMap((_, process) =>
  Array.from({ length: pools }, (__, choice): StepEvent => ({ type: 'step', process, choice })),
);
const map = getAdjacencyMap(logic, {
  events,
  serializeState: (snapshot) => JSON.stringify(snapshot.context),
});
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    states: Object.keys(map).length,
    cpuSeconds: (user + system) / 1e6,
    bytesPerState: Math.round(process.memoryUsage().rss / Object.keys(map).length),
  }),
);

function after(before: State, { process: number, choice }: StepEvent): State {
  const state: { [cell: string]: Plain } = { ...before };
  const view = {
    observe: (cell: AnyCell, name: string, ...args: unknown[]) =>
      cell.type.observers[name]?.(state[cell.key] as never, ...(args as never[])),
    read: (cell: AnyCell) => state[cell.key],
    update: (cell: AnyCell, name: string, ...args: unknown[]) => {
      const draft = structuredClone(state[cell.key]);
      const result = cell.type.operations[name]?.(draft as never, ...(args as never[]));
      state[cell.key] = (result ?? draft) as Plain;
    },
    write: (cell: AnyCell, value: Plain) => void (state[cell.key] = value),
    choose: (_: string, from: readonly Labelled<unknown>[]) => from[choice]?.value,
    blocked: () => {
      throw new Blocked();
    },
    mark: () => undefined,
  };
  try {
    model.processes[number]?.step(view as unknown as View);
    return state;
  } catch (error) {
    if (error instanceof Blocked) return before;
    throw error;
  }
}
