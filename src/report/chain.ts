import type { Plain } from '../base/plain.ts';
import type { Change, Trace } from '../checker/result.ts';
import { brief, isList, isRecord } from './changes.ts';

/**
 * The reclaim chains of a run: which callbacks each map has, and where the next run of them begins.
 *
 * A chain is a cell `map/<map>/chain` with a queue of entries and the next one to run. A step that touches a
 * chain or its map is shown with the chain as it then stands, since that is what the reader of a
 * lost callback wants to see beside it.
 */
export interface ChainView {
  readonly map: string;
  /** The callbacks by name, in the order in which they run. */
  readonly entries: readonly string[];
  /** The entry at which the next run begins; null for the head. */
  readonly cursor: string | null;
}

/** The cell of a map's chain. */
export const chainCell = (map: string): string => `map/${map}/chain`;

/** The chain that a cell holds, or null where the cell is none. */
export function chainOf(cell: string, value: Plain): ChainView | null {
  const map = /^map\/([^/]+)\/chain$/.exec(cell)?.[1];
  if (map === undefined || !isRecord(value)) return null;
  const { queue, next } = value;
  if (!isList(queue)) return null;
  return { map, entries: queue.map(brief), cursor: typeof next === 'string' ? brief(next) : null };
}

/** For each step of a run, the chains that it concerns, as they stand after it. */
export function chainsAlong(
  trace: Trace,
  initial: ReadonlyMap<string, Plain>,
): readonly (readonly ChainView[])[] {
  const state = new Map(initial);
  return trace.steps.map((step) => {
    for (const change of step.changes) state.set(change.cell, change.after);
    const maps = new Set(step.changes.flatMap(mapsOf));
    return [...maps].sort().flatMap((map) => {
      const cell = chainCell(map);
      const chain = chainOf(cell, state.get(cell) ?? null);
      return chain === null ? [] : [chain];
    });
  });
}

/** Every chain as it stands when a run is over. */
export function chainsAtEnd(
  trace: Trace,
  initial: ReadonlyMap<string, Plain>,
): readonly ChainView[] {
  const state = new Map(initial);
  for (const { cell, after } of trace.steps.flatMap((step) => step.changes)) state.set(cell, after);
  return [...state].flatMap(([cell, value]) => chainOf(cell, value) ?? []);
}

/** The map that a change concerns: its chain, its entries or its control. */
function mapsOf(change: Change): readonly string[] {
  const map = /^map\/([^/]+)\//.exec(change.cell)?.[1];
  return map === undefined ? [] : [map];
}

/** `kernel_map's chain: kvakernel → *pmappl → amappl`, the cursor marked by a star. */
export function chainText(chain: ChainView): string {
  if (chain.entries.length === 0) return `${chain.map}'s chain: empty`;
  const names = chain.entries.map((name) => (name === chain.cursor ? `*${name}` : name));
  const end = chain.cursor === null ? '' : ' (* is where the next run begins)';
  return `${chain.map}'s chain: ${names.join(' → ')}${end}`;
}
