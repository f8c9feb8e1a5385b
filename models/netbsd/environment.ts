import type { Ref } from '../../src/base/plain.ts';
import { ref } from '../../src/base/plain.ts';
import type { Actor } from '../../src/boot/build.ts';
import { kmemRequester, poolWorker } from '../../src/kernel/kmem/requesters.ts';
import type { WorkerOptions } from '../../src/kernel/kmem/requesters.ts';

/** Searches are counted up to one more than is asked about. */
const searchesCounted = 3;

const kernelMap: Ref<'map'> = 'map:kernel_map';

/** kmem_alloc of whole pages: what sleeps or is refused when kernel_map is short. */
export function kmemActor(
  bytes: number,
  options: {
    readonly sleep: boolean;
    readonly times?: number;
    readonly from: Actor['from'];
    readonly name?: string;
  },
): Actor {
  const flag = options.sleep ? 'KM_SLEEP' : 'KM_NOSLEEP';
  return {
    name: options.name ?? `kmem_alloc ${flag}`,
    kind: 'system',
    entry: (kernel) =>
      kmemRequester(
        kernel,
        { bytes, sleep: options.sleep },
        { searchesMax: searchesCounted, times: options.times ?? 1 },
      ),
    from: options.from,
    ordinary: true,
    asks: { map: kernelMap, bytes, align: 0, sleeps: options.sleep, counted: true },
  };
}

/** A thread that takes items of a pool and puts them all back: fork and exit, for page directories. */
export function poolActor(
  name: string,
  pool: string,
  options: WorkerOptions,
  from: Actor['from'],
): Actor {
  return {
    name,
    kind: 'system',
    entry: (kernel) => poolWorker(kernel, ref('pool', pool), options),
    from,
    ordinary: true,
  };
}

/** The pagedaemon: without it nobody wakes who waits for a page. */
export const pagedaemonActor: Actor = {
  name: 'pagedaemon',
  kind: 'system',
  entry: () => ({ routine: 'uvm_pageout', params: {} }),
  from: 'pagedaemon',
  ordinary: false,
};

/** Interrupts at IPL_VM that each take one mbuf without sleeping and put it back. */
export function mbufInterrupts(count: number): readonly Actor[] {
  return Array.from({ length: count }, (_, i) => ({
    name: count === 1 ? 'network interrupt' : `network interrupt ${i + 1}`,
    kind: 'environment',
    level: 'IPL_VM',
    entry: (kernel) =>
      poolWorker(kernel, ref('pool', 'mbpl'), { items: 1, wait: false, order: 'ascending' }),
    from: 'interrupts',
    ordinary: false,
  }));
}
