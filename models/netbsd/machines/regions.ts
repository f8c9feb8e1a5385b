import { stateIn } from 'xstate';

/**
 * The parts that the boot machines of all eras share: which memory is up, and how far the system
 * as a whole has come. Only the pools differ from era to era.
 *
 * An accepted call has the action `call`: the routine of that name runs on the allocators, and
 * what it answers comes back as `ok`, `fail` or `published`. A call that no region accepts meets
 * the era's root: out of phase.
 */
const call = { actions: 'call' };

/** Memory: each phase is named by what is up in it. */
export const memory = {
  initial: 'nothing',
  states: {
    nothing: {
      on: {
        uvm_setpagesize: call,
        uvm_page_physload: call,
        ok: { guard: 'physical memory is loaded', target: 'segments' },
      },
    },
    segments: {
      on: {
        uvm_page_physload: call,
        uvm_pageboot_alloc: call,
        'set uvm.page_init_done': call,
        published: { guard: 'page queues are ready', target: 'pages' },
      },
    },
    pages: {
      on: {
        uvm_pagealloc: call,
        uvm_map_setup_kernel: call,
        'set kernel_map': call,
        published: { guard: 'kernel_map is published', target: 'kernelMap' },
      },
    },
    kernelMap: {
      on: {
        uvm_pagealloc: call,
        uvm_km_vacache_init: call,
        uvm_km_alloc: call,
        uvm_km_suballoc: { guard: 'struct is static', actions: 'call' },
        'set kmem_map': call,
        'set pmap_initialized': call,
        callback_register: call,
        published: { guard: 'kmem_map is published', target: 'kmemMap' },
      },
    },
    kmemMap: {
      on: {
        uvm_pagealloc: call,
        uvm_km_vacache_init: call,
        uvm_km_alloc: call,
        uvm_map: call,
        uvm_km_suballoc: call,
        malloc: call,
        'set pager_map': call,
        'set pmap_initialized': call,
        callback_register: call,
      },
    },
  },
} as const;

/** The system: one thread at raised IPL, until the port lets others come. */
export const system = {
  initial: 'cold',
  states: {
    cold: {
      on: {
        x86_enable_intr: call,
        enable_interrupts: call,
        splraise: call,
        mi_cpu_attach: call,
        spl0: call,
        ok: { guard: 'interrupts are open', target: 'interruptsOpen' },
      },
    },
    interruptsOpen: {
      on: {
        'set cold': call,
        mi_cpu_attach: call,
        published: { guard: 'cold is cleared', target: 'warm' },
      },
    },
    warm: {
      on: {
        'set mp_online': call,
        cpu_boot_secondary_processors: call,
        yield: call,
        ok: [
          { guard: 'other CPUs run', target: 'multiprocessor' },
          { guard: 'threads run', target: 'threads' },
        ],
      },
    },
    multiprocessor: {
      on: { yield: call, ok: { guard: 'threads run', target: 'threads' } },
    },
    threads: {
      on: {
        kthread_create: call,
        ok: { guard: 'pagedaemon exists', target: 'pagedaemon' },
      },
    },
    pagedaemon: {
      on: {
        kthread_create: call,
        uvm_scheduler: call,
        ok: { guard: 'boot is over', target: 'running' },
      },
    },
    running: {},
  },
} as const;

/** Describing a pool takes no memory. */
export const describing = { pool_init: call, pool_cache_bootstrap: call } as const;

/** Calls that make a pool grow, or may. */
const growthCalls = [
  'pool_get',
  'pool_cache_get',
  'pool_prime',
  'pool_setlowat',
  'pool_cache_setlowat',
  'pool_cache_init',
  'kmem_alloc',
] as const;

type Growth<T> = { readonly [name in (typeof growthCalls)[number]]: T };

function each<T>(transition: T): Growth<T> {
  return {
    pool_get: transition,
    pool_cache_get: transition,
    pool_prime: transition,
    pool_setlowat: transition,
    pool_cache_setlowat: transition,
    pool_cache_init: transition,
    kmem_alloc: transition,
  };
}

/** Growth once everything is up. */
export const growing = each(call);

/** Growth before pool_subsystem_init, where the allocators let it happen (eras A and B). */
export const growingEarly = each([
  { guard: { type: 'pages need no map' }, actions: 'call' },
  { guard: 'allocator of its own', actions: 'call' },
]);

/** Growth before pool_subsystem_init in era C: an assertion, unless the form of it lets this one pass. */
export const growingRefused = each([
  { guard: 'refused by enforcement', actions: 'refuse' },
  { guard: 'pages need no map', actions: 'call' },
  { guard: 'allocator of its own', actions: 'call' },
]);

/** pool_subsystem_init asserts that both maps are there. */
export const subsystemInit = {
  pool_subsystem_init: { guard: stateIn({ memory: 'kmemMap' }), actions: 'call' },
} as const;

/** Nothing accepted the call: a fact for the trace, then the allocator meets it. */
export const outOfPhase = {
  ok: {},
  fail: {},
  published: {},
  '*': { actions: ['outOfPhase', 'call'] },
} as const;
