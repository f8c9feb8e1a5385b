/**
 * The public names: what a model of one's own is written with, and what checks it.
 *
 * A model is cells (components with observers and operations), processes that step over a view,
 * and properties. `check` explores every state; `walker` goes one step at a time; `replay` repeats
 * a saved trace; `finals` collects how runs can end.
 */
export { always, recoverable, sometimes } from './base/model.ts';
export type { Balance, Fold, Model, Process, Property, PropertyObject } from './base/model.ts';
export { cell, cells, cellType } from './base/cell.ts';
export type { AnyCell, Cell, CellType, Family } from './base/cell.ts';
export { nameOf, ref } from './base/plain.ts';
export type { Plain, Ref } from './base/plain.ts';
export type { Labelled, ReadView, View } from './base/view.ts';
export {
  callRoutine,
  exit,
  go,
  halt,
  ret,
  routine,
  routineTable,
  runRoutines,
  sleep,
  yieldAt,
} from './base/routine.ts';
export type { Ending, Frame, Grain, Halt, Label, Next, Routine } from './base/routine.ts';
export type { Diagnostic, Result } from './base/diagnostic.ts';
export { check, compareFinals, finals, replay, startSearch, walker } from './checker/index.ts';
export type * from './checker/index.ts';
export type { CatalogEntry, Expectation, ModelOptions } from './boot/catalog-entry.ts';
export { parseOrder } from './order/order.ts';
export type { Order, OrderEvent } from './order/order.ts';
export { checkSchema } from './report/json-schema.ts';
export type { CheckJson } from './report/json-schema.ts';
export { parseTraceFile } from './report/trace-file.ts';
export type { TraceFile } from './report/trace-file.ts';
