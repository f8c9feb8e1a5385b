import type { Model } from '../base/model.ts';
import type { Cell, Observers, Operations } from '../base/cell.ts';
import type { Plain } from '../base/plain.ts';
import type { ReadView } from '../base/view.ts';
import type { TraceStep } from './result.ts';
import { present } from '../base/assert.ts';
import { BalanceWatch } from './balances.ts';
import { readViewOf } from './erased.ts';
import { applyWrites, Graph } from './graph.ts';
import { finalQuestion, inquiriesOf, wholeState } from './inquiry.ts';
import { outcomeHead } from './steps.ts';
import { describeStep } from './trace.ts';

/**
 * One state at a time, for random runs, replay and exploring by hand.
 *
 * It goes through the same footprints as the search, so a walk of a million steps runs the model's
 * code a few thousand times.
 */

/** A step that can be taken now, as traces name it. */
export interface Enabled {
  readonly process: string;
  /** `why=label`, in order. */
  readonly choices: readonly string[];
}

/** A process that cannot step now, or not in every way, and what for. */
export interface Waiting {
  readonly process: string;
  readonly on: readonly string[];
}

export interface Violation {
  readonly property: string;
  readonly object: string;
}

export interface Walker {
  /** Looks at the present state. */
  readonly view: ReadView;
  /** What can be done now: processes in the model's order, choices in their own. */
  enabled(): readonly Enabled[];
  waiting(): readonly Waiting[];
  /** Takes the i-th enabled step. */
  take(i: number): void;
  /** Takes the i-th enabled step and says what it did. */
  show(i: number): TraceStep;
  /** Back to the initial state. */
  reset(): void;
  valueOf<Value, O extends Observers<Value>, P extends Operations<Value>>(
    cell: Cell<Value, O, P>,
  ): Value;
  /** The value of each cell now, by its key. */
  values(): ReadonlyMap<string, Plain>;
  /** Equal for equal states, whenever this walker meets them; from 0 up in the order of asking. */
  stateKey(): number;
  isFinal(): boolean;
  /** *Always* properties and folds that the present state violates, balances that the last step broke. */
  violations(): readonly Violation[];
  /** Runs of the model's code so far. */
  runs(): number;
}

export function walker(model: Model): Walker {
  return new GraphWalker(model);
}

interface Option extends Enabled {
  /** Where its outcome is in the code of steps. */
  readonly at: number;
}

class GraphWalker implements Walker {
  readonly view: ReadView;
  private readonly graph: Graph;
  private readonly inquiries;
  private readonly watches: readonly BalanceWatch[];
  private readonly row: Int32Array;
  private readonly before: Int32Array;
  private options: readonly Option[] | undefined;
  private broken: readonly Violation[] = [];

  constructor(model: Model) {
    this.graph = new Graph(model);
    const { space } = this.graph;
    this.inquiries = inquiriesOf(model, space);
    this.watches = model.properties.flatMap((property) =>
      property.kind === 'balance' && property.notApplicable === undefined
        ? [new BalanceWatch(space, property)]
        : [],
    );
    this.row = this.graph.storage.newRow();
    this.before = this.graph.storage.newRow();
    this.view = readViewOf({
      observe: (cell, name, args) => {
        const index = space.indexOf(cell);
        const table = space.tableAt(index).observer(name, args);
        return table.answers.value(table.ask(this.row[index] ?? 0) - 1);
      },
      read: (cell) => {
        const index = space.indexOf(cell);
        return space.valueAt(index, this.row[index] ?? 0);
      },
    });
    space.setInitial(this.row);
  }

  enabled(): readonly Enabled[] {
    return this.listed();
  }

  waiting(): readonly Waiting[] {
    const { steps } = this.graph;
    return steps.processes.flatMap(({ name }, process) => {
      const on = steps.blockedOn(steps.find(process, this.row));
      return on.length > 0 ? [{ process: name, on: [...new Set(on)] }] : [];
    });
  }

  take(i: number): void {
    const { steps } = this.graph;
    const { at } = present(this.listed()[i], 'only enabled steps are taken');
    const { code } = steps;
    const from = at + outcomeHead;
    this.before.set(this.row);
    applyWrites(steps, code[at] ?? 0, from, from + 2 * (code[at + 2] ?? 0), this.row);
    this.options = undefined;
    const written = steps.writeSets[code[at + 1] ?? 0] ?? [];
    this.broken = this.watches
      .filter((watch) => !watch.keeps(this.before, this.row, written))
      .map(({ balance }) => ({ property: balance.name, object: wholeState }));
  }

  show(i: number): TraceStep {
    const { at } = present(this.listed()[i], 'only enabled steps are taken');
    this.take(i);
    return describeStep(this.graph, this.graph.steps.code[at] ?? 0, this.before, this.row);
  }

  reset(): void {
    this.graph.space.setInitial(this.row);
    this.options = undefined;
    this.broken = [];
  }

  valueOf<Value, O extends Observers<Value>, P extends Operations<Value>>(
    cell: Cell<Value, O, P>,
  ): Value {
    return this.view.read(cell);
  }

  values(): ReadonlyMap<string, Plain> {
    const { space } = this.graph;
    return new Map(
      space.cells.map((cell) => {
        const index = space.indexOf(cell);
        return [cell.key, space.valueAt(index, this.row[index] ?? 0)];
      }),
    );
  }

  stateKey(): number {
    return this.graph.storage.intern(this.row);
  }

  isFinal(): boolean {
    return this.inquiries.now[finalQuestion]?.answer(this.row) === 1;
  }

  violations(): readonly Violation[] {
    const found = [...this.broken];
    for (const { property, object, question } of this.inquiries.all) {
      if (property.kind !== 'always' && property.kind !== 'fold') continue;
      const answer = this.inquiries.now[question]?.answer(this.row);
      if (answer === 2) found.push({ property: property.name, object });
    }
    return found;
  }

  runs(): number {
    return this.graph.steps.runs;
  }

  private listed(): readonly Option[] {
    return (this.options ??= this.list());
  }

  private list(): readonly Option[] {
    const { steps } = this.graph;
    const options: Option[] = [];
    for (const [number, { name }] of steps.processes.entries()) {
      let at = steps.find(number, this.row);
      const { code } = steps;
      const count = code[at++] ?? 0;
      for (let i = 0; i < count; i++) {
        const { choices } = steps.outcome(code[at] ?? 0);
        options.push({ process: name, choices, at });
        const writes = 2 * (code[at + 2] ?? 0);
        at += outcomeHead + writes + (code[at + 3] ?? 0) + (code[at + 4] ?? 0);
      }
    }
    return options;
  }
}
