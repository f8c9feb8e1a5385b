import type { CatalogEntry } from '../boot/catalog-entry.ts';
import type { ExitCode } from '../report/judgement.ts';

/**
 * What the command asks of parts of the program that are loaded only when they are needed, so that
 * `--help` and `list` start at once.
 */

/** `src/fuzz/index.ts`: random runs over models, and over generated orders and policies. */
export interface FuzzRoom {
  fuzz(request: FuzzRequest): Promise<FuzzReport>;
}

export interface FuzzRequest {
  readonly models: readonly CatalogEntry[];
  readonly seed: number;
  /** fast-check's own path into a run, to repeat one failure. */
  readonly path?: string;
  readonly runs: number;
  readonly timeLimitMs?: number;
  /** True once the person wants to end. */
  isStopped(): boolean;
  /** For a person who watches; goes nowhere in a pipe. */
  progress(line: string): void;
}

export interface FuzzReport {
  readonly exitCode: ExitCode;
  /** For people: seed, path, both lengths, the smallest sub-order, the share of the states reached. */
  readonly text: string;
  /** The same for programs, of schema `bootproof/fuzz/1`. */
  readonly json: object;
}

export async function loadCatalog(): Promise<readonly CatalogEntry[]> {
  const { catalog } = await import('../../models/catalog.ts');
  return catalog;
}

/** Null in a build that leaves the room out. */
export async function loadFuzz(): Promise<FuzzRoom | null> {
  // Not a literal, so that the program can be built before the room is there.
  const room = new URL(import.meta.url.replace(/cli\/rooms\.(ts|js)$/, 'fuzz/index.$1')).href;
  try {
    return (await import(room)) as FuzzRoom;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      return null;
    throw error;
  }
}
