import type { Model } from '../../base/model.ts';
import type { Bounds, CheckResult } from '../../checker/result.ts';
import type { CatalogEntry, ModelOptions } from '../../boot/catalog-entry.ts';
import type { Imported } from '../../boot/import-order.ts';
import type { Order } from '../../order/order.ts';
import { toJson } from '../../report/json.ts';
import type { JudgeOptions } from '../../report/judgement.ts';
import { judge, worst } from '../../report/judgement.ts';
import type { Reported } from '../../report/reported.ts';
import { counted } from '../../report/text.ts';
import { shellWord } from '../../report/violation.ts';
import type { EnvironmentWords } from '../build.ts';
import { build, isRecordedQuestion, optionsFor, withProperties } from '../build.ts';
import type { Chosen, LoadCatalog } from '../catalogue.ts';
import { renderReport } from '../check-report.ts';
import { defaultMemoryMax } from '../defaults.ts';
import { InputError } from '../failure.ts';
import { checkFolder } from '../files.ts';
import type { Io } from '../io.ts';
import { chooseFor, tellNoModel } from '../order-choice.ts';
import { importFor, importJson, importText, judgeImported, unheardOf } from '../order-model.ts';
import type { Doubted } from '../order-doubts.ts';
import { orderFile } from '../order-file.ts';
import { doubtsOf } from '../order-doubts.ts';
import { waiversOf } from '../extract/waive.ts';
import { saveTraces } from '../save-traces.ts';
import { blaming } from '../own-model.ts';
import type { Stop } from '../search.ts';
import { runSearch } from '../search.ts';
import { badOption, naturalOf, sizeOf, timeOf } from '../values.ts';

/** The options of `bootproof check`, as the argument parser leaves them. */
export interface CheckWords extends EnvironmentWords {
  readonly property?: readonly string[];
  readonly order?: string;
  readonly waivers?: string;
  readonly against?: string;
  readonly statesMax?: string;
  readonly depthMax?: string;
  readonly timeLimit?: string;
  readonly memoryMax?: string;
  readonly traceDir?: string;
  readonly strict?: boolean;
  readonly bisect?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly full?: boolean;
}

/** A model that is going to be checked. */
interface Planned extends Chosen {
  readonly options: ModelOptions;
  readonly model: Model;
  readonly needsMission: boolean;
  /** Of an extracted order: what became of its events, and what the model cannot see. */
  readonly imported: Imported | null;
  readonly doubts: Doubted | null;
}

export async function checkCommand(
  names: readonly string[],
  words: CheckWords,
  loadCatalog: LoadCatalog,
  io: Io,
): Promise<number> {
  if (words.against !== undefined) {
    if (names.length > 0 || words.order !== undefined)
      throw badOption('--against', words.against, 'neither MODEL nor --order beside it');
    const { againstCommand } = await import('./against.ts');
    return againstCommand(words.against, words, io);
  }
  const bounds = boundsOf(words);
  if (words.waivers !== undefined && words.order === undefined)
    throw badOption('--waivers', words.waivers, '--order beside it');
  const order = words.order === undefined ? null : await orderFile(words.order, io);
  if (words.traceDir !== undefined) checkFolder(words.traceDir);
  const chosen = await chooseFor(order, names, loadCatalog);
  if ('none' in chosen) {
    if (words.quiet !== true) io.out(tellNoModel(order, chosen, words.json === true));
    return 5;
  }
  // Everything is built before anything is searched: bad input is told at once.
  const planned: Planned[] = [];
  for (const one of chosen) {
    planned.push(
      await blaming(one.from === 'path' ? one.word : null, () => plan(one, words, order)),
    );
  }

  const { reported, skipped } = await searchAll(planned, words, bounds, io);
  if (words.traceDir !== undefined && words.quiet !== true) {
    const count = reported.reduce((sum, { saved }) => sum + saved.size, 0);
    io.err(
      count === 0
        ? `no trace to write to ${words.traceDir}\n`
        : `wrote ${counted(count, 'file')} to ${words.traceDir}\n`,
    );
  }
  const codes = reported.map((one) => one.judgement.exitCode);
  const code = worst(skipped > 0 ? [...codes, 3] : codes);
  const imported = planned[0]?.imported ?? null;
  if (words.json === true) {
    const json = toJson(reported, code);
    const about = order === null || imported === null ? {} : { order: importJson(order, imported) };
    // On one line: for programs, and every space of an indented trace would count thousands of times.
    io.out(`${JSON.stringify({ ...json, ...about })}\n`);
  } else if (words.quiet !== true) {
    io.out(renderReport(reported, skipped, words.full === true));
    if (order !== null && imported !== null) {
      io.out(`\n${importText(order, imported, words.full === true)}\n`);
    }
  }
  return code;
}

/** What became of the models that were asked for; those not begun when somebody interrupted. */
interface Checked {
  readonly reported: readonly Reported[];
  readonly skipped: number;
}

/** Checks models for another command: same building, same searches, same judgement. */
export function checkModels(
  chosen: readonly Chosen[],
  words: CheckWords,
  io: Io,
): Promise<Checked> {
  const planned = chosen.map((one) => plan(one, words, null));
  return searchAll(planned, words, boundsOf(words), io);
}

async function searchAll(
  planned: readonly Planned[],
  words: CheckWords,
  bounds: Bounds,
  io: Io,
): Promise<Checked> {
  const stop = { isAsked: false };
  const stopListening = io.onInterrupt(() => void (stop.isAsked = true));
  const reported: Reported[] = [];
  try {
    for (const one of planned) {
      if (stop.isAsked && reported.length > 0) break;
      reported.push(await checkOne(one, words, bounds, io, stop));
    }
  } finally {
    stopListening();
  }
  return { reported, skipped: planned.length - reported.length };
}

function boundsOf(words: CheckWords): Bounds {
  const { statesMax, depthMax, timeLimit, memoryMax } = words;
  return {
    ...(statesMax === undefined
      ? {}
      : { statesMax: naturalOf('--states-max', statesMax, 1, 2_000_000_000) }),
    ...(depthMax === undefined
      ? {}
      : { depthMax: naturalOf('--depth-max', depthMax, 1, 1_000_000_000) }),
    ...(timeLimit === undefined ? {} : { timeLimitMs: timeOf('--time-limit', timeLimit) }),
    memoryMaxBytes: sizeOf('--memory-max', memoryMax ?? defaultMemoryMax),
  };
}

function plan(chosen: Chosen, words: CheckWords, order: Order | null): Planned {
  const { entry } = chosen;
  if (order !== null && entry.order === undefined) {
    throw new InputError({
      code: 'bad-option',
      message: `${entry.name} follows no boot order, so it takes no --order`,
    });
  }
  const imported = order === null ? null : importFor(order, entry);
  const waivers = waiversOf(words.waivers, false);
  const doubts = order === null || imported === null ? null : doubtsOf(order, waivers);
  const options = optionsFor(entry, words, imported?.order ?? order);
  const built = buildFrom(order, entry, options);
  const whole = {
    ...built,
    assumptions: [
      ...built.assumptions,
      ...(imported?.assumptions ?? []),
      ...(doubts?.assumptions ?? []),
    ],
  };
  const hasMission = whole.properties.some(
    (property) => property.about === 'mission' && property.notApplicable === undefined,
  );
  return {
    ...chosen,
    options,
    model: withProperties(whole, words.property ?? []),
    needsMission: entry.name.startsWith('netbsd/') && !hasMission,
    imported,
    doubts,
  };
}

/** A call of an order that is written wrong is told by its right name, before all that follows. */
function buildFrom(order: Order | null, entry: CatalogEntry, options: ModelOptions): Model {
  try {
    return build(entry, options);
  } catch (error) {
    if (!(error instanceof InputError) || order === null) throw error;
    const unheard = unheardOf(order.events);
    throw new InputError(
      ...unheard.map((message) => ({ code: 'bad-order' as const, message })),
      ...error.diagnostics,
    );
  }
}

async function checkOne(
  planned: Planned,
  words: CheckWords,
  bounds: Bounds,
  io: Io,
  stop: Stop,
): Promise<Reported> {
  const { entry, model } = planned;
  const result = await blaming(planned.from === 'path' ? planned.word : null, () =>
    runSearch(model, bounds, io, stop),
  );
  const saved =
    words.traceDir === undefined
      ? new Map<string, string>()
      : saveTraces(
          words.traceDir,
          planned.model,
          entry,
          planned.options,
          result,
          words.full === true,
        );
  const judged = judge(result, judgeOptions(planned, words, result));
  const { imported, doubts } = planned;
  const isOwn = imported === null || doubts === null;
  return {
    result,
    judgement: isOwn ? judged : judgeImported(judged, result, imported, doubts),
    expected: planned.options.order === undefined ? entry.expect : [],
    reconstruction: entry.reconstruction,
    leftOut: entry.environmentReasons,
    initial: new Map(
      // Cell values are plain by construction; the model's own type does not say so.
      model.cells.map((cell) => [cell.key, cell.initial as never]),
    ),
    path: planned.from === 'path' ? planned.word : null,
    repeat: repeatCommand(planned, words),
    saved,
  };
}

function judgeOptions(planned: Planned, words: CheckWords, result: CheckResult): JudgeOptions {
  const { entry, options } = planned;
  const asked = new Set(result.properties.map((property) => property.name));
  const all = (words.property ?? []).length === 0;
  return {
    expected:
      options.order === undefined
        ? entry.expect.filter((one) => all || asked.has(one.property))
        : [],
    strict: words.strict === true || planned.from === 'path' || options.order !== undefined,
    lengths: isRecordedQuestion(entry, options),
    needsMission: planned.needsMission,
  };
}

/** The command that checks this model again in the same environment. */
function repeatCommand(planned: Planned, words: CheckWords): string {
  const parts = ['bootproof', 'check', shellWord(planned.word)];
  for (const name of ['cpus', 'interrupts', 'pages', 'failures', 'preemption', 'grain'] as const) {
    const word = words[name];
    if (word !== undefined) parts.push(`--${name}`, shellWord(word));
  }
  for (const name of ['order', 'waivers'] as const) {
    const word = words[name];
    if (word !== undefined) parts.push(`--${name}`, shellWord(word));
  }
  return parts.join(' ');
}
