import type { Ref } from '../src/base/plain.ts';
import { nameOf, ref } from '../src/base/plain.ts';
import type { ReadView } from '../src/base/view.ts';
import type { BootParts, Requester } from '../src/boot/boot-model.ts';
import { allocatorOf } from '../src/boot/configure.ts';
import { declaringPools } from './pools.ts';

/**
 * Whether a request would fit into its map if every idle page of the pools that *declare* the map
 * were given back.
 *
 * Declared, not bound or registered: over those, losing a pool would make the question go away
 * together with the answer. Pages stay where a pool's low-water mark holds them; objects in
 * per-CPU groups count as in use, as they do for the reclaim chain of NetBSD 5.x.
 */
export function wouldFit(
  parts: BootParts,
  { map, bytes, align }: Requester,
  view: ReadView,
): boolean {
  const { kernel } = parts;
  const entries = view.observe(kernel.cells.mapEntries.at(map), 'entries');
  const { min, max } = view.observe(kernel.cells.mapEntries.at(map), 'bounds');
  const released = releasable(parts, map, view);
  const taken = entries.flatMap((entry) => without(entry, released));
  return largestAlignedGap(taken, min, max, align) >= bytes;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Address ranges of the map that idle pages alone keep mapped. */
function releasable(parts: BootParts, map: Ref<'map'>, view: ReadView): readonly Range[] {
  const { kernel } = parts;
  const idle = declaringPools(parts)
    .filter((object) => object.map === map && nameOf(object.pool) !== vacacheOf(parts, map))
    .map((object) => ({
      throughVacache: ['pool_page_alloc', 'pool_page_alloc_nointr'].includes(
        allocatorOf(kernel.spec, object.name)?.source ?? '',
      ),
      bytes: allocatorOf(kernel.spec, object.name)?.pageBytes ?? kernel.spec.pageBytes,
      pages: view.observe(kernel.cells.pools.at(object.pool), 'reclaimable', true),
    }));
  const direct = idle
    .filter((pool) => !pool.throughVacache)
    .flatMap((pool) => pool.pages.map(({ va }) => ({ start: va, end: va + pool.bytes })));
  const cached = idle.filter((pool) => pool.throughVacache).flatMap((pool) => pool.pages);
  return [
    ...direct,
    ...releasableChunks(
      parts,
      map,
      view,
      cached.map((page) => page.va),
    ),
  ];
}

function vacacheOf({ kernel }: BootParts, map: Ref<'map'>): string | null {
  return kernel.spec.maps.find((one) => one.name === nameOf(map))?.vacache ?? null;
}

/** Chunks of the vacache of which each page is free in it, or the page of an idle pool page. */
function releasableChunks(
  parts: BootParts,
  map: Ref<'map'>,
  view: ReadView,
  idle: readonly number[],
): readonly Range[] {
  const vacache = vacacheOf(parts, map);
  if (vacache === null) return [];
  const bytes = parts.kernel.spec.vacachePages * parts.kernel.spec.pageBytes;
  const pool = view.read(parts.kernel.cells.pools.at(ref('pool', vacache)));
  if (pool === null) return [];
  return [...pool.empty, ...pool.partial, ...pool.full].flatMap((chunk) => {
    const out =
      pool.itemsPerPage - (typeof chunk.free === 'number' ? chunk.free : chunk.free.length);
    const idleHere = idle.filter((va) => va >= chunk.va && va < chunk.va + bytes).length;
    return idleHere === out ? [{ start: chunk.va, end: chunk.va + bytes }] : [];
  });
}

/** What is left of a range when others are taken out of it. */
function without(range: Range, others: readonly Range[]): readonly Range[] {
  return others.reduce<readonly Range[]>(
    (parts, other) =>
      parts.flatMap((part) =>
        [
          { start: part.start, end: Math.min(part.end, other.start) },
          { start: Math.max(part.start, other.end), end: part.end },
        ].filter((piece) => piece.start < piece.end),
      ),
    [range],
  );
}

function largestAlignedGap(
  taken: readonly Range[],
  min: number,
  max: number,
  align: number,
): number {
  let at = min;
  let largest = 0;
  for (const range of [...taken].sort((a, b) => a.start - b.start)) {
    largest = Math.max(largest, range.start - aligned(at, align));
    at = Math.max(at, range.end);
  }
  return Math.max(largest, max - aligned(at, align));
}

const aligned = (at: number, align: number): number =>
  align <= 1 ? at : Math.ceil(at / align) * align;
