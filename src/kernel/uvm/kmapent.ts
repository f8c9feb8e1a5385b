/**
 * Map entries of kernel_map and of intrsafe maps: they lie in pages of the map that they describe.
 *
 * An entry from a pool would need a pool page, which would need a mapping, which would need an
 * entry. So a page of entries is mapped in the same map, and its first entry records that page.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 uvm_kmapent_alloc(), uvm_kmapent_free()
 */
import { assert } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import type { Routine } from '../../base/routine.ts';
import { ret, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { Va } from '../spec.ts';
import type { EntryHome } from './map-entries.ts';
import { entriesPerPage, mapFile, mapRevision, writeLock } from './map-facts.ts';
import { uvmPagealloc, uvmPagefree } from './page-queues.ts';

type AllocLocals = { map: Ref<'map'>; nowait: boolean; pagesHeld?: number };

/**
 * Takes a free entry, or makes a page of them.
 *
 * With `nowait` it may use the reserve and gives up without a page; otherwise it waits for a page,
 * but never for address space: when the map is full it answers null to those who may sleep, too.
 * Nothing is locked between the page and its mapping: two that find no entry both make a page.
 */
export function kmapentAlloc(kernel: Kernel): Routine {
  const { spec, cells } = kernel;
  return routine<AllocLocals>()({
    name: 'uvm_kmapent_alloc',
    file: mapFile,
    revision: mapRevision,
    labels: {
      again: {
        line: 4610,
        run: (frame, view, _, self) => {
          const entries = cells.mapEntries.at(frame.map);
          const page = view.observe(entries, 'freeEntryPage');
          if (page !== null) {
            view.update(entries, 'takeEntry', entriesPerPage(spec));
            return ret(page);
          }
          if (uvmPagealloc(kernel, view, self, frame.nowait) === 1) {
            frame.pagesHeld = 1;
            return yieldAt('prepare');
          }
          return frame.nowait ? ret(null) : call('uvm_wait', { what: 'kme_alloc' }, 'again');
        },
      },
      prepare: {
        line: 4636,
        run: (frame) => {
          const flags = { wait: frame.nowait ? 'nowait' : 'neither' } as const;
          const params = { map: frame.map, bytes: spec.pageBytes, align: 0, flags };
          return call('uvm_map_prepare', params, 'prepared');
        },
      },
      prepared: {
        line: 4638,
        run: (frame, view, va: Va | null) => {
          delete frame.pagesHeld;
          if (va === null) {
            uvmPagefree(kernel, view);
            return ret(null);
          }
          view.update(cells.mapEntries.at(frame.map), 'addEntryPage', va, spec.pageBytes);
          view.update(cells.mapControl.at(frame.map), 'grow', spec.pageBytes);
          return ret(va);
        },
      },
    },
  });
}

/**
 * Puts an entry back. A page of which only the entry for itself is left in use goes, unless it is
 * the last page with free entries; its going is an unmap like any other.
 */
export function kmapentFree(kernel: Kernel, view: View, map: Ref<'map'>, home: EntryHome): void {
  assert(typeof home === 'number', 'entries of this map lie in entry pages');
  const entries = kernel.cells.mapEntries.at(map);
  if (!view.observe(entries, 'isLastEntryOf', home)) {
    view.update(entries, 'putEntry', home, entriesPerPage(kernel.spec));
    return;
  }
  view.mark(`uvm_kmapent_free.release ${mapFile}:4727`);
  writeLock(kernel, view, map);
  view.update(entries, 'dropEntryPage', home);
  view.update(kernel.cells.mapControl.at(map), 'shrink', kernel.spec.pageBytes);
  uvmPagefree(kernel, view);
}
