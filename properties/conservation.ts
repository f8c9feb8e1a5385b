import type { AnyCell } from '../src/base/cell.ts';
import type { Property } from '../src/base/model.ts';
import { always } from '../src/base/model.ts';
import { nameOf, ref } from '../src/base/plain.ts';
import type { BootState } from '../src/boot/boot-cell.ts';
import type { BootParts } from '../src/boot/boot-model.ts';
import { usesEntryPages } from '../src/kernel/uvm/map-facts.ts';
import { pageWeights } from '../src/kernel/make-kernel.ts';
import { framePages, pagesHeldByPools } from '../src/kernel/pool/weights.ts';

/** Every page that was loaded is free, stolen, or held by somebody who can be named. */
export const pagesConserved = (parts: BootParts): Property => {
  const weights = new Map<AnyCell, (value: never) => number>([
    ...pageWeights(parts.kernel, (frame) => framePages(parts.kernel, frame)),
    ...pagesHeldByPools(parts.kernel),
  ]);
  weights.set(parts.boot, (boot: BootState) => boot.pagesHeld);
  return {
    kind: 'balance',
    name: 'pages-conserved',
    sentence: 'no step loses or invents a physical page',
    cites: 'INV-36',
    about: 'model sanity',
    weights,
  };
};

/** The map's size, which the starvation rule reads, is what its entries cover. */
export const mapSizes = (parts: BootParts): Property => {
  const { mapEntries, mapControl } = parts.kernel.cells;
  return always({
    name: 'map-sizes',
    sentence: 'entries are sorted, disjoint and inside the map, and its size is their sum',
    cites: 'INV-30',
    about: 'model sanity',
    objects: mapEntries.refs.map((at) => ({ name: nameOf(at), at })),
    holds: ({ at }, view) => {
      const entries = view.observe(mapEntries.at(at), 'entries');
      const size = view.observe(mapControl.at(at), 'size');
      const sorted = entries.every(
        (entry, i) => entry.start < entry.end && entry.start >= (entries[i - 1]?.end ?? 0),
      );
      return sorted && entries.reduce((sum, entry) => sum + entry.end - entry.start, 0) === size;
    },
  });
};

/** Recording a mapping of a kernel map must not need a pool: its entries lie in pages of the same map. */
export const entryHomes = (parts: BootParts): Property => {
  const { mapEntries } = parts.kernel.cells;
  return always({
    name: 'entry-homes',
    sentence: 'entries of a kernel map lie in entry pages of that map, or are static',
    cites: 'INV-31',
    about: 'model sanity',
    objects: mapEntries.refs
      .filter((at) => usesEntryPages(parts.kernel.spec, at))
      .map((at) => ({ name: nameOf(at), at })),
    holds: ({ at }, view) => {
      const entries = view.observe(mapEntries.at(at), 'entries');
      return entries.every(
        ({ home }) =>
          home === 'static' ||
          (typeof home === 'number' &&
            entries.some((other) => other.kmapent === true && other.start === home)),
      );
    },
  });
};

/** A chunk of a vacache is aligned to its own size, and its map really maps all of it. */
export const vacacheChunks = (parts: BootParts): Property => {
  const { kernel } = parts;
  const bytes = kernel.spec.vacachePages * kernel.spec.pageBytes;
  const vacaches = kernel.spec.maps.flatMap(({ name, vacache }) =>
    vacache === null ? [] : [{ name: vacache, map: ref('map', name), at: ref('pool', vacache) }],
  );
  return always({
    name: 'vacache-chunks',
    sentence: 'a chunk of a vacache is aligned to its size and mapped as a whole',
    cites: 'INV-38',
    about: 'model sanity',
    ...(vacaches.length > 0
      ? {}
      : { notApplicable: 'pool pages of a direct-mapped port take no map space' }),
    objects: vacaches,
    holds: ({ map, at }, view) => {
      const pool = view.read(kernel.cells.pools.at(at));
      if (pool === null) return true;
      const entries = view.observe(kernel.cells.mapEntries.at(map), 'entries');
      return [...pool.empty, ...pool.partial, ...pool.full].every(
        ({ va }) =>
          va % bytes === 0 && entries.some((entry) => entry.start <= va && entry.end >= va + bytes),
      );
    },
  });
};
