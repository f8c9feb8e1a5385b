import { irrelevantCalls } from './import-tables.ts';
import type { OrderEvent, OrderHole } from '../order/order.ts';

/**
 * Which holes of a reading the verdict could hang on.
 *
 * Once the kernel maps are published and `pool_subsystem_init` is over, everything that growing
 * needs is there and registration is immediate: code that was not read can add pools and take
 * memory, and changes the answer for no pool that was read. Before that, it can: it may allocate too
 * early, or bring up what a later use needs.
 */
export interface HoleReport {
  /** In these the answer could lie. */
  readonly open: readonly OrderHole[];
  /** In these it cannot, by reason. */
  readonly closed: ReadonlyMap<string, number>;
}

export function holeReport(events: readonly OrderEvent[], holes: readonly OrderHole[]): HoleReport {
  const done = subsystemDone(events);
  const open: OrderHole[] = [];
  const closed = new Map<string, number>();
  for (const hole of holes) {
    const reason = harmless(hole, done);
    if (reason === null) open.push(hole);
    else closed.set(reason, (closed.get(reason) ?? 0) + 1);
  }
  return { open, closed };
}

/** Index of the first event after pool_subsystem_init; past the end if it never comes. */
export function subsystemDone(events: readonly OrderEvent[]): number {
  const start = events.findIndex((event) => event.call === 'pool_subsystem_init');
  if (start < 0) return events.length;
  const isInside = (event: OrderEvent): boolean =>
    event.function === 'pool_subsystem_init' ||
    event.stack.some((frame) => frame.function === 'pool_subsystem_init');
  const after = events.findIndex((event, i) => i > start && !isInside(event));
  return after < 0 ? events.length : after;
}

function harmless(hole: OrderHole, done: number): string | null {
  const matters = hole.reaches?.some((call) => !irrelevantCalls.has(call));
  if (matters === false) return 'no function behind it calls an allocator';
  if (hole.before !== undefined && hole.before >= done) {
    return 'after pool_subsystem_init, where nothing that was read can change any more';
  }
  return null;
}
