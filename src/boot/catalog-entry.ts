/**
 * What the catalogue says of a model: how to build it, which knobs it has, and what is known to be
 * wrong with it.
 *
 * The command builds a model only from its entry and `ModelOptions`; traces and workers rebuild it
 * from its name and `Model.parameters` in the same way, so both must determine it.
 */
import type { Result } from '../base/diagnostic.ts';
import type { Model } from '../base/model.ts';
import type { Grain } from '../base/routine.ts';
import type { Order } from '../order/order.ts';
import type { PageFacts } from './page-facts.ts';

/** Whatever may be asked of a model; an entry accepts those that its `parameters` name, and `order`. */
export interface ModelOptions {
  /** CPUs that run, the boot CPU included. */
  readonly cpus?: number;
  /** Interrupts that may arrive in one run. */
  readonly interrupts?: number;
  /** Pages of physical memory. */
  readonly pages?: number;
  /** Allocations that may fail although memory is there. */
  readonly failures?: number;
  /** Whether a thread may lose its CPU at a preemption point. */
  readonly preemption?: boolean;
  readonly grain?: Grain;
  /** A boot order instead of the entry's own. */
  readonly order?: Order;
}

export type ParameterName = Exclude<keyof ModelOptions, 'order'>;
export type ParameterValue = number | boolean | string;

/** One knob of a model. */
export interface Parameter {
  readonly default: ParameterValue;
  readonly describe: string;
  /** For numbers: what is possible. Beyond it the command refuses before it builds anything. */
  readonly min?: number;
  readonly max?: number;
}

/** A violation that the source confirms. */
export interface Expectation {
  /**
   * The property's name; `deadlock` and `stuck` name the two that every model has (where every
   * stuck state is a deadlock, it is called that and nothing else).
   */
  readonly property: string;
  /** The objects violated, all of them and no others; for `deadlock` and `stuck` leave it empty. */
  readonly objects: readonly string[] | 'all';
  /** Steps of the shortest run, the same for each object. */
  readonly length?: number;
  /** Why it is so, in one sentence. */
  readonly why: string;
  /** `file:line` that confirms it. */
  readonly source: string;
}

export interface CatalogEntry {
  /** `netbsd/a-deferred-queue/i386`, `litmus/die-hard`. */
  readonly name: string;
  readonly title: string;
  /** What of it is our reconstruction, printed in each line about it; null where the text was read. */
  readonly reconstruction: string | null;
  /** The knobs that it has; a built model's `parameters` holds a value for each. */
  readonly parameters: { readonly [name in ParameterName]?: Parameter };
  /** Builds the model; what is not given takes its default. */
  build(options: ModelOptions): Result<Model>;
  /** The boot order that it follows when none is given; read only when somebody asks. */
  order?(): Order;
  /** What `docs` writes about it beside the verdicts; an entry without has no page. */
  page?(): PageFacts;
  /** Exactly these violations make the verdict *reproduced*. */
  readonly expect: readonly Expectation[];
  /** What the default environment leaves out, each with its reason. */
  readonly environmentReasons: readonly string[];
  /** Part of a plain `check`. */
  readonly default: boolean;
  /** The C files and revisions that it rests on: `sys/kern/subr_pool.c 1.170.4.1`. */
  readonly sources: readonly string[];
}
