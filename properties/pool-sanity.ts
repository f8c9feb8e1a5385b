import type { Property, PropertyObject } from '../src/base/model.ts';
import { always } from '../src/base/model.ts';
import type { Ref } from '../src/base/plain.ts';
import { nameOf } from '../src/base/plain.ts';
import type { BootParts } from '../src/boot/boot-model.ts';
import { geometryOf, poolSpec } from '../src/kernel/pool/geometry.ts';
import {
  cachedObjectsAreOut,
  curpageHasItem,
  groupsInOrder,
  headerPoolsSelfContained,
  headersMatch,
  itemsAligned,
  nidleCounts,
  nitemsBalance,
  onlyIdlePagesAge,
  pagesOnRightLists,
  withinHardLimit,
} from '../src/kernel/pool/invariants.ts';
import type { PoolState } from '../src/kernel/pool/pool-pages.ts';

interface PoolObject extends PropertyObject {
  readonly at: Ref<'pool'>;
}

const poolsOf = (parts: BootParts): readonly PoolObject[] =>
  parts.kernel.cells.pools.refs.map((at) => ({ name: nameOf(at), at }));

function ofEachPool(
  cites: string,
  name: string,
  sentence: string,
  holds: (pool: PoolState) => boolean,
): (parts: BootParts) => Property {
  return (parts) =>
    always<PoolObject>({
      name,
      sentence,
      cites,
      about: 'model sanity',
      objects: poolsOf(parts),
      holds: ({ at }, view) => holds(view.read(parts.kernel.cells.pools.at(at))),
    });
}

/** What must hold of our pools whatever the kernel does: never a finding about NetBSD. */
export const poolSanity: readonly ((parts: BootParts) => Property)[] = [
  ofEachPool('INV-1', 'pool-items', 'nitems + nout is npages times itemsperpage', nitemsBalance),
  ofEachPool(
    'INV-2',
    'pool-lists',
    'each page is on the list that its items say',
    pagesOnRightLists,
  ),
  ofEachPool('INV-3', 'pool-idle', 'nidle counts the pages with nothing out', nidleCounts),
  ofEachPool(
    'INV-4',
    'pool-curpage',
    'curpage is there exactly when an item is, and has one',
    curpageHasItem,
  ),
  ofEachPool('INV-5', 'pool-hardlimit', 'nout never exceeds the hard limit', withinHardLimit),
  ofEachPool('INV-14', 'pool-age', 'only idle pages grow old', onlyIdlePagesAge),
  (parts) =>
    always<PoolObject>({
      name: 'pool-headers',
      sentence: 'items are aligned, and headers are where the geometry puts them',
      cites: 'INV-6, INV-8',
      about: 'model sanity',
      objects: poolsOf(parts),
      holds: ({ at }, view) => {
        const pool = view.read(parts.kernel.cells.pools.at(at));
        const geometry = geometryOf(poolSpec(parts.kernel.spec, nameOf(at)), parts.kernel.spec);
        return itemsAligned(pool, geometry) && headersMatch(pool, geometry);
      },
    }),
  (parts) =>
    always({
      name: 'header-pools',
      sentence: 'header pools have their headers in the page and use only the meta allocator',
      cites: 'INV-9',
      about: 'model sanity',
      objects: [{ name: 'header pools' }],
      holds: () => headerPoolsSelfContained(parts.kernel.spec),
    }),
  (parts) =>
    always<PoolObject>({
      name: 'cache-groups',
      sentence: 'groups are within their size, and what they hold counts as out',
      cites: 'INV-50, INV-51',
      about: 'model sanity',
      objects: poolsOf(parts),
      holds: ({ at }, view) => {
        const cache = view.read(parts.kernel.cells.caches.at(at));
        return (
          groupsInOrder(cache) &&
          cachedObjectsAreOut(cache, view.read(parts.kernel.cells.pools.at(at)))
        );
      },
    }),
];
