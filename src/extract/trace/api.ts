/**
 * The API boundary: the calls that become events, by their C names.
 *
 * `object` is the index of the argument that names the object, or 'result' where the call makes
 * it. A call whose body brings up something of its own is followed as well (`follow`): the events
 * inside it are real, and the reader of an order drops those that it models itself. `parameters`
 * are used where the tree does not define the function in C (or names no parameters).
 */
export interface ApiCall {
  readonly kind: string;
  readonly object: number | 'result' | null;
  readonly follow: Follow;
  /** What the call answers: a new object, success, or something unknown. */
  readonly answer: 'object' | 'success' | 'unknown';
  readonly parameters: readonly string[];
  /** The family whose names its `flags` have: `PR_WAITOK`. */
  readonly flags?: string;
}

/**
 * Whether the body of an event's call is followed. `aside`: what happens inside is listed, but its
 * effect on memory is taken back, and the call answers as if it had not been followed.
 */
export type Follow = boolean | 'aside';

const table = new Map<string, ApiCall>();

interface Row {
  readonly object?: number | 'result' | null;
  readonly follow?: Follow;
  readonly answer?: ApiCall['answer'];
  readonly flags?: string;
}

/** `pool_init(pp size align)` declares a name with its parameters. */
function rows(kind: string, row: Row, ...signatures: readonly string[]): void {
  for (const signature of signatures) {
    const [, name = '', list = ''] = /^(\w+)(?:\(([^)]*)\))?$/.exec(signature) ?? [];
    table.set(name, {
      kind,
      object: row.object ?? null,
      follow: row.follow ?? false,
      answer: row.answer ?? 'unknown',
      parameters: list.split(' ').filter((parameter) => parameter !== ''),
      ...(row.flags !== undefined && { flags: row.flags }),
    });
  }
}

const first = 0;
const pr = { flags: 'PR' };
rows(
  'pool',
  { object: first, follow: true, ...pr },
  'pool_init(pp size align ioff flags wchan palloc ipl)',
);
rows('pool', { object: first, ...pr, answer: 'object' }, 'pool_get(pp flags)');
rows('pool', { object: first }, 'pool_put(pp v)', 'pool_destroy(pp)', 'pool_prime(pp n)');
rows('pool', { object: first }, 'pool_setlowat(pp n)', 'pool_sethiwat(pp n)');
rows('pool', { object: first }, 'pool_sethardlimit(pp n warnmess ratecap)');
rows('pool', { object: first, answer: 'success' }, 'pool_reclaim(pp)');
rows('drain hook', { object: first }, 'pool_set_drain_hook(pp fn arg)');
rows('drain hook', { object: first }, 'pool_cache_set_drain_hook(pc fn arg)');
rows('pool', { follow: true }, 'pool_subsystem_init()');
rows(
  'cache',
  { object: 'result', answer: 'object', follow: true, ...pr },
  'pool_cache_init(size align align_offset flags wchan palloc ipl ctor dtor arg)',
);
rows(
  'cache',
  { object: first, follow: true, ...pr },
  'pool_cache_bootstrap(pc size align align_offset flags wchan palloc ipl ctor dtor arg)',
);
rows('cache', { object: first, answer: 'object', ...pr }, 'pool_cache_get_paddr(pc flags pap)');
rows('cache', { object: first, answer: 'object', ...pr }, 'pool_cache_get(pc flags)');
rows('cache', { object: first }, 'pool_cache_put_paddr(pc object pa)', 'pool_cache_put(pc object)');
rows('cache', { object: first }, 'pool_cache_destroy(pc)', 'pool_cache_invalidate(pc)');
rows('cache', { object: first }, 'pool_cache_setlowat(pc n)', 'pool_cache_sethiwat(pc n)');
rows('cache', { object: first }, 'pool_cache_sethardlimit(pc n warnmess ratecap)');
rows('cache', {}, 'pool_cache_cpu_init(ci)');
const km = { flags: 'KM', object: 'result' as const, answer: 'object' as const };
rows('kmem', km, 'kmem_alloc(size kmflags)', 'kmem_zalloc(size kmflags)');
rows('kmem', km, 'kmem_intr_alloc(size kmflags)', 'kmem_intr_zalloc(size kmflags)');
rows('kmem', { object: 'result', answer: 'object' }, 'kmem_asprintf(fmt)');
rows('kmem', {}, 'kmem_free(p size)', 'kmem_intr_free(p size)');
const m = { flags: 'M', object: 'result' as const, answer: 'object' as const };
rows('malloc', m, 'kern_malloc(size type flags)', 'malloc(size type flags)');
rows('malloc', m, 'kern_realloc(addr size type flags)', 'realloc(addr size type flags)');
rows('malloc', {}, 'kern_free(addr type)', 'free(addr type)');
const vm = { flags: 'VM' };
const made = { follow: true, object: 'result' as const };
rows(
  'vmem',
  { ...made, ...vm },
  'vmem_create(name base size quantum afunc ffunc source qcache flags ipl)',
);
rows(
  'vmem',
  { ...made, ...vm },
  'vmem_xcreate(name base size quantum afunc ffunc source qcache flags ipl)',
);
rows(
  'vmem',
  { object: first, follow: true, ...vm },
  'vmem_init(vm name base size quantum afunc ffunc source qcache flags ipl)',
);
rows('vmem', { follow: true, object: first }, 'vmem_subsystem_init(vm)', 'vmem_bootstrap()');
rows('vmem', { object: first, answer: 'success', ...vm }, 'vmem_alloc(vm size flags addrp)');
rows(
  'vmem',
  { object: first, answer: 'success', ...vm },
  'vmem_xalloc(vm size align phase nocross minaddr maxaddr flags addrp)',
);
// Takes boundary tags, of which there are few at first.
rows(
  'vmem',
  { object: first, follow: true, answer: 'success', ...vm },
  'vmem_add(vm addr size flags)',
);
rows('vmem', { object: first }, 'vmem_size(vm typemask)');
rows(
  'vmem',
  { object: first },
  'vmem_free(vm addr size)',
  'vmem_xfree(vm addr size)',
  'vmem_destroy(vm)',
);
const kmf = { flags: 'UVM_KMF', object: first };
rows('kva', { ...kmf, answer: 'object' }, 'uvm_km_alloc(map size align flags)');
rows('kva', { object: first }, 'uvm_km_free(map addr size flags)');
rows('kva', { ...kmf, answer: 'object' }, 'uvm_km_alloc_poolpage(map waitok)');
rows('kva', { ...kmf, answer: 'object' }, 'uvm_km_alloc_poolpage_cache(map waitok)');
rows('kva', { object: first, answer: 'success', ...vm }, 'uvm_km_kmem_alloc(vm size flags addr)');
rows('kva', { object: first }, 'uvm_km_kmem_free(vm addr size)', 'uvm_km_va_drain(map flags)');
rows('kva', { object: first, follow: true }, 'uvm_km_vacache_init(map name size)');
rows(
  'map',
  { object: first, follow: true, answer: 'object' },
  'uvm_km_suballoc(map vmin vmax size flags fixed submap)',
);
rows(
  'map',
  { object: first, answer: 'success' },
  'uvm_map(map startp size uobj uoffset align flags)',
);
rows('map', { object: first, follow: true }, 'uvm_map_setup(map vmin vmax flags)');
rows('map', { object: first, follow: true }, 'uvm_map_setup_kernel(map vmin vmax flags)');
rows(
  'map',
  { object: first, answer: 'success' },
  'uvm_map_prepare(map start size uobj uoffset align flags args)',
);
rows('map', { object: first, answer: 'success' }, 'uvm_map_enter(map args new_entry)');
rows('map', { object: first, answer: 'success' }, 'uvm_map_submap(map start end submap)');
rows('map', { object: first }, 'uvm_unmap1(map start end flags)', 'uvm_unmap(map start end)');
rows('page', { answer: 'object', follow: true }, 'uvm_pageboot_alloc(size)');
rows('page', { answer: 'object' }, 'pmap_steal_memory(size vstartp vendp)');
rows('page', { follow: true }, 'uvm_page_physload(start end avail_start avail_end free_list)');
rows('page', { follow: true }, 'uvm_setpagesize()');
rows('page', { answer: 'unknown' }, 'uvm_page_physget(paddrp)');
rows('page', { follow: true }, 'pmap_growkernel(maxkvaddr)');
// Each page that is asked for asks in turn whether the pagedaemon should run.
rows(
  'page',
  { answer: 'object', follow: 'aside' },
  'uvm_pagealloc_strat(obj off anon flags strat free_list)',
);
rows(
  'page',
  { answer: 'success', follow: 'aside' },
  'uvm_pglistalloc(size low high alignment boundary rlist nsegs waitok)',
);
rows('page', {}, 'uvm_pagefree(pg)', 'uvm_pglistfree(list)');
rows(
  'callback',
  { object: first },
  'callback_register(hd ce obj fn)',
  'callback_unregister(hd ce)',
);
rows('callback', { object: first }, 'callback_head_init(hd ipl)');
rows('lock', { object: first }, 'mutex_init(mtx type ipl)', 'rw_init(rw)', 'cv_init(cv wmesg)');
rows('lock', { object: first }, 'mutex_destroy(mtx)', 'rw_destroy(rw)', 'cv_destroy(cv)');
rows('lock', { object: 'result', answer: 'object' }, 'mutex_obj_alloc(type ipl)', 'rw_obj_alloc()');
rows('callout', { object: first }, 'callout_init(cs flags)', 'callout_reset(cs ticks func arg)');
rows('callout', { object: first }, 'callout_schedule(cs ticks)', 'callout_setfunc(cs func arg)');
rows('callout', { follow: true }, 'callout_startup()');
rows(
  'thread',
  {},
  'kthread_create(pri flag ci func arg lp fmt)',
  'kthread_create1(func arg newpp fmt)',
);
rows('thread', { answer: 'success' }, 'workqueue_create(wqp name func arg prio ipl flags)');
rows('thread', { object: 'result', answer: 'object' }, 'softint_establish(flags func arg)');
rows('cpu', { follow: true }, 'mi_cpu_attach(ci)');
rows('cpu', { follow: true }, 'cpu_boot_secondary_processors()');
rows('cpu', { follow: true }, 'uvm_cpu_attach(ci)');
rows('per cpu', { object: 'result', answer: 'object' }, 'percpu_alloc(size)');
rows('per cpu', {}, 'xc_broadcast(flags func arg1 arg2)', 'xc_unicast(flags func arg1 arg2 ci)');
rows('per cpu', {}, 'xc_wait(where)', 'ipi_sysinit()', 'ipi_register(func arg)');
rows(
  'per cpu',
  { object: 'result', answer: 'object' },
  'pserialize_create()',
  'psref_class_create(name ipl)',
);
rows('per cpu', {}, 'pserialize_perform(psz)');
rows('per cpu', { object: first, follow: true }, 'kcpuset_create(retkcp zero)');
rows(
  'extent',
  { object: 'result', follow: true },
  'extent_create(name start end mtype storage storagesize flags)',
);
rows('kmem', { object: 'result', answer: 'object' }, 'hashinit(elements htype waitok hashmask)');
rows(
  'kmem',
  { object: 'result', answer: 'object' },
  'hashinit(elements htype mtype mflags hashmask)',
);
rows('kmem', { follow: true }, 'kmem_init()', 'kmeminit()');
rows('ipl', {}, 'spl0()', 'x86_enable_intr()', 'enable_intr()');

export const apiCalls: ReadonlyMap<string, ApiCall> = table;

/** Only with `locks: true`: thousands of lines, of use to one kind of question. */
export const lockUses: ReadonlySet<string> = new Set([
  ...['mutex_enter', 'mutex_spin_enter', 'mutex_exit', 'mutex_spin_exit', 'mutex_tryenter'],
  ...['mutex_vector_enter', 'mutex_vector_exit', 'rw_vector_enter', 'rw_vector_exit'],
  ...['rw_vector_tryenter', 'rw_tryupgrade', 'rw_downgrade'],
  ...['rw_enter', 'rw_exit', 'rw_tryenter', 'cv_wait', 'cv_timedwait', 'cv_broadcast', 'cv_signal'],
]);

/** Globals whose assignment marks a phase; each becomes a `set` event. */
export const phaseGlobals: ReadonlySet<string> = new Set([
  ...['kernel_map', 'kmem_map', 'mb_map', 'phys_map', 'exec_map', 'pager_map', 'module_map'],
  ...['lkm_map', 'st_map', 'pt_map', 'buf_map', 'uvm_kernel_object', 'uvm.kernel_object'],
  ...['kmem_arena', 'kmem_va_arena', 'kmem_meta_arena', 'kmem_va_meta_arena'],
  ...['uvm.page_init_done', 'uvm.pagedaemon_lwp', 'cold', 'mp_online', 'pmap_initialized', 'ncpu'],
]);

/** An allocator's map, assigned by hand. */
export const backingMap = /^\w+\.pa_backingmap$/;

/** Every name that may become an event. */
export const interestingCalls: ReadonlySet<string> = new Set([
  ...table.keys(),
  ...lockUses,
  ...['splx', 'spllower', '_spllower', '_spl0', '_splset', 'splset', '_spl', 'splraise', 'lcr8'],
]);
