import type { AnyCell, Cell } from '../base/cell.ts';
import type { Plain, Ref } from '../base/plain.ts';
import { present } from '../base/assert.ts';
import type { Halt, Next, Routine } from '../base/routine.ts';
import { callRoutine, exit, halt, routine, yieldAlwaysAt } from '../base/routine.ts';
import type { View } from '../base/view.ts';
import type { Order, OrderEvent } from '../order/order.ts';
import type { bootType, BootState } from './boot-cell.ts';
import type { Choice } from './choices.ts';
import { choicesOf, holds, wayOf } from './choices.ts';
import type { MachineEvent, Phase, Phases } from './phases.ts';

export type BootCell = Cell<
  BootState,
  (typeof bootType)['observers'],
  (typeof bootType)['operations']
>;

/** What an event of the order does in the model. */
export type Bound =
  /** A call that cannot yield: runs in the boot step itself. */
  | { readonly kind: 'run'; run(view: View, self: Ref<'thread'>): Plain | Halted }
  /** A modelled routine, executed label by label. */
  | {
      readonly kind: 'call';
      readonly routine: string;
      readonly params: { readonly [name: string]: Plain };
      /** What the caller does with the answer: assigns a map pointer, for one. */
      readonly then?: (view: View) => void;
      /** Pages of RAM that come with an answer, and stay. */
      readonly pages?: (answer: Plain) => number;
    }
  /** Nothing that an allocator could see. */
  | { readonly kind: 'irrelevant'; readonly reason: string };

/** A call that stopped the machine. */
export class Halted {
  readonly halt: Halt;
  constructor(halt: Halt) {
    this.halt = halt;
  }
}

/** One event, ready to run. */
export interface BoundEvent {
  readonly event: OrderEvent;
  readonly bound: Bound;
  /** What the phase machine is told before it runs. */
  readonly told: MachineEvent;
  /** `pmap_bootstrap.pool_cache_bootstrap(pmappl) sys/arch/x86/x86/pmap.c:1489`. */
  readonly place: string;
}

/** An event's place, in the form of a routine's label: the C function, the call, file and line. */
export function placeOfEvent(event: OrderEvent, object: string | null): string {
  const what =
    event.call === 'set' ? `set ${event.object ?? ''}` : `${event.call}(${object ?? ''})`;
  return `${event.function}.${what} sys/${event.file}:${event.line}`;
}

/**
 * Says what runs next where the order does not: boots with an event moved, boots in any order.
 *
 * Asked before the first event and after each one, in the same step; it may choose.
 */
export interface Sequence {
  /** What it remembers. */
  readonly cells: readonly AnyCell[];
  /** The event after those that have run; null when boot is over. */
  next(view: View, ran: readonly number[]): number | null;
}

/** The event that was next is over, and the machine stands where it stands. */
type MoveOn = (view: View, phase: Phase) => void;

type BootLocals = { readonly routine: string };

/**
 * The boot process: it asks the machine about each event of the order in turn, executes what the
 * machine answers, and tells it what came of it. Take the machine away and nothing boots.
 */
export function bootRoutine(
  cell: BootCell,
  phases: Phases,
  events: readonly BoundEvent[],
  order: Order,
  sequence: Sequence | null = null,
): Routine {
  const entry = order.events[0];
  const choices = choicesOf(order.events);
  const moveOn: MoveOn = (view, phase) => {
    if (sequence === null) {
      view.update(cell, 'advance', phase);
      return;
    }
    const ran = view.observe(cell, 'ranWithNext');
    view.update(cell, 'turnTo', phase, ran, sequence.next(view, ran) ?? events.length);
  };
  return routine<BootLocals>()({
    name: 'boot',
    file: `sys/${entry?.file ?? ''}`,
    revision: order.source.tree,
    labels: {
      next: {
        line: null,
        run: (_, view, __, self) => {
          const boot = view.read(cell);
          if (boot.next < 0) {
            moveOn(view, boot.phase);
            return yieldAlwaysAt('next');
          }
          const next = events[boot.next];
          if (next === undefined) return exit();
          if (!taken(view, cell, boot, next.event, choices)) {
            moveOn(view, boot.phase);
            return yieldAlwaysAt('next');
          }
          return start(view, self, cell, phases, boot, next, moveOn);
        },
      },
      answered: {
        line: null,
        run: (_, view, answer: Plain) => {
          const ran = present(events[view.observe(cell, 'next')], 'an event was running');
          if (ran.bound.kind === 'call') settle(view, cell, ran.bound, answer);
          tell(view, cell, phases, ran, answer, moveOn);
          return yieldAlwaysAt('next');
        },
      },
    },
  });
}

type Choices = ReadonlyMap<string, Choice>;

/** Whether the conditions of an event hold in this run; those not met before are decided now. */
function taken(
  view: View,
  cell: BootCell,
  boot: BootState,
  event: OrderEvent,
  choices: Choices,
): boolean {
  if (event.certainty === 'must' || event.certainty === 'loop') return true;
  const decided = { ...boot.guards };
  return event.guards.every((guard) => {
    const way = wayOf(guard);
    let chosen = decided[way.choice];
    if (chosen === undefined) {
      const { why, ways } = present(choices.get(way.choice), 'every guard is of a choice');
      chosen = view.choose(why, ways);
      decided[way.choice] = chosen;
      view.update(cell, 'decide', way.choice, chosen);
    }
    return holds(way, chosen);
  });
}

function start(
  view: View,
  self: Ref<'thread'>,
  cell: BootCell,
  phases: Phases,
  boot: BootState,
  next: BoundEvent,
  moveOn: MoveOn,
): Next {
  view.mark(next.place);
  const asked = phases.ask(boot.phase, next.told);
  if (asked.actions.includes('refuse')) return halt(refused(next, phases.describe(boot.phase)));
  if (asked.actions.includes('outOfPhase')) view.mark(`out of phase: ${next.place}`);
  view.update(cell, 'enter', asked.phase);
  switch (next.bound.kind) {
    case 'run': {
      const answer = next.bound.run(view, self);
      if (answer instanceof Halted) return halt(answer.halt);
      tell(view, cell, phases, next, answer, moveOn);
      return yieldAlwaysAt('next');
    }
    case 'call':
      return callRoutine(next.bound.routine, next.bound.params, 'answered');
    case 'irrelevant':
      tell(view, cell, phases, next, true, moveOn);
      return yieldAlwaysAt('next');
  }
}

/** What the caller does with the answer of a routine. */
function settle(
  view: View,
  cell: BootCell,
  bound: Extract<Bound, { kind: 'call' }>,
  answer: Plain,
): void {
  bound.then?.(view);
  if (bound.pages !== undefined) view.update(cell, 'hold', bound.pages(answer));
}

/** Tells the machine what the call answered; that is what moves it to its next phase. */
function tell(
  view: View,
  cell: BootCell,
  phases: Phases,
  ran: BoundEvent,
  answer: Plain,
  moveOn: MoveOn,
): void {
  const boot = view.read(cell);
  const type = ran.event.call === 'set' ? 'published' : answer === false ? 'fail' : 'ok';
  if (type === 'fail') view.mark(`failed: ${ran.place}`);
  const told = { type, call: ran.event.call, object: ran.event.object };
  moveOn(view, phases.ask(boot.phase, told).phase);
}

function refused(next: BoundEvent, where: string): Halt {
  return {
    kind: 'assertion',
    message: `${next.event.call}(${String(next.told['object'] ?? '')}) before pool_subsystem_init (${where}); enforcement of era C, reconstruction`,
    file: `sys/${next.event.file}`,
    line: next.event.line,
  };
}
