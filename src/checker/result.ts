import type { Plain } from '../base/plain.ts';

/** DESIGN: PASS 0, VIOLATED 1, INCOMPLETE 3, VACUOUS 4, INCONCLUSIVE 5 (exit codes); NOT APPLICABLE has none. */
export type Verdict =
  'PASS' | 'VIOLATED' | 'INCOMPLETE' | 'VACUOUS' | 'INCONCLUSIVE' | 'NOT APPLICABLE';

/** One cell's change in one step. */
export interface Change {
  readonly cell: string;
  readonly before: Plain;
  readonly after: Plain;
}

/** One step of a trace: who, where from, what was chosen, what it passed, what it changed. */
export interface TraceStep {
  readonly process: string;
  /** The labels chosen in this step, in order: `why=label`. */
  readonly choices: readonly string[];
  /** The places that the step passed, in order: see `View.mark`. The first is where it started. */
  readonly path: readonly string[];
  readonly changes: readonly Change[];
}

/** A run from the initial state. */
export interface Trace {
  readonly steps: readonly TraceStep[];
  /**
   * True when no shorter run shows the same, and among the shortest none has fewer switches of
   * process or earlier labels; false prints as *not shown minimal*. At a bounded grain that is said
   * of runs of that grain: counted in finer steps another run may be shorter.
   */
  readonly minimal: boolean;
  /** For a run without end: the step that the last step returns to. */
  readonly loopsTo?: number;
}

/** What became of one property for one of its objects. */
export interface ObjectResult {
  readonly object: string;
  /** `PropertyObject.whenViolated`, for those that are. */
  readonly says?: string;
  readonly verdict: Verdict;
  /** States in which the premise was true (all states, where there is no premise). */
  readonly premiseStates: number;
  /** The shortest run to a violation, or to a witness for a *sometimes* property. */
  readonly trace?: Trace;
}

export interface PropertyResult {
  readonly name: string;
  readonly kind: 'always' | 'recoverable' | 'sometimes' | 'balance' | 'fold';
  readonly sentence: string;
  readonly cites: string;
  readonly about: 'mission' | 'kernel' | 'model sanity';
  readonly corollary?: string;
  readonly breaks?: string;
  readonly verdict: Verdict;
  /** For NOT APPLICABLE. */
  readonly reason?: string;
  readonly objects: readonly ObjectResult[];
  /** How often the property's own code ran: the cost of asking. */
  readonly runs: number;
}

/** The names of the limits a search can hit. */
export interface Bounds {
  readonly statesMax?: number;
  readonly depthMax?: number;
  readonly timeLimitMs?: number;
  readonly memoryMaxBytes?: number;
}

export type BoundName = keyof Bounds | 'interrupted' | 'grain';

export interface Coverage {
  /** Processes that never stepped. One that only ever steps back to the same state did step. */
  readonly neverStepped: readonly string[];
  /** Places of `mustPass` never passed: these make the verdict VACUOUS. */
  readonly mustNeverPassed: readonly string[];
  /** Places of `mayPass` never passed: listed. */
  readonly mayNeverPassed: readonly string[];
}

/** Everything one search found out. */
export interface CheckResult {
  readonly model: string;
  readonly parameters: { readonly [name: string]: Plain };
  readonly verdict: Verdict;
  readonly states: number;
  /** Enabled (state, process, choice) triples, self-loops and duplicates included. */
  readonly transitions: number;
  /** Edges on the longest shortest run. */
  readonly depth: number;
  /** The bound that stopped the search, with the value it had reached; absent when complete. */
  readonly stoppedBy?: {
    readonly bound: BoundName;
    readonly limit: number;
    readonly reached: number;
  };
  /** The model's own bound: some runs are missing, so what was not reached may still be. */
  readonly bound?: 'grain';
  /** A deadlock is a state that is not final and where nothing is enabled. */
  readonly deadlocks: { readonly count: number; readonly trace?: Trace };
  /**
   * States that are not final and from which no system process can ever step again, whatever the
   * environment does meanwhile. Each deadlock is one of them. One from which the environment alone
   * still comes to a final state is one, too. At a bounded grain only deadlocks are counted.
   */
  readonly stuck: { readonly count: number; readonly trace?: Trace };
  readonly finals: number;
  readonly properties: readonly PropertyResult[];
  readonly coverage: Coverage;
  readonly assumptions: readonly string[];
  readonly environment: readonly string[];
  readonly cost: {
    readonly seconds: number;
    /** Absent where the search was given no clock of the CPU. */
    readonly cpuSeconds?: number;
    /** Runs of model code by steps. */
    readonly runs: number;
    readonly propertyRuns: number;
    /** Whole values read, by cell key: where an observer is missing. */
    readonly wholeReads: { readonly [cell: string]: number };
    /** Of the state tables alone: states, their edges where they are kept, answers in each. */
    readonly bytesPerState: number;
    /**
     * Everything that is kept, near enough: state tables, recorded steps and answers, values, what
     * observers and operations came to. Or by how much the process grew, where that can be told
     * and is more.
     */
    readonly bytes: number;
  };
}
