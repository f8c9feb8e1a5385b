import { setImmediate } from 'node:timers/promises';
import type { Model } from '../base/model.ts';
import type { Clock, Progress } from '../checker/index.ts';
import { startSearch } from '../checker/index.ts';
import type { Bounds, CheckResult } from '../checker/result.ts';
import { grouped, secondsText } from '../report/text.ts';
import type { Io } from './io.ts';

/** How long a search runs before the command looks up: signals, progress. */
const sliceMs = 100;

const clock: Clock = {
  wallMs: () => performance.now(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/**
 * What the tables and values of a search are made of. Not resident memory: that hardly ever shrinks,
 * and a search would pay for the one before.
 */
const processBytes = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** Set once the person wants to end: searches stop where they are and say what they know. */
export interface Stop {
  readonly isAsked: boolean;
}

/** Runs a search to its end in slices, with progress for a person who watches. */
export async function runSearch(
  model: Model,
  bounds: Bounds,
  io: Io,
  stop: Stop,
): Promise<CheckResult> {
  const search = startSearch(model, bounds, { clock, processBytes });
  let drawn = 0;
  while (!search.advance(sliceMs)) {
    if (io.showsProgress) {
      const line = progressText(model.name, search.progress());
      io.err(`\r${line.padEnd(drawn)}`);
      drawn = line.length;
    }
    await setImmediate();
    if (stop.isAsked) search.interrupt();
  }
  if (drawn > 0) io.err(`\r${' '.repeat(drawn)}\r`);
  return search.result();
}

function progressText(model: string, now: Progress): string {
  const rate = `${grouped(now.statesPerSecond)}/s`;
  const doing = now.phase === 'concluding' ? 'concluding' : `${grouped(now.frontier)} to do`;
  return (
    `${model}: ${grouped(now.states)} states, depth ${now.depth}, ${doing}, ${rate}, ` +
    `${grouped(Math.round(now.bytes / 1e6))} MB, ${secondsText(now.seconds)} s`
  );
}
