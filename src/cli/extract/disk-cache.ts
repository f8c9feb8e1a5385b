import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cache } from '../../extract/index.ts';
import { InputError } from '../failure.ts';
import { checkFolder } from '../files.ts';

/** `--cache DIR`, `--no-cache`, or neither. */
export type CacheWord = string | boolean | undefined;

/**
 * Where readings are kept: the folder given, else the user's cache; null with `--no-cache`.
 *
 * Never inside the tree: a tree that is read is not written.
 */
export function cacheFor(word: CacheWord, tree: string): Cache | null {
  if (word === false) return null;
  const folder = typeof word === 'string' ? resolve(word) : userFolder();
  if (isInside(folder, tree)) {
    throw new InputError({
      code: 'bad-option',
      message: '--cache: found a folder inside the kernel tree, expected one outside',
      at: folder,
      hint: 'nothing is written into a tree that is read',
    });
  }
  // The user's own cache folder may be anything: what cannot be kept is read again.
  if (typeof word === 'string') checkFolder(folder);
  return diskCache(join(folder, readerVersion()));
}

/** Changes with the code that reads: what another version has understood is not asked for again. */
function readerVersion(): string {
  const room = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'extract');
  const hash = createHash('sha256');
  for (const name of readdirSync(room, { recursive: true, encoding: 'utf8' }).sort()) {
    const { size, mtimeMs } = statSync(join(room, name));
    hash.update(`${name} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function userFolder(): string {
  const given = process.env['XDG_CACHE_HOME'];
  const base = given === undefined || given === '' ? join(homedir(), '.cache') : given;
  return join(base, 'bootproof');
}

/** A file an entry. One that cannot be read or written is a reading that is done again. */
function diskCache(folder: string): Cache {
  const pathOf = (key: string): string => join(folder, `${key}.json`);
  return {
    get(key) {
      try {
        return readFileSync(pathOf(key), 'utf8');
      } catch {
        return null;
      }
    },
    put(key, value) {
      const part = `${pathOf(key)}.${process.pid}.part`;
      try {
        mkdirSync(folder, { recursive: true });
        writeFileSync(part, value);
        renameSync(part, pathOf(key));
      } catch {
        rmSync(part, { force: true });
      }
    },
  };
}

function isInside(folder: string, tree: string): boolean {
  const root = real(tree);
  const path = real(folder);
  return path === root || path.startsWith(root + sep);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
