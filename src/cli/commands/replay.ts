import { basename } from 'node:path';
import { match } from 'ts-pattern';
import type { Model } from '../../base/model.ts';
import type { Plain } from '../../base/plain.ts';
import type { CatalogEntry } from '../../boot/catalog-entry.ts';
import type { Afterwards, Difference, Replayed } from '../../checker/index.ts';
import { isLost, isStuck, isWitness, replay } from '../../checker/index.ts';
import type { Trace } from '../../checker/result.ts';
import { parseOrder } from '../../order/order.ts';
import { modelHash } from '../../report/hash.ts';
import { counted, wrap } from '../../report/text.ts';
import type { TraceFile } from '../../report/trace-file.ts';
import { parseTraceFile, traceFile } from '../../report/trace-file.ts';
import { describeChange } from '../../report/changes.ts';
import { renderTrace } from '../../report/violation.ts';
import { build, optionsOfParameters } from '../build.ts';
import type { LoadCatalog } from '../catalogue.ts';
import { isPath, load } from '../catalogue.ts';
import { InputError, valueOf } from '../failure.ts';
import { readText } from '../files.ts';
import type { Io } from '../io.ts';
import { unknownName } from '../nearest.ts';
import { blaming } from '../own-model.ts';

export interface ReplayWords {
  readonly model?: string;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly quiet?: boolean;
}

/**
 * `bootproof replay TRACE`: runs a saved trace again, by names.
 *
 * 0 when it comes out byte for byte and still shows what it was saved for, 1 at the first
 * difference: the longest prefix that still runs, what should have come, and what could be done
 * there instead. 3 where the run is as recorded, and whether anything helps from its end took too
 * much to find out.
 */
export async function replayCommand(
  path: string,
  words: ReplayWords,
  loadCatalog: LoadCatalog,
  io: Io,
): Promise<number> {
  const text = readText(path);
  const file = valueOf(parseTraceFile(text, path));
  const entry = await entryFor(file, words.model, loadCatalog, path);
  const order =
    file.order === null ? null : valueOf(parseOrder(file.order.order, `${path}: order`));
  if (order !== null && entry.order === undefined)
    throw otherModel(path, file, 'has no boot order');
  const model = build(entry, optionsOfParameters(entry, file.model.parameters, order));
  if (model.name !== file.model.name) throw otherModel(path, file, `is called ${model.name}`);

  const own = words.model !== undefined && isPath(words.model) ? words.model : null;
  const replayed = await blaming(own, () => replay(model, file));
  const isSameText = replayed.difference === undefined && rendered(file, model, replayed) === text;
  const isSameModel = modelHash(model) === file.model.hash;
  const shows = await blaming(own, () => showsViolation(file, model, replayed));
  const found: Findings = { isSameText, isSameModel, shows };
  if (words.json === true) {
    const report = reportOf(file, replayed, found);
    io.out(`${JSON.stringify(report, null, 2)}\n`);
  } else if (words.quiet !== true) {
    const lines = [
      ...renderReplay(file, replayed, model, words.full === true),
      '',
      ...conclusion(file, replayed, found, basename(path)),
    ];
    io.out(`${lines.join('\n')}\n`);
  }
  if (!isSameText || shows === 'gone') return 1;
  return shows === 'shown' ? 0 : 3;
}

/** A search from the end of a run is to answer while somebody waits. */
const boundsAfterwards = { statesMax: 500_000, memoryMaxBytes: 2 ** 30 };

interface Findings {
  /** The replay, written down again, is the file byte for byte. */
  readonly isSameText: boolean;
  readonly isSameModel: boolean;
  /** Whether the last state still shows what the trace was saved for. */
  readonly shows: Afterwards;
}

async function entryFor(
  file: TraceFile,
  word: string | undefined,
  loadCatalog: LoadCatalog,
  path: string,
): Promise<CatalogEntry> {
  if (word !== undefined && isPath(word)) return (await load(word)).entry;
  const name = word ?? file.model.name;
  if (name !== file.model.name) throw otherModel(path, file, `is not ${name}`);
  const catalog = await loadCatalog();
  const entry = catalog.find((one) => one.name === name);
  if (entry !== undefined) return entry;
  const names = catalog.map((one) => one.name);
  throw new InputError({
    ...unknownName(
      'model',
      name,
      names,
      'give a model of your own with --model ./my-model.js#name',
    ),
    code: 'bad-trace',
    at: path,
  });
}

function otherModel(path: string, file: TraceFile, why: string): InputError {
  return new InputError({
    code: 'bad-trace',
    message: `a trace of another model: it is of ${file.model.name}, and this one ${why}`,
    at: path,
  });
}

function rendered(file: TraceFile, model: Model, replayed: Replayed): string {
  const head = {
    model: { name: model.name, parameters: model.parameters, hash: modelHash(model) },
    order: file.order?.order ?? null,
    property: file.property,
  };
  return traceFile(head, traceOf(file, replayed));
}

const traceOf = (file: TraceFile, replayed: Replayed): Trace => ({
  steps: replayed.steps,
  minimal: file.minimal,
  ...(file.loopsTo === null ? {} : { loopsTo: file.loopsTo }),
});

/** Whether the end of the run shows it; what may still come is asked of a search from there. */
function showsViolation(file: TraceFile, model: Model, replayed: Replayed): Afterwards {
  if (replayed.difference !== undefined) return 'gone';
  const { name, object } = file.property;
  const kind = model.properties.find((property) => property.name === name)?.kind;
  if (kind === undefined && name === 'stuck') return isStuck(model, replayed, boundsAfterwards);
  if (kind === 'recoverable') return isLost(model, replayed, name, object, boundsAfterwards);
  if (kind === 'sometimes') return isWitness(model, replayed, name, object);
  const isShown =
    kind === undefined
      ? name === 'deadlock' && replayed.enabled.length === 0 && !replayed.isFinal
      : replayed.violations.at(-1)?.some((one) => one.property === name && one.object === object);
  return isShown === true ? 'shown' : 'gone';
}

const initialOf = (model: Model): ReadonlyMap<string, Plain> =>
  // Cell values are plain by construction; the model's own type does not say so.
  new Map(model.cells.map((cell) => [cell.key, cell.initial as never]));

function renderReplay(file: TraceFile, replayed: Replayed, model: Model, full: boolean): string[] {
  const { name, object, verdict } = file.property;
  const whose = object === '' ? '' : ` for ${object}`;
  const initial = initialOf(model);
  const atGrain = model.bound === 'grain';
  return [
    `${file.model.name}: ${name} is ${verdict}${whose}`,
    '',
    ...renderTrace(traceOf(file, replayed), initial, { full, common: 0, about: object, atGrain }),
  ];
}

function conclusion(file: TraceFile, replayed: Replayed, found: Findings, name: string): string[] {
  const { difference } = replayed;
  if (difference !== undefined) return renderDifference(file, replayed, difference);
  const text = match(found)
    .with({ shows: 'gone' }, () =>
      file.property.verdict === 'witnessed'
        ? 'the run is the same, but its end is no longer a witness'
        : 'the run is the same, but its end no longer shows the violation',
    )
    .with(
      { isSameText: true, shows: 'not decided' },
      () => 'the run is as recorded; that nothing helps from there was not checked again',
    )
    .with({ isSameText: true }, () => `${name} comes out byte for byte`)
    .with(
      { isSameModel: false },
      () => 'the run is the same, but the model has changed since (its hash differs)',
    )
    .otherwise(
      () =>
        'the run is the same, but the file is written differently: it was edited, or is another version’s',
    );
  return wrap(text, '', '');
}

function renderDifference(file: TraceFile, replayed: Replayed, difference: Difference): string[] {
  const { at, expected, found } = difference;
  const lines = [
    `differs at step ${at + 1} of ${file.steps.length}; ${counted(at, 'step')} came out as written`,
    ...wrap(stepName(expected), '  expected: ', '    '),
  ];
  if (found !== undefined) {
    lines.push('  it is enabled, but now does something else:');
    for (const change of found.changes)
      lines.push(...wrap(describeChange(change), '    ', '      '));
  } else {
    for (const one of replayed.enabled) lines.push(...wrap(stepName(one), '  enabled: ', '    '));
    if (replayed.enabled.length === 0) lines.push('  nothing is enabled');
    for (const { process, on } of replayed.waiting) {
      lines.push(...wrap(`${process} for ${on.join(', ')}`, '  waits: ', '    '));
    }
  }
  return lines;
}

const stepName = (step: {
  readonly process: string;
  readonly choices: readonly string[];
}): string =>
  step.choices.length === 0 ? step.process : `${step.process} [${step.choices.join(', ')}]`;

function reportOf(file: TraceFile, replayed: Replayed, found: Findings): object {
  return {
    schema: 'bootproof/replay/1',
    model: file.model.name,
    property: file.property,
    steps: file.steps.length,
    replayed: replayed.steps.length,
    sameBytes: found.isSameText,
    sameModel: found.isSameModel,
    shown: found.shows === 'not decided' ? null : found.shows === 'shown',
    difference: replayed.difference ?? null,
    enabled: replayed.difference === undefined ? [] : replayed.enabled,
  };
}
