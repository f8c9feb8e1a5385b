import { assert, present } from './assert.ts';
import type { Draft, Plain, Ref } from './plain.ts';
import { draftOf } from './plain.ts';
import { Blocked } from './view.ts';
import type { View } from './view.ts';

/**
 * One activation of a kernel routine, as plain data on a thread's stack: which routine, the label
 * at which it goes on, and its locals. (No generators: they cannot be stored or compared.)
 *
 * Delete a local as soon as it is dead: each one left over multiplies states that are the same.
 */
export type Frame = {
  readonly routine: string;
  readonly at: string;
  /** Set while the thread sleeps on a wait channel; it is disabled until somebody takes it off. */
  readonly asleepOn?: Ref<'wchan'>;
  readonly [local: string]: Plain | undefined;
};

/** How the modelled kernel stops: an answer of the model, never a JavaScript exception. */
export type Halt = {
  readonly kind: 'panic' | 'assertion' | 'fault';
  /** `panic: malloc: out of space in kmem_map`, `KASSERT(...)`, `NULL map in uvm_km_alloc_poolpage`. */
  readonly message: string;
  readonly file: string;
  readonly line: number;
};

/** What a label does with the thread when it has done its work. */
export type Next =
  /** Goes on at another label of the same routine, within the same step. */
  | { readonly do: 'go'; readonly at: string }
  /** Ends the step; the next one goes on at `at`. What others do may come in between. */
  | { readonly do: 'yield'; readonly at: string; readonly atAnyGrain?: true }
  /** Calls a routine (in the same step); its answer is given to label `then`. */
  | {
      readonly do: 'call';
      readonly routine: string;
      readonly params: Params;
      readonly then: string;
    }
  /** Returns to the caller (in the same step). */
  | { readonly do: 'return'; readonly value: Plain }
  /**
   * Leaves the CPU and ends the step. With a channel the thread is disabled until it is woken;
   * without one (a polling wait) label `at` itself says `view.blocked` until its condition holds.
   */
  | { readonly do: 'sleep'; readonly at: string; readonly on: Ref<'wchan'> | null }
  /** The thread ends. */
  | { readonly do: 'exit' }
  /** The machine stops. */
  | { readonly do: 'halt'; readonly halt: Halt };

/** A frame while its routine runs. */
type RunningFrame = {
  routine: string;
  at: string;
  asleepOn?: Ref<'wchan'>;
  [local: string]: Plain | undefined;
};

type Params = { readonly [name: string]: Plain | undefined };

export const go = (at: string): Next => ({ do: 'go', at });
export const yieldAt = (at: string): Next => ({ do: 'yield', at });
/** Ends the step at the coarse grain, too: between two events of a boot, which properties speak of. */
export const yieldAlwaysAt = (at: string): Next => ({ do: 'yield', at, atAnyGrain: true });
export const callRoutine = (routine: string, params: Params, then: string): Next => ({
  do: 'call',
  routine,
  params,
  then,
});
export const ret = (value: Plain): Next => ({ do: 'return', value });
export const sleep = (on: Ref<'wchan'> | null, at: string): Next => ({ do: 'sleep', at, on });
export const exit = (): Next => ({ do: 'exit' });
export const halt = (halt: Halt): Next => ({ do: 'halt', halt });

/**
 * Code from one point where a thread may be interrupted to the next.
 *
 * `line` is its place in the C file; null where it has none, and then it leaves no mark: what it
 * runs marks its own place.
 */
export interface Label<Locals> {
  readonly line: number | null;
  run(frame: Draft<Locals>, view: View, answer: never, self: Ref<'thread'>): Next;
}

/** A modelled C routine. `source` is `path revision function()`; every trace line prints it. */
export interface Routine {
  /** The C name. */
  readonly name: string;
  readonly file: string;
  readonly revision: string;
  /** The first label is where a call enters. */
  readonly labels: { readonly [at: string]: Label<never> };
}

/**
 * Declares a routine: `routine<{ pool: Ref<'pool'>; page?: Va }>()({ name: 'pool_grow', … })`.
 *
 * The type argument lists parameters and locals; locals that come later are optional.
 */
export function routine<Locals>(): (definition: {
  readonly name: string;
  readonly file: string;
  readonly revision: string;
  readonly labels: { readonly [at: string]: Label<Locals> };
}) => Routine {
  return (definition) => definition;
}

export type RoutineTable = ReadonlyMap<string, Routine>;

export function routineTable(routines: readonly Routine[]): RoutineTable {
  const table = new Map(routines.map((one) => [one.name, one]));
  assert(table.size === routines.length, 'each routine is modelled once');
  return table;
}

/** The place of a label in marks, traces and coverage: `pool_grow.header sys/kern/subr_pool.c:1150`. */
export function placeOf(one: Routine, at: string): string {
  const label = present(one.labels[at], `${one.name} has no label ${at}`);
  return `${one.name}.${at} ${one.file}:${label.line ?? 0}`;
}

/** All places of a table, for coverage. */
export function allPlaces(table: RoutineTable): readonly string[] {
  return [...table.values()].flatMap((one) =>
    Object.keys(one.labels).map((at) => placeOf(one, at)),
  );
}

/** Where a run of routines ended, with the stack to store. */
export type Ending =
  | { readonly kind: 'yield'; readonly stack: readonly Frame[] }
  | { readonly kind: 'sleep'; readonly stack: readonly Frame[]; readonly on: Ref<'wchan'> | null }
  | { readonly kind: 'exit' }
  | { readonly kind: 'halt'; readonly halt: Halt; readonly stack: readonly Frame[] };

/**
 * Where a step may end. `fine`: at the points listed in docs/grain.md, which also says where the
 * kernel can be interrupted and no step ends; only this may say PASS. `sleep`: only where a thread
 * may sleep; real runs, far fewer states.
 */
export type Grain = 'fine' | 'sleep';

const labelsPerStepMax = 10_000;

/** A frame that enters `name` with `params`. */
export function enter(table: RoutineTable, name: string, params: Params): Frame {
  const one = present(table.get(name), `no routine is called ${name}`);
  const at = present(Object.keys(one.labels)[0], `${name} has a first label`);
  return { ...params, routine: name, at };
}

/**
 * Runs the top frame of a stack from its label to the next point where the step ends.
 *
 * A label that says `view.blocked` after others have already done something in this step ends the
 * step there (what was done stands) and is tried again in the next one. So a label must look
 * before it writes, and one that is given an answer must not block.
 */
export function runRoutines(
  table: RoutineTable,
  stack: readonly Frame[],
  view: View,
  self: Ref<'thread'>,
  grain: Grain,
): Ending {
  const frames: RunningFrame[] = stack.map(running);
  let answer: Plain = null;
  for (let count = 0; count < labelsPerStepMax; count++) {
    const frame = present(frames.at(-1), 'a running thread has a frame');
    const one = present(table.get(frame.routine), `no routine is called ${frame.routine}`);
    const label = present(one.labels[frame.at], `${frame.routine} has no label ${frame.at}`);
    const untouched = running(frame);
    const next = runLabel(label, frame, view, answer, self);
    if (next instanceof Blocked) {
      if (count === 0) throw next;
      assert(answer === null, `${frame.routine}.${untouched.at} was given an answer and blocked`);
      frames[frames.length - 1] = untouched;
      return { kind: 'yield', stack: frames };
    }
    if (label.line !== null) view.mark(placeOf(one, untouched.at));
    answer = null;
    switch (next.do) {
      case 'go':
        frame.at = next.at;
        break;
      case 'yield':
        frame.at = next.at;
        if (grain === 'fine' || next.atAnyGrain === true) return { kind: 'yield', stack: frames };
        break;
      case 'call':
        frame.at = next.then;
        frames.push(running(enter(table, next.routine, next.params)));
        break;
      case 'return':
        frames.pop();
        if (frames.length === 0) return { kind: 'exit' };
        answer = next.value;
        break;
      case 'sleep':
        frame.at = next.at;
        if (next.on !== null) frame.asleepOn = next.on;
        return { kind: 'sleep', stack: frames, on: next.on };
      case 'exit':
        return { kind: 'exit' };
      case 'halt':
        return { kind: 'halt', halt: next.halt, stack: frames };
    }
  }
  assert(false, `${self} ran ${labelsPerStepMax} labels without yielding`);
}

function running(frame: Frame): RunningFrame {
  const copy: { [local: string]: unknown } = draftOf<{ readonly [local: string]: unknown }>(frame);
  return copy as RunningFrame;
}

// A routine's labels get back just the frame that the routine itself declared and filled.
function runLabel(
  label: Label<never>,
  frame: RunningFrame,
  view: View,
  answer: Plain,
  self: Ref<'thread'>,
): Next | Blocked {
  try {
    return (label as unknown as Label<unknown>).run(frame, view, answer as never, self);
  } catch (thrown) {
    if (thrown instanceof Blocked) return thrown;
    throw thrown;
  }
}
