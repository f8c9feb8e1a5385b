import type { Model, Process } from '../base/model.ts';
import type { Outcome, Recording, Write } from './recorder.ts';
import type { Space } from './space.ts';
import type { OperationTable } from './values.ts';
import { InternalError, present } from '../base/assert.ts';
import { recordStep } from './recorder.ts';
import { assertDistinct } from './space.ts';
import { nodesAbove } from './storage.ts';
import { someOf } from './shuffle.ts';
import { Trie } from './trie.ts';
import { named } from './values.ts';

/**
 * Everything that is known about the steps of a model's processes.
 *
 * A recorded step is kept twice: as data for traces and coverage, and as `code`, a run of numbers
 * that the search follows without looking at anything else:
 *
 *     step:    outcome count, outcome...
 *     outcome: number of the outcome, number of its write set,
 *              counts of writes, of touched cells, of nodes above them,
 *              (index, operation or -1 - id) for each write,
 *              index of each touched cell, each node from the groups upwards
 */
export class Steps {
  readonly space: Space;
  readonly processes: readonly Process[];
  code = new Int32Array(1024);
  /** By outcome number. */
  readonly outcomes: StepOutcome[] = [];
  /** By number of write set: the indexes of the cells written. */
  readonly writeSets: (readonly number[])[] = [];
  /** Runs of the model's code. */
  runs = 0;
  /** Whole values read, by cell key. */
  readonly wholeReads = new Map<string, number>();
  private readonly tries: readonly Trie[];
  private readonly leaves: Leaf[] = [];
  private readonly leafAt = new Map<number, Leaf>();
  private readonly writeSetIds = new Map<string, number>();
  private length = 0;
  private recordedBytes = 0;

  constructor(model: Model, space: Space) {
    this.space = space;
    this.processes = model.processes;
    assertDistinct(
      model.processes.map((process) => process.name),
      'processes',
    );
    this.tries = model.processes.map(() => new Trie());
  }

  /** Where in `code` the process's step in this state is; runs it if it must. */
  find(process: number, row: Int32Array): number {
    const trie = this.tries[process];
    const leaf = trie === undefined ? -1 : trie.walk(row);
    return leaf < 0 ? this.learn(process, row) : leaf;
  }

  /** What the alternatives of the step at `code[at]` that are not enabled wait for. */
  blockedOn(at: number): readonly string[] {
    return present(this.leafAt.get(at), 'a step is a leaf').recording.blockedOn;
  }

  outcome(number: number): StepOutcome {
    return present(this.outcomes[number], 'outcomes are numbered');
  }

  /** The number of the value to which an outcome's operation takes a cell's value. */
  apply(outcome: number, index: number, operation: OperationTable, id: number): number {
    const process = present(
      this.processes[this.outcome(outcome).process],
      'a process of the model',
    );
    return guarded(process, () => this.space.apply(index, operation, id));
  }

  /** Bytes of all that is known about steps, near enough. */
  get bytes(): number {
    return this.tries.reduce(
      (sum, trie) => sum + trie.bytes,
      this.code.byteLength + this.recordedBytes,
    );
  }

  /**
   * Runs recorded steps once more and compares: all of them, latest first, then so many of them
   * in no order at all.
   *
   * @throws InternalError naming the process whose step depends on something that is not state
   */
  *recheck(againMax: number): Generator<void, void> {
    const leaves = [...this.leaves];
    yield* this.recheckAll(leaves.toReversed());
    yield* this.recheckAll(someOf(leaves, againMax));
  }

  private *recheckAll(leaves: readonly Leaf[]): Generator<void, void> {
    for (const [i, { process, recording }] of leaves.entries()) {
      if (i % stepsAtOnce === stepsAtOnce - 1) yield;
      const ids = new Map(recording.reads.map((read) => [read.index, read.id]));
      const again = guarded(process, () =>
        recordStep(this.space, process, (index) =>
          present(ids.get(index), `now asks about ${this.space.cellAt(index).key}`),
        ),
      );
      if (fingerprint(again) !== fingerprint(recording)) {
        throw new InternalError(
          `process ${process.name}: its step did something else when run again from the same state`,
        );
      }
    }
  }

  private learn(number: number, row: Int32Array): number {
    const process = present(this.processes[number], 'a process of the model');
    const trie = present(this.tries[number], 'each process has a trie');
    return guarded(process, () => {
      const recording = recordStep(this.space, process, (index) => row[index] ?? 0);
      this.runs += recording.runs;
      for (const { table, index } of recording.reads) {
        if (table === null) {
          const { key } = this.space.cellAt(index);
          this.wholeReads.set(key, (this.wholeReads.get(key) ?? 0) + 1);
        }
      }
      const at = this.encode(number, recording);
      trie.add(recording.reads, at);
      const leaf = { process, recording };
      this.leaves.push(leaf);
      this.leafAt.set(at, leaf);
      this.recordedBytes += bytesOfRecording(recording);
      return at;
    });
  }

  private encode(process: number, recording: Recording): number {
    const at = this.length;
    this.push(recording.outcomes.length);
    for (const outcome of recording.outcomes) {
      const { writes } = outcome;
      const touched = [...new Set(writes.map((write) => write.index))].sort((a, b) => a - b);
      const inner = nodesAbove(touched, this.space.width);
      this.push(this.outcomes.length, this.writeSet(touched));
      this.push(writes.length, touched.length, inner.length);
      for (const write of writes) this.push(write.index, encodedWrite(write));
      this.push(...touched, ...inner);
      const { name } = present(this.processes[process], 'a process of the model');
      const label = [name, ...outcome.choices].join('\0');
      this.outcomes.push({ process, label, ...outcome });
    }
    return at;
  }

  private writeSet(indexes: readonly number[]): number {
    const text = indexes.join();
    let id = this.writeSetIds.get(text);
    if (id === undefined) {
      id = this.writeSets.length;
      this.writeSets.push(indexes);
      this.writeSetIds.set(text, id);
    }
    return id;
  }

  private push(...words: readonly number[]): void {
    if (this.length + words.length > this.code.length) {
      const longer = new Int32Array((this.length + words.length) * 2);
      longer.set(this.code);
      this.code = longer;
    }
    this.code.set(words, this.length);
    this.length += words.length;
  }
}

/** Words before the writes of an outcome in `Steps.code`. */
export const outcomeHead = 5;

export interface StepOutcome extends Outcome {
  readonly process: number;
  /** Process name and choices in one text: the order of these texts is the order of traces. */
  readonly label: string;
}

interface Leaf {
  readonly process: Process;
  readonly recording: Recording;
}

function encodedWrite(write: Write): number {
  return write.operation === null ? -1 - write.id : write.operation.index;
}

function fingerprint(recording: Recording): string {
  return JSON.stringify([
    recording.reads.map((read) => [read.index, read.table?.name ?? null, read.branch]),
    recording.outcomes.map((outcome) => [
      outcome.choices,
      outcome.marks,
      outcome.writes.map((write) => [write.index, encodedWrite(write)]),
    ]),
    recording.blockedOn,
  ]);
}

/** Adds the process's name to whatever goes wrong in it. */
function guarded<T>(process: Process, run: () => T): T {
  return named(`process ${process.name}`, run);
}

/** Steps that are run again before whoever drives the search may look up. */
const stepsAtOnce = 256;

/** What a recorded step takes as data, near enough: objects and the lists that hold them. */
function bytesOfRecording({ reads, outcomes }: Recording): number {
  const writes = outcomes.reduce((sum, outcome) => sum + outcome.writes.length, 0);
  return 400 + 80 * reads.length + 350 * outcomes.length + 64 * writes;
}
