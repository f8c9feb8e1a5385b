import type { AnyCell } from '../src/base/cell.ts';
import type { Property } from '../src/base/model.ts';
import { always } from '../src/base/model.ts';
import { nameOf } from '../src/base/plain.ts';
import type { BootState } from '../src/boot/boot-cell.ts';
import type { BootParts } from '../src/boot/boot-model.ts';
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
