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

export interface RoutineName {
  readonly file: string;
  readonly function: string;
}

/** A routine's file as a tree has it: citations begin with `sys/`. */
export const inTree = ({ file }: RoutineName): string => file.replace(/^sys\//, '');

/** The names of what is modelled, as functions of a tree, each once. */
export function modelledFunctions(): readonly RoutineName[] {
  const all = modelledRoutines().map((one) => ({ file: inTree(one), function: one.function }));
  return [...new Map(all.map((one) => [`${one.file} ${one.function}`, one])).values()];
}
