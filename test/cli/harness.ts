import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import { smallCatalog } from './small-catalog.ts';

/** What a command printed and ended with. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line inside the test, over the small catalogue. */
export async function bootproof(words: readonly string[], input = ''): Promise<Ran> {
  let out = '';
  let err = '';
  const io: Io = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    showsProgress: false,
    readInput: () => Promise.resolve(input),
    onInterrupt: () => () => {},
  };
  const code = await run(words, io, () => Promise.resolve(smallCatalog));
  return { code, out, err };
}
