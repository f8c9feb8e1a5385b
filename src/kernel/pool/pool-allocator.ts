/**
 * pool_allocator(9) as pools call it: the back end, and the drain hook between two attempts.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_allocator_alloc(), pool_allocator_free()
 */
import { present } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import type { Next, Routine } from '../../base/routine.ts';
import { callRoutine, halt, ret, routine } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import type { Va } from '../spec.ts';
import { enforced } from './enforce.ts';
import { pageFrom, pageTo } from './page-sources.ts';
import { poolFile, poolRevision } from './place.ts';
import { partsOf } from './pool-parts.ts';

export function poolAllocatorRoutines(kernel: Kernel): readonly Routine[] {
  return [allocatorAlloc(kernel), allocatorFree(kernel)];
}

const allocatorAlloc = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; wait: boolean }>()({
    name: 'pool_allocator_alloc',
    file: poolFile,
    revision: poolRevision,
    labels: {
      alloc: {
        line: 2782,
        run: ({ pool, wait }, view) => ask(kernel, view, pool, wait, 'got'),
      },
      got: {
        line: 2783,
        run: (frame, view, page: Va | null) => {
          const { drainHook } = partsOf(kernel, frame.pool).spec;
          if (page === null && !frame.wait && drainHook !== undefined) {
            return callRoutine(drainHook, { pool: frame.pool, wait: false }, 'hooked');
          }
          return answerPage(kernel, view, frame.pool, page);
        },
      },
      hooked: {
        line: 2791,
        run: ({ pool, wait }, view) => ask(kernel, view, pool, wait, 'gotAfterHook'),
      },
      gotAfterHook: {
        line: 2794,
        run: ({ pool }, view, page: Va | null) => answerPage(kernel, view, pool, page),
      },
    },
  });

const allocatorFree = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; va?: Va }>()({
    name: 'pool_allocator_free',
    file: poolFile,
    revision: poolRevision,
    labels: {
      free: {
        line: 2802,
        run: (frame, view) => {
          const va = present(frame.va, 'pool_allocator_free has its page');
          delete frame.va;
          return pageTo(kernel, view, partsOf(kernel, frame.pool), va, 'freed');
        },
      },
      freed: { line: 2803, run: () => ret(null) },
    },
  });

/** pa_alloc, behind era C's enforcement in the standard page functions. */
function ask(kernel: Kernel, view: View, pool: Ref<'pool'>, wait: boolean, then: string): Next {
  const parts = partsOf(kernel, pool);
  const { standard, source } = parts.allocatorSpec;
  if (standard) {
    const line = { pool_page_alloc: 2806, pool_page_alloc_meta: 2821 }[source as string] ?? 2865;
    const stopped = enforced(kernel, view, 'standard page functions', source, line);
    if (stopped !== null) return halt(stopped);
  }
  if (source === 'pmap_bootstrap_pv_page_alloc') {
    const again = bootstrapPageAgain(kernel, view);
    if (again !== null) return ret(again);
  }
  return pageFrom(kernel, view, parts, wait, then);
}

/** arm32 hands out a page again that was put back before pmap_init had run. */
function bootstrapPageAgain(kernel: Kernel, view: View): Va | null {
  if (view.observe(kernel.cells.globals, 'isPmapInitialized')) return null;
  const page = view.observe(kernel.cells.deferQueue, 'freeBootstrapPage');
  if (page !== null) view.update(kernel.cells.deferQueue, 'takeBootstrapPage');
  return page;
}

/** arm32 remembers the last page that it took from kernel_map before pmap_init had run. */
function answerPage(kernel: Kernel, view: View, pool: Ref<'pool'>, page: Va | null): Next {
  const { source } = partsOf(kernel, pool).allocatorSpec;
  if (source !== 'pmap_bootstrap_pv_page_alloc' || page === null) return ret(page);
  const early = !view.observe(kernel.cells.globals, 'isPmapInitialized');
  if (early) view.update(kernel.cells.deferQueue, 'noteBootstrapPage', page);
  return ret(page);
}
