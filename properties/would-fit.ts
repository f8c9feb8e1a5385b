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
export function idlePagesWouldDo(
  parts: BootParts,
): (requester: Requester, view: ReadView) => boolean {
  const sources = new Map<Ref<'map'>, Sources>();
  const { mapEntries } = parts.kernel.cells;
  return ({ map, bytes, align }, view) => {
    let from = sources.get(map);
    if (from === undefined) sources.set(map, (from = sourcesOf(parts, map)));
    const entries = view.observe(mapEntries.at(map), 'entries');
    const { min, max } = view.observe(mapEntries.at(map), 'bounds');
    const released = releasable(parts, from, view);
    const taken = entries.flatMap((entry) => without(entry, released));
    return largestAlignedGap(taken, min, max, align) >= bytes;
  };
}

/** Who may hold space of a map: constant, so found once. */
interface Sources {
  readonly pools: readonly {
    readonly pool: Ref<'pool'>;
    readonly throughVacache: boolean;
    readonly bytes: number;
  }[];
  readonly vacache: Ref<'pool'> | null;
}

function sourcesOf(parts: BootParts, map: Ref<'map'>): Sources {
  const { spec } = parts.kernel;
  const vacache = spec.maps.find((one) => one.name === nameOf(map))?.vacache ?? null;
  return {
    vacache: vacache === null ? null : ref('pool', vacache),
    pools: declaringPools(parts)
      .filter((object) => object.map === map && object.name !== vacache)
      .map((object) => ({
        pool: object.pool,
        throughVacache:
          vacache !== null &&
          ['pool_page_alloc', 'pool_page_alloc_nointr'].includes(
            allocatorOf(spec, object.name)?.source ?? '',
          ),
        bytes: allocatorOf(spec, object.name)?.pageBytes ?? spec.pageBytes,
      })),
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Address ranges of the map that idle pages alone keep mapped. */
function releasable(parts: BootParts, from: Sources, view: ReadView): readonly Range[] {
  const direct: Range[] = [];
  const cached: number[] = [];
  for (const { pool, throughVacache, bytes } of from.pools) {
    for (const va of idlePages(parts, pool, view)) {
      if (throughVacache) cached.push(va);
      else direct.push({ start: va, end: va + bytes });
    }
  }
  return [...direct, ...releasableChunks(parts, from.vacache, view, cached)];
}

/**
 * Pages of a pool that pool_reclaim would give back: nothing out, or only objects in groups that
 * all CPUs share, because it begins with pool_cache_invalidate; above the pool's minimum.
 */
function idlePages(parts: BootParts, at: Ref<'pool'>, view: ReadView): readonly number[] {
  if (!view.observe(parts.kernel.cells.pools.at(at), 'hasPages')) return [];
  const pool = view.read(parts.kernel.cells.pools.at(at));
  if (pool === null) return [];
  const cache = view.read(parts.kernel.cells.caches.at(at));
  const shared = [...(cache?.full ?? []), ...(cache?.part ?? [])].flatMap((group) => group.objects);
  const pages = [...pool.empty, ...pool.partial, ...pool.full];
  const idle = pages.filter((page) => {
    const free = typeof page.free === 'number' ? page.free : page.free.length;
    return pool.itemsPerPage - free === shared.filter((object) => object.page === page.va).length;
  });
  return idle.slice(0, Math.max(0, pages.length - pool.minPages)).map((page) => page.va);
}

/** Chunks of the vacache of which each page is free in it, or the page of an idle pool page. */
function releasableChunks(
  parts: BootParts,
  vacache: Ref<'pool'> | null,
  view: ReadView,
  idle: readonly number[],
): readonly Range[] {
  if (vacache === null) return [];
  const bytes = parts.kernel.spec.vacachePages * parts.kernel.spec.pageBytes;
  const pool = view.read(parts.kernel.cells.pools.at(vacache));
  if (pool === null) return [];
  return [...pool.empty, ...pool.partial, ...pool.full].flatMap((chunk) => {
    const free = typeof chunk.free === 'number' ? chunk.free : chunk.free.length;
    const idleHere = idle.filter((va) => va >= chunk.va && va < chunk.va + bytes).length;
    return idleHere === pool.itemsPerPage - free
      ? [{ start: chunk.va, end: chunk.va + bytes }]
      : [];
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
