import type { Model } from '../base/model.ts';
import type { Change, TraceStep } from './result.ts';
import type { Enabled, Violation, Waiting } from './walker.ts';
import type { Plain } from '../base/plain.ts';
import type { ReadView } from '../base/view.ts';
import { encode } from '../base/plain.ts';
import { walker } from './walker.ts';

/**
 * Runs a trace again, by names: process and choice labels.
 *
 * A trace outlives the model that it was found in. Where they part, what is wanted is not a no but
 * the place: how far it went, what should have come, what could be done there instead.
 */

/** A step to be replayed. Where it says what changed, exactly that must change again. */
export interface StepToReplay extends Enabled {
  readonly changes?: readonly Change[];
}

export interface Replayed {
  /** The steps as they are now: all of them, or those before the first difference. */
  readonly steps: readonly TraceStep[];
  /** By state, from the initial one on: what is violated there. */
  readonly violations: readonly (readonly Violation[])[];
  /** In the last state. */
  readonly enabled: readonly Enabled[];
  readonly waiting: readonly Waiting[];
  readonly isFinal: boolean;
  /** Looks at the last state. */
  readonly view: ReadView;
  /** The last state: each cell's value by its key. */
  readonly end: ReadonlyMap<string, Plain>;
  /** Absent when the whole trace was replayed. */
  readonly difference?: Difference;
}

export interface Difference {
  /** The step's place in the trace, from 0. */
  readonly at: number;
  readonly expected: StepToReplay;
  /** The step itself where it can still be taken, but now does something else. */
  readonly found?: TraceStep;
}

export function replay(model: Model, trace: { readonly steps: readonly StepToReplay[] }): Replayed {
  const walk = walker(model);
  const steps: TraceStep[] = [];
  const violations = [walk.violations()];
  const ended = (difference?: Difference): Replayed => ({
    steps,
    violations,
    enabled: walk.enabled().map(({ process, choices }) => ({ process, choices })),
    waiting: walk.waiting(),
    isFinal: walk.isFinal(),
    view: walk.view,
    end: walk.values(),
    ...(difference === undefined ? {} : { difference }),
  });
  for (const [at, expected] of trace.steps.entries()) {
    const i = walk.enabled().findIndex((step) => isSame(step, expected));
    if (i < 0) return ended({ at, expected });
    const found = walk.show(i);
    if (expected.changes !== undefined && !sameChanges(expected.changes, found.changes)) {
      // The state before is the last one that both agree on.
      walk.reset();
      for (const step of steps) walk.take(walk.enabled().findIndex((one) => isSame(one, step)));
      return ended({ at, expected, found });
    }
    steps.push(found);
    violations.push(walk.violations());
  }
  return ended();
}

function isSame(a: Enabled, b: Enabled): boolean {
  return a.process === b.process && encode(a.choices) === encode(b.choices);
}

/** The order in which cells are listed is the model's affair, and may change. */
function sameChanges(a: readonly Change[], b: readonly Change[]): boolean {
  const texts = (changes: readonly Change[]): string =>
    encode(changes.map(({ cell, before, after }) => encode({ cell, before, after })).sort());
  return texts(a) === texts(b);
}
