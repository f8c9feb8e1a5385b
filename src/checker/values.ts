import type { Plain } from '../base/plain.ts';
import type { AnyCell } from '../base/cell.ts';
import { deepFreeze, draftOf, encode } from '../base/plain.ts';
import { assert, InternalError } from '../base/assert.ts';
import { callObserver, callOperation, parsePlain } from './erased.ts';

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

  /** @throws InternalError naming the path of a part that is not plain */
  intern(value: unknown, what: string): number {
    const text = encode(value, what);
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.values.length;
      // Parsed from the text, so that no order of keys and no alias of the model's survives.
      this.values.push(deepFreeze(parsePlain(text)));
      this.ids.set(text, id);
    }
    return id;
  }

  value(id: number): Plain {
    const value = this.values[id];
    assert(value !== undefined, 'only numbers given out are asked for');
    return value;
  }
}

/** A partial function from numbers to numbers that is filled in as it is asked. */
export abstract class Memo {
  /** 0 where not known yet, else the number plus one. Read by the search without a call. */
  known = new Int32Array(16);

  /** The number plus one, found out where it is not known. */
  ask(id: number): number {
    const known = id < this.known.length ? (this.known[id] ?? 0) : 0;
    return known === 0 ? this.learn(id) : known;
  }

  private learn(id: number): number {
    if (id >= this.known.length) {
      const longer = new Int32Array(Math.max(id + 1, this.known.length * 2));
      longer.set(this.known);
      this.known = longer;
    }
    const found = this.compute(id) + 1;
    this.known[id] = found;
    return found;
  }

  protected abstract compute(id: number): number;
}

/** One observer with its arguments: from values to answers. */
export class ObserverTable extends Memo {
  readonly answers = new Interner();
  readonly name: string;
  private readonly values: ValueTable;
  private readonly args: readonly unknown[];

  constructor(values: ValueTable, name: string, args: readonly unknown[]) {
    super();
    this.values = values;
    this.name = name;
    this.args = args;
  }

  protected override compute(id: number): number {
    const { type } = this.values;
    const answer = callObserver(type, this.name, this.values.value(id), this.args);
    return this.answers.intern(answer, `${type.name}.${this.name}()`);
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
    super();
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
}

/** All values of one cell type that have occurred. */
export class ValueTable extends Interner {
  readonly type: AnyCell['type'];
  private readonly observers = new Map<string, ObserverTable>();
  private readonly operations = new Map<string, OperationTable>();
  private readonly allOperations: OperationTable[];

  /** @param allOperations the list to which each new operation of any type is added */
  constructor(type: AnyCell['type'], allOperations: OperationTable[]) {
    super();
    this.type = type;
    this.allOperations = allOperations;
  }

  observer(name: string, given: readonly unknown[]): ObserverTable {
    const args = withoutOmitted(given);
    const text = this.keyOf(name, args);
    let table = this.observers.get(text);
    if (table === undefined) {
      table = new ObserverTable(this, name, frozenArguments(args));
      this.observers.set(text, table);
    }
    return table;
  }

  operation(name: string, given: readonly unknown[]): OperationTable {
    const args = withoutOmitted(given);
    const text = this.keyOf(name, args);
    let table = this.operations.get(text);
    if (table === undefined) {
      table = new OperationTable(this, name, frozenArguments(args), this.allOperations.length);
      this.allOperations.push(table);
      this.operations.set(text, table);
    }
    return table;
  }

  private keyOf(name: string, args: readonly unknown[]): string {
    return args.length === 0 ? name : name + encode(args, `${this.type.name}.${name} arguments`);
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
