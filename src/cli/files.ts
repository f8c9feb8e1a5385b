import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
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
 * A folder that does not exist is made when something goes into it, with those above it.
 */
export function checkFolder(folder: string): void {
  try {
    const there = statSync(folder, { throwIfNoEntry: false });
    if (there === undefined) {
      const above = nearestAbove(folder);
      if (!statSync(above).isDirectory()) throw new Error(`${above} is not a folder`);
      tryWriting(above);
      return;
    }
    if (!there.isDirectory()) throw new Error('it is a file');
    tryWriting(folder);
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/**
 * Makes a folder and takes it away again: permission bits say nothing of a full or read-only disk,
 * and to root they allow what the file system then refuses.
 */
function tryWriting(folder: string): void {
  let made: string;
  try {
    made = mkdtempSync(join(folder, '.bootproof-'));
  } catch (error) {
    // The folder is there, so that "no such file" would mislead: /proc says it of every new name.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error(`${folder} takes no new files`, { cause: error });
    throw error;
  }
  rmdirSync(made);
}

/** Makes sure that a file can be written, into a folder that is there. */
export function checkFile(path: string): void {
  if (isFolder(path)) throw unwritable(path, new Error('it is a folder, expected a file'));
  if (!existsSync(dirname(path))) throw unwritable(path, new Error('its folder does not exist'));
  checkFolder(dirname(path));
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The nearest folder (or whatever it is) above a path that is there. */
function nearestAbove(path: string): string {
  const above = dirname(resolve(path));
  return above === path || existsSync(above) ? above : nearestAbove(above);
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
