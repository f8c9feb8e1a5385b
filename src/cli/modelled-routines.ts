import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InternalError } from '../base/assert.ts';
import type { ModelledRoutine } from '../order/index.ts';

/** What the modelled kernel cites, with a hash of each text; generated, see bench/routine-hashes. */
export function modelledRoutines(): readonly ModelledRoutine[] {
  const path = join(packageRoot(), 'models', 'netbsd', 'routine-hashes.json');
  const list: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (Array.isArray(list) && list.every(isRoutine)) return list;
  throw new InternalError(`${path} is not as bench/routine-hashes writes it`);
}

const isRoutine = (value: unknown): value is ModelledRoutine =>
  typeof value === 'object' &&
  value !== null &&
  'file' in value &&
  typeof value.file === 'string' &&
  'revision' in value &&
  typeof value.revision === 'string' &&
  'function' in value &&
  typeof value.function === 'string' &&
  (!('textHash' in value) || typeof value.textHash === 'string');

/** The file stays in `models`; this module runs from `src` or from `dist/src`. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The same as functions of a tree, whose files begin below sys, each once. */
export function modelledFunctions(): readonly {
  readonly file: string;
  readonly function: string;
}[] {
  const all = modelledRoutines().map((one) => ({
    file: one.file.replace(/^sys\//, ''),
    function: one.function,
  }));
  return [...new Map(all.map((one) => [`${one.file} ${one.function}`, one])).values()];
}
