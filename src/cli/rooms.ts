import type { CatalogEntry } from '../boot/catalog-entry.ts';
import type { ExitCode } from '../report/judgement.ts';
import type { ExtractRoom } from './commands/extract.ts';

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

/** `models/catalog.ts`. */
interface CatalogRoom {
  readonly catalog: readonly CatalogEntry[];
}

// The compiled program has these beside itself; a run from source has them as TypeScript.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

export async function loadCatalog(): Promise<readonly CatalogEntry[]> {
  const room = (await import(roomUrl('../../models/catalog'))) as CatalogRoom;
  return room.catalog;
}

export async function loadFuzz(): Promise<FuzzRoom> {
  return (await import(roomUrl('../fuzz/index'))) as FuzzRoom;
}

export async function loadExtract(): Promise<ExtractRoom> {
  return (await import(roomUrl('../extract/index'))) as ExtractRoom;
}

function roomUrl(path: string): string {
  return new URL(`${path}.${extension}`, import.meta.url).href;
}
