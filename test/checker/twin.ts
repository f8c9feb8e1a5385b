import type { Plain } from '../../src/base/plain.ts';
import type { Model, PropertyObject } from '../../src/base/model.ts';
import type { ReadView } from '../../src/base/view.ts';
import type { State, Step } from './twin-steps.ts';
import { keyOf, looking, stepsOf } from './twin-steps.ts';

/**
 * The checker once more, as naively as possible and sharing nothing with it: states are records
 * with a JSON text as key, every step runs the model's code, and a trace is the least among all
 * runs of its length. What both agree on was not invented by the clever one.
 */

export interface TwinResult {
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly finals: readonly string[];
  readonly deadlocks: TwinFinding;
  readonly stuck: TwinFinding;
  /** By property, then object. */
  readonly findings: readonly TwinFinding[];
}

export interface TwinFinding {
  readonly count: number;
  readonly premiseStates: number;
  /** Step labels of the least run to one of the states that show it. */
  readonly trace: readonly string[] | undefined;
}

export function twin(model: Model, projection: (view: ReadView) => Plain): TwinResult {
  const initial = Object.fromEntries(model.cells.map((cell) => [cell.key, cell.initial as Plain]));
  const depths = new Map([[keyOf(initial), 0]]);
  const states: State[] = [initial];
  const steps = new Map<string, Step[]>();
  for (const state of states) {
    const out = model.processes.flatMap((process) => stepsOf(state, process));
    steps.set(keyOf(state), out);
    for (const { to } of out) {
      if (depths.has(keyOf(to))) continue;
      depths.set(keyOf(to), (depths.get(keyOf(state)) ?? 0) + 1);
      states.push(to);
    }
  }
  const out = (state: State): Step[] => steps.get(keyOf(state)) ?? [];
  const isFinal = (state: State): boolean => model.final(looking(state));
  const found = (
    isShown: (state: State) => boolean,
    premise: (state: State) => boolean = () => true,
  ): TwinFinding => {
    const shown = new Set(states.filter(isShown).map(keyOf));
    return {
      count: shown.size,
      premiseStates: states.filter(premise).length,
      trace: shown.size === 0 ? undefined : leastRun((state) => shown.has(keyOf(state))),
    };
  };
  /** The states from which one with `holds` can be reached. */
  const reaching = (holds: (state: State) => boolean): Set<string> => {
    const good = new Set(states.filter(holds).map(keyOf));
    for (let size = -1; size !== good.size;) {
      size = good.size;
      for (const state of states) {
        if (out(state).some(({ to }) => good.has(keyOf(to)))) good.add(keyOf(state));
      }
    }
    return good;
  };
  /** Among the runs of least length to `isEnd`, the least by switches, then by labels. */
  function leastRun(isEnd: (state: State, last: Step | undefined) => boolean): string[] {
    interface Run {
      readonly state: State;
      readonly last: Step | undefined;
      readonly switches: number;
      readonly labels: readonly string[];
    }
    const less = (a: Run, b: Run): boolean =>
      a.switches !== b.switches
        ? a.switches < b.switches
        : a.labels.join('\n') < b.labels.join('\n');
    let runs: Run[] = [{ state: initial, last: undefined, switches: 0, labels: [] }];
    for (;;) {
      const ends = runs.filter((run) => isEnd(run.state, run.last));
      const [first] = ends;
      if (first !== undefined)
        return [...ends.reduce((a, b) => (less(b, a) ? b : a), first).labels];
      const next = new Map<string, Run>();
      for (const run of runs) {
        for (const last of out(run.state)) {
          const isSwitch = run.last !== undefined && run.last.process !== last.process;
          const longer = {
            state: last.to,
            last,
            switches: run.switches + (isSwitch ? 1 : 0),
            labels: [...run.labels, last.label],
          };
          // A broken balance is a matter of the last step, so runs are told apart by its ends too.
          const key = keyOf(last.to) + last.process.name + String(isEnd(last.to, last));
          const known = next.get(key);
          if (known === undefined || less(longer, known)) next.set(key, longer);
        }
      }
      runs = [...next.values()];
    }
  }

  const findings = model.properties.flatMap((property): TwinFinding[] => {
    if (property.kind === 'balance') {
      const weight = (state: State): number =>
        [...property.weights].reduce((sum, [cell, w]) => sum + w(state[cell.key] as never), 0);
      const leaks = (last: Step | undefined): boolean =>
        last !== undefined && weight(last.from) !== weight(last.to);
      const count = states.filter((state) => out(state).some(leaks)).length;
      const trace = count > 0 ? leastRun((_, last) => leaks(last)) : undefined;
      const weighs = states.some((state) =>
        [...property.weights].some(([cell, w]) => w(state[cell.key] as never) !== 0),
      );
      return [{ count, premiseStates: weighs ? states.length : 0, trace }];
    }
    if (property.kind === 'fold') {
      const fold = (state: State): Plain =>
        property.over.reduce<Plain>(
          (sum, cell) => property.step(sum as never, state[cell.key] as never),
          property.from,
        );
      return [found((state) => !property.holds(fold(state) as never))];
    }
    return property.objects.map((object: PropertyObject) => {
      const holds = (state: State): boolean => property.holds(object, looking(state));
      if (property.kind === 'sometimes') return found(holds);
      const premise = (state: State): boolean => property.premise?.(object, looking(state)) ?? true;
      const good = property.kind === 'recoverable' ? reaching(holds) : undefined;
      const fails = (state: State): boolean => (good ? !good.has(keyOf(state)) : !holds(state));
      return found((state) => premise(state) && fails(state), premise);
    });
  });
  const systemCan = reaching((state) =>
    out(state).some(({ process }) => process.kind === 'system'),
  );
  return {
    states: states.length,
    transitions: states.reduce((sum, state) => sum + out(state).length, 0),
    depth: Math.max(...depths.values()),
    finals: [...new Set(states.filter(isFinal).map((s) => JSON.stringify(projection(looking(s)))))],
    deadlocks: found((state) => out(state).length === 0 && !isFinal(state)),
    stuck: found((state) => !systemCan.has(keyOf(state)) && !isFinal(state)),
    findings,
  };
}
