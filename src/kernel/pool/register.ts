/**
 * How pools get on the reclaim chain of a map, and how that can be missed.
 *
 * A pool_allocator is declared with a pointer to a map pointer. The first pool_init that uses it
 * looks there; what happens when the map does not exist yet is the policy `unboundAllocator`.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pa_starved_p(), pa_reclaim_register()
 */
import { nameOf } from '../../base/plain.ts';
import type { Ref } from '../../base/plain.ts';
import type { Halt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import { callbackRegister } from '../callback/callback.ts';
import type { Kernel } from '../kernel.ts';
import type { AllocatorSpec } from '../spec.ts';
import { starved } from '../uvm/map-control.ts';
import { allocatorSpec } from './geometry.ts';
import { publishedMap } from './pool-parts.ts';

/** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pa_starved_p() */
export function paStarvedP(kernel: Kernel, view: View, allocator: Ref<'allocator'>): boolean {
  const map = view.observe(kernel.cells.allocators.at(allocator), 'backingMap');
  return map !== null && starved(kernel, view, map);
}

/** Binds an allocator to its map and puts every pool that already uses it on the map's chain. */
export function bindAndRegister(
  kernel: Kernel,
  view: View,
  allocator: Ref<'allocator'>,
  map: Ref<'map'>,
): Halt | null {
  const cell = kernel.cells.allocators.at(allocator);
  const pools = view.observe(cell, 'pools');
  view.update(cell, 'bind', map);
  for (const pool of pools) {
    const stopped = callbackRegister(kernel, view, map, pool);
    if (stopped !== null) return stopped;
  }
  return null;
}

/**
 * The first pool_init on an allocator, and era B's second look at it.
 *
 * @returns pa_backingmap, on whose chain the pool goes
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_init() lines 659-673, pa_reclaim_register()
 */
export function initialiseAllocator(
  kernel: Kernel,
  view: View,
  allocator: Ref<'allocator'>,
): Ref<'map'> | null {
  const cell = kernel.cells.allocators.at(allocator);
  const spec = allocatorSpec(kernel.spec, nameOf(allocator));
  const policy = kernel.spec.policies.unboundAllocator;
  if (view.observe(cell, 'initialised')) {
    return policy === 'bind at next pool_init'
      ? bindWithoutWalk(kernel, view, allocator)
      : view.observe(cell, 'backingMap');
  }
  view.update(cell, 'markInitialised');
  const map = mapAtFirstUse(kernel, view, spec);
  if (map !== null) view.update(cell, 'bind', map);
  else if (spec.declares !== null && policy === 'queue') {
    view.update(kernel.cells.deferQueue, 'push', allocator);
  }
  return map;
}

function mapAtFirstUse(kernel: Kernel, view: View, spec: AllocatorSpec): Ref<'map'> | null {
  // Assigned to pa_backingmap by whoever set up the allocator; NULL there is NULL for ever.
  if (spec.boundFromTheStart !== null) return publishedMap(kernel, view, spec.boundFromTheStart);
  if (spec.declares === null) return null;
  if (kernel.spec.policies.unboundAllocator === 'hold') {
    const stage = view.observe(kernel.cells.globals, 'poolSubsystem');
    if (stage !== 'initialised') return null;
  }
  return publishedMap(kernel, view, spec.declares);
}

/** Era B, H2: finds the map, forgets the pools that were there before it. */
export function bindWithoutWalk(
  kernel: Kernel,
  view: View,
  allocator: Ref<'allocator'>,
): Ref<'map'> | null {
  const cell = kernel.cells.allocators.at(allocator);
  const bound = view.observe(cell, 'backingMap');
  const { declares } = allocatorSpec(kernel.spec, nameOf(allocator));
  if (bound !== null || declares === null) return bound;
  const map = publishedMap(kernel, view, declares);
  if (map !== null) view.update(cell, 'bind', map);
  return map;
}
