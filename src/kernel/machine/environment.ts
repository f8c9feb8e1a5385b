/**
 * What happens around the kernel without being asked: time, others who lock the map, other uses of
 * memory. Each is a process of its own kind, no help to a kernel that is stuck.
 */
import type { Process } from '../../base/model.ts';
import type { Ref } from '../../base/plain.ts';
import { ref } from '../../base/plain.ts';
import type { View } from '../../base/view.ts';
import type { Kernel } from '../kernel.ts';
import { uvmPagealloc, uvmPagefree } from '../uvm/page-queues.ts';

/** Idle pages grow old together: `age` says whether any is young, and makes all of them aged. */
export function ageing(
  kernel: Kernel,
  age: { anyYoung(view: View): boolean; all(view: View): void },
): Process {
  return {
    name: 'time passes',
    kind: 'environment',
    step: (view) => {
      whileItRuns(kernel, view);
      if (!age.anyYoung(view)) view.blocked('a young idle page');
      age.all(view);
    },
  };
}

/** Somebody write-locks a map that is not intrsafe, and changes nothing: its timestamp moves. */
export function lockingBystander(kernel: Kernel, map: Ref<'map'>): Process {
  const control = kernel.cells.mapControl.at(map);
  return {
    name: 'bystander locks the map',
    kind: 'environment',
    step: (view) => {
      whileItRuns(kernel, view);
      if (!view.observe(control, 'isWatched')) view.blocked('somebody who watches the timestamp');
      view.update(control, 'written');
    },
  };
}

/**
 * Other uses of RAM take `count` pages, and give them back.
 *
 * What is taken is written down in the thread of that name, which no process runs.
 */
export function pageShortage(kernel: Kernel, name: string, count: number): Process {
  const self = ref('thread', name);
  const thread = kernel.cells.threads.at(self);
  return {
    name,
    kind: 'environment',
    step: (view) => {
      whileItRuns(kernel, view);
      if (view.observe(thread, 'phase') === 'running') {
        view.update(thread, 'rest');
        uvmPagefree(kernel, view, count);
        return;
      }
      const granted = uvmPagealloc(kernel, view, self, false, count);
      if (granted < count) view.blocked(`${count} free pages`);
      view.update(thread, 'run', [{ routine: name, at: 'using memory', pagesHeld: count }]);
    },
  };
}

function whileItRuns(kernel: Kernel, view: View): void {
  const { globals } = kernel.cells;
  if (view.observe(globals, 'hasStopped')) view.blocked('nothing: the kernel has stopped');
  if (!view.observe(globals, 'doThreadsRun')) view.blocked('the end of boot');
}
