import { randomInt } from 'node:crypto';
import type { LoadCatalog } from '../catalogue.ts';
import { choose } from '../catalogue.ts';
import { InputError } from '../failure.ts';
import type { FuzzedWhat, FuzzRequest } from '../../fuzz/index.ts';
import type { Io } from '../io.ts';
import { defaultFuzzRuns } from '../defaults.ts';
import { blaming } from '../own-model.ts';
import { loadFuzz, loadOrderTargets } from '../rooms.ts';
import { badOption, naturalOf, timeOf } from '../values.ts';

export interface FuzzWords {
  readonly schedules?: boolean;
  readonly configurations?: boolean;
  readonly orders?: boolean;
  readonly policies?: boolean;
  readonly seed?: string;
  readonly path?: string;
  readonly runs?: string;
  readonly timeLimit?: string;
  readonly json?: boolean;
}

const seedMax = 2 ** 31 - 1;

/** `bootproof fuzz`: a fresh seed unless one is given, always printed. */
export async function fuzzCommand(
  names: readonly string[],
  words: FuzzWords,
  loadCatalog: LoadCatalog,
  io: Io,
): Promise<number> {
  const what = whatOf(words);
  const seed =
    words.seed === undefined ? randomInt(seedMax) : naturalOf('--seed', words.seed, 0, seedMax);
  const runs =
    words.runs === undefined ? defaultFuzzRuns : naturalOf('--runs', words.runs, 1, 1_000_000_000);
  const timeLimitMs =
    words.timeLimit === undefined ? undefined : timeOf('--time-limit', words.timeLimit);
  const chosen = await choose(names, loadCatalog);
  const path = pathOf(words, chosen.length);
  const fuzz = await loadFuzz();
  const targetOf = await loadOrderTargets();
  let isStopped = false;
  const stopListening = io.onInterrupt(() => void (isStopped = true));
  try {
    const request: FuzzRequest = {
      // By the word that was given: the command that repeats a run must find a model of one's own.
      models: chosen.map((one) => ({ ...one.entry, name: one.word })),
      what,
      targetOf,
      seed,
      runs,
      ...(path === undefined ? {} : { path }),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
      isStopped: () => isStopped,
      progress: (line) => {
        if (io.showsProgress) io.err(`\r${line}`);
      },
    };
    const own = chosen.find((one) => one.from === 'path')?.word ?? null;
    const report = await blaming(own, () => fuzz(request));
    io.out(words.json === true ? `${JSON.stringify(report.json, null, 2)}\n` : report.text);
    return report.exitCode;
  } finally {
    stopListening();
  }
}

function whatOf(words: FuzzWords): FuzzedWhat {
  const { schedules, configurations, orders, policies } = words;
  const asked = [schedules, configurations, orders].filter((one) => one === true);
  if (asked.length > 1) {
    throw badUse('--schedules, --configurations and --orders are three searches', 'ask for one');
  }
  if (policies === true && orders !== true) {
    throw badUse('--policies goes with --orders', 'add --orders');
  }
  if (orders === true) return policies === true ? 'orders and policies' : 'orders';
  return configurations === true ? 'configurations' : 'schedules';
}

/** A path leads to one failure of one model. */
function pathOf({ seed, path }: FuzzWords, models: number): string | undefined {
  if (path === undefined) return undefined;
  if (!/^\d+(:\d+)*$/.test(path)) throw badOption('--path', path, 'numbers and colons, as 18:1:1');
  if (seed === undefined) throw badUse('--path goes with --seed', 'both were printed together');
  if (models !== 1) throw badUse('--path repeats a failure of one model', 'name that model');
  return path;
}

const badUse = (message: string, hint: string): InputError =>
  new InputError({ code: 'bad-option', message, hint });
