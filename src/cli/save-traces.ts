import { join } from 'node:path';
import type { Model } from '../base/model.ts';
import type { CatalogEntry, ModelOptions } from '../boot/catalog-entry.ts';
import type { CheckResult, Trace } from '../checker/result.ts';
import { modelHash } from '../report/hash.ts';
import { violationsOf } from '../report/judgement.ts';
import { traceKey } from '../report/reported.ts';
import { traceFile, traceFileName } from '../report/trace-file.ts';
import { writeFiles } from './files.ts';

/**
 * Writes the trace of each violation into `folder`, with `witnesses` those, too; returns where, by
 * property and object.
 */
export function saveTraces(
  folder: string,
  model: Model,
  entry: CatalogEntry,
  options: ModelOptions,
  result: CheckResult,
  witnesses: boolean,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const saved = new Map<string, string>();
  const save = (
    property: string,
    object: string,
    verdict: 'violated' | 'witnessed',
    trace: Trace | undefined,
  ): void => {
    if (trace === undefined) return;
    const name = traceFileName(model.name, property, object);
    const head = {
      model: { name: model.name, parameters: model.parameters, hash: modelHash(model) },
      order: options.order ?? entry.order?.() ?? null,
      property: { name: property, object, verdict },
    };
    files.set(name, traceFile(head, trace));
    saved.set(traceKey(property, object), join(folder, name));
  };
  for (const { property, objects } of violationsOf(result)) {
    for (const { object, trace } of objects) save(property, object, 'violated', trace);
  }
  for (const property of result.properties) {
    if (property.kind !== 'sometimes' || !witnesses) continue;
    for (const { object, verdict, trace } of property.objects) {
      if (verdict === 'PASS') save(property.name, object, 'witnessed', trace);
    }
  }
  writeFiles(folder, files);
  return saved;
}
