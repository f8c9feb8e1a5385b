import { statSync } from 'node:fs';
import { diskTree, extract } from '../../extract/index.ts';
import type { Order } from '../../order/index.ts';
import { InputError, valueOf } from '../failure.ts';
import type { Io } from '../io.ts';
import { modelledFunctions } from '../modelled-routines.ts';
import type { CacheWord } from './disk-cache.ts';
import { cacheFor } from './disk-cache.ts';

/** Kernel options to set (value, '' for none) or to take out (null). */
export type KernelOptions = { readonly [name: string]: string | null };

export interface Reading {
  readonly arch: string | undefined;
  readonly config: string | undefined;
  readonly options: KernelOptions;
  readonly cache: CacheWord;
  readonly isQuiet?: boolean;
}

/** `--option NAME[=VALUE]`, `--with`, `--without`: later words win. */
export function optionsOf(
  set: readonly string[],
  unset: readonly string[] = [],
  before: KernelOptions = {},
): KernelOptions {
  const options: { [name: string]: string | null } = { ...before };
  for (const word of set) {
    const [, name, value = ''] = /^(\w+)(?:=(.*))?$/.exec(word) ?? [];
    if (name === undefined) throw badName(word);
    options[name] = value;
  }
  for (const word of unset) {
    if (!/^\w+$/.test(word)) throw badName(word);
    options[word] = null;
  }
  return options;
}

const badName = (word: string): InputError =>
  new InputError({
    code: 'bad-option',
    message: `--option: found ${JSON.stringify(word)}, expected NAME or NAME=VALUE`,
  });

/** Whether a path is a folder of sources rather than the file of an order. */
export const isTree = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() !== true;

/** Tells of options that nothing in the tree knows: they changed nothing. */
export function warnOfOptions(orders: readonly Order[], io: Io): void {
  const unknown = new Map(
    orders.flatMap(({ source }) => source.unknownOptions ?? []).map((one) => [one.name, one]),
  );
  for (const { name, nearest } of unknown.values()) {
    const near = nearest.length === 0 ? '' : `\n  nearest: ${nearest.join(', ')}`;
    io.err(
      `bootproof: option ${name}: no conf file declares it and no #if that was read asks for it${near}\n`,
    );
  }
}

/** The order that a tree has for one machine. */
export async function readTree(path: string, reading: Reading, io: Io): Promise<Order> {
  const { arch, config, options } = reading;
  if (arch === undefined) {
    throw new InputError({
      code: 'bad-option',
      message: '--arch is missing: a tree has an order for each machine',
      hint: '--arch i386, amd64, evbarm, …',
    });
  }
  const tree = valueOf(diskTree(path));
  const cache = cacheFor(reading.cache, path);
  if (reading.isQuiet !== true && tree.list('../common').length === 0) {
    io.err('bootproof: common/ is not beside sys: what it has of the kernel is not read\n');
  }
  try {
    return valueOf(
      await extract(tree, {
        arch,
        ...(config === undefined ? {} : { config }),
        options,
        ...(cache === null ? {} : { cache }),
        locks: true,
        routines: modelledFunctions(),
        progress: (what) => {
          if (io.showsProgress) io.err(`\r\x1b[K${arch}: ${what}`);
        },
      }),
    );
  } finally {
    if (io.showsProgress) io.err('\r\x1b[K');
  }
}
