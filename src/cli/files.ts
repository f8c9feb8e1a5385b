import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from './failure.ts';

/** Files, as far as a command was told to read or write them; nothing else is ever touched. */

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError({
      code: 'unreadable',
      message: `cannot be read: ${reasonOf(error)}`,
      at: path,
    });
  }
}

export function readJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError({
      code: 'unreadable',
      message: `not JSON: ${error instanceof Error ? error.message : String(error)}`,
      at: path,
    });
  }
}

/**
 * Makes sure that a folder can be written before hours are spent on what should go into it.
 * A folder that does not exist is made only if its parent does.
 */
export function checkFolder(folder: string): void {
  try {
    const there = statSync(folder, { throwIfNoEntry: false });
    if (there === undefined) {
      const parent = dirname(folder);
      if (!statSync(parent).isDirectory()) throw new Error(`${parent} is not a folder`);
      accessSync(parent, constants.W_OK | constants.X_OK);
      return;
    }
    if (!there.isDirectory()) throw new Error('it is a file');
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/** Writes files into a folder: each appears whole or not at all. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  const written: string[] = [];
  try {
    for (const [name, text] of files) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.part`, text, { flush: true });
      written.push(path);
    }
    for (const path of written) renameSync(`${path}.part`, path);
  } catch (error) {
    for (const path of written) rmSync(`${path}.part`, { force: true });
    throw unwritable(folder, error);
  }
}

function unwritable(folder: string, error: unknown): InputError {
  return new InputError({
    code: 'unwritable',
    message: `cannot be written: ${reasonOf(error)}`,
    at: folder,
  });
}

/** `no such file or folder` rather than a system call and its path. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'read-only file system';
    case 'ENOTDIR':
      return 'a part of the path is not a folder';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOSPC':
      return 'no space left';
    default:
      return error.message;
  }
}
