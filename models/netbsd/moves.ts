import { assert, present } from '../../src/base/assert.ts';
import { cell, cellType } from '../../src/base/cell.ts';
import type { View } from '../../src/base/view.ts';
import type { BootModel } from '../../src/boot/build.ts';
import { buildBootModel } from '../../src/boot/build.ts';
import type { Sequence } from '../../src/boot/boot-process.ts';
import { walker } from '../../src/checker/index.ts';
import type { Walker } from '../../src/checker/index.ts';
import type { Order } from '../../src/order/order.ts';
import { bootProperties } from '../../properties/index.ts';
import { bootOnly } from './boot-only.ts';
import type { Era } from './eras.ts';
import type { PortName } from './orders.ts';
import { ports } from './ports/ports.ts';

/**
 * What each step of a boot is worth: it is moved to every other place, and the properties say what
 * comes of it.
 *
 * All the moved boots of a port are one model: its first step chooses the move. The boot is alone
 * in it, so that each run is one line of states and walking that line looks at all of them.
 */

/** Event `from` of the part, taken out and put back as number `to`. */
export type Move = { readonly from: number; readonly to: number };

/** What came of one move. */
export interface MoveResult {
  readonly move: Move;
  /** The events that the boot came to. */
  readonly reached: ReadonlySet<number>;
  /** Needs that were not met, in the order in which the boot came upon them. */
  readonly needs: readonly UnmetNeed[];
  /** The other properties that were violated, with their objects; `no-panic` is told by `halt`. */
  readonly violated: ReadonlyMap<string, readonly string[]>;
  /** How the kernel stopped. */
  readonly halt: string | null;
  /** Whether the boot got to its end. */
  readonly completes: boolean;
}

export interface UnmetNeed {
  /** The number of the event that lacked it. */
  readonly event: number;
  readonly fact: string;
  /** `PRE-9` */
  readonly cites: string;
}

/** The moves of one boot, ready to be tried. */
export interface Moves {
  /** The part of the order in which events are moved, and one more event, which stays the last. */
  readonly order: Order;
  /** The numbers of the events that are moved. */
  readonly events: readonly number[];
  readonly all: readonly Move[];
  try(move: Move): MoveResult;
}

/** Nothing that an allocator could see: they keep their places. */
const notOfTheAllocators = ['splraise', 'x86_enable_intr', 'enable_interrupts'];

/** The part of the boot that brings up the allocators: all before cpu_startup, ended by extent_init. */
export function allocatorPart(order: Order): Order {
  const end = order.events.findLastIndex((event) => event.function === 'extent_init');
  assert(end >= 0, 'each order describes the pool of extent_init');
  return { ...order, events: order.events.slice(0, end + 2) };
}

/** The events of `count`, with one of them moved; the event after them stays the last. */
export function moved(count: number, { from, to }: Move): readonly number[] {
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => i !== from);
  return [...others.slice(0, to), from, ...others.slice(to), count];
}

/** The order with one event moved, for a boot of its own. */
export function movedOrder(order: Order, move: Move): Order {
  const events = moved(order.events.length - 1, move).map((at) =>
    present(order.events[at], 'a moved order has the events of the order'),
  );
  return { ...order, events };
}

/** A boot without anybody else: no other thread, no interrupt, a machine of real size. */
export function bareBoot(era: Era, port: PortName, order: Order, sequence?: Sequence): BootModel {
  const built = buildBootModel({
    ...bootOnly,
    name: `netbsd/${era.policies.era}/${port}/moves`,
    order,
    port: ports[port],
    policies: era.policies,
    machine: era.machine,
    ...(sequence === undefined ? {} : { sequence }),
    properties: bootProperties,
    environmentText: ['nobody but the boot'],
  });
  assert(built.ok, 'the boot orders of the catalogue bind');
  return built.value;
}

/** All moves of the allocator part of a port's boot in one era. */
export function movesOf(era: Era, port: PortName): Moves {
  const order = allocatorPart(era.order(port));
  const count = order.events.length - 1;
  const events = Array.from({ length: count }, (_, i) => i).filter(
    (i) => !notOfTheAllocators.includes(order.events[i]?.call ?? ''),
  );
  const all = events.flatMap((from) =>
    Array.from({ length: count }, (_, to) => ({ from, to })).filter(({ to }) => to !== from),
  );
  const model = bareBoot(era, port, order, choosesMove(count, all));
  const walk = walker(model);
  const options = new Map(
    walk.enabled().map((option, i) => [option.choices[0]?.split('=')[1] ?? '', i]),
  );
  return {
    order,
    events,
    all,
    try: (move) => {
      const option = options.get(labelOf(move));
      assert(option !== undefined, 'each move is a choice of the first step');
      return follow(model, walk, option, move);
    },
  };
}

const labelOf = ({ from, to }: Move): string => `${from} to ${to}`;

const moveType = cellType<Move | null>()({
  name: 'move',
  observers: { chosen: (move): Move | null => move },
  operations: { choose: (_, move: Move) => move },
});

function choosesMove(count: number, all: readonly Move[]): Sequence {
  const chosen = cell('move', moveType, null);
  const labelled = all.map((value) => ({ label: labelOf(value), value }));
  const choose = (view: View): Move => {
    const move = view.choose('move', labelled);
    view.update(chosen, 'choose', move);
    return move;
  };
  return {
    cells: [chosen],
    next: (view, ran) => {
      const move = ran.length === 0 ? choose(view) : view.observe(chosen, 'chosen');
      return move === null ? null : (moved(count, move)[ran.length] ?? null);
    },
  };
}

/** Walks the one run of a move to its end. */
function follow(model: BootModel, walk: Walker, option: number, move: Move): MoveResult {
  const { boot, kernel, events } = model.parts;
  const reached = new Set<number>();
  const needs = new Map<string, UnmetNeed>();
  const violated = new Map<string, Set<string>>();
  walk.reset();
  walk.take(option);
  for (;;) {
    const next = walk.view.observe(boot, 'next');
    reached.add(next);
    for (const { property, object } of walk.violations()) {
      if (property === 'needs') needs.set(object, unmet(next, object));
      else if (property !== 'no-panic') {
        violated.set(property, (violated.get(property) ?? new Set()).add(object));
      }
    }
    const enabled = walk.enabled();
    assert(enabled.length <= 1, 'the boot is alone, and nothing is left to choose');
    if (enabled.length === 0) break;
    walk.take(0);
  }
  const outcome = walk.view.observe(kernel.cells.globals, 'outcome');
  return {
    move,
    reached,
    needs: [...needs.values()],
    violated: new Map([...violated].map(([property, objects]) => [property, [...objects]])),
    halt: outcome === null ? null : outcome.message,
    completes: outcome === null && walk.view.observe(boot, 'isPast', events.length - 1),
  };
}

/** The name of an object of `needs`: `call(object) file:line: fact (PRE-n)`. */
function unmet(event: number, name: string): UnmetNeed {
  const [, fact, cites] = /:\d+: (.*) \((PRE-\d+)\)$/.exec(name) ?? [];
  return {
    event,
    fact: present(fact, 'an unmet need names its fact'),
    cites: present(cites, 'and the precondition that it comes from'),
  };
}

/** Whether nothing at all came of it. */
export const isHarmless = (result: MoveResult): boolean =>
  result.completes && result.needs.length === 0 && result.violated.size === 0;
