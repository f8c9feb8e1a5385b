/**
 * Loops: followed round by round where that comes to an end, else taken once for all rounds.
 */
import type { Expr, LoopStmt } from '../c/ir.ts';
import { assignedIn } from './assigned.ts';
import type { Evaluator } from './evaluate.ts';
import type { Statements } from './execute.ts';
import type { Arm, Forks } from './forks.ts';
import type { Completion, Frame, Guard, Session, TraceEvent } from './session.ts';
import { AttemptGivenUp } from './session.ts';
import { isPure } from './pure.ts';
import { boundsOf } from './range.ts';
import { pointee, truth } from './value.ts';

const attemptStepsMax = 60_000;
const attemptsMax = 3;

export class Loops {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  readonly #statements: Statements;
  readonly #forks: Forks;

  constructor(session: Session, evaluator: Evaluator, statements: Statements, forks: Forks) {
    this.#session = session;
    this.#evaluator = evaluator;
    this.#statements = statements;
    this.#forks = forks;
  }

  run(s: LoopStmt, frame: Frame): Completion {
    if (s.first !== undefined) {
      const completion = this.#statements.run(s.first, frame);
      if (completion !== 'next') return completion;
    }
    const before = this.#session.guards.length;
    const followed = this.#attempt(s, frame);
    const completion = followed ?? this.#abstractLoop(s, frame);
    this.#session.endGuards(before, ['break', 'continue']);
    return completion;
  }

  /**
   * Follows a loop round by round, as long as its condition stays known; null, with everything
   * taken back, where it does not end in time.
   */
  #attempt(s: LoopStmt, frame: Frame): Completion | null {
    const session = this.#session;
    const { store, holes } = session;
    if (session.attempts >= attemptsMax) return null;
    const saved = {
      mark: store.mark(),
      events: session.events.length,
      probes: session.probes.length,
      holes: holes.mark(),
      guards: session.guards,
      stack: session.stack.length,
      names: session.entryNames.length,
      steps: session.stepsMaxNow,
      result: frame.result,
      sharedRounds: session.sharedRounds,
      returned: frame.returned,
    };
    session.guards = [...session.guards];
    session.attempts++;
    session.stepsMaxNow = Math.min(saved.steps, session.steps + attemptStepsMax);
    let completion: Completion | null = null;
    try {
      completion = this.#rounds(s, frame, saved);
    } catch (problem) {
      // An outer attempt's budget is the outer one's business.
      if (!(problem instanceof AttemptGivenUp)) throw problem;
      session.isDead = false;
    }
    session.attempts--;
    session.stepsMaxNow = saved.steps;
    if (completion !== null && !isMonotonous(session.events.slice(saved.events))) return completion;
    store.rewind(saved.mark);
    session.events.length = saved.events;
    session.probes.length = saved.probes;
    holes.rewind(saved.holes);
    session.guards = saved.guards;
    session.stack.length = saved.stack;
    session.entryNames.length = saved.names;
    frame.result = saved.result;
    session.sharedRounds = saved.sharedRounds;
    frame.returned = saved.returned;
    return null;
  }

  #rounds(s: LoopStmt, frame: Frame, begun: { events: number; holes: number }): Completion | null {
    const { events, holes, limits } = this.#session;
    const { unrollMax, quietRoundsMax } = limits;
    // Rounds that tell nothing make no list longer, and leave a count that later code asks for.
    const isQuiet = (): boolean => events.length === begun.events && holes.mark() === begun.holes;
    let gap: bigint | undefined;
    let roundsMax = unrollMax;
    for (let round = 0; ; round++) {
      if (s.kind !== 'do' || round > 0) {
        const condition = s.c === undefined ? 1n : this.#evaluator.value(s.c, frame);
        if (this.#forks.alive() === 'dead') return 'dead';
        const known = truth(condition);
        if (known === undefined) return null;
        if (!known) return 'next';
      }
      if (round === unrollMax - 1) gap = this.#gap(s, frame);
      if (round === unrollMax) {
        const all = round + roundsLeft(gap, this.#gap(s, frame));
        if (all <= quietRoundsMax) roundsMax = all + 1;
      }
      const isLong = round >= roundsMax || (round >= unrollMax && !isQuiet());
      if (isLong && !this.#walksLinkSet(s, frame)) return null;
      if (round >= 40 * unrollMax) return null;
      const from = this.#session.guards.length;
      const completion = this.#statements.run(s.body, frame);
      if (completion === 'break') return 'next';
      if (completion !== 'next' && completion !== 'continue') return completion;
      this.#session.endGuards(from, ['continue']);
      // A round that may have left the loop makes all further ones uncertain: leave that to the join.
      if (this.#session.guards.slice(from).some((guard) => guard.until === 'break')) return null;
      if (s.next !== undefined) this.#evaluator.value(s.next, frame);
    }
  }

  /** How far the two sides of a comparison are apart, where asking changes nothing. */
  #gap(s: LoopStmt, frame: Frame): bigint | undefined {
    if (s.c?.k !== 'bin') return undefined;
    const [a, b] = [s.c.a, s.c.b].map((e) => {
      // What `n-- > 0` counts is n.
      const counted = e.k === 'step' ? e.a : e;
      return isPure(counted) ? this.#evaluator.value(counted, frame) : undefined;
    });
    return typeof a === 'bigint' && typeof b === 'bigint' ? a - b : undefined;
  }

  // Link sets end where the linker says, however many entries they have.
  #walksLinkSet(s: LoopStmt, frame: Frame): boolean {
    if (s.c?.k !== 'bin') return false;
    return pointee(this.#evaluator.value(s.c.b, frame))?.startsWith('__link_set_') === true;
  }

  /** Runs the body once for all rounds: what it assigns is not known before or after. */
  #abstractLoop(s: LoopStmt, frame: Frame): Completion {
    const { store } = this.#session;
    const assigned = assignedIn(s);
    const forget = (): void => {
      for (const target of assigned) {
        const path =
          target.k === 'id' || target.k === 'field' ? this.#quietPlace(target, frame) : undefined;
        if (path !== undefined) store.write(path, undefined);
      }
    };
    let certainty: 'loop' | 'loop0' = 'loop';
    if (s.kind !== 'do') {
      const condition = s.c === undefined ? 1n : this.#evaluator.value(s.c, frame);
      if (this.#forks.alive() === 'dead') return 'dead';
      const known = truth(condition);
      if (known === false) return 'next';
      if (known === undefined) certainty = 'loop0';
    }
    forget();
    const at = `${frame.definition.file}:${s.line}`;
    const endless = s.c === undefined || (s.c.k === 'num' && s.c.v === 1);
    const guard: Guard = { text: s.text === '' ? 'for ever' : s.text, at, certainty };
    const round = (): Completion => {
      const mark = store.mark();
      this.#session.sharedRounds++;
      const completion = this.#statements.run(s.body, frame);
      this.#session.sharedRounds--;
      if (s.next !== undefined && completion !== 'dead' && completion !== 'return') {
        this.#evaluator.value(s.next, frame);
      }
      if (s.kind === 'do' && s.c !== undefined) this.#evaluator.value(s.c, frame);
      this.#session.isDead = false;
      // Numbers that the round changed may have any value after more rounds.
      for (const path of store.changedSince(mark)) {
        if (boundsOf(store.read(path).value) !== undefined) store.write(path, undefined);
      }
      if (completion === 'break' || completion === 'continue') return 'next';
      // Where the loop may end by its condition, not every path leaves from inside.
      return completion !== 'next' && !endless && s.kind !== 'do' ? 'next' : completion;
    };
    const arms: Arm[] = [{ guard: s.kind === 'do' && isOnce(s) ? null : guard, run: round }];
    if (certainty === 'loop0') arms.push({ guard: null, run: () => 'next' });
    const completion = this.#forks.fork(arms);
    forget();
    return completion;
  }

  #quietPlace(target: Expr, frame: Frame): string | undefined {
    const isQuiet = (e: Expr): boolean => e.k === 'id' || (e.k === 'field' && isQuiet(e.a));
    return isQuiet(target) ? this.#evaluator.place(target, frame) : undefined;
  }
}

/** Rounds until the sides meet, if they go on coming nearer as in the last round. */
function roundsLeft(before: bigint | undefined, now: bigint | undefined): number {
  if (before === undefined || now === undefined || before === now) return Infinity;
  const left = now / (before - now);
  return left < 0n ? Infinity : Number(left) + 1;
}

// Thirty-two mutex_init() of thirty-two buckets say no more than one does for all of them.
function isMonotonous(events: readonly TraceEvent[]): boolean {
  const sites = new Set(events.map((event) => `${event.file}:${event.line} ${event.call}`));
  const isPlain = ({ call, object }: TraceEvent): boolean =>
    object === null || /^(mutex|rw|cv|callout)_init$|_obj_alloc$/.test(call);
  return events.length > 4 * sites.size && events.every(isPlain);
}

function isOnce(s: LoopStmt): boolean {
  return s.c?.k === 'num' && s.c.v === 0;
}
