import { alternativesOf } from '../order/calls.ts';
import type { OrderEvent } from '../order/order.ts';

/**
 * Pools of which the machine decides what allocator they draw on.
 *
 * Where the reading knows the two that it can be, and the decision on which it hangs, such a pool is
 * two pools of the model, one on each way: in a run one of them is described and used, and the other
 * never exists. So both answers are checked.
 */
interface Alternative {
  readonly object: string;
  readonly guard: OrderEvent['guards'][number];
}

/** The order with such pools written out, and the decisions that this put into it. */
export function withEither(events: readonly OrderEvent[]): {
  readonly events: readonly OrderEvent[];
  readonly decisions: ReadonlySet<number>;
} {
  const pools = new Map<string, readonly Alternative[]>();
  const decisions = new Set<number>();
  const written = events.flatMap((event): readonly OrderEvent[] => {
    const { object } = event;
    if (object === null) return [event];
    const names = alternativesOf(event.args['palloc']);
    const choice = event.decidedBy?.['palloc'];
    if (names.length === 2 && choice !== undefined && !pools.has(object)) {
      decisions.add(choice);
      const at = `${event.file}:${event.line}`;
      const ways = names.map((name, arm): Alternative => ({
        object: arm === 0 ? object : `${object} on ${name}`,
        guard: { text: `its allocator is ${name}`, at, choice, arm, arms: 2 },
      }));
      pools.set(object, ways);
      return ways.map((way, i) => described(event, way, names[i] ?? ''));
    }
    return pools.get(object)?.map((way) => under(event, way)) ?? [event];
  });
  return { events: written, decisions };
}

const under = (event: OrderEvent, { object, guard }: Alternative): OrderEvent => ({
  ...event,
  object,
  certainty: 'may',
  guards: [...event.guards, guard],
});

function described(event: OrderEvent, way: Alternative, palloc: string): OrderEvent {
  const { args, ...rest } = under(event, way);
  const wchan = String(args['wchan'] ?? event.object);
  const name = way.guard.arm === 0 ? wchan : `${wchan} on ${palloc}`;
  return { ...rest, args: { ...args, palloc, wchan: name } };
}
