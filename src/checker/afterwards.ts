import type { Model, Property } from '../base/model.ts';
import type { Replayed } from './replay.ts';
import type { Bounds } from './result.ts';
import type { SearchOptions } from './search.ts';
import { check } from './search.ts';

/**
 * Whether the end of a replayed run still shows what the run was saved for, where a look at one
 * state cannot tell: a search from that state on decides, if its bounds let it.
 */
export type Afterwards = 'shown' | 'gone' | 'not decided';

/** Whether the premise is true at the end of the run, and what should hold is never reached again. */
export function isLost(
  model: Model,
  { view, end }: Replayed,
  name: string,
  object: string,
  bounds: Bounds,
  options: SearchOptions = {},
): Afterwards {
  const property = model.properties.find((one) => one.name === name);
  if (property?.kind !== 'recoverable' || property.notApplicable !== undefined) return 'gone';
  const objects = property.objects.filter((one) => one.name === object);
  const [of] = objects;
  if (of === undefined || property.premise?.(of, view) === false) return 'gone';
  const again: Property = { ...property, kind: 'sometimes', objects };
  const search = { ...options, traces: false, from: end };
  const result = check({ ...model, properties: [again] }, bounds, search);
  // A state where it holds is real, however little else was explored.
  if (result.properties.some(({ verdict }) => verdict === 'PASS')) return 'gone';
  return result.stoppedBy === undefined ? 'shown' : 'not decided';
}

/** Whether the run ends before its end, and no process of the system can ever step again. */
export function isStuck(
  model: Model,
  { isFinal, enabled, end }: Replayed,
  bounds: Bounds,
  options: SearchOptions = {},
): Afterwards {
  if (isFinal) return 'gone';
  if (enabled.length === 0) return 'shown';
  const search = { ...options, traces: false, from: end };
  const result = check({ ...model, properties: [] }, bounds, search);
  const waiting = new Set(result.coverage.neverStepped);
  const system = model.processes.filter(({ kind }) => kind === 'system');
  if (system.some((process) => !waiting.has(process.name))) return 'gone';
  return result.stoppedBy === undefined ? 'shown' : 'not decided';
}

/** Whether the run ends in a state where a *sometimes* property holds. */
export function isWitness(
  model: Model,
  { view }: Replayed,
  name: string,
  object: string,
): Afterwards {
  const property = model.properties.find((one) => one.name === name);
  if (property?.kind !== 'sometimes' || property.notApplicable !== undefined) return 'gone';
  const of = property.objects.find((one) => one.name === object);
  return of !== undefined && property.holds(of, view) ? 'shown' : 'gone';
}
