import { assert } from '../../base/assert.ts';
import { cellType } from '../../base/cell.ts';
import type { Ref } from '../../base/plain.ts';
import type { ReadView } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';

/**
 * The part of a vm_map that those who want space watch: how full it is, and who waits.
 *
 * The timestamp of the C code only grows and is only compared for equality, so what is kept is for
 * whom it has *not* moved since they looked.
 */
export type MapControl = {
  /** vm_map_max - vm_map_min. */
  readonly range: number;
  /** Bytes mapped. */
  readonly size: number;
  /** VM_MAP_WANTVA: a search failed since the last unmap. */
  readonly wantva: boolean;
  /** Threads whose search failed and who would find the timestamp as they left it; sorted. */
  readonly unmoved: readonly Ref<'thread'>[];
  /** VM_MAP_VACACHE. */
  readonly vacache: boolean;
} | null;

export const mapControlType = cellType<MapControl>()({
  name: 'map-control',
  observers: {
    isSetUp: (map): boolean => map !== null,
    wantva: (map): boolean => map?.wantva ?? false,
    hasVacache: (map): boolean => map?.vacache ?? false,
    /** vm_map_starved_p(): somebody failed to find space, or more than 15/16 is mapped. */
    starved: (map): boolean =>
      map !== null && (map.wantva || Math.floor(map.range / 16) * 15 < map.size),
    /** WANTVA still set and the timestamp unmoved: nothing has happened since this thread looked. */
    unchanged: (map, self: Ref<'thread'>): boolean =>
      map !== null && map.wantva && map.unmoved.includes(self),
    /** Somebody remembers the timestamp: a write lock would be noticed. */
    isWatched: (map): boolean => map !== null && map.unmoved.length > 0,
    size: (map): number => map?.size ?? 0,
  },
  operations: {
    setup: (_, range: number): MapControl => ({
      range,
      size: 0,
      wantva: false,
      unmoved: [],
      vacache: false,
    }),
    setVacache: (map) => {
      assert(map !== null, 'the map was set up');
      map.vacache = true;
    },
    /** A write lock of a map that is not intrsafe: the timestamp moves for everybody. */
    written: (map) => {
      assert(map !== null, 'the map was set up');
      map.unmoved = [];
    },
    /** A search failed: VM_MAP_WANTVA, and the timestamp is remembered. */
    want: (map, self: Ref<'thread'>) => {
      assert(map !== null, 'the map was set up');
      map.wantva = true;
      if (map.unmoved.includes(self)) return;
      map.unmoved.push(self);
      map.unmoved.sort();
    },
    /** The thread no longer compares the timestamp. */
    forget: (map, self: Ref<'thread'>) => {
      assert(map !== null, 'the map was set up');
      map.unmoved = map.unmoved.filter((one) => one !== self);
    },
    grow: (map, bytes: number) => {
      assert(map !== null, 'the map was set up');
      map.size += bytes;
    },
    /** An unmap: clears VM_MAP_WANTVA, and so wakes whoever waits for space. */
    shrink: (map, bytes: number) => {
      assert(map !== null, 'the map was set up');
      map.size -= bytes;
      map.wantva = false;
    },
  },
});

/**
 * vm_map_starved_p(): somebody failed to find space in the map, or more than 15/16 is mapped.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 vm_map_starved_p()
 */
export function starved(kernel: Kernel, view: ReadView, map: Ref<'map'>): boolean {
  return view.observe(kernel.cells.mapControl.at(map), 'starved');
}
