import type { Plain } from '../base/plain.ts';
import type { AnyCell } from '../base/cell.ts';
import { deepFreeze, draftOf, encode } from '../base/plain.ts';
import { assert, InternalError } from '../base/assert.ts';
import { callObserver, callOperation, parsePlain } from './erased.ts';
import type { Meter } from './numbers.ts';
import { NumberMap } from './numbers.ts';

/**
 * Values of cells as small integers, and what observers and operations make of them.
 *
 * Each distinct value of a cell type is stored once, frozen and in canonical form; everything else
 * in the search handles its number. Each (observer, arguments, value) and (operation, arguments,
 * value) runs once; afterwards it is a look-up in an array.
 */

/** Numbers for plain values: equal values have equal numbers, from 0 up without a gap. */
export class Interner {
  readonly values: Plain[] = [];
  private readonly ids = new Map<string, number>();
  private readonly meter: Meter;

  /** @param meter counts what the values take */
  constructor(meter: Meter = { bytes: 0 }) {
    this.meter = meter;
  }

  /** @throws InternalError naming the path of a part that is not plain */
  intern(value: unknown, what: string): number {
    const text = encode(value, what);
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.values.length;
      // Parsed from the text, so that no order of keys and no alias of the model's survives.
      this.values.push(deepFreeze(parsePlain(text)));
      this.ids.set(text, id);
      this.meter.bytes += bytesOfValue + bytesOfLetter * text.length;
    }
    return id;
  }

  value(id: number): Plain {
    const value = this.values[id];
    assert(value !== undefined, 'only numbers given out are asked for');
    return value;
  }
}

/** What a stored value takes besides its text, and for each letter of it, as text and as object. */
const bytesOfValue = 96;
const bytesOfLetter = 4;

/** A partial function from numbers to numbers that is filled in as it is asked. */
export abstract class Memo {
  /** 0 where not known yet (or far away), else the number plus one. Read by the search without a call. */
  known: Int32Array;
  private readonly all = new NumberMap();
  private readonly meter: Meter;

  constructor(meter: Meter) {
    this.meter = meter;
    this.known = this.all.near;
    meter.bytes += this.all.bytes + bytesOfMemo;
  }

  /** The number plus one, found out where it is not known. */
  ask(id: number): number {
    const known = this.all.get(id);
    return known === 0 ? this.learn(id) : known;
  }

  get askedCount(): number {
    return this.all.count;
  }

  /** Every number that was asked about. */
  asked(): Iterable<number> {
    return this.all.keys();
  }

  /**
   * Runs the model's code once more for a number that was asked about.
   *
   * @throws InternalError when it came to something else
   */
  recheck(id: number): void {
    if (this.compute(id) + 1 === this.all.get(id)) return;
    throw new InternalError(
      `${this.title}: came to something else when run again on the same value`,
    );
  }

  private learn(id: number): number {
    const found = this.compute(id) + 1;
    const before = this.all.bytes;
    this.all.set(id, found);
    this.known = this.all.near;
    this.meter.bytes += this.all.bytes - before;
    return found;
  }

  /** What it is called in messages. */
  protected abstract get title(): string;

  protected abstract compute(id: number): number;
}

const bytesOfMemo = 256;

/** One observer with its arguments: from values to answers. */
export class ObserverTable extends Memo {
  readonly answers: Interner;
  readonly name: string;
  private readonly values: ValueTable;
  private readonly args: readonly unknown[];

  constructor(values: ValueTable, name: string, args: readonly unknown[]) {
    super(values.space.meter);
    this.answers = new Interner(values.space.meter);
    this.values = values;
    this.name = name;
    this.args = args;
  }

  protected override compute(id: number): number {
    const { type } = this.values;
    const answer = named(this.title, () =>
      callObserver(type, this.name, this.values.value(id), this.args),
    );
    return this.answers.intern(answer, `${type.name}.${this.name}()`);
  }

  protected override get title(): string {
    return `observer ${this.name} of ${this.values.type.name}`;
  }
}

/** One operation with its arguments: from values to values. */
export class OperationTable extends Memo {
  readonly name: string;
  /** Its place in the list of all operations of a space. */
  readonly index: number;
  private readonly values: ValueTable;
  private readonly args: readonly unknown[];

  constructor(values: ValueTable, name: string, args: readonly unknown[], index: number) {
    super(values.space.meter);
    this.values = values;
    this.name = name;
    this.args = args;
    this.index = index;
  }

  protected override compute(id: number): number {
    const { type } = this.values;
    const draft = draftOf<unknown>(this.values.value(id));
    const result = callOperation(type, this.name, draft, this.args);
    return this.values.intern(result === undefined ? draft : result, `${type.name}.${this.name}()`);
  }

  protected override get title(): string {
    return `operation ${this.name} of ${this.values.type.name}`;
  }
}

/** What all tables of a space share. */
export interface Tables {
  readonly meter: Meter;
  /** Every operation of every type, by its number in recorded steps. */
  readonly operations: OperationTable[];
  readonly observers: ObserverTable[];
}

/** All values of one cell type that have occurred. */
export class ValueTable extends Interner {
  readonly type: AnyCell['type'];
  readonly space: Tables;
  private readonly observers = new Map<string, ObserverTable>();
  private readonly operations = new Map<string, OperationTable>();

  /** @param space the lists to which each new observer and operation of any type is added */
  constructor(type: AnyCell['type'], space: Tables) {
    super(space.meter);
    this.type = type;
    this.space = space;
  }

  observer(name: string, given: readonly unknown[]): ObserverTable {
    const args = withoutOmitted(given);
    const text = this.keyOf(name, args);
    let table = this.observers.get(text);
    if (table === undefined) {
      table = new ObserverTable(this, name, frozenArguments(args));
      this.space.observers.push(table);
      this.observers.set(text, table);
    }
    return table;
  }

  operation(name: string, given: readonly unknown[]): OperationTable {
    const args = withoutOmitted(given);
    const text = this.keyOf(name, args);
    let table = this.operations.get(text);
    if (table === undefined) {
      const { operations } = this.space;
      table = new OperationTable(this, name, frozenArguments(args), operations.length);
      operations.push(table);
      this.operations.set(text, table);
    }
    return table;
  }

  private keyOf(name: string, args: readonly unknown[]): string {
    // No text of arguments has a NUL in it: the last one is where the name ends.
    const text = args.length === 0 ? '' : encode(args, `${this.type.name}.${name} arguments`);
    return `${name}\0${text}`;
  }
}

/** Says whose code it was that went wrong. */
export function named<T>(title: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InternalError(`${title}: ${message}`, { cause: error });
  }
}

/** Optional arguments that were left out at the end are not arguments. */
function withoutOmitted(args: readonly unknown[]): readonly unknown[] {
  const last = args.findLastIndex((arg) => arg !== undefined);
  return args.slice(0, last + 1);
}

function frozenArguments(args: readonly unknown[]): readonly unknown[] {
  const canonical = deepFreeze(parsePlain(encode(args)));
  if (!Array.isArray(canonical)) throw new InternalError('arguments are an array');
  return canonical;
}
