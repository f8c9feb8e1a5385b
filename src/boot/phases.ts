import type { AnyStateMachine, AnyMachineSnapshot, AnyActorScope } from 'xstate';
import { createActor, initialTransition, transition } from 'xstate';
import type { Plain } from '../base/plain.ts';
import type { Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';

/** A machine's state as plain data: what a cell can store. */
export type Phase = { readonly [key: string]: Plain };

/** What the machine wants done, by name; `refuse`, `call` and `outOfPhase` are all there is. */
export type BootAction = 'call' | 'outOfPhase' | 'refuse';

export interface Asked {
  readonly phase: Phase;
  readonly actions: readonly BootAction[];
}

/** The event types that a machine can be told. */
export interface MachineEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/**
 * A boot machine as a pure function of plain data: the same XState machine that is drawn in the
 * documentation and that Stately's tools show.
 */
export interface Phases {
  readonly machine: AnyStateMachine;
  readonly first: Phase;
  /** Asks the machine what happens on `event`; XState's own `transition` answers. */
  ask(phase: Phase, event: MachineEvent): Asked;
  /** `memory.kmemMap, pools.hooksInstalled, system.cold`: where it stands, for people. */
  describe(phase: Phase): string;
}

/**
 * Takes a machine into the search.
 *
 * Refused, with the path: what has an effect of its own or needs a clock (invoke, spawn, after)
 * and actions given as functions, which a search could not see, store or repeat.
 */
export function phasesOf(machine: AnyStateMachine, input: unknown): Result<Phases> {
  const refused = refusals(machine.config, machine.id);
  if (refused.length > 0) {
    return bad(
      ...refused.map((found) => ({
        code: 'bad-model' as const,
        message: `${found}: a boot machine must be pure data`,
        at: machine.id,
        hint: 'name the action as a string; what it does belongs to the kernel routines',
      })),
    );
  }
  // Only children need the scope, and there are none; XState still asks for one.
  const scope = { self: createActor(machine, { input }) } as unknown as AnyActorScope;
  const restore = (phase: Phase): AnyMachineSnapshot =>
    machine.restoreSnapshot(phase as never, scope) as AnyMachineSnapshot;
  const persist = (snapshot: AnyMachineSnapshot): Phase =>
    JSON.parse(JSON.stringify(machine.getPersistedSnapshot(snapshot))) as Phase;

  return ok({
    machine,
    first: persist(initialTransition(machine, input)[0] as AnyMachineSnapshot),
    ask: (phase, event) => {
      const [next, actions] = transition(machine, restore(phase), event as never);
      return {
        phase: persist(next as AnyMachineSnapshot),
        actions: actions.map((action) => action.type as BootAction),
      };
    },
    describe: (phase) => describeValue(phase['value']),
  });
}

function describeValue(value: Plain | undefined, above = ''): string {
  if (typeof value === 'string') return above === '' ? value : `${above}.${value}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return above;
  return Object.entries(value)
    .map(([region, inner]) => describeValue(inner, above === '' ? region : `${above}.${region}`))
    .join(', ');
}

const forbidden = ['invoke', 'spawn', 'after', 'delay'];

/** The paths in a machine's configuration that a search cannot take in. */
function refusals(part: unknown, path: string): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, inner]) => {
    const here = `${path}.${key}`;
    if (forbidden.includes(key)) return [`${here}: found ${key}`];
    if (isActionsKey(key) && holdsFunction(inner))
      return [`${here}: found an action given as a function`];
    // Guards and context are pure functions of event and context, checked by running each twice.
    return key === 'guard' || key === 'context' ? [] : refusals(inner, here);
  });
}

const isActionsKey = (key: string): boolean => ['actions', 'entry', 'exit'].includes(key);

function holdsFunction(actions: unknown): boolean {
  return Array.isArray(actions) ? actions.some(holdsFunction) : typeof actions === 'function';
}
