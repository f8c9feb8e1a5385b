import type { Plain } from '../base/plain.ts';
import type { CheckResult } from '../checker/result.ts';
import type { Expected, Judgement } from './judgement.ts';

/** One model's result with all that a report says beside it. */
export interface Reported {
  readonly result: CheckResult;
  readonly judgement: Judgement;
  readonly expected: readonly Expected[];
  /** What of the model is our reconstruction; null where the text was read. */
  readonly reconstruction: string | null;
  /** What the environment leaves out, each with its reason. */
  readonly leftOut: readonly string[];
  /** The value of each cell in the initial state: where a trace's changes begin. */
  readonly initial: ReadonlyMap<string, Plain>;
  /** Where it was loaded from, as `./my-model.js#name`; null for one of the catalogue. */
  readonly path: string | null;
  /** The command that checks it again, without a property. */
  readonly repeat: string;
  /** Saved traces by property and object: see `traceKey`. */
  readonly saved: ReadonlyMap<string, string>;
}

/** The key of a saved trace. */
export const traceKey = (property: string, object: string): string => `${property}\n${object}`;
