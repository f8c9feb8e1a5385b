/**
 * Constants of maps, and what it takes for one to exist.
 */
import { present } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import { nameOf, ref } from '../../base/plain.ts';
import type { Halt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import type { KernelSpec, MapSpec, Va } from '../spec.ts';

export const mapFile = 'sys/uvm/uvm_map.c';
export const mapRevision = '1.263.4.5';

export const kernelMap = ref('map', 'kernel_map');
export const kmemMap = ref('map', 'kmem_map');
export const pagerMap = ref('map', 'pager_map');
/** uvm_map_entry_cache. */
export const mapEntryCache = ref('pool', 'vmmpepl');

export function mapSpec(spec: KernelSpec, map: Ref<'map'>): MapSpec {
  const found = spec.maps.find((one) => one.name === nameOf(map));
  return present(found, `the kernel has a map ${nameOf(map)}`);
}

export const roundPage = (spec: KernelSpec, bytes: number): number =>
  Math.ceil(bytes / spec.pageBytes) * spec.pageBytes;

/** KM_VACACHE_SIZE. */
export const vacacheBytes = (spec: KernelSpec): number => spec.vacachePages * spec.pageBytes;

/**
 * UVM_KMAPENT_CHUNK: map entries in an entry page, behind its header.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 struct uvm_kmapent_hdr; sys/uvm/uvm_map.h 1.62 (sizes inferred)
 */
export function entriesPerPage(spec: KernelSpec): number {
  if (spec.entriesPerPage !== undefined) return spec.entriesPerPage;
  const [header, entry] = spec.lp64 ? [40, 136] : [20, 84];
  return Math.floor((spec.pageBytes - header) / entry);
}

/** VM_MAP_USE_KMAPENT: the map's entries lie in pages of the same map. */
export const usesEntryPages = (spec: KernelSpec, map: Ref<'map'>): boolean =>
  map === kernelMap || mapSpec(spec, map).intrsafe;

/**
 * Space that a submap needs for its entry pages if every page is its own entry.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 uvm_mapent_overhead(), uvm_kmapent_overhead()
 */
export function mapentOverhead(spec: KernelSpec, bytes: number, intrsafe: boolean): number {
  if (!intrsafe) return 0;
  const pages = Math.ceil(bytes / spec.pageBytes);
  return Math.ceil(pages / (entriesPerPage(spec) - 1)) * spec.pageBytes;
}

/**
 * The fault of going through a map pointer that is still NULL, or into a map whose locks were never
 * initialised; null where there is a map. `place` is the first line that reads the map in a kernel
 * with DIAGNOSTIC, which is an assertion about its pmap wherever there is one.
 */
export function nullMapFault(
  kernel: Kernel,
  view: View,
  map: Ref<'map'>,
  place: { readonly routine: string; readonly file: string; readonly line: number },
): Halt | null {
  const isThere = view.observe(kernel.cells.globals, 'published', mapSpec(kernel.spec, map).name);
  if (isThere && view.observe(kernel.cells.mapControl.at(map), 'isSetUp')) return null;
  const message = isThere
    ? `a map that is not set up in ${place.routine}: ${nameOf(map)}`
    : `NULL map in ${place.routine}: ${nameOf(map)} does not exist yet`;
  return { kind: 'fault', message, file: place.file, line: place.line };
}

/** A write lock: it moves the timestamp of a map that is not intrsafe. */
export function writeLock(kernel: Kernel, view: View, map: Ref<'map'>): void {
  if (!mapSpec(kernel.spec, map).intrsafe) {
    view.update(kernel.cells.mapControl.at(map), 'written');
  }
}

/**
 * uvm_map_setup_kernel(): an empty map with an empty reclaim chain.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 uvm_map_setup_kernel()
 */
export function setupMap(kernel: Kernel, view: View, map: Ref<'map'>, min: Va, max: Va): void {
  const { mapEntries, mapControl, chains } = kernel.cells;
  view.update(mapEntries.at(map), 'setup', min, max);
  view.update(mapControl.at(map), 'setup', max - min);
  view.update(chains.at(map), 'setup');
}
