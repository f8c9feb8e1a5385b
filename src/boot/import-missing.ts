import type { OrderEvent } from '../order/order.ts';

/** Events that the model needs and a reading of C does not list, with what was assumed of them. */
export interface Completed {
  readonly events: readonly OrderEvent[];
  readonly assumed: readonly string[];
}

interface Added {
  readonly event: OrderEvent;
  readonly assumed: string;
}

/**
 * Adds what no call of the order stands for: the level at which the boot begins and opens, the
 * attachment of other CPUs (inside autoconfiguration, which is not followed), and the first voluntary
 * switch of threads.
 */
export function complete(events: readonly OrderEvent[], multiprocessor: boolean): Completed {
  const has = (call: string): boolean => events.some((event) => event.call === call);
  const assumed: string[] = [];
  const before = new Map<number, OrderEvent[]>();
  const insert = (index: number, { event, assumed: why }: Added): void => {
    before.set(index, [...(before.get(index) ?? []), event]);
    assumed.push(why);
  };
  const first = events[0];
  if (first !== undefined && !has('splraise')) {
    const level = first.context.ipl;
    insert(0, {
      event: like(first, 'splraise', null, { ipl: level === 'NONE' ? 'HIGH' : level }),
      assumed: `boot begins at IPL_${level}`,
    });
  }
  const release = events.findIndex((event) => event.call === 'cpu_boot_secondary_processors');
  const warm = events.findIndex((event) => event.call === 'set' && event.object === 'cold');
  const attached = events.some(
    (event) => event.call === 'mi_cpu_attach' && typeof event.args['cpu'] === 'number',
  );
  const other = events[warm >= 0 ? warm : release];
  if (multiprocessor && other !== undefined && release >= 0 && !attached) {
    insert(events.indexOf(other), {
      event: { ...like(other, 'mi_cpu_attach', 'ci', { cpu: 1 }), certainty: 'loop0' },
      assumed: 'other CPUs attach before cold is 0: autoconfiguration is not followed',
    });
  }
  const opened = events.findIndex((event) => event.context.ipl === 'NONE');
  const open = events[opened];
  if (open !== undefined && !has('spl0')) {
    insert(opened, {
      event: like(open, 'spl0', null, { ipl: 'NONE' }),
      assumed: `interrupts open before ${open.call} (${open.file}:${open.line})`,
    });
  }
  const switches = release >= 0 ? release + 1 : events.length;
  const last = events[switches] ?? events.at(-1);
  if (last !== undefined && !has('yield')) {
    insert(switches, {
      event: like(last, 'yield', null, {}),
      assumed: 'the first switch of threads comes when the other CPUs are released',
    });
  }
  const all = [...events, null].flatMap((event, index) => [
    ...(before.get(index) ?? []),
    ...(event === null ? [] : [event]),
  ]);
  return { events: all, assumed };
}

/** An event that stands where another does. */
function like(
  place: OrderEvent,
  call: string,
  object: string | null,
  args: OrderEvent['args'],
): OrderEvent {
  const { function: name, file, line, stack, context } = place;
  const certainty = 'must' as const;
  return {
    ...{ call, object, args, function: name, file, line, stack, context, certainty },
    guards: [],
    origin: 'inferred',
    note: 'added on import; see the assumptions',
  };
}
