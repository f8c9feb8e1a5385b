/**
 * The CPU that a thread runs on, and splvm() on it.
 *
 * The per-CPU part of a pool_cache is safe because the kernel raises its IPL while it uses it: no
 * interrupt that touches pools, and no other thread, gets in between on this CPU.
 */
import type { Ref } from '../../base/plain.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import { iplLevel } from './ipl.ts';

/** curcpu()->ci_index. On one CPU there is nothing to look for. */
export function curcpu(kernel: Kernel, view: View, self: Ref<'thread'>): number {
  if (kernel.spec.cpus === 1) return 0;
  const at = kernel.cells.cpus.cells.findIndex(
    (cpu) => view.observe(cpu, 'standing', self) === 'top',
  );
  return Math.max(at, 0);
}

/** splvm(): raises the IPL to IPL_VM; answers the old level for splx, null where it was as high. */
export function splvm(kernel: Kernel, view: View, self: Ref<'thread'>): number | null {
  const cpu = kernel.cells.cpus.cells[curcpu(kernel, view, self)];
  if (cpu === undefined || view.observe(cpu, 'standing', self) !== 'top') return null;
  const before = view.observe(cpu, 'ipl');
  const wanted = iplLevel('IPL_VM');
  if (before >= wanted) return null;
  view.update(cpu, 'setIpl', wanted);
  return before;
}

/** splx() with what splvm answered. */
export function splx(
  kernel: Kernel,
  view: View,
  self: Ref<'thread'>,
  before: number | undefined,
): void {
  const cpu = kernel.cells.cpus.cells[curcpu(kernel, view, self)];
  if (before === undefined || cpu === undefined) return;
  view.update(cpu, 'setIpl', before);
}
