import type { AnyCell } from '../base/cell.ts';
import type { Plain } from '../base/plain.ts';
import type { Model } from '../base/model.ts';
import type { Meter } from './numbers.ts';
import type { ObserverTable, OperationTable, Tables } from './values.ts';
import { assert, present } from '../base/assert.ts';
import { named, ValueTable } from './values.ts';

/**
 * The cells of a model, and where in an unpacked state (see `Storage`) each of them stands.
 *
 * Neighbours in the list of cells go to different halves of the tree. They are mostly of one kind
 * and vary alike; dealt out evenly, no half has many more values than the other, and the number
 * of shared parts stays far below that of states.
 */
export class Space implements Tables {
  readonly cells: readonly AnyCell[];
  /** Groups of three cells. */
  readonly width: number;
  /** Every operation of every type, by its number in recorded steps. */
  readonly operations: OperationTable[] = [];
  readonly observers: ObserverTable[] = [];
  /** What values, answers and results take. */
  readonly meter: Meter = { bytes: 0 };
  private readonly tables: readonly ValueTable[];
  private readonly indexes = new Map<AnyCell, number>();
  /** By index: the place in `cells`, or -1. */
  private readonly places: readonly number[];

  constructor(model: Model) {
    this.cells = model.cells;
    this.width = Math.max(2, Math.ceil(model.cells.length / 3));
    assertDistinct(
      model.cells.map((cell) => cell.key),
      'cells',
    );
    const places = new Array<number>(5 * this.width).fill(-1);
    const all = model.cells.map((_, place) => place);
    deal(all, 1, this.width, places);
    this.places = places;
    places.forEach((place, index) => {
      const cell = model.cells[place];
      if (cell !== undefined) this.indexes.set(cell, index);
    });
    const byType = new Map<AnyCell['type'], ValueTable>();
    this.tables = model.cells.map((cell) => {
      let table = byType.get(cell.type);
      if (table === undefined) {
        table = new ValueTable(cell.type, this);
        byType.set(cell.type, table);
      }
      return table;
    });
  }

  /** Where the cell's number stands in an unpacked state. */
  indexOf(cell: AnyCell): number {
    return present(this.indexes.get(cell), `${cell.key} is not among the cells of the model`);
  }

  cellAt(index: number): AnyCell {
    return present(this.cells[this.places[index] ?? -1], 'an index is that of a cell');
  }

  tableAt(index: number): ValueTable {
    return present(this.tables[this.places[index] ?? -1], 'an index is that of a cell');
  }

  valueAt(index: number, id: number): Plain {
    return this.tableAt(index).value(id);
  }

  /** The number of the value to which an operation takes a cell's value. */
  apply(index: number, operation: OperationTable, id: number): number {
    const known = operation.known[id] ?? 0;
    if (known !== 0) return known - 1;
    return (
      named(`cell ${this.cellAt(index).key}, operation ${operation.name}`, () =>
        operation.ask(id),
      ) - 1
    );
  }

  /**
   * Fills in the numbers of the initial values; the inner nodes are left alone.
   *
   * @param from values to start with instead of the cells' own, by cell key
   */
  setInitial(row: Int32Array, from?: ReadonlyMap<string, Plain>): void {
    for (const cell of this.cells) {
      const index = this.indexOf(cell);
      const value = from?.has(cell.key) === true ? from.get(cell.key) : cell.initial;
      row[index] = this.tableAt(index).intern(value, cell.key);
    }
  }
}

/** Deals the cells at `places` out to the groups below `node`, in turn to its left and its right. */
function deal(places: readonly number[], node: number, width: number, to: number[]): void {
  if (node >= width) {
    places.forEach((place, i) => void (to[3 * node - width + i] = place));
    return;
  }
  const room = groupsBelow(2 * node, width);
  const all = room + groupsBelow(2 * node + 1, width);
  const isLeft = (i: number): boolean =>
    Math.floor(((i + 1) * room) / all) > Math.floor((i * room) / all);
  deal(
    places.filter((_, i) => isLeft(i)),
    2 * node,
    width,
    to,
  );
  deal(
    places.filter((_, i) => !isLeft(i)),
    2 * node + 1,
    width,
    to,
  );
}

function groupsBelow(node: number, width: number): number {
  if (node >= width) return 1;
  return groupsBelow(2 * node, width) + groupsBelow(2 * node + 1, width);
}

/** Names are what traces go by: two of the same name could not be told apart. */
export function assertDistinct(names: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    assert(!seen.has(name), `two ${what} are called ${name}`);
    seen.add(name);
  }
}
