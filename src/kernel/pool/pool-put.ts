/**
 * Putting an item back, and releasing pages.
 *
 * Two texts of pool_put were published, and both are here. 1.170.4.1 keeps an emptied page unless
 * the pool is above its high-water mark. 1.142 also releases it while the allocator's map is
 * starved, and, where somebody waits for an item, wakes him and forgets to move the page.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_put(), pool_do_put(), pr_pagelist_free()
 * @source NetBSD sys/kern/subr_pool.c 1.142 pool_do_put()
 */
import { present } from '../../base/assert.ts';
import type { Ref } from '../../base/plain.ts';
import { ref } from '../../base/plain.ts';
import type { Halt, Routine } from '../../base/routine.ts';
import { go, halt, ret, routine, yieldAt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Item } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { PoolSpec } from '../spec.ts';
import { poolFile, poolHalt, poolRevision } from './place.ts';
import type { PutOutcome } from './pool-cell.ts';
import type { ListPage } from './pool-pages.ts';
import { partsOf } from './pool-parts.ts';
import { paStarvedP } from './register.ts';

export function poolPutRoutines(kernel: Kernel): readonly Routine[] {
  return [poolPut(kernel), pagelistFree(kernel)];
}

const poolPut = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; item?: Item; page?: ListPage }>()({
    name: 'pool_put',
    file: poolFile,
    revision: poolRevision,
    labels: {
      put: {
        line: 1342,
        run: (frame, view) => {
          const item = present(frame.item, 'pool_put has its item');
          const { cell, spec } = partsOf(kernel, frame.pool);
          const outcome = view.observe(cell, 'putMeets', item);
          const stopped = putHalt(spec, outcome);
          if (stopped !== null) return halt(stopped);
          const wanted = view.observe(cell, 'wanted');
          if (wanted && kernel.spec.policies.putReleases !== 'above high water') {
            view.update(cell, 'putItem', item, 'stay');
            wake(kernel, view, frame.pool);
            return ret(null);
          }
          const releases = putReleases(kernel, view, frame.pool, outcome);
          const page = releases ? view.observe(cell, 'pageOf', item) : null;
          view.update(cell, 'putItem', item, releases ? 'release' : 'keep');
          if (wanted) wake(kernel, view, frame.pool);
          if (page === null) return ret(null);
          delete frame.item;
          frame.page = page;
          return yieldAt('free');
        },
      },
      free: {
        line: 1345,
        run: (frame) => {
          const pages = frame.page === undefined ? [] : [frame.page];
          delete frame.page;
          return call('pr_pagelist_free', { pool: frame.pool, pages }, 'freed');
        },
      },
      freed: { line: 1346, run: () => ret(null) },
    },
  });

/** Whether pool_do_put takes the emptied page out of the pool. */
function putReleases(kernel: Kernel, view: View, pool: Ref<'pool'>, outcome: PutOutcome): boolean {
  if (outcome === 'page empties above high water') return true;
  if (outcome !== 'page empties above the minimum') return false;
  if (kernel.spec.policies.putReleases === 'above high water') return false;
  return paStarvedP(kernel, view, partsOf(kernel, pool).allocator);
}

function wake(kernel: Kernel, view: View, pool: Ref<'pool'>): void {
  const { cell, spec } = partsOf(kernel, pool);
  view.update(cell, 'clearWanted');
  view.update(kernel.cells.wchans.at(ref('wchan', spec.name)), 'wakeAll');
}

function putHalt({ name, notouch }: PoolSpec, outcome: PutOutcome): Halt | null {
  switch (outcome) {
    case 'none out':
      return poolHalt('panic', `pool_put: ${name}: putting with none out`, 1214);
    case 'page header missing':
      return poolHalt('panic', `pool_put: ${name}: page header missing`, 1220);
    case 'already free':
      // KASSERT((*bitmap & mask) == 0), or KDASSERT(ph->ph_nmissing != 0) at the latest.
      return poolHalt(
        'assertion',
        `pool_put: ${name}: the item is free already`,
        notouch ? 349 : 1244,
      );
    case 'page stays in use':
    case 'page empties':
    case 'page empties above the minimum':
    case 'page empties above high water':
      return null;
  }
}

const pagelistFree = (kernel: Kernel): Routine =>
  routine<{ pool: Ref<'pool'>; pages: readonly ListPage[]; header?: Item }>()({
    name: 'pr_pagelist_free',
    file: poolFile,
    revision: poolRevision,
    labels: {
      page: {
        line: 463,
        run: (frame) => {
          const [page, ...rest] = frame.pages;
          if (page === undefined) return ret(null);
          frame.pages = rest;
          if (page.header !== undefined) frame.header = page.header;
          return call('pool_allocator_free', { pool: frame.pool, va: page.va }, 'pageFreed');
        },
      },
      pageFreed: {
        line: 465,
        run: (frame) => (frame.header === undefined ? go('next') : yieldAt('header')),
      },
      header: {
        line: 466,
        run: (frame) => {
          const { headerPool } = partsOf(kernel, frame.pool);
          const item = present(frame.header, 'the page has a header');
          delete frame.header;
          const pool = present(headerPool, 'headers off the page have a pool');
          return call('pool_put', { pool, item }, 'next');
        },
      },
      next: {
        line: 468,
        run: (frame) => (frame.pages.length === 0 ? ret(null) : yieldAt('page')),
      },
    },
  });
