/**
 * How a pool cuts its pages: where the page header goes, how many items fit, which header pool
 * holds the headers. All of it follows from the arguments of pool_init and the port's ABI.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_init(), lines 675-785
 * @source NetBSD sys/sys/pool.h 1.64
 * @differs sizes are those without DIAGNOSTIC (see KernelSpec): the smallest item is two pointers,
 *   not two and a magic word
 */
import { present } from '../../base/assert.ts';
import type { Halt } from '../../base/routine.ts';
import type { AllocatorSpec, KernelSpec, PoolSpec, Va } from '../spec.ts';
import type { Item } from '../calls.ts';
import type { Tracking } from './pool-pages.ts';
import { poolHalt } from './place.ts';

/** What pool_init derives for one pool. */
export interface Geometry {
  readonly itemBytes: number;
  readonly align: number;
  readonly pageBytes: number;
  /** PR_PHINPAGE. */
  readonly headerInPage: boolean;
  /** pr_phoffset, where the header is in the page. */
  readonly headerOffset: number;
  /** The header pool's name, where the header is off-page. */
  readonly headerPool: string | null;
  readonly itemsPerPage: number;
  /** pr_maxcolor: pages start their items 0, align, 2·align … bytes in, up to this. */
  readonly maxColor: number;
  readonly tracking: Tracking;
  /** How pool_init stops on such arguments; null where it does not. */
  readonly halt: Halt | null;
}

/** Sizes that depend on the width of a pointer. */
interface Abi {
  readonly align: number;
  /** sizeof(struct pool_item_header), already a multiple of `align`. */
  readonly headerBytes: number;
  /** offsetof(struct pool_item_header, ph_bitmap). */
  readonly bitmapOffset: number;
  readonly itemBytesMin: number;
  readonly groupHeadBytes: number;
  readonly groupPairBytes: number;
  readonly groupObjects: { readonly normal: number; readonly large: number };
}

const lp64: Abi = {
  align: 8,
  headerBytes: 56,
  bitmapOffset: 48,
  itemBytesMin: 16,
  groupHeadBytes: 16,
  groupPairBytes: 16,
  groupObjects: { normal: 15, large: 63 },
};

const ilp32: Abi = {
  align: 4,
  headerBytes: 32,
  bitmapOffset: 28,
  itemBytesMin: 8,
  groupHeadBytes: 12,
  groupPairBytes: 8,
  groupObjects: { normal: 14, large: 62 },
};

const abiOf = (isLp64: boolean): Abi => (isLp64 ? lp64 : ilp32);

/** PHPOOL_MAX. */
export const headerPoolCount = 8;
const bitmapBits = 32;

/** PHPOOL_FREELIST_NELEM: the most items of a PR_NOTOUCH page that header pool `index` can describe. */
export const headerPoolElements = (index: number): number =>
  index === 0 ? 0 : bitmapBits * 2 ** index;

export const headerPoolName = (index: number): string => `phpool-${headerPoolElements(index)}`;

/** Objects in a group of this cache: PCG_NOBJECTS_NORMAL or LARGE, unless the configuration is small. */
export function groupObjects(pool: PoolSpec, spec: KernelSpec): number {
  const sizes = spec.groupObjects ?? abiOf(spec.lp64).groupObjects;
  return pool.largecache ? sizes.large : sizes.normal;
}

export const groupPoolName = (pool: PoolSpec): string =>
  pool.largecache ? 'pcglarge' : 'pcgnormal';

/**
 * The ten pools that pool_init makes for itself, in that order: eight of headers, two of groups,
 * which are aligned to `coherencyUnit` bytes.
 */
export function headerAndGroupPools(isLp64: boolean, coherencyUnit: number): readonly PoolSpec[] {
  const abi = abiOf(isLp64);
  const headers = Array.from({ length: headerPoolCount }, (_, index) => {
    const elements = headerPoolElements(index);
    const bytes =
      elements === 0 ? abi.headerBytes : abi.bitmapOffset + 4 * Math.ceil(elements / bitmapBits);
    return metaPool(headerPoolName(index), `phpool[${index}]`, bytes, 0);
  });
  const groupBytes = (objects: number): number => abi.groupHeadBytes + objects * abi.groupPairBytes;
  const { normal, large } = abi.groupObjects;
  return [
    ...headers,
    metaPool('pcgnormal', 'pcg_normal_pool', groupBytes(normal), coherencyUnit),
    metaPool('pcglarge', 'pcg_large_pool', groupBytes(large), coherencyUnit),
  ];
}

function metaPool(name: string, object: string, itemBytes: number, align: number): PoolSpec {
  return {
    name,
    object,
    itemBytes,
    align,
    allocator: 'pool_allocator_meta',
    notouch: false,
    noalign: false,
    largecache: false,
    ipl: 'IPL_VM',
    cache: false,
    minItems: 0,
    maxPages: null,
    hardLimit: null,
  };
}

const known = new WeakMap<KernelSpec, Map<string, Geometry>>();

/** The geometry of a pool in a kernel. */
export function geometryOf(pool: PoolSpec, spec: KernelSpec): Geometry {
  const cache = known.get(spec) ?? new Map<string, Geometry>();
  known.set(spec, cache);
  const before = cache.get(pool.name);
  if (before !== undefined) return before;
  const allocator = allocatorSpec(spec, pool.allocator);
  const fresh = {
    ...cutPage(pool, allocator.pageBytes, spec.lp64),
    tracking: trackingOf(pool, allocator, spec),
  };
  cache.set(pool.name, fresh);
  return fresh;
}

export function allocatorSpec(spec: KernelSpec, name: string): AllocatorSpec {
  return present(
    spec.allocators.find((one) => one.name === name),
    `the kernel has a pool_allocator ${name}`,
  );
}

export function poolSpec(spec: KernelSpec, name: string): PoolSpec {
  return present(
    spec.pools.find((one) => one.name === name),
    `the kernel has a pool ${name}`,
  );
}

type Arguments = Pick<PoolSpec, 'name' | 'itemBytes' | 'align' | 'notouch' | 'noalign'>;

/**
 * Cuts a page of `pageBytes` into items.
 *
 * The header goes into the page, at its end, if the items are small (below a 16th of the page and
 * 8 headers) or if it costs no item. A page whose items may not be touched, or that need not be
 * aligned, never has it inside.
 *
 * @differs `ioff` is always 0: no pool of the tree passes anything else to a modelled allocator
 */
export function cutPage(
  pool: Arguments,
  pageBytes: number,
  isLp64: boolean,
): Omit<Geometry, 'tracking'> {
  const abi = abiOf(isLp64);
  const align = pool.align === 0 ? abi.align : pool.align;
  const wanted = pool.notouch ? pool.itemBytes : Math.max(pool.itemBytes, abi.itemBytesMin);
  const itemBytes = Math.ceil(wanted / align) * align;
  const small = itemBytes < Math.min(Math.floor(pageBytes / 16), abi.headerBytes * 8);
  const free =
    Math.floor(pageBytes / itemBytes) === Math.floor((pageBytes - abi.headerBytes) / itemBytes);
  const headerInPage = !pool.notouch && !pool.noalign && (small || free);
  const space = headerInPage ? pageBytes - abi.headerBytes : pageBytes;
  const itemsPerPage = Math.floor(space / itemBytes);
  const header = headerInPage ? null : headerPoolIndex(pool.notouch ? itemsPerPage : 0);
  return {
    itemBytes,
    align,
    pageBytes,
    headerInPage,
    headerOffset: headerInPage ? space : 0,
    headerPool: header === null ? null : headerPoolName(header),
    itemsPerPage,
    maxColor: Math.floor((space - itemsPerPage * itemBytes) / align) * align,
    halt: cutHalt(pool, itemBytes, pageBytes, itemsPerPage, header),
  };
}

function headerPoolIndex(bits: number): number {
  let index = 0;
  while (bits > headerPoolElements(index)) index += 1;
  return index;
}

function cutHalt(
  pool: Arguments,
  itemBytes: number,
  pageBytes: number,
  itemsPerPage: number,
  header: number | null,
): Halt | null {
  if (itemBytes > pageBytes) {
    return poolHalt('panic', `pool_init: pool item size (${itemBytes}) too large`, 684);
  }
  if (header !== null && header >= headerPoolCount) {
    const what = `too large itemsperpage(${itemsPerPage}) for PR_NOTOUCH`;
    return poolHalt('panic', `${pool.name}: ${what}`, 766);
  }
  return null;
}

function trackingOf(pool: PoolSpec, allocator: AllocatorSpec, spec: KernelSpec): Tracking {
  if (allocator.source === 'km_vacache_alloc') {
    return spec.vacacheIdentity === 'page' ? 'bitmap' : 'count';
  }
  if (spec.identity === 'page') return 'count';
  return pool.notouch ? 'bitmap' : 'list';
}

/** The address of an item; where items are not told apart, that of its page. */
export function itemAddress(geometry: Geometry, item: Item, color = 0): Va {
  return item.page + (item.index === undefined ? 0 : color + item.index * geometry.itemBytes);
}
