import type { Va } from '../kernel/spec.ts';
import type { Routine } from '../base/routine.ts';
import { exit, go, routine } from '../base/routine.ts';
import { ref } from '../base/plain.ts';
import { call } from '../kernel/calls.ts';
import type { Kernel } from '../kernel/kernel.ts';

/**
 * The other users of kernel_map: they map all of it but `pagesLeft` pages, for good.
 *
 * A map of real size is never short of space within a search; this stands for the uptime, drivers
 * and buffers that make it so. Takes the largest gap first, and leaves the pages at its upper end.
 */
export function squeezeRoutine(kernel: Kernel): Routine {
  const map = ref('map', 'kernel_map');
  const { pageBytes } = kernel.spec;
  return routine<{ pagesLeft: number }>()({
    name: 'other_users_of_kernel_map',
    file: 'environment',
    revision: '-',
    labels: {
      map: {
        line: 0,
        run: (frame, view) => {
          const gaps = view.observe(kernel.cells.mapEntries.at(map), 'gaps');
          const [largest, ...others] = [...gaps].sort((a, b) => b - a);
          const wanted = others.includes(largest ?? 0)
            ? (largest ?? 0)
            : others.length > 0 && (largest ?? 0) <= frame.pagesLeft * pageBytes
              ? (others[0] ?? 0)
              : (largest ?? 0) - frame.pagesLeft * pageBytes;
          if (wanted <= 0) return exit();
          return call(
            'uvm_map',
            { map, bytes: wanted, align: 0, flags: { wait: 'nowait', quantum: true } },
            'mapped',
          );
        },
      },
      mapped: {
        line: 0,
        run: (_, __, answer: Va | null) => (answer === null ? exit() : go('map')),
      },
    },
  });
}
