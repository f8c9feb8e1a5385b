import type { Model } from '../base/model.ts';
import type { Plain } from '../base/plain.ts';
import type { BoundName, Bounds, CheckResult } from './result.ts';
import type { Clock } from './clock.ts';
import type { Inquiries } from './inquiry.ts';
import type { Successors } from './graph.ts';
import { present } from '../base/assert.ts';
import { EdgeList } from './backward.ts';
import { BalanceWatch } from './balances.ts';
import { wallClock } from './clock.ts';
import { Graph } from './graph.ts';
import { finalQuestion, inquiriesOf } from './inquiry.ts';
import { Judge } from './judge.ts';
import { concluded } from './conclude.ts';

/**
 * The search: breadth first, level by level, every state once.
 *
 * It runs in slices, so that whoever drives it can show progress and stop it at any time; a search
 * that was stopped ends like any other, with what is known so far. It goes on after a violation:
 * every property gets its verdict, and counts are of the whole space.
 */

export interface SearchOptions {
  readonly clock?: Clock;
  /**
   * What the process as a whole takes now, in bytes: by how much it has grown since the search began
   * counts for `memoryMaxBytes` where it is more than the search itself knows of.
   */
  readonly processBytes?: () => number;
  /** Values to start with instead of the cells' own, by cell key. */
  readonly from?: ReadonlyMap<string, Plain>;
  /** False leaves traces out: counts and verdicts only. */
  readonly traces?: boolean;
}

export interface Progress {
  readonly phase: 'exploring' | 'concluding' | 'done';
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  /** States known but not explored yet. */
  readonly frontier: number;
  readonly statesPerSecond: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** A search that is under way. */
export interface Search {
  /** Goes on for about this long; true when there is nothing left to do. */
  advance(budgetMs: number): boolean;
  progress(): Progress;
  /** Stops exploring. `advance` must still be called until it says that it is done. */
  interrupt(): void;
  /** What was found out; a search that is not done is interrupted first. */
  result(): CheckResult;
}

export function startSearch(
  model: Model,
  bounds: Bounds = {},
  options: SearchOptions = {},
): Search {
  return new BreadthFirst(model, bounds, options);
}

/** A whole search in one call. */
export function check(model: Model, bounds?: Bounds, options?: SearchOptions): CheckResult {
  const search = startSearch(model, bounds, options);
  while (!search.advance(Infinity));
  return search.result();
}

/** A transition that broke a balance: the states of least depth from which one leaves. */
export interface Leak {
  readonly watch: BalanceWatch;
  level: number;
  readonly states: number[];
}

const statesPerSlice = 512;
const lookEveryMs = 20;

/** What the search knows when it ends is what `conclude.ts` concludes from. */
export class BreadthFirst implements Search, Successors {
  readonly model: Model;
  readonly graph: Graph;
  readonly inquiries: Inquiries;
  readonly now: Judge;
  readonly later: Judge;
  readonly leaks: readonly Leak[];
  /** By depth: the first state there, of levels that have been begun. */
  private readonly levels: number[] = [];
  /** Edges of all states, if a property asks what can still be reached; of no more than it needs. */
  readonly edges = new EdgeList();
  /** States explored in which no system process can step, with their edges. */
  readonly quiet = new EdgeList();
  readonly deadlocks = { count: 0, level: -1, states: new Array<number>() };
  finals = 0;
  transitions = 0;
  /** The next state to be explored; all before have been. */
  head = 0;
  stoppedBy: CheckResult['stoppedBy'];
  private readonly bounds: Bounds;
  private readonly options: SearchOptions;
  private readonly clock: Clock;
  private readonly startWallMs: number;
  private readonly startCpuMs: number | undefined;
  private readonly startBytes: number;
  private grownBytes = 0;
  private grownAtMs = -Infinity;
  private exploredMs = 0;
  private levelEnd = 0;
  private seen = 1;
  private interrupted = false;
  private systemSteps = 0;
  private readonly isSystem: readonly boolean[];
  private readonly keepsEdges: boolean;
  private readonly hasEnvironment: boolean;
  private readonly targets: number[] = [];
  private conclusion: Generator<void, CheckResult> | undefined;
  private outcome: CheckResult | undefined;

  constructor(model: Model, bounds: Bounds, options: SearchOptions) {
    this.model = model;
    this.bounds = bounds;
    this.options = options;
    this.clock = options.clock ?? wallClock;
    this.startWallMs = this.clock.wallMs();
    this.startCpuMs = this.clock.cpuMs?.();
    this.startBytes = options.processBytes?.() ?? 0;
    this.graph = new Graph(model);
    this.inquiries = inquiriesOf(model, this.graph.space);
    this.now = new Judge(this.inquiries.now);
    this.later = new Judge(this.inquiries.later);
    this.leaks = model.properties.flatMap((property) =>
      property.kind === 'balance' && property.notApplicable === undefined
        ? [{ watch: new BalanceWatch(this.graph.space, property), level: -1, states: [] }]
        : [],
    );
    this.isSystem = model.processes.map((process) => process.kind === 'system');
    this.hasEnvironment = this.isSystem.includes(false);
    this.keepsEdges = this.inquiries.later.length > 0;
    this.graph.addInitial(options.from);
    this.now.begin(this.graph.row);
    this.later.begin(this.graph.row);
  }

  get isComplete(): boolean {
    return this.stoppedBy === undefined;
  }

  advance(budgetMs: number): boolean {
    const startMs = this.clock.wallMs();
    while (this.outcome === undefined) {
      if (this.conclusion === undefined) {
        if (!this.explore()) this.conclusion = concluded(this, this.options.traces ?? true);
      } else {
        const next = this.conclusion.next();
        if (next.done === true) this.outcome = next.value;
      }
      if (this.clock.wallMs() - startMs >= budgetMs) break;
    }
    return this.outcome !== undefined;
  }

  interrupt(): void {
    this.interrupted = true;
  }

  result(): CheckResult {
    this.interrupt();
    while (!this.advance(Infinity));
    return present(this.outcome, 'a search that is done has a result');
  }

  progress(): Progress {
    const seconds = this.seconds();
    const count = this.graph.stateCount;
    const exploredMs = this.conclusion === undefined ? seconds * 1000 : this.exploredMs;
    return {
      phase: this.outcome !== undefined ? 'done' : this.conclusion ? 'concluding' : 'exploring',
      states: count,
      transitions: this.transitions,
      depth: this.levelStarts().length - 2,
      frontier: count - this.head,
      statesPerSecond: exploredMs > 0 ? Math.round((count * 1000) / exploredMs) : 0,
      bytes: this.bytes,
      seconds,
    };
  }

  /** By depth: the first state there; and where the last level ends. */
  levelStarts(): readonly number[] {
    const partial = this.levelEnd < this.seen ? [this.levelEnd] : [];
    return [...this.levels, ...partial, this.seen];
  }

  seconds(): number {
    return (this.clock.wallMs() - this.startWallMs) / 1000;
  }

  cpuSeconds(): number | undefined {
    const now = this.clock.cpuMs?.();
    if (now === undefined || this.startCpuMs === undefined) return undefined;
    return (now - this.startCpuMs) / 1000;
  }

  /** Bytes of the state tables. */
  get stateBytes(): number {
    const { graph, now, later, edges, quiet } = this;
    return graph.storage.bytes + now.bytes + later.bytes + edges.bytes + quiet.bytes;
  }

  /** Bytes of everything that is kept, or by how much the process was last seen to have grown. */
  get bytes(): number {
    const { graph, now, later, leaks, grownBytes } = this;
    const weights = leaks.reduce((sum, { watch }) => sum + watch.bytes, 0);
    const code = graph.codeBytes + now.codeBytes + later.codeBytes + weights;
    return Math.max(this.stateBytes + code, grownBytes);
  }

  /** A transition of the state being explored. */
  transition(outcome: number, writeSet: number, target: number): void {
    const { graph, head } = this;
    if (target === this.seen) {
      this.seen++;
      const written = graph.steps.writeSets[writeSet] ?? [];
      this.now.arrive(head, target, writeSet, written, graph.row);
      if (this.keepsEdges) this.later.arrive(head, target, writeSet, written, graph.row);
    }
    if (this.keepsEdges) this.edges.addTarget(target);
    if (this.hasEnvironment) {
      if (this.isSystem[graph.steps.outcome(outcome).process] === true) this.systemSteps++;
      else this.targets.push(target);
    }
    if (this.leaks.length > 0) this.weigh(writeSet);
  }

  /** Explores some states; false when there are no more, or a bound was hit. */
  private explore(): boolean {
    for (let i = 0; i < statesPerSlice; i++) {
      if (this.head === this.levelEnd && !this.nextLevel()) return this.endExploring();
      if (this.seen > (this.bounds.statesMax ?? Infinity)) {
        return this.stop('statesMax', this.bounds.statesMax, this.seen);
      }
      this.exploreOne();
    }
    if (this.interrupted) return this.stop('interrupted', this.seen, this.seen);
    const { timeLimitMs, memoryMaxBytes } = this.bounds;
    if (timeLimitMs !== undefined) {
      const ms = Math.round(this.seconds() * 1000);
      if (ms >= timeLimitMs) return this.stop('timeLimitMs', timeLimitMs, ms);
    }
    if (memoryMaxBytes !== undefined) {
      this.lookAtProcess();
      const { bytes } = this;
      if (bytes > memoryMaxBytes) return this.stop('memoryMaxBytes', memoryMaxBytes, bytes);
    }
    return true;
  }

  /** Asks what the process takes, now and then: the answer costs more than a state. */
  private lookAtProcess(): void {
    const { processBytes } = this.options;
    if (processBytes === undefined) return;
    const now = this.clock.wallMs();
    if (now - this.grownAtMs < lookEveryMs) return;
    this.grownAtMs = now;
    this.grownBytes = processBytes() - this.startBytes;
  }

  private exploreOne(): void {
    const { head, now } = this;
    this.systemSteps = 0;
    this.targets.length = 0;
    const transitions = this.graph.expand(head, this, true);
    this.transitions += transitions;
    if (this.keepsEdges) this.edges.endSource(head);
    const isFinal = now.answerAt(head, finalQuestion) === 1;
    if (isFinal) this.finals++;
    if (this.hasEnvironment ? this.systemSteps === 0 : transitions === 0) {
      for (const target of this.targets) this.quiet.addTarget(target);
      this.quiet.endSource(head);
      if (transitions === 0 && !isFinal) this.noteDeadlock(head);
    }
    this.head++;
  }

  private noteDeadlock(state: number): void {
    const level = this.levels.length - 1;
    if (this.deadlocks.count++ === 0) this.deadlocks.level = level;
    if (this.deadlocks.level === level) this.deadlocks.states.push(state);
  }

  private nextLevel(): boolean {
    if (this.head === this.seen) return false;
    const depthMax = this.bounds.depthMax ?? Infinity;
    if (this.levels.length >= depthMax) return this.stop('depthMax', depthMax, depthMax);
    this.levels.push(this.head);
    this.levelEnd = this.seen;
    this.now.forgetBefore(this.head);
    return true;
  }

  private weigh(writeSet: number): void {
    const { graph } = this;
    const level = this.levels.length - 1;
    const written = graph.steps.writeSets[writeSet] ?? [];
    for (const leak of this.leaks) {
      // Past the level of the first leak there is nothing more to find out.
      if (leak.level >= 0 && leak.level < level) continue;
      if (leak.watch.keeps(graph.base, graph.row, written)) continue;
      leak.level = level;
      if (leak.states.at(-1) !== this.head) leak.states.push(this.head);
    }
  }

  private stop(bound: BoundName, limit: number | undefined, reached: number): false {
    this.stoppedBy = { bound, limit: limit ?? reached, reached };
    return this.endExploring();
  }

  private endExploring(): false {
    const reached = this.graph.stateCount;
    if (this.model.bound !== undefined) {
      this.stoppedBy ??= { bound: this.model.bound, limit: reached, reached };
    }
    this.exploredMs = this.seconds() * 1000;
    return false;
  }
}
