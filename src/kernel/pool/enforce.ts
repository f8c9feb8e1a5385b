/**
 * "This behavior is now enforced": era C refuses to grow a pool before pool_subsystem_init.
 *
 * The text of the assertion was never published; both plausible places for it are policies.
 *
 * @source mail to tech-kern of 21 January 2011 (reconstructed)
 */
import type { Halt } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import type { Policies } from '../policies.ts';
import { poolHalt } from './place.ts';

/** How the kernel stops where `place` is enforced and the pool subsystem is not up. */
export function enforced(
  kernel: Kernel,
  view: View,
  place: Exclude<Policies['enforcement'], 'none'>,
  routine: string,
  line: number,
): Halt | null {
  if (kernel.spec.policies.enforcement !== place) return null;
  if (view.observe(kernel.cells.globals, 'poolSubsystem') === 'initialised') return null;
  const what = `KASSERT(pool_subsystem_initialised) in ${routine}() (reconstructed)`;
  return poolHalt('assertion', what, line);
}
