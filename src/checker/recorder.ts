import type { Plain } from '../base/plain.ts';
import type { AnyCell } from '../base/cell.ts';
import type { Labelled } from '../base/view.ts';
import type { Process } from '../base/model.ts';
import type { RawView } from './erased.ts';
import type { Space } from './space.ts';
import type { ObserverTable, OperationTable } from './values.ts';
import { InternalError, present } from '../base/assert.ts';
import { Blocked } from '../base/view.ts';
import { readViewOf, viewOf } from './erased.ts';
import { assertDistinct } from './space.ts';

/**
 * Runs a model's code once and writes down what it depended on and what it did: its footprint.
 *
 * The footprint is in terms of what observers answered, not of whole values, and of the operations
 * asked for, not of their results: that is why one run stands for very many states.
 */

/** Something the code asked: an observer of a cell, or (`table` null) its whole value. */
export interface Read {
  readonly index: number;
  readonly table: ObserverTable | null;
  /** What the trie branches on: the answer's number plus one, or the value's number. */
  readonly branch: number;
  /** The value that was there when it was asked. */
  readonly id: number;
}

/** A change of one cell: by an operation, or (`operation` null) to a given value. */
export interface Write {
  readonly index: number;
  readonly operation: OperationTable | null;
  readonly id: number;
}

/** One enabled alternative of a step. */
export interface Outcome {
  readonly choices: readonly string[];
  readonly marks: readonly string[];
  readonly writes: readonly Write[];
}

export interface Recording {
  readonly reads: readonly Read[];
  readonly outcomes: readonly Outcome[];
  /** What the alternatives that are not enabled wait for. */
  readonly blockedOn: readonly string[];
  /** How often the code was run: once for each combination of choices. */
  readonly runs: number;
}

/** The numbers of cells' values in some state, by index. */
export type IdAt = (index: number) => number;

/** What has been asked so far, over all alternatives: in this order the trie branches. */
class Reads {
  readonly list: Read[] = [];
  private readonly space: Space;
  private readonly idAt: IdAt;
  private readonly whole = new Set<number>();
  private readonly askedAt = new Map<number, Set<ObserverTable>>();

  constructor(space: Space, idAt: IdAt) {
    this.space = space;
    this.idAt = idAt;
  }

  /** The value's number; from now on the footprint depends on it. */
  wholeId(index: number): number {
    const id = this.idAt(index);
    if (!this.whole.has(index)) {
      this.whole.add(index);
      this.list.push({ index, table: null, branch: id, id });
    }
    return id;
  }

  isWhole(index: number): boolean {
    return this.whole.has(index);
  }

  answer(cell: AnyCell, name: string, args: readonly unknown[]): Plain {
    const index = this.space.indexOf(cell);
    const table = this.space.tableAt(index).observer(name, args);
    const id = this.idAt(index);
    const branch = table.ask(id);
    let askedHere = this.askedAt.get(index);
    if (askedHere === undefined) this.askedAt.set(index, (askedHere = new Set()));
    if (!this.whole.has(index) && !askedHere.has(table)) {
      askedHere.add(table);
      this.list.push({ index, table, branch, id });
    }
    return table.answers.value(branch - 1);
  }
}

interface Choice {
  readonly count: number;
  taken: number;
}

/** One run of a step along one combination of choices. */
class StepRun implements RawView {
  readonly writes: Write[] = [];
  readonly choices: string[] = [];
  readonly marks: string[] = [];
  private readonly space: Space;
  private readonly reads: Reads;
  private readonly plan: Choice[];
  private depth = 0;

  constructor(space: Space, reads: Reads, plan: Choice[]) {
    this.space = space;
    this.reads = reads;
    this.plan = plan;
  }

  observe(cell: AnyCell, name: string, args: readonly unknown[]): Plain {
    const index = this.space.indexOf(cell);
    if (!this.isWritten(index)) return this.reads.answer(cell, name, args);
    const table = this.space.tableAt(index).observer(name, args);
    return table.answers.value(table.ask(this.currentId(index)) - 1);
  }

  read(cell: AnyCell): Plain {
    const index = this.space.indexOf(cell);
    return this.space.valueAt(index, this.currentId(index));
  }

  update(cell: AnyCell, name: string, args: readonly unknown[]): void {
    const index = this.space.indexOf(cell);
    const operation = this.space.tableAt(index).operation(name, args);
    this.writes.push({ index, operation, id: -1 });
  }

  write(cell: AnyCell, value: unknown): void {
    const index = this.space.indexOf(cell);
    const id = this.space.tableAt(index).intern(value, cell.key);
    this.writes.push({ index, operation: null, id });
  }

  choose(why: string, from: readonly Labelled<unknown>[]): unknown {
    if (from.length === 0) throw new Blocked(why);
    let choice = this.plan[this.depth];
    if (choice === undefined) {
      assertDistinct(
        from.map(({ label }) => label),
        `alternatives of "${why}"`,
      );
      choice = { count: from.length, taken: 0 };
      this.plan.push(choice);
    }
    this.depth++;
    const taken = from[choice.taken];
    if (choice.count !== from.length || taken === undefined) {
      throw new InternalError(`"${why}" offered other alternatives when the step was run again`);
    }
    this.choices.push(`${why}=${taken.label}`);
    return taken.value;
  }

  blocked(on: string): never {
    throw new Blocked(on);
  }

  mark(place: string): void {
    this.marks.push(place);
  }

  private isWritten(index: number): boolean {
    return this.writes.some((write) => write.index === index);
  }

  /** The cell's value as this run has left it. */
  private currentId(index: number): number {
    const own = this.writes.filter((write) => write.index === index);
    const settled = own.findLastIndex((write) => write.operation === null);
    const start = settled < 0 ? this.reads.wholeId(index) : present(own[settled], 'found').id;
    return applied(this.space, own.slice(settled + 1), start);
  }
}

function applied(space: Space, writes: readonly Write[], start: number): number {
  let id = start;
  for (const { index, operation, id: constant } of writes) {
    id = operation === null ? constant : space.apply(index, operation, id);
  }
  return id;
}

/** Runs one step of `process` in the state that `idAt` tells of, along every combination of choices. */
export function recordStep(space: Space, process: Process, idAt: IdAt): Recording {
  const reads = new Reads(space, idAt);
  const plan: Choice[] = [];
  const outcomes: Outcome[] = [];
  const blockedOn: string[] = [];
  let runs = 0;
  do {
    const run = new StepRun(space, reads, plan);
    runs++;
    try {
      process.step(viewOf(run));
      outcomes.push({ choices: run.choices, marks: run.marks, writes: run.writes });
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
      blockedOn.push(error.on);
    }
  } while (advance(plan));
  return {
    reads: reads.list,
    outcomes: outcomes.map((outcome) => settled(space, outcome, reads)),
    blockedOn,
    runs,
  };
}

/** The next combination of choices in order, if there is one. */
function advance(plan: Choice[]): boolean {
  for (let last = plan.at(-1); last !== undefined; last = plan.at(-1)) {
    if (++last.taken < last.count) return true;
    plan.pop();
  }
  return false;
}

/** Where the footprint fixes a cell's value anyway, its new value is known here and now. */
function settled(space: Space, outcome: Outcome, reads: Reads): Outcome {
  const writes: Write[] = [];
  for (const index of new Set(outcome.writes.map((write) => write.index))) {
    const own = outcome.writes.filter((write) => write.index === index);
    if (reads.isWhole(index)) {
      const before = reads.wholeId(index);
      const id = applied(space, own, before);
      if (id !== before) writes.push({ index, operation: null, id });
    } else {
      writes.push(
        ...own.slice(
          Math.max(
            0,
            own.findLastIndex((write) => write.operation === null),
          ),
        ),
      );
    }
  }
  return { ...outcome, writes };
}

/** Asks a question that may only look; the answer is whatever it returned. */
export function recordQuestion<Answer>(
  space: Space,
  ask: (view: ReturnType<typeof readViewOf>) => Answer,
  idAt: IdAt,
): { readonly reads: readonly Read[]; readonly answer: Answer } {
  const reads = new Reads(space, idAt);
  const view = readViewOf({
    observe: (cell, name, args) => reads.answer(cell, name, args),
    read: (cell) => {
      const index = space.indexOf(cell);
      return space.valueAt(index, reads.wholeId(index));
    },
  });
  const answer = ask(view);
  return { reads: reads.list, answer };
}
