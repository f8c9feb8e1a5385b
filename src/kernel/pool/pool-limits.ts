/**
 * The marks of a pool, priming it, and its end.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_prime(), pool_setlowat(), pool_sethiwat(),
 *   pool_sethardlimit(), pool_destroy()
 */
import type { Ref } from '../../base/plain.ts';
import type { Halt, Label, Next, Routine } from '../../base/routine.ts';
import { callRoutine, go, halt, ret, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Grown } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import { poolFile, poolHalt, poolRevision } from './place.ts';
import type { ListPage } from './pool-pages.ts';
import { partsOf } from './pool-parts.ts';

export function poolLimitRoutines(kernel: Kernel): readonly Routine[] {
  return [
    poolPrime(kernel),
    poolSetlowat(kernel),
    markSetter(kernel, 'pool_sethiwat', 'setHighWater', 1563),
    markSetter(kernel, 'pool_sethardlimit', 'setHardLimit', 1576),
    poolDestroy(kernel),
  ];
}

/** Before pool_init there are no items in a page, and the C code divides by their number. */
function divisionByZero(kernel: Kernel, view: View, pool: Ref<'pool'>, line: number): Halt | null {
  const { cell, spec } = partsOf(kernel, pool);
  if (view.observe(cell, 'initialised')) return null;
  return poolHalt('fault', `division by pr_itemsperpage, which is 0: ${spec.name}`, line);
}

const poolPrime = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; items?: number; newPages?: number }>()({
    name: 'pool_prime',
    file: poolFile,
    revision: poolRevision,
    labels: {
      count: {
        line: 1396,
        run: (frame, view) => {
          const stopped = divisionByZero(kernel, view, frame.pool, 1396);
          if (stopped !== null) return halt(stopped);
          const { itemsPerPage } = partsOf(kernel, frame.pool).geometry;
          frame.newPages = Math.ceil((frame.items ?? 0) / itemsPerPage);
          delete frame.items;
          return go('grow');
        },
      },
      grow: {
        line: 1398,
        run: (frame, view) => {
          if ((frame.newPages ?? 0) === 0) return primed(kernel, view, frame.pool, true);
          frame.newPages = (frame.newPages ?? 0) - 1;
          return call('pool_grow', { pool: frame.pool, wait: false }, 'grown');
        },
      },
      grown: {
        line: 1400,
        run: (frame, view, grown: Grown | null) => {
          if (grown === null) return primed(kernel, view, frame.pool, false);
          view.update(partsOf(kernel, frame.pool).cell, 'claimPage');
          return go('grow');
        },
      },
    },
  });

function primed(kernel: Kernel, view: View, pool: Ref<'pool'>, ok: boolean): Next {
  view.update(partsOf(kernel, pool).cell, 'raiseHighWater');
  return ret(ok);
}

const poolSetlowat = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; items: number }>()({
    name: 'pool_setlowat',
    file: poolFile,
    revision: poolRevision,
    labels: {
      set: {
        line: 1540,
        run: ({ pool, items }, view) => {
          const stopped = divisionByZero(kernel, view, pool, 1543);
          if (stopped !== null) return halt(stopped);
          const { cell } = partsOf(kernel, pool);
          const enough = view.observe(cell, 'hasAtLeast', items);
          view.update(cell, 'setLowWater', items);
          return enough ? ret(null) : call('pool_catchup', { pool }, 'caughtUp');
        },
      },
      caughtUp: { line: 1554, run: () => ret(null) },
    },
  });

function markSetter(
  kernel: Kernel,
  name: string,
  operation: 'setHighWater' | 'setHardLimit',
  line: number,
): Routine {
  const set: Label<{ pool: Ref<'pool'>; items: number }> = {
    line,
    run: ({ pool, items }, view) => {
      const stopped = divisionByZero(kernel, view, pool, line);
      if (stopped !== null) return halt(stopped);
      view.update(partsOf(kernel, pool).cell, operation, items);
      return ret(null);
    },
  };
  return routine<{ pool: Ref<'pool'>; items: number }>()({
    name,
    file: poolFile,
    revision: poolRevision,
    labels: { set },
  });
}

const poolDestroy = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; pages?: readonly ListPage[] }>()({
    name: 'pool_destroy',
    file: poolFile,
    revision: poolRevision,
    labels: {
      wait: {
        line: 888,
        run: ({ pool }, view) => {
          if (view.observe(partsOf(kernel, pool).cell, 'busy')) return view.blocked('poolbusy');
          const statics = kernel.cells.deferQueue;
          if (view.observe(statics, 'drainNext') === pool) {
            view.update(statics, 'setDrainNext', null);
          }
          return yieldAt('unregister');
        },
      },
      unregister: {
        line: 896,
        run: ({ pool }, view) => {
          const { allocator } = partsOf(kernel, pool);
          const map = view.observe(kernel.cells.allocators.at(allocator), 'backingMap');
          return map === null
            ? go('unlink')
            : callRoutine('callback_unregister', { map, entry: pool }, 'unlink');
        },
      },
      unlink: {
        line: 898,
        run: (frame, view) => {
          const { cell, spec, allocator } = partsOf(kernel, frame.pool);
          const out = view.observe(cell, 'out');
          if (out !== 0) {
            const why = `pool_destroy: pool busy: still out: ${out}`;
            return halt(poolHalt('panic', `${why} (${spec.name})`, 908));
          }
          const pages = view.observe(cell, 'allIdle');
          view.update(kernel.cells.allocators.at(allocator), 'remove', frame.pool);
          view.update(cell, 'destroy');
          frame.pages = [...pages];
          return yieldAt('free');
        },
      },
      free: {
        line: 923,
        run: (frame) => {
          const pages = frame.pages ?? [];
          delete frame.pages;
          return call('pr_pagelist_free', { pool: frame.pool, pages }, 'freed');
        },
      },
      freed: { line: 932, run: () => ret(null) },
    },
  });
