import { callBackAxiom } from './call-backs.ts';

/**
 * What a reading takes for granted. Each of these is printed with the order: a reader who does
 * not believe one knows what the order is worth.
 */
export interface Cut {
  readonly names: readonly string[];
  readonly why: string;
  /** Whether the cut hides events of its own, so that it is a hole of the order. */
  readonly hole: boolean;
  /** False where an address is only a name: what one sleeps on is not written. */
  readonly writes?: false;
}

/** Values at the start that the C text alone does not say. */
export const assumedValues: { readonly [path: string]: bigint } = {
  cold: 1n,
  mp_online: 0n,
  panicstr: 0n,
  doing_shutdown: 0n,
  dumping: 0n,
  ncpu: 0n,
  ncpuonline: 1n,
  'uvm.page_init_done': 0n,
  kernel_map: 0n,
  kmem_map: 0n,
  pool_inconsistent: 0n,
};

/** Functions that do not come back. */
export const neverReturns: ReadonlySet<string> = new Set([
  ...['panic', '_panic', 'vpanic', 'cpu_reboot', 'exit1', 'kern_assert', '__assert', 'lwp_exit'],
  ...['kthread_exit', 'prom_halt', 'OF_exit', 'rumpuser_exit', 'ia64_fail', 'cpu_halt'],
]);

/** No allocator stands behind them, and their value is not needed; printed as an axiom. */
export const ignored: ReadonlySet<string> = new Set([
  ...['KASSERT', 'KDASSERT', 'KASSERTMSG', 'KDASSERTMSG', '__predict_true', '__predict_false'],
  ...['printf', 'printf_nolog', 'uprintf', 'aprint_normal', 'aprint_debug', 'aprint_error'],
  ...['aprint_verbose', 'aprint_naive', 'aprint_error_dev', 'aprint_normal_dev', 'kprintf'],
  ...['aprint_debug_dev', 'aprint_verbose_dev', 'aprint_naive_dev', 'aprint_normal_ifnet'],
  ...['aprint_error_ifnet', 'device_printf', 'vsnprintf', 'log', 'addlog'],
  ...['uvmhist_log', 'kernhist_log', 'vprintf', 'putchar', 'tputchar', 'logputchar', 'tablefull'],
  ...[
    'strlcpy',
    'strlcat',
    'strcpy',
    'strncpy',
    'bcopy',
    'ovbcopy',
    'format_bytes',
    'bitmask_snprintf',
  ],
  ...[
    'snprintb',
    'humanize_number',
    'prom_printf',
    'bootpath_print',
    'delay',
    'DELAY',
    '__cpu_simple_lock_init',
  ],
  ...['evcnt_attach_static', 'evcnt_attach_dynamic', 'evcnt_attach_dynamic_nozero', 'ktraddentry'],
  ...[
    'lockdebug_init',
    'lockdebug_free',
    'lockdebug_wantlock',
    'lockdebug_locked',
    'lockdebug_unlocked',
  ],
  ...['lockdebug_barrier', 'lockdebug_mem_check', 'lockdebug_lock_print', 'lockdebug_abort'],
]);

/**
 * Routines of the C library in the kernel, which may be selected by a makefile and not by a conf
 * file: they call nobody.
 */
export const isCLibrary = (name: string): boolean =>
  /^_*(?:mem(?:cmp|cpy|set|move|chr)|str\w+|b(?:cmp|copy|zero|swap\d+)|ff?[ls]s?\w{0,3}|popcount\d*|\w*div(?:mod)?\w*)$/.test(
    name,
  ) || /^_?atomic_|^membar_/.test(name);

export const cuts: readonly Cut[] = [
  {
    names: [
      ...[
        'mi_switch',
        'kpreempt',
        'preempt',
        'yield',
        'sleepq_block',
        'sleepq_enter',
        'sleepq_wake',
      ],
      ...['sleepq_switch', 'mtsleep', 'tsleep', 'ltsleep', 'kpause', 'turnstile_block', 'ktr_csw'],
      ...['cpu_switchto', 'lwp_startup', 'cpu_need_resched', 'wakeup', 'wakeup_one', 'cpu_idle'],
      ...[
        'softint_dispatch',
        'softint_execute',
        'softint_overlay',
        'softint_schedule',
        'pmap_load',
      ],
      ...['hardclock', 'callout_hardclock', 'selnotify', 'psignal', 'kpsignal', 'kpsignal2'],
    ],
    why: 'no context switch is followed: boot is one thread while it is cold',
    hole: false,
    writes: false,
  },
  {
    names: [
      ...['uvm_fault_internal', 'uvm_fault', 'trap', 'db_trap', 'kdb_trap', 'ddb_trap', 'Debugger'],
      ...[
        'cpu_Debugger',
        'kgdb_connect',
        'kgdb_port_init',
        'console_debugger',
        'db_panic',
        'cpu_dumpconf',
      ],
    ],
    why: 'faults, debuggers and dumps are not part of an undisturbed boot',
    hole: false,
  },
  {
    names: [
      ...['config_rootfound', 'config_attach_loc', 'config_found_sm_loc', 'config_found_ia'],
      ...['config_found', 'config_rootsearch', 'config_search_loc', 'config_search_ia'],
      ...['config_attach_pseudo', 'config_finalize', 'config_process_deferred'],
      ...[
        'isa_intr_establish',
        'pci_intr_establish',
        'intr_establish',
        'matchbiosdisks',
        'opendisk',
      ],
      ...['cpu_rootconf', 'device_register'],
    ],
    why: 'attach routines are listed, not followed in order: hardware decides which run',
    hole: true,
  },
  {
    names: [
      'module_init_class',
      'module_load',
      'module_do_load',
      'module_do_builtin',
      'kobj_load_mem',
    ],
    why: 'module code is not followed',
    hole: true,
  },
  {
    names: ['ksyms_addsyms_elf', 'ksyms_addsyms_explicit', 'ksyms_addsymtab'],
    why: 'the symbol table of the kernel is not read',
    hole: true,
  },
  {
    names: ['vfs_mountroot', 'setroot', 'fork1', 'start_init', 'exec_script', 'namei', 'vn_open'],
    why: 'processes and file systems come after the allocators',
    hole: true,
  },
  {
    names: ['domaininit', 'ifinit', 'rtinit', 'sysctl_init', 'sysctl_createv', 'route_init'],
    why: 'networking and sysctl only use the allocators; their uses are not listed one by one',
    hole: true,
  },
  {
    names: [
      ...[
        'pckbc_poll_data1',
        'pckbc_send_cmd',
        'pckbport_poll_cmd',
        'pckbport_poll_cmd1',
        'com_probe',
      ],
      ...[
        'comprobe1',
        'cominit',
        'lptprobe',
        'wdc_reset',
        'rtcget',
        'clock_secs_to_ymdhms',
        'i8254_delay',
      ],
    ],
    why: 'polling hardware allocates nothing',
    hole: false,
  },
  {
    names: ['uvm_scheduler', 'sched_pstats', 'uvm_pageout'],
    why: 'main() ends in it',
    hole: false,
  },
  {
    names: [
      ...[
        'pool_cache_destruct_object',
        'uvm_mapent_free',
        'uvm_map_clip_start',
        'uvm_map_clip_end',
      ],
      ...['uvm_unmap_remove', 'uvm_unmap_detach', 'amap_unref', 'amap_splitref', 'pmap_remove'],
      ...['pmap_destroy', 'vmem_destroy1', 'extent_free', 'extent_destroy', 'sysctl_free'],
      ...['sysctl_destroyv', 'sysctl_teardown', 'vput', 'vrele', 'VOP_LOCK', 'module_rollback'],
      ...['prop_object_release', 'kauth_cred_free', 'vfs_destroy'],
    ],
    why: 'giving back is not part of coming up',
    hole: false,
  },
  {
    names: [
      ...['rasops_init', 'ttyoutput'],
      ...['prop_dictionary_internalize', 'prop_dictionary_create', 'prop_dictionary_set'],
    ],
    why: 'consoles and property lists allocate in ways that depend on hardware',
    hole: true,
  },
];

/**
 * Followed, but what they change is taken back and their answer is not known: which regions an
 * extent has hangs on hardware, and its descriptors are on lists that would have to be exact.
 */
export const aside: ReadonlySet<string> = new Set([
  ...['extent_alloc_region', 'extent_alloc1', 'extent_alloc_subregion1'],
]);

/** With LOCKDEBUG the initialisation of a lock takes a record, and may allocate a batch of them. */
export const lockRecords = {
  option: 'LOCKDEBUG',
  /** Leaves of the boundary whose bodies ask for a record. */
  initialisers: new Set(['mutex_init', 'rw_init', 'cv_init']) as ReadonlySet<string>,
  /** What takes one, and what it keeps. */
  taker: 'lockdebug_alloc',
  keeps: ['ld_freeptr', 'ld_nfree', 'ld_nomore', 'ld_free'],
};

const firmware: Cut = {
  names: ['Acpi*', 'acpi_*', 'mpacpi_*', 'mpbios_*', 'OF_*', 'prom_*', 'bioscall'],
  why: 'what firmware answers is not known',
  hole: true,
};

const host: Cut = {
  names: ['rumpuser_*', 'thunk_*'],
  why: 'the host below the kernel answers; what it calls back is not followed',
  hole: true,
};

/** Its board's code is not reached: what that code would have set is unknown. */
export const placeholder: Cut = {
  names: ['unimpl_*', 'platform_not_*'],
  why: 'a placeholder that the code of the board replaces',
  hole: true,
};

/** Its routines in assembly hand over to code that is not the kernel's, and calls none of it. */
export const isFirmware = (name: string): boolean =>
  /^(?:Acpi|acpi_|mpacpi_|mpbios_|OF_|prom_|bioscall$)/.test(name);

/** The cut that a function falls under, by its name. */
export function cutFor(name: string): Cut | undefined {
  return (
    cutByName.get(name) ??
    (/^(?:unimpl_|platform_not_)/.test(name) ? placeholder : undefined) ??
    (isFirmware(name) ? firmware : undefined) ??
    (/^(?:rumpuser_|thunk_)/.test(name) ? host : undefined)
  );
}

const cutByName: ReadonlyMap<string, Cut> = new Map(
  cuts.flatMap((cut) => cut.names.map((name): [string, Cut] => [name, cut])),
);

/** The reading's assumptions, as sentences. */
export const axioms: readonly string[] = [
  'no context switch while cold: boot is one thread until the scheduler runs',
  'memory that C does not initialise starts as zero, unless assembly names it',
  `at the start, where C says nothing else, ${Object.entries(assumedValues)
    .map(([path, value]) => `${path} = ${value}`)
    .join(', ')}`,
  `never returns: ${[...neverReturns].join(', ')}`,
  `taken to call no allocator, and not followed: ${[...ignored].join(', ')}`,
  `with ${lockRecords.option} the initialisation of a lock goes to ${lockRecords.taker}(), whose allocation is told as may, once for each way to it; how many records are left is not known, and its effect on memory is taken back`,
  'a failed KASSERT or panic ends the path: what is listed is a boot that succeeds',
  'a return of the last entry function before its last statement ends the path, as panic does',
  'allocations answer with an object, never with failure; what allocators count is not known after one',
  'routines of the C library (mem*, str*, bit counts, division, atomic operations) call nobody',
  'firmware calls no function of the kernel',
  'a pointer to a function holds what selected files assign to a member or variable of its name',
  'after an early return the state of the path that goes on is kept; what follows is marked may',
  'once autoconfiguration has begun, what machine and driver files do not set in main() is unknown',
  callBackAxiom,
  'writes through pointers whose target is not known change nothing that is known',
  'hash functions (SHA1, MD5) change what they are given a pointer to, and nothing else',
  `an extent has a descriptor left: ${[...aside].join(', ')} are followed, their effect is taken back`,
  ...[...cuts, firmware, host, placeholder].map(
    (cut) => `not followed: ${cut.names.join(', ')} (${cut.why})`,
  ),
];
