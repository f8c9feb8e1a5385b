/**
 * Forks: several ways on from one memory, joined afterwards.
 */
import type { Completion, Guard, Session } from './session.ts';
import { rank } from './session.ts';
import type { Snapshot } from './store.ts';
import { negated } from './text.ts';
import type { Value } from './value.ts';

/** One way on from a fork: the guard it goes under, and what it does. */
export interface Arm {
  readonly guard: Guard | null;
  readonly run: () => Completion;
}

export class Forks {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether the expression just evaluated came back. */
  alive(): Completion {
    const { isDead } = this.#session;
    this.#session.isDead = false;
    return isDead ? 'dead' : 'next';
  }

  /** Runs each arm from the present memory and goes on with the join of those that go on. */
  fork(ways: readonly Arm[], condition?: string): Completion {
    const arms = this.#decided(ways, condition);
    const { store } = this.#session;
    const guards = this.#session.guards;
    const passedBefore = this.#session.labelsPassed;
    this.#session.labelsPassed = new Set();
    const ends: {
      completion: Completion;
      values: Snapshot;
      guards: Guard[];
      arm: Arm;
    }[] = [];
    for (const arm of arms) {
      this.#session.guards = arm.guard === null ? [...guards] : [...guards, arm.guard];
      const mark = store.mark();
      const completion = arm.run();
      const inner = this.#session.guards.filter(
        (guard) => guard !== arm.guard && !guards.includes(guard),
      );
      ends.push({ completion, values: store.capture(mark), guards: inner, arm });
    }
    const best = Math.min(...ends.map(({ completion }) => rank(completion)));
    const going = ends.filter(({ completion }) => rank(completion) === best);
    const [first] = arms;
    const isWhole = arms.length === 2 && going.length === 2;
    store.join(
      going.map(({ values }) => values),
      isWhole ? first?.guard?.choice : undefined,
    );
    const completion = going[0]?.completion ?? 'next';
    this.#session.guards = [...guards];
    if (completion === 'next' || completion === 'break' || completion === 'continue') {
      for (const end of ends) {
        if (end.completion === 'dead' || rank(end.completion) === best) {
          // Guards left by early ways out inside an arm still hold after it.
          if (end.completion !== 'dead') this.#session.guards.push(...end.guards);
          continue;
        }
        this.#session.guards.push({ ...otherwise(end.arm.guard), until: end.completion });
      }
    }
    // A label that an arm passed ends the guard of a jump to it, whichever arm jumped.
    const passed = this.#session.labelsPassed;
    this.#session.guards = this.#session.guards.filter(
      ({ until }) => until === undefined || !passed.has(until),
    );
    this.#session.labelsPassed = new Set([...passedBefore, ...passed]);
    return completion;
  }

  /**
   * One fork is one decision: what hangs on different ways of it never happens in one run. In a
   * loop whose body stands for all rounds each way may be gone in some round, so there they are
   * decisions of their own. `condition` names what is asked: asked again, it has the same answer.
   */
  #decided(arms: readonly Arm[], condition?: string): readonly Arm[] {
    const session = this.#session;
    const known = condition === undefined ? undefined : session.choiceOf.get(condition);
    const shared = known ?? ++session.choiceCount;
    if (condition !== undefined) session.choiceOf.set(condition, shared);
    return arms.map((arm, i) => {
      if (arm.guard === null || arm.guard.choice !== undefined) return arm;
      const decision =
        session.sharedRounds > 0
          ? { choice: ++session.choiceCount, arm: 0, arms: 2 }
          : { choice: shared, arm: i, arms: Math.max(2, arms.length) };
      return { ...arm, guard: { ...arm.guard, ...decision } };
    });
  }

  forkExpression(
    arms: readonly { readonly guard: Guard; readonly run: () => Value }[],
    condition?: string,
  ): { readonly values: readonly Value[]; readonly choice: number | undefined } {
    const values: Value[] = [];
    const decided = this.#decided(
      arms.map(({ guard }) => ({ guard, run: () => 'next' })),
      condition,
    );
    const choice = decided[0]?.guard?.choice;
    const completion = this.fork(
      arms.map(({ run }, i) => ({
        guard: decided[i]?.guard ?? null,
        run: () => {
          values[i] = run();
          return this.alive();
        },
      })),
    );
    if (completion === 'dead') this.#session.isDead = true;
    return { values, choice };
  }
}

/** What holds where the way under `guard` was not gone. */
export function otherwise(guard: Guard | null): Guard {
  if (guard === null) return { text: 'not left before', at: '', certainty: 'may' };
  const { choice, arm = 0, arms = 2 } = guard;
  const text = negated(guard.text);
  if (choice === undefined) return { text, at: guard.at, certainty: 'may' };
  const plain = { text, at: guard.at, certainty: 'may', choice, arms } as const;
  if (guard.not === true) return { ...plain, arm };
  return arms === 2 ? { ...plain, arm: 1 - arm } : { ...plain, arm, not: true };
}
