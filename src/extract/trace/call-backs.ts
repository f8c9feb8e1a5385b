/**
 * Hypercalls that answer by calling back: once for each entry of a link set of what is linked.
 */
import type { Evaluator } from './evaluate.ts';
import type { Frame, Session } from './session.ts';
import type { Value } from './value.ts';
import { pointee } from './value.ts';

interface CallBack {
  readonly set: string;
  /** Which argument is the function. */
  readonly callee: number;
  /** What it is called with: an entry, and the arguments of the hypercall at these places. */
  readonly passes: readonly number[];
}

const callBacks: { readonly [hypercall: string]: CallBack } = {
  rumpuser_dl_component_init: { set: 'rump_components', callee: 1, passes: [0] },
};

/** The sentence that is printed with an order. */
export const callBackAxiom = `calls back for each entry of a link set, in the order of the files: ${Object.entries(
  callBacks,
)
  .map(([name, { set }]) => `${name} (${set})`)
  .join(', ')}`;

/** The calls that a hypercall makes, one after the other; null where it makes none. */
export function callBacksOf(
  name: string,
  values: readonly Value[],
  { session, evaluator, frame }: { session: Session; evaluator: Evaluator; frame: Frame },
): { readonly callee: string; readonly values: readonly Value[] }[] | null {
  const one = callBacks[name];
  const callee = one === undefined ? undefined : pointee(values[one.callee]);
  if (one === undefined || callee === undefined) return null;
  const stop = evaluator.places.bind(`__stop_link_set_${one.set}`, frame);
  const end = stop.kind === 'value' ? pointee(stop.value) : undefined;
  const count = Number(/\[(\d+)\]$/.exec(end ?? '')?.[1] ?? 0);
  return Array.from({ length: count }, (_, i) => ({
    callee,
    values: [
      session.store.read(`__link_set_${one.set}[${i}]`).value,
      ...one.passes.map((place) => values[place]),
    ],
  }));
}
