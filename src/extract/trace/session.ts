/**
 * What all parts of the interpreter share: memory, program, the path so far, and what was found.
 */
import type { CType, FunctionDef, Stmt } from '../c/ir.ts';
import type { Holes } from '../holes.ts';
import { Reach } from '../reach/reach.ts';
import type { Limits } from '../limits.ts';
import type { OrderEvent, OrderFrame, OrderHole, OrderProbe } from '../../order/order.ts';
import type { Program } from '../program/program.ts';
import type { Types } from '../program/types.ts';
import { Store } from './store.ts';
import type { Value } from './value.ts';

/** How a statement ended. `goto` carries its label; `dead` is a path that ends in panic. */
export type Completion = 'next' | 'break' | 'continue' | 'return' | 'dead' | `goto ${string}`;

/** Which completion a join goes on with: the first that some arm has. */
export function rank(completion: Completion): number {
  switch (completion) {
    case 'next':
      return 0;
    case 'break':
      return 1;
    case 'continue':
      return 2;
    case 'return':
      return 4;
    case 'dead':
      return 5;
    default:
      return 3;
  }
}

/** A condition that what follows depends on. */
export interface Guard {
  readonly text: string;
  readonly at: string;
  readonly certainty: 'may' | 'loop' | 'loop0';
  /** Which decision of the path this is, which of its ways, and of how many. */
  readonly choice?: number;
  readonly arm?: number;
  readonly arms?: number;
  /** Any way but that one. */
  readonly not?: true;
  /** The way in which the other path left; the guard ends where that way leads. */
  readonly until?: Completion;
}

/** A local variable: where it is and what it is. */
export interface Local {
  readonly kind: 'place';
  readonly path: string;
  readonly type: CType;
}

/** One activation of a function. */
export interface Frame {
  readonly id: number;
  readonly definition: FunctionDef;
  /** What the names of locals mean; parameters and whatever was declared so far. */
  readonly locals: Map<string, Local>;
  /** Who called, and the arguments as written there; null for an entry. */
  readonly caller: { readonly frame: Frame; readonly texts: readonly string[] } | null;
  /** The last line known to have been reached. */
  line: number;
  /** Joined over all returns; meaningful where `returned` is true. */
  result: Value;
  returned: boolean;
  /**
   * For the function in which a boot ends: its last statement. A return from anywhere else gives
   * the boot up, as panic() does. Null where every return is as good as the others.
   */
  readonly end: Stmt | null;
}

export type TraceEvent = { -readonly [K in keyof OrderEvent]: OrderEvent[K] };
export type TraceProbe = OrderProbe;

/** Thrown to give up an attempt to follow a loop round by round; caught by the loop. */
export class AttemptGivenUp extends Error {}

export class Session {
  readonly store = new Store();
  readonly events: TraceEvent[] = [];
  /** What requests would do that nobody makes; see `Probes`. */
  readonly probes: TraceProbe[] = [];
  isProbing = false;
  readonly stack: OrderFrame[] = [];
  readonly entryNames: string[] = [];
  guards: Guard[] = [];
  /** Names of what heap objects are called once a global holds them. */
  readonly objectNames = new Map<string, string>();
  /** Set by an expression that does not come back; the statement takes it. */
  isDead = false;
  steps = 0;
  /** Where an attempt must end; Infinity outside of attempts. */
  stepsMaxNow = Number.POSITIVE_INFINITY;
  attempts = 0;
  callCount = 0;
  frameCount = 0;
  objectCount = 0;
  choiceCount = 0;
  /** Decisions by condition, while nothing it reads was written. */
  readonly choiceOf = new Map<string, number>();
  /** Counts code that was passed over and may have written anything. */
  passedOver = 0;
  /** Loops whose body is run once for all rounds, around the present place. */
  sharedRounds = 0;
  stopped: string | null = null;
  /** Where a path last ended in panic() or the like. */
  lastEnd = '';
  /** `goto x` for each label passed since the innermost fork. */
  labelsPassed: ReadonlySet<Completion> = new Set();
  /** Set once code of the board was passed over. */
  isBoardUnknown = false;
  /** Files of which some function has run. */
  readonly filesEntered = new Set<string>();
  /** Cut functions that were reached. */
  readonly cutsMet = new Set<string>();
  readonly program: Program;
  readonly types: Types;
  readonly holes: Holes;
  readonly limits: Limits;
  readonly withLocks: boolean;
  readonly reach: Reach;

  constructor(setup: {
    readonly program: Program;
    readonly types: Types;
    readonly holes: Holes;
    readonly limits: Limits;
    readonly withLocks: boolean;
  }) {
    this.program = setup.program;
    this.types = setup.types;
    this.holes = setup.holes;
    this.limits = setup.limits;
    this.reach = new Reach(setup.program, setup.limits.reachMax);
    this.withLocks = setup.withLocks;
  }

  /** Counts a step; false once a limit stopped the whole reading. */
  step(): boolean {
    if (this.stopped !== null) return false;
    this.steps++;
    if (this.steps > this.stepsMaxNow) throw new AttemptGivenUp();
    if (this.steps > this.limits.stepsMax) this.stop('stepsMax');
    if (this.store.size > this.limits.storeMax) this.stop('storeMax');
    return this.stopped === null;
  }

  /** Whether pool_subsystem_init() is over: behind it no hole changes what is registered. */
  isSubsystemUp(): boolean {
    const isInside = this.entryNames.includes('pool_subsystem_init');
    return !isInside && this.events.some(({ call }) => call === 'pool_subsystem_init');
  }

  /** Ends the reading for good: the order is then an error, not a short list. */
  stop(limit: string): void {
    if (this.stopped !== null) return;
    this.stopped = limit;
    this.lastEnd = this.entryNames.join(' > ');
    this.holes.add({ kind: 'limit', what: limit, before: this.events.length });
  }

  /**
   * Runs something that does not happen: what it would tell is the answer, and everything else is
   * as it was before. Events are as seen from where it begins.
   */
  aside(run: () => void): { readonly events: TraceEvent[]; readonly holes: OrderHole[] } {
    const { store, events, holes, objectNames } = this;
    const saved = {
      ...{ mark: store.mark(), events: events.length, holes: holes.mark(), guards: this.guards },
      ...{ stack: this.stack.splice(0), names: this.entryNames.splice(0) },
      ...{
        labels: this.labelsPassed,
        objects: this.objectCount,
        named: new Set(objectNames.keys()),
      },
      ...{ cuts: new Set(this.cutsMet), board: this.isBoardUnknown, end: this.lastEnd },
    };
    this.guards = [];
    this.isProbing = true;
    try {
      run();
      return { events: events.slice(saved.events), holes: holes.all().slice(saved.holes) };
    } finally {
      this.isProbing = false;
      this.isDead = false;
      store.rewind(saved.mark);
      events.length = saved.events;
      holes.rewind(saved.holes);
      this.guards = saved.guards;
      this.stack.splice(0, Infinity, ...saved.stack);
      this.entryNames.splice(0, Infinity, ...saved.names);
      this.labelsPassed = saved.labels;
      this.objectCount = saved.objects;
      for (const name of objectNames.keys()) if (!saved.named.has(name)) objectNames.delete(name);
      for (const cut of this.cutsMet) if (!saved.cuts.has(cut)) this.cutsMet.delete(cut);
      this.isBoardUnknown = saved.board;
      this.lastEnd = saved.end;
    }
  }

  /** Gives heap objects the names they got later, everywhere. */
  nameObjects(): void {
    const named = (text: string): string =>
      text.replace(/@\w+#\d+/g, (heap) => this.objectNames.get(heap) ?? heap);
    for (const event of this.events) {
      if (event.object !== null) event.object = named(event.object);
      for (const [name, value] of Object.entries(event.args)) {
        if (typeof value === 'string') event.args[name] = named(value);
      }
    }
  }

  /** Removes guards whose other path has come back here. */
  endGuards(from: number, ways: readonly Completion[]): void {
    if (this.guards.length <= from) return;
    this.guards = this.guards.filter(
      (guard, i) => i < from || guard.until === undefined || !ways.includes(guard.until),
    );
  }

  /** A path for people: without frame numbers and file qualifiers, heap objects by their names. */
  display(path: string): string {
    const bare = path.replace(/@[^.[\]@#]+\.[chsS](?=$|[.[:])/g, '').replace(/^\d+:/, '');
    const heap = /^@\w+#\d+/.exec(bare)?.[0];
    const named = heap === undefined ? undefined : this.objectNames.get(heap);
    const whole =
      named === undefined || heap === undefined ? bare : named + bare.slice(heap.length);
    return whole.replace(/^\w+::/, '').replace(/\[0\]$/, '');
  }
}
