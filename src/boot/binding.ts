import type { Plain } from '../base/plain.ts';
import { ref } from '../base/plain.ts';
import { callbackRegister } from '../kernel/callback/callback.ts';
import type { Calls } from '../kernel/calls.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { iplLevel } from '../kernel/machine/ipl.ts';
import type { MapName } from '../kernel/spec.ts';
import type { Order, OrderEvent } from '../order/order.ts';
import { uvmPageInit, uvmPagebootAlloc, uvmPagePhysload } from '../kernel/uvm/page-queues.ts';
import { uvmMapSetupKernel } from '../kernel/uvm/uvm-km.ts';
import type { Halt } from '../base/routine.ts';
import type { View } from '../base/view.ts';
import type { Bound, BoundEvent } from './boot-process.ts';
import { Halted, placeOfEvent } from './boot-process.ts';
import { allocatorOf, isMapName, poolNameOf } from './configure.ts';

/** An event of an order that no modelled call answers to. */
export interface Unbound {
  readonly event: OrderEvent;
  readonly why: string;
}

/** The one table between the calls of a boot order and the modelled kernel: the API boundary. */
export function bindOrder(
  kernel: Kernel,
  order: Order,
): { readonly events: readonly BoundEvent[]; readonly unbound: readonly Unbound[] } {
  const unbound: Unbound[] = [];
  const loads = order.events.filter((event) => event.call === 'uvm_page_physload').length;
  const pagesPerLoad = Math.ceil(kernel.spec.pages.total / Math.max(1, loads));
  const events = order.events.flatMap((event): BoundEvent[] => {
    const pool = poolNameOf(order, event);
    const bound = bind(kernel, event, pool, pagesPerLoad);
    if (typeof bound === 'string') {
      unbound.push({ event, why: bound });
      return [];
    }
    const object = pool ?? event.object;
    return [
      {
        event,
        bound,
        place: placeOfEvent(event, object),
        told: {
          type: event.call === 'set' ? `set ${event.object ?? ''}` : event.call,
          object,
          standard: pool !== null && allocatorOf(kernel.spec, pool)?.standard === true,
          needsNoMap: pool !== null && pagesNeedNoMap(kernel, pool),
          staticStorage: event.args['storage'] === 'static',
        },
      },
    ];
  });
  return { events, unbound };
}

function pagesNeedNoMap(kernel: Kernel, pool: string): boolean {
  const allocator = allocatorOf(kernel.spec, pool);
  return (
    allocator?.source === 'uvm_pagealloc' || (kernel.spec.directMap && allocator?.standard === true)
  );
}

/** An allocation that the boot keeps for good. */
const holding = (pages: number): { readonly pages: (answer: Plain) => number } => ({
  pages: (answer) => (answer === null ? 0 : pages),
});

function routineCall<K extends keyof Calls>(
  name: K,
  params: Calls[K]['params'],
): Extract<Bound, { kind: 'call' }> {
  return { kind: 'call', routine: name, params };
}

const irrelevant = (reason: string): Bound => ({ kind: 'irrelevant', reason });

/** What an event does in the model, or why nothing there answers to it. */
function bind(
  kernel: Kernel,
  event: OrderEvent,
  pool: string | null,
  pagesPerLoad: number,
): Bound | string {
  switch (event.call) {
    case 'pool_init':
    case 'pool_cache_bootstrap':
    case 'pool_cache_init':
    case 'pool_get':
    case 'pool_cache_get':
    case 'pool_prime':
    case 'pool_setlowat':
    case 'pool_cache_setlowat':
    case 'pool_sethiwat':
    case 'pool_sethardlimit':
      return pool === null || !kernel.spec.pools.some((one) => one.name === pool)
        ? `no pool of the order is called ${event.object ?? ''}`
        : bindPoolCall(event, pool);
    case 'pool_subsystem_init':
      return routineCall('pool_subsystem_init', {});
    case 'pool_subsystem_bootstrap':
      return routineCall('pool_subsystem_bootstrap', {});
    case 'set':
      return bindSet(kernel, event);
    case 'uvm_setpagesize':
      return irrelevant('the page size is a constant of the model; needs ask for the event itself');
    case 'uvm_page_physload':
      return run((view) => uvmPagePhysload(kernel, view, pagesPerLoad));
    case 'uvm_pageboot_alloc':
    case 'uvm_map_setup_kernel':
    case 'uvm_km_vacache_init':
    case 'uvm_km_suballoc':
    case 'uvm_km_alloc':
    case 'uvm_map':
    case 'malloc':
    case 'kmem_alloc':
    case 'callback_register':
      return bindMemoryCall(kernel, event);
    default:
      return bindSystemCall(kernel, event);
  }
}

function bindPoolCall(event: OrderEvent, name: string): Bound | string {
  const pool = ref('pool', name);
  const items = Number(event.args['n'] ?? 0);
  const flags = { wait: String(event.args['flags'] ?? 'PR_WAITOK').includes('PR_WAITOK') };
  switch (event.call) {
    case 'pool_init':
      return routineCall('pool_init', { pool });
    case 'pool_cache_bootstrap':
      return routineCall('pool_cache_bootstrap', { pool });
    case 'pool_cache_init':
      return routineCall('pool_cache_init', { pool });
    case 'pool_get':
      return routineCall('pool_get', { pool, flags });
    case 'pool_cache_get':
      return routineCall('pool_cache_get', { pool, flags });
    case 'pool_prime':
      return routineCall('pool_prime', { pool, items });
    case 'pool_setlowat':
    case 'pool_cache_setlowat':
      return routineCall('pool_setlowat', { pool, items });
    case 'pool_sethiwat':
      return routineCall('pool_sethiwat', { pool, items });
    default:
      return routineCall('pool_sethardlimit', { pool, items });
  }
}

function bindSet(kernel: Kernel, event: OrderEvent): Bound | string {
  const { globals } = kernel.cells;
  switch (event.object) {
    case 'uvm.page_init_done':
      return runUnlessHalted((view) => uvmPageInit(kernel, view));
    case 'cold':
      return run((view) => view.update(globals, 'setCold', false));
    case 'mp_online':
      return run((view) => view.update(globals, 'setMpOnline', true));
    case 'pmap_initialized':
      return run((view) => view.update(globals, 'setPmapInitialized'));
    default: {
      const map = event.object;
      if (!isMapName(map)) return `no modelled global is called ${map ?? ''}`;
      return run((view) => view.update(globals, 'publish', map));
    }
  }
}

function run(body: (view: View) => void): Bound {
  return {
    kind: 'run',
    run: (view) => {
      body(view);
      return true;
    },
  };
}

/** A call that may stop the machine. */
function runUnlessHalted(body: (view: View) => Halt | null): Bound {
  return {
    kind: 'run',
    run: (view) => {
      const stopped = body(view);
      return stopped === null ? true : new Halted(stopped);
    },
  };
}

/** Bytes of an allocation whose size the source leaves to the machine. */
const unknownBytes = 4096;

function bindMemoryCall(kernel: Kernel, event: OrderEvent): Bound | string {
  const { spec } = kernel;
  const map: MapName | null = isMapName(event.object) ? event.object : null;
  const bytes = roundToPages(Number(event.args['size'] ?? unknownBytes), spec.pageBytes);
  const flags = String(event.args['flags'] ?? '');
  switch (event.call) {
    case 'uvm_pageboot_alloc':
      return runUnlessHalted((view) => uvmPagebootAlloc(kernel, view, bytes));
    case 'callback_register':
      return map === null
        ? `no modelled map is called ${event.object ?? ''}`
        : runUnlessHalted((view) =>
            callbackRegister(
              kernel,
              view,
              ref('map', map),
              ref('callback', String(event.args['entry'])),
            ),
          );
    case 'malloc':
      return {
        ...routineCall('malloc', {
          bytes,
          flags: flags.includes('M_NOWAIT')
            ? 'M_NOWAIT'
            : flags.includes('M_CANFAIL')
              ? 'M_CANFAIL'
              : 'M_WAITOK',
        }),
        ...holding(bytes / spec.pageBytes),
      };
    case 'kmem_alloc':
      return {
        ...routineCall('kmem_alloc', { bytes, sleep: !flags.includes('KM_NOSLEEP') }),
        ...holding(bytes / spec.pageBytes),
      };
    default:
      return map === null || !spec.maps.some((one) => one.name === map)
        ? `no modelled map is called ${event.object ?? ''}`
        : bindMapCall(kernel, event, map, bytes, flags);
  }
}

function bindMapCall(
  kernel: Kernel,
  event: OrderEvent,
  name: MapName,
  bytes: number,
  flags: string,
): Bound | string {
  const map = ref('map', name);
  switch (event.call) {
    case 'uvm_map_setup_kernel':
      return run((view) => uvmMapSetupKernel(kernel, view, map));
    case 'uvm_km_vacache_init':
      return kernel.spec.directMap
        ? irrelevant('uvm_km_vacache_init is empty where PMAP_MAP_POOLPAGE is defined')
        : routineCall('uvm_km_vacache_init', { map });
    case 'uvm_km_suballoc':
      return {
        ...routineCall('uvm_km_suballoc', {
          map,
          parent: ref('map', String(event.args['parent'] ?? 'kernel_map')),
          storage: event.args['storage'] === 'static' ? 'static' : 'malloc',
        }),
        // The struct vm_map, a page of malloc's.
        pages: () => (event.args['storage'] === 'static' ? 0 : 1),
        ...(assignedLater(name)
          ? {}
          : { then: (view) => view.update(kernel.cells.globals, 'publish', name) }),
      };
    case 'uvm_map':
      return routineCall('uvm_map', { map, bytes, align: 0, flags: { wait: 'neither' } });
    default:
      return {
        ...(flags.includes('WIRED') ? holding(bytes / kernel.spec.pageBytes) : {}),
        ...routineCall('uvm_km_alloc', {
          map,
          bytes,
          align: 0,
          type: flags.includes('WIRED')
            ? 'wired'
            : flags.includes('PAGEABLE')
              ? 'pageable'
              : 'vaonly',
          flags: {
            wait: flags.includes('NOWAIT')
              ? 'nowait'
              : flags.includes('WAITVA')
                ? 'waitva'
                : 'neither',
          },
        }),
      };
  }
}

/** Maps whose pointer is an event of its own; the others are assigned where they are made. */
const assignedLater = (map: MapName): boolean =>
  ['kernel_map', 'kmem_map', 'pager_map'].includes(map);

const roundToPages = (bytes: number, page: number): number =>
  Math.max(1, Math.ceil(bytes / page)) * page;

function bindCpuAttach(kernel: Kernel, cpu: unknown): Bound {
  if (typeof cpu !== 'number') return irrelevant('the boot CPU has its parts of all caches');
  return cpu < kernel.spec.cpus
    ? routineCall('pool_cache_cpu_init', { cpu })
    : irrelevant('this configuration has no such CPU');
}

function bindSystemCall(kernel: Kernel, event: OrderEvent): Bound | string {
  const { globals, cpus } = kernel.cells;
  switch (event.call) {
    case 'x86_enable_intr':
    case 'enable_interrupts':
      return irrelevant('the CPU takes interrupts, all masked by its level');
    case 'spl0':
    case 'splraise': {
      const level = event.call === 'spl0' ? iplLevel('NONE') : iplLevel(String(event.args['ipl']));
      return run((view) => view.update(cpus.at(ref('cpu', 'cpu0')), 'setIpl', level));
    }
    case 'mi_cpu_attach':
      return bindCpuAttach(kernel, event.args['cpu']);
    case 'cpu_boot_secondary_processors':
      return run((view) => {
        for (const cpu of cpus.cells.slice(1)) view.update(cpu, 'release');
      });
    case 'yield':
      return run((view) => view.update(globals, 'setThreadsRun'));
    case 'kthread_create':
      return event.object === 'uvm_pageout'
        ? run((view) => view.update(globals, 'setPagedaemonExists'))
        : irrelevant('a thread of the model asks whether this event has run');
    case 'uvm_scheduler':
      return irrelevant('a thread of the model asks whether this event has run');
    default:
      return 'no modelled call of that name';
  }
}
