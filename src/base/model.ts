import type { AnyCell } from './cell.ts';
import type { Plain } from './plain.ts';
import type { ReadView, View } from './view.ts';

/** Who may step. The environment's processes are no help to a kernel that is stuck. */
export interface Process {
  readonly name: string;
  readonly kind: 'system' | 'environment';
  /** One step from the present state, through the view alone; deterministic in what it reads and chooses. */
  step(view: View): void;
}

/** Something a property speaks of: one verdict and one trace for each. */
export interface PropertyObject {
  readonly name: string;
  /** What is wrong at the end of a run that violates the property for it: told after its last step. */
  readonly whenViolated?: string;
}

interface PropertyHead {
  /** Short and stable: what the command line and JSON call it. */
  readonly name: string;
  /** The claim as a sentence. */
  readonly sentence: string;
  /** The invariant or precondition of the dossier that it states, as `INV-20`. */
  readonly cites: string;
  /** `model sanity` properties check our re-implementation; they are never findings about a kernel. */
  readonly about: 'mission' | 'kernel' | 'model sanity';
  /** The claim in the mission's own words, where it is a corollary of this property. */
  readonly corollary?: string;
  /** What breaks in the field when it does not hold. */
  readonly breaks?: string;
  /** Given when port or era facts make it meaningless: the reason, decided before the search. */
  readonly notApplicable?: string;
}

/** True in every reachable state in which its premise is true. */
export interface Always<Object extends PropertyObject = PropertyObject> extends PropertyHead {
  readonly kind: 'always';
  readonly objects: readonly Object[];
  premise?(object: Object, view: ReadView): boolean;
  holds(object: Object, view: ReadView): boolean;
}

/** From every reachable state in which the premise is true, a state where it holds can still be reached. */
export interface Recoverable<Object extends PropertyObject = PropertyObject> extends PropertyHead {
  readonly kind: 'recoverable';
  readonly objects: readonly Object[];
  premise?(object: Object, view: ReadView): boolean;
  holds(object: Object, view: ReadView): boolean;
}

/** True in some reachable state: the witness. */
export interface Sometimes<Object extends PropertyObject = PropertyObject> extends PropertyHead {
  readonly kind: 'sometimes';
  readonly objects: readonly Object[];
  holds(object: Object, view: ReadView): boolean;
}

/** A conserved sum: every step leaves the total weight of all cells as it was. */
export interface Balance extends PropertyHead {
  readonly kind: 'balance';
  /** By cell key: what that cell's value contributes. Cells that are not named weigh nothing. */
  readonly weights: ReadonlyMap<AnyCell, (value: never) => number>;
}

/** A sum or count over cells in order, checked in every state; each (value, accumulator) pair runs once. */
export interface Fold extends PropertyHead {
  readonly kind: 'fold';
  readonly over: readonly AnyCell[];
  readonly from: Plain;
  step(accumulator: never, value: never): Plain;
  holds(accumulator: never): boolean;
}

export type Property = Always | Recoverable | Sometimes | Balance | Fold;

/**
 * A model: components with initial values, processes that step, properties that should hold.
 *
 * Workers and traces rebuild a model by name and parameters, so both must determine it.
 */
export interface Model {
  readonly name: string;
  readonly parameters: { readonly [name: string]: Plain };
  readonly cells: readonly AnyCell[];
  readonly processes: readonly Process[];
  readonly properties: readonly Property[];
  /** A state where ending is right. Where nothing is enabled and this is false there is a deadlock. */
  final(view: ReadView): boolean;
  /** Places that must be passed in some run: an order event that never ran makes the verdict VACUOUS. */
  readonly mustPass: readonly string[];
  /** Places whose passing is worth knowing: those never passed are listed as coverage. */
  readonly mayPass: readonly string[];
  /** Printed with each verdict: what is assumed of the machine, what is reconstructed. */
  readonly assumptions: readonly string[];
  /** Printed with each verdict: who acts besides the boot, and what is left out with its reason. */
  readonly environment: readonly string[];
  /**
   * `grain`: steps end only where a thread may sleep, so the runs are real but not all of them are
   * there. Such a model hunts; without a violation its verdict is INCOMPLETE.
   */
  readonly bound?: 'grain';
}

/** An *always* property; erases the type of its objects once it has been checked. */
export function always<Object extends PropertyObject>(
  property: Omit<Always<Object>, 'kind'>,
): Property {
  return erase({ kind: 'always', ...property });
}

/** A *recoverable* property. */
export function recoverable<Object extends PropertyObject>(
  property: Omit<Recoverable<Object>, 'kind'>,
): Property {
  return erase({ kind: 'recoverable', ...property });
}

/** A *sometimes* property. */
export function sometimes<Object extends PropertyObject>(
  property: Omit<Sometimes<Object>, 'kind'>,
): Property {
  return erase({ kind: 'sometimes', ...property });
}

// Objects are handed back to the same property's own functions, and to nobody else's.
function erase<Object extends PropertyObject>(
  property: Always<Object> | Recoverable<Object> | Sometimes<Object>,
): Property {
  return property;
}
