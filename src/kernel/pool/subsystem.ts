/**
 * pool_subsystem_init, and pool_subsystem_bootstrap of the patch: the moment at which allocators
 * find the maps that were not there when they were declared. Or do not.
 *
 * The pools of the link set, pcache and pcachecpu, which the C function also describes, are events
 * of their own in a boot order.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_subsystem_init()
 * @source mail to tech-kern of 21 January 2011 (reconstructed): everything but `flush queue`
 */
import { nameOf, ref } from '../../base/plain.ts';
import type { Halt, Routine } from '../../base/routine.ts';
import { halt, ret, routine } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import { allocatorSpec } from './geometry.ts';
import { poolFile, poolHalt, poolRevision } from './place.ts';
import { initHeaderPools } from './pool-init.ts';
import { publishedMap } from './pool-parts.ts';
import { bindAndRegister, bindWithoutWalk } from './register.ts';

/**
 * Describes the header and group pools where the era does that here.
 *
 * @source mail to tech-kern of 21 January 2011 (reconstructed)
 */
export function poolSubsystemBootstrap(kernel: Kernel, view: View): Halt | null {
  const here = kernel.spec.policies.headerPools === 'pool_subsystem_bootstrap';
  const stopped = here ? initHeaderPools(kernel, view) : null;
  if (stopped === null) {
    view.update(kernel.cells.globals, 'setPoolSubsystem', 'bootstrapped');
  }
  return stopped;
}

/** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_subsystem_init() */
export function poolSubsystemInit(kernel: Kernel, view: View): Halt | null {
  const stopped = bindAllocators(kernel, view);
  if (stopped === null) {
    view.update(kernel.cells.globals, 'setPoolSubsystem', 'initialised');
  }
  return stopped;
}

function bindAllocators(kernel: Kernel, view: View): Halt | null {
  switch (kernel.spec.policies.subsystemInit) {
    case 'flush queue':
      return flushQueue(kernel, view);
    case 'bind only':
      for (const allocator of initialisedAllocators(kernel, view)) {
        bindWithoutWalk(kernel, view, allocator);
      }
      return null;
    case 'bind and register':
      return bindStandard(kernel, view);
    case 'nothing':
      return null;
  }
}

/** Each deferred allocator, last one first, with the two assertions. */
function flushQueue(kernel: Kernel, view: View): Halt | null {
  for (const allocator of view.observe(kernel.cells.deferQueue, 'queue')) {
    const { declares } = allocatorSpec(kernel.spec, nameOf(allocator));
    if (declares === null) {
      return poolHalt('assertion', 'KASSERT(pa->pa_backingmapptr != NULL)', 602);
    }
    const map = publishedMap(kernel, view, declares);
    if (map === null) {
      const why = `KASSERT(*pa->pa_backingmapptr != NULL): ${declares}, ${nameOf(allocator)}`;
      return poolHalt('assertion', why, 603);
    }
    view.update(kernel.cells.deferQueue, 'pop');
    const stopped = bindAndRegister(kernel, view, allocator, map);
    if (stopped !== null) return stopped;
  }
  return null;
}

/** Era C: both maps are there, and every standard allocator and all its pools get to know them. */
function bindStandard(kernel: Kernel, view: View): Halt | null {
  for (const name of ['kernel_map', 'kmem_map'] as const) {
    if (publishedMap(kernel, view, name) !== null) continue;
    return poolHalt('assertion', `KASSERT(${name} != NULL) (reconstructed)`, 587);
  }
  for (const allocator of initialisedAllocators(kernel, view)) {
    const { declares, standard } = allocatorSpec(kernel.spec, nameOf(allocator));
    if (!standard || declares === null) continue;
    if (view.observe(kernel.cells.allocators.at(allocator), 'bound')) continue;
    const stopped = bindAndRegister(kernel, view, allocator, ref('map', declares));
    if (stopped !== null) return stopped;
  }
  return null;
}

function initialisedAllocators(kernel: Kernel, view: View): readonly `allocator:${string}`[] {
  return kernel.cells.allocators.refs.filter((allocator) =>
    view.observe(kernel.cells.allocators.at(allocator), 'initialised'),
  );
}

export function poolSubsystemRoutines(kernel: Kernel): readonly Routine[] {
  const whole = (name: string, line: number, run: typeof poolSubsystemInit): Routine =>
    routine<Record<never, never>>()({
      name,
      file: poolFile,
      revision: poolRevision,
      labels: {
        run: {
          line,
          run: (_frame, view) => {
            const stopped = run(kernel, view);
            return stopped === null ? ret(null) : halt(stopped);
          },
        },
      },
    });
  return [
    whole('pool_subsystem_bootstrap', 587, poolSubsystemBootstrap),
    whole('pool_subsystem_init', 587, poolSubsystemInit),
  ];
}
