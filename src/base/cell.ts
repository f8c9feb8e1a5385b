import type { Draft, Plain, Ref } from './plain.ts';
import { ref } from './plain.ts';
import { present } from './assert.ts';

/** A question about a component's value; the answer must be plain. */
export type Observer<Value> = (value: Value, ...args: never[]) => Plain;

/**
 * A change of a component's value: edits the draft in place, or returns the whole new value
 * (needed where the component comes into being or goes: a draft of `null` cannot be edited).
 */
export type Operation<Value> = (
  draft: Draft<Value>,
  ...args: never[]
) => void | Value | Draft<Value>;

export type Observers<Value> = { readonly [name: string]: Observer<Value> };
export type Operations<Value> = { readonly [name: string]: Operation<Value> };

/**
 * An abstract data type for one kind of component.
 *
 * Steps look at a component through observers and change it through operations, never by hand.
 * That is good manners for a kernel object, and it is what makes the search fast: a step depends
 * on what an observer *answered*, not on the whole value, and each (observer, value) and
 * (operation, value) pair runs once in a search.
 */
export interface CellType<Value, O extends Observers<Value>, P extends Operations<Value>> {
  readonly name: string;
  readonly observers: O;
  readonly operations: P;
  /** Never called: carries the value's type. */
  readonly valueType?: (value: Value) => void;
}

/** Declares a cell type: `cellType<PoolState>()({ name: 'pool', observers, operations })`. */
export function cellType<Value extends Plain>(): <
  const O extends Observers<Value>,
  const P extends Operations<Value>,
>(definition: {
  readonly name: string;
  readonly observers: O;
  readonly operations: P;
}) => CellType<Value, O, P> {
  return (definition) => definition;
}

/** One component of the state. `key` names it in traces: `family/name`, or the family alone. */
export interface Cell<Value, O extends Observers<Value>, P extends Operations<Value>> {
  readonly key: string;
  readonly type: CellType<Value, O, P>;
  readonly initial: Value;
}

/** A cell whose value type is not known here. */
export interface AnyCell {
  readonly key: string;
  readonly type: {
    readonly name: string;
    readonly observers: { readonly [name: string]: (value: never, ...args: never[]) => Plain };
    readonly operations: { readonly [name: string]: (draft: never, ...args: never[]) => unknown };
  };
  readonly initial: unknown;
}

/** A single component that has no siblings. */
export function cell<Value extends Plain, O extends Observers<Value>, P extends Operations<Value>>(
  key: string,
  type: CellType<Value, O, P>,
  initial: NoInfer<Value>,
): Cell<Value, O, P> {
  return { key, type, initial };
}

/** All components of one kind, found by reference. */
export interface Family<
  Kind extends string,
  Value,
  O extends Observers<Value>,
  P extends Operations<Value>,
> {
  readonly kind: Kind;
  readonly refs: readonly Ref<Kind>[];
  readonly cells: readonly Cell<Value, O, P>[];
  at(reference: Ref<Kind>): Cell<Value, O, P>;
}

/**
 * Declares `names.length` components of one kind; `initial` may depend on the name.
 *
 * `part` tells the cells of one component apart where it has several: `map/kernel_map/entries`.
 */
export function cells<
  const Kind extends string,
  Value extends Plain,
  O extends Observers<Value>,
  P extends Operations<Value>,
>(
  kind: Kind,
  names: readonly string[],
  type: CellType<Value, O, P>,
  initial: NoInfer<Value> | ((name: string) => NoInfer<Value>),
  part?: string,
): Family<Kind, Value, O, P> {
  const refs = names.map((name) => ref(kind, name));
  const all = names.map((name) =>
    cell(
      part === undefined ? `${kind}/${name}` : `${kind}/${name}/${part}`,
      type,
      typeof initial === 'function' ? initial(name) : initial,
    ),
  );
  const byRef = new Map(refs.map((reference, i) => [reference, all[i]]));
  return {
    kind,
    refs,
    cells: all,
    at: (reference) => present(byRef.get(reference), `no ${kind} is called ${reference}`),
  };
}
