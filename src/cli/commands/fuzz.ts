import { randomInt } from 'node:crypto';
import type { LoadCatalog } from '../catalogue.ts';
import { choose } from '../catalogue.ts';
import { InputError } from '../failure.ts';
import type { Io } from '../io.ts';
import { defaultFuzzRuns } from '../defaults.ts';
import { loadFuzz } from '../rooms.ts';
import { naturalOf, timeOf } from '../values.ts';

export interface FuzzWords {
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
  const seed =
    words.seed === undefined ? randomInt(seedMax) : naturalOf('--seed', words.seed, 0, seedMax);
  const runs =
    words.runs === undefined ? defaultFuzzRuns : naturalOf('--runs', words.runs, 1, 1_000_000_000);
  const timeLimitMs =
    words.timeLimit === undefined ? undefined : timeOf('--time-limit', words.timeLimit);
  const chosen = await choose(names, loadCatalog);
  const room = await loadFuzz();
  if (room === null) {
    throw new InputError({ code: 'bad-option', message: 'this build has no fuzzer' });
  }
  let isStopped = false;
  const stopListening = io.onInterrupt(() => void (isStopped = true));
  try {
    const report = await room.fuzz({
      models: chosen.map((one) => one.entry),
      seed,
      runs,
      ...(words.path === undefined ? {} : { path: words.path }),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
      isStopped: () => isStopped,
      progress: (line) => {
        if (io.showsProgress) io.err(`\r${line}`);
      },
    });
    io.out(words.json === true ? `${JSON.stringify(report.json, null, 2)}\n` : report.text);
    return report.exitCode;
  } finally {
    stopListening();
  }
}
