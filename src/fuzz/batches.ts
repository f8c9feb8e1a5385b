import fc from 'fast-check';

/**
 * One fast-check run in pieces: between two of them the program listens to whoever wants it to end.
 *
 * fast-check's path says where a run begins, so the pieces generate just the values of the whole,
 * and what they report repeats with the same seed and path.
 */
export interface Search {
  readonly seed: number;
  /** Repeats one failure: nothing else is generated. */
  readonly path?: string;
  readonly runs: number;
  /** Runs between two looks at `isStopped`. */
  readonly batch: number;
  isStopped(): boolean;
  progress?(runs: number): void;
}

export interface Searched<T> {
  readonly runs: number;
  readonly found: { readonly value: T; readonly path: string; readonly shrinks: number } | null;
}

/** Looks for a value that `holds` is false for, and shrinks it. */
export async function searched<T>(
  values: fc.Arbitrary<T>,
  holds: (value: T) => boolean,
  search: Search,
): Promise<Searched<T>> {
  const property = fc.property(values, holds);
  const isRepeat = search.path !== undefined;
  let runs = 0;
  while (runs < search.runs && !search.isStopped()) {
    const numRuns = isRepeat ? 1 : Math.min(search.batch, search.runs - runs);
    const path = search.path ?? String(runs);
    const details = fc.check(property, {
      seed: search.seed,
      path,
      numRuns,
      endOnFailure: isRepeat,
    });
    if (details.failed) {
      // Whatever was thrown is our own bug, not a counterexample.
      if (details.errorInstance instanceof Error && !isFalse(details.errorInstance)) {
        throw details.errorInstance;
      }
      const [value] = details.counterexample ?? [];
      if (value === undefined || details.counterexamplePath === null) break;
      const { counterexamplePath, numShrinks } = details;
      runs = Number(counterexamplePath.split(':')[0]) + 1;
      return { runs, found: { value, path: counterexamplePath, shrinks: numShrinks } };
    }
    runs += numRuns;
    search.progress?.(runs);
    if (isRepeat) break;
    await new Promise<void>((resume) => setImmediate(resume));
  }
  return { runs, found: null };
}

const isFalse = (error: Error): boolean => error.message.startsWith('Property failed by returning');

/** For tests: nobody stops it, and nobody watches. */
export const unwatched = (seed: number, runs: number): Search => ({
  seed,
  runs,
  batch: runs,
  isStopped: () => false,
});
