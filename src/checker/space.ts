import type { AnyCell } from '../base/cell.ts';
import type { Plain } from '../base/plain.ts';
import type { Model } from '../base/model.ts';
import type { OperationTable } from './values.ts';
import { assert, present } from '../base/assert.ts';
import { ValueTable } from './values.ts';

/**
 * The cells of a model as the leaves of a binary tree of numbers.
 *
 * A state is held unpacked as one array: cells from index `width` on, and above them the inner
 * nodes of the tree, the children of node `k` at `2k` and `2k + 1`, the root's at 2 and 3. So an
 * index says where a cell is, in the tree as well as in the array.
 *
 * Neighbours in the list of cells go to different halves of the tree. They are mostly of one kind
 * and vary alike; dealt out evenly, no half has many more values than the other, and the number
 * of shared parts stays far below that of states.
 */
export class Space {
  readonly cells: readonly AnyCell[];
  /** Leaves of the tree: one for each cell, at least two so that there is a root. */
  readonly width: number;
  /** Every operation of every type, by its number in recorded steps. */
  readonly operations: OperationTable[] = [];
  private readonly tables: readonly ValueTable[];
  private readonly indexes = new Map<AnyCell, number>();
  /** By index: the place in `cells`. */
  private readonly places: readonly number[];

  constructor(model: Model) {
    this.cells = model.cells;
    this.width = Math.max(2, model.cells.length);
    assertDistinct(
      model.cells.map((cell) => cell.key),
      'cells',
    );
    const places = new Array<number>(2 * this.width).fill(-1);
    deal(
      model.cells.map((_, place) => place),
      1,
      this.width,
      places,
    );
    this.places = places;
    places.forEach((place, index) => {
      const cell = model.cells[place];
      if (cell !== undefined) this.indexes.set(cell, index);
    });
    const byType = new Map<AnyCell['type'], ValueTable>();
    this.tables = model.cells.map((cell) => {
      let table = byType.get(cell.type);
      if (table === undefined) {
        table = new ValueTable(cell.type, this.operations);
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

  /** Fills in the numbers of the initial values; the inner nodes are left alone. */
  setInitial(row: Int32Array): void {
    for (const cell of this.cells) {
      const index = this.indexOf(cell);
      row[index] = this.tableAt(index).intern(cell.initial, cell.key);
    }
  }
}

/** Deals the cells at `places` out to the leaves below `node`, in turn to its left and its right. */
function deal(places: readonly number[], node: number, width: number, to: number[]): void {
  if (node >= width) {
    to[node] = places[0] ?? -1;
    return;
  }
  const room = leavesBelow(2 * node, width);
  const all = room + leavesBelow(2 * node + 1, width);
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

function leavesBelow(node: number, width: number): number {
  if (node >= width) return 1;
  return leavesBelow(2 * node, width) + leavesBelow(2 * node + 1, width);
}

/** Names are what traces go by: two of the same name could not be told apart. */
export function assertDistinct(names: readonly string[], what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    assert(!seen.has(name), `two ${what} are called ${name}`);
    seen.add(name);
  }
}
