import { createHash } from 'node:crypto';
import type { Model } from '../base/model.ts';
import { encode } from '../base/plain.ts';

/** A content hash: the same for equal values, whatever the order of their keys. */
export function contentHash(value: unknown): string {
  return `sha256:${createHash('sha256').update(encode(value)).digest('hex')}`;
}

/**
 * The hash of what a run of a model goes by: name, parameters, components with their initial
 * values, processes. Code is not hashed; a replay finds out whether it still does the same.
 */
export function modelHash(model: Model): string {
  return contentHash({
    name: model.name,
    parameters: model.parameters,
    cells: model.cells.map((cell) => ({
      key: cell.key,
      type: cell.type.name,
      initial: cell.initial,
    })),
    processes: model.processes.map(({ name, kind }) => ({ name, kind })),
  });
}
