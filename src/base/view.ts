import type { Cell, Observers, Operations } from './cell.ts';

/** The arguments of an observer or operation after the value itself. */
export type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;

/** One alternative of a choice. The label is what traces show and what replay goes by. */
export interface Labelled<T> {
  readonly label: string;
  readonly value: T;
}

/** Looking at a state without changing it: all that a property may do. */
export interface ReadView {
  /** Asks one observer of one cell. The search branches on the answer alone. */
  observe<
    Value,
    O extends Observers<Value>,
    P extends Operations<Value>,
    const K extends keyof O & string,
  >(
    cell: Cell<Value, O, P>,
    observer: K,
    ...args: Rest<O[K]>
  ): ReturnType<O[K]>;
  /** Reads a whole value: every difference in it makes another step. Counted; prefer `observe`. */
  read<Value, O extends Observers<Value>, P extends Operations<Value>>(
    cell: Cell<Value, O, P>,
  ): Value;
}

/** What a step may do with the state. */
export interface View extends ReadView {
  /** Changes one cell by one of its operations. Observe first: afterwards an observer costs a whole read. */
  update<
    Value,
    O extends Observers<Value>,
    P extends Operations<Value>,
    const K extends keyof P & string,
  >(
    cell: Cell<Value, O, P>,
    operation: K,
    ...args: Rest<P[K]>
  ): void;
  /** Replaces a whole value. */
  write<Value, O extends Observers<Value>, P extends Operations<Value>>(
    cell: Cell<Value, O, P>,
    value: Value,
  ): void;
  /** Takes one of several labelled alternatives; the search takes them all. */
  choose<T>(why: string, from: readonly Labelled<T>[]): T;
  /** This alternative of the step is not enabled in this state: it waits for `on`. Throws `Blocked`. */
  blocked(on: string): never;
  /**
   * Says that a named place was passed (a routine's label, an order event, a guard).
   * Not part of the state: shown in traces as the path of the step, and counted as coverage.
   */
  mark(place: string): void;
}

/** What `View.blocked` throws. Not an error: it ends one alternative of one step. */
export class Blocked {
  readonly on: string;
  constructor(on: string) {
    this.on = on;
  }
}
