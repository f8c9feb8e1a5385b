import { InternalError, present } from '../base/assert.ts';
import { liveView } from '../base/live.ts';
import type { ReadView } from '../base/view.ts';
import type { BootModel } from '../boot/build.ts';
import type { OrderTarget } from '../boot/order-target.ts';
import type { Policies } from '../kernel/policies.ts';
import type { Order } from '../order/order.ts';

/**
 * One boot from reset to its end, with one state that changes in place: a hundred times as fast as
 * a search, and a boot alone has no other run (a condition of the source counts as true).
 */
export type Booted =
  /** Boot is over; `lost` are the pools that *registered* is violated for. */
  | { readonly kind: 'completes'; readonly lost: readonly string[]; readonly steps: number }
  | { readonly kind: 'stops'; readonly why: string }
  /** The order asks for something that the model has no answer to. */
  | { readonly kind: 'no model'; readonly why: string };

const stepsMax = 20_000;

export function bootOnce(target: OrderTarget, order: Order, policies: Policies): Booted {
  try {
    const built = target.build(order, policies);
    if (!built.ok) return { kind: 'no model', why: built.diagnostics[0]?.message ?? 'refused' };
    return run(built.value);
  } catch (error) {
    // A generated order may speak of objects that it does not have: that is no fault of a kernel.
    if (error instanceof InternalError) return { kind: 'no model', why: error.message };
    throw error;
  }
}

function run(model: BootModel): Booted {
  const boot = present(model.processes[0], 'the boot is the first process');
  const view = liveView(model.cells);
  let steps = 0;
  let waits: string | null = null;
  for (; steps < stepsMax && waits === null; steps++) waits = view.attempt(boot);
  const { kernel } = model.parts;
  const outcome = view.observe(kernel.cells.globals, 'outcome');
  if (outcome !== null) return { kind: 'stops', why: outcome.message };
  if (!isOver(model, view)) return { kind: 'stops', why: `boot waits for ${waits ?? 'nothing'}` };
  return { kind: 'completes', lost: lostIn(model, view), steps: steps - 1 };
}

const isOver = ({ parts }: BootModel, view: ReadView): boolean =>
  view.observe(parts.boot, 'isPast', parts.events.length - 1);

/** Pools that *registered* speaks of and that are not on their chain, once boot is over. */
function lostIn(model: BootModel, view: ReadView): readonly string[] {
  return model.properties.flatMap((property) => {
    if (property.kind !== 'always' || property.name !== 'registered') return [];
    return property.objects
      .filter((object) => property.premise?.(object, view) !== false)
      .filter((object) => !property.holds(object, view))
      .map(({ name }) => name);
  });
}
