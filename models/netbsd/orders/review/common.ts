import type { Decision } from './review.ts';

/** What all orders of NetBSD 5.2 rest on. */
export const axioms: readonly string[] = [
  'no context switch while cold is 1: a sleep returns at once',
  'one CPU until cpu_boot_secondary_processors',
  'default options of GENERIC: no DIAGNOSTIC, DEBUG, LOCKDEBUG or POOL_DIAGNOSTIC, so KASSERT is compiled out',
  'sizes in bytes are sizeof for the ABI of the port with these options; where the machine decides, sizeIs holds the expression',
  'RAM 16 MB or more',
];

/** Pools that the boot orders stand for without. */
const otherPools: readonly Decision[] = [
  {
    leaveOut: {
      call: 'pool_init',
      within: 'pool_subsystem_init',
      except: ['pcache', 'pcachecpu'],
    },
    because: 'the link set of POOL_INIT, which was very likely gone in January 2011',
  },
  {
    leaveOut: { call: ['pool_init', 'uvm_km_alloc'], within: ['shminit', 'seminit', 'msginit'] },
    because: 'System V IPC, an option as file systems and protocols are',
  },
];

/** What has no name in the source is called by what it is for. */
const names: readonly Decision[] = [
  called('malloc', 'kmem_init', 'kmem_arena'),
  called('malloc', 'percpu_init', 'percpu_offset_arena'),
  called('malloc', 'uvm_swap_init', 'swapmap'),
  called('kmem_alloc', 'uao_create', 'swap hash of kernel_object'),
  {
    settle: { call: 'kmem_alloc', within: 'mbinit' },
    args: { what: 'mbstat_percpu' },
    origin: 'inferred',
    because:
      'percpu_alloc() grows by kmem_zalloc() when its arena imports; how much is not derived',
  },
  called('pool_cache_get', 'soinit', 'softnet_lock'),
  called('uvm_map', 'ubc_init', 'ubc_object'),
  called('uvm_pageboot_alloc', 'uvm_page_init', 'vm_page array and free page buckets'),
  called('uvm_km_alloc', 'kmeminit', 'kmemusage'),
  called('uvm_km_alloc', 'uvm_pager_init', 'emergva'),
  {
    settle: { call: 'kmem_alloc', of: 'bmempools[0].pr_wchan' },
    object: null,
    args: { what: 'names of the buffer pools' },
    certainty: 'loop',
    because: 'eight calls; the first one stands for all',
  },
  {
    settle: { call: 'mi_cpu_attach', within: 'main', except: ['ci'] },
    object: 'curcpu()',
    because: 'the boot CPU attaches itself',
  },
];

export function called(call: string, within: string, what: string): Decision {
  return { settle: { call, within }, args: { what }, because: `${call} in ${within} is for this` };
}

/** Allocations of allocators that have been used before ask for nothing new; the first of each kind stay. */
const furtherAllocations: readonly Decision[] = [
  {
    leaveOut: { call: ['kmem_alloc', 'malloc', 'pool_cache_get'], within: 'mi_cpu_attach' },
    because: 'what the attachment of the boot CPU allocates; it is one event',
  },
  {
    leaveOut: { call: 'uvm_km_alloc', within: 'softint_init' },
    because: 'what the attachment of the boot CPU allocates; it is one event',
  },
  {
    leaveOut: {
      call: 'kmem_alloc',
      except: [
        ...['swap hash of kernel_object', 'names of the buffer pools', 'bufhashtbl'],
        ...['mbstat_percpu', 'nchashtbl', 'ubc_object.umap'],
      ],
    },
    because: 'further allocations by kmem_alloc and malloc, which have been used before',
  },
  {
    leaveOut: { call: 'malloc', within: 'vmem_rehash', except: ['kmem_arena'] },
    because: 'further allocations by kmem_alloc and malloc, which have been used before',
  },
  {
    leaveOut: {
      call: 'malloc',
      within: ['hook_establish', 'link_es', 'vfs_opv_init', 'vn_initialize_syncerd'],
    },
    because: 'further allocations by kmem_alloc and malloc, which have been used before',
  },
  {
    leaveOut: { call: 'pool_cache_get', of: 'mutex_obj_cache' },
    butFirst: true,
    because: 'further items of a cache',
  },
  {
    leaveOut: { call: 'pool_cache_get', except: ['mutex_obj_cache'] },
    because: 'further items of a cache',
  },
];

/** What autoconfiguration, processes and the end of boot do, which a reading does not follow. */
const afterAutoconfiguration: readonly Decision[] = [
  {
    add: {
      call: 'pool_cache_get',
      object: 'proc_cache',
      args: { flags: 'PR_WAITOK', what: 'init' },
      function: 'proc_alloc',
      file: 'kern/kern_proc.c',
      line: 568,
      stack: [
        { function: 'main', file: 'kern/init_main.c', line: 906 },
        { function: 'fork1', file: 'kern/kern_fork.c', line: 291 },
      ],
    },
    before: { call: 'malloc', of: 'swapmap' },
    because: 'fork1 is not followed: processes come after the allocators',
  },
  {
    add: {
      call: 'uvm_scheduler',
      object: null,
      args: {},
      function: 'main',
      file: 'kern/init_main.c',
      line: 1027,
    },
    after: { call: 'kthread_create', of: 'uvm_pageout' },
    because: 'main() does not come back from it',
  },
];

/** Decisions that hold on each of the four ports. */
export const common: readonly Decision[] = [
  ...otherPools,
  ...names,
  ...furtherAllocations,
  ...afterAutoconfiguration,
];
