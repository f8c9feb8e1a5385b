import type { OrderArgument, OrderEvent } from './order.ts';

/**
 * What a call of the allocators' API is about, as far as a question about order needs it.
 *
 * The names are the C functions'; macros that only rename (`pool_cache_get`, `malloc`) are read as
 * what they expand to. A call that is not in the table is kept in listings and comparisons and
 * asked nothing.
 */
export const families = [
  ...['page', 'map', 'vmem', 'pool', 'kmem', 'callback', 'lock', 'callout', 'percpu'],
  ...['extent', 'thread', 'cpu', 'set', 'other'],
] as const;
export type Family = (typeof families)[number];

/** What kind of thing the object is: an initialiser of one kind does not do for another. */
export type ObjectKind = 'pool' | 'lock' | 'cv' | 'map' | 'arena' | 'callout';

/**
 * - `declare`: describes the object and takes no memory by itself;
 * - `grow`: may ask the object for memory, so that the object may ask its source;
 * - `use`: needs the object, and takes no memory;
 * - `free`: gives back.
 */
export type Role = 'declare' | 'grow' | 'use' | 'free' | 'read' | 'other';

export interface Meaning {
  readonly family: Family;
  readonly role: Role;
  readonly kind?: ObjectKind;
}

const table = new Map<string, Meaning>();

function means(names: string, family: Family, role: Role, kind?: ObjectKind): void {
  for (const name of names.split(' ')) {
    table.set(name, { family, role, ...(kind !== undefined && { kind }) });
  }
}

means('pool_init pool_cache_bootstrap pool_cache_init', 'pool', 'declare', 'pool');
means('pool_get pool_cache_get pool_prime pool_cache_prime', 'pool', 'grow', 'pool');
means('pool_setlowat pool_cache_setlowat', 'pool', 'grow', 'pool');
means('pool_sethiwat pool_cache_sethiwat', 'pool', 'use', 'pool');
means('pool_sethardlimit pool_cache_sethardlimit', 'pool', 'use', 'pool');
means('pool_set_drain_hook pool_cache_set_drain_hook', 'pool', 'use', 'pool');
means('pool_cache_invalidate pool_reclaim pool_cache_reclaim', 'pool', 'use', 'pool');
means('pool_put pool_cache_put pool_destroy pool_cache_destroy', 'pool', 'free', 'pool');
means('pool_subsystem_init pool_cache_cpu_init', 'pool', 'other');
means('kmem_alloc kmem_zalloc kmem_intr_alloc kmem_intr_zalloc kmem_asprintf', 'kmem', 'grow');
means('malloc realloc hashinit', 'kmem', 'grow');
means('kmem_init kmeminit', 'kmem', 'other');
means('kmem_free kmem_intr_free free', 'kmem', 'free');
means('vmem_init vmem_create vmem_xcreate', 'vmem', 'declare', 'arena');
means('vmem_alloc vmem_xalloc', 'vmem', 'grow', 'arena');
means('uvm_km_kmem_alloc', 'vmem', 'grow', 'arena');
means('vmem_add', 'vmem', 'use', 'arena');
means('vmem_size', 'vmem', 'read', 'arena');
means('vmem_free vmem_xfree vmem_destroy uvm_km_kmem_free', 'vmem', 'free', 'arena');
means('vmem_subsystem_init vmem_bootstrap vmem_rehash_start', 'vmem', 'other');
means('uvm_map_setup uvm_map_setup_kernel', 'map', 'declare', 'map');
means('uvm_map uvm_km_alloc uvm_km_suballoc', 'map', 'grow', 'map');
means('uvm_km_alloc_poolpage uvm_km_alloc_poolpage_cache', 'map', 'grow', 'map');
means('uvm_map_prepare uvm_map_enter uvm_km_va_drain', 'map', 'use', 'map');
means('uvm_km_vacache_init', 'map', 'other', 'map');
means('uvm_km_free uvm_unmap uvm_unmap1', 'map', 'free', 'map');
means('uvm_pageboot_alloc pmap_steal_memory uvm_page_physget', 'page', 'grow');
means('uvm_pagealloc uvm_pglistalloc', 'page', 'grow');
means('uvm_pagefree uvm_pglistfree', 'page', 'free');
means('uvm_page_physload uvm_setpagesize pmap_growkernel', 'page', 'other');
means('callback_register callback_unregister callback_head_init', 'callback', 'other');
means('mutex_init rw_init', 'lock', 'declare', 'lock');
means('mutex_enter mutex_spin_enter mutex_tryenter rw_enter rw_tryenter', 'lock', 'use', 'lock');
means('rw_downgrade rw_tryupgrade', 'lock', 'use', 'lock');
means('mutex_exit mutex_spin_exit rw_exit mutex_destroy rw_destroy', 'lock', 'free', 'lock');
means('cv_init', 'lock', 'declare', 'cv');
means('cv_wait cv_timedwait cv_broadcast cv_signal', 'lock', 'use', 'cv');
means('cv_destroy', 'lock', 'free', 'cv');
means('mutex_obj_alloc rw_obj_alloc', 'lock', 'grow');
means('callout_init', 'callout', 'declare', 'callout');
means('callout_reset callout_schedule callout_setfunc', 'callout', 'use', 'callout');
means('callout_startup', 'callout', 'other');
means('percpu_alloc', 'percpu', 'grow');
means('xc_broadcast xc_unicast xc_wait ipi_sysinit ipi_register', 'percpu', 'other');
means('pserialize_create pserialize_perform psref_class_create kcpuset_create', 'percpu', 'other');
means('extent_create', 'extent', 'other');
means('kthread_create kthread_create1 workqueue_create softint_establish', 'thread', 'other');
means('mi_cpu_attach cpu_boot_secondary_processors uvm_cpu_attach', 'cpu', 'other');
means('spl0 enable_interrupts x86_enable_intr yield', 'cpu', 'other');
means('set', 'set', 'other');
means('read', 'set', 'read');

const renamed = new Map([
  ['kern_malloc', 'malloc'],
  ['kern_realloc', 'realloc'],
  ['kern_free', 'free'],
  ['pool_cache_get_paddr', 'pool_cache_get'],
  ['pool_cache_put_paddr', 'pool_cache_put'],
  ['uvm_pagealloc_strat', 'uvm_pagealloc'],
  // What a port has in C instead of in assembly.
  ...['enter', 'exit', 'tryenter'].flatMap((what): [string, string][] => [
    [`mutex_vector_${what}`, `mutex_${what}`],
    [`rw_vector_${what}`, `rw_${what}`],
  ]),
]);

/** The name under which a call is known here: what a renaming macro stands for. */
export const plainName = (call: string): string => renamed.get(call) ?? call;

/** Every name of the table, and those that only rename one. */
export const callNames = (): readonly string[] => [...table.keys(), ...renamed.keys()];

const unknownCall: Meaning = { family: 'other', role: 'other' };

export const meaningOf = (event: OrderEvent): Meaning =>
  table.get(plainName(event.call)) ?? unknownCall;

const asks = new Set([
  ...['mutex_owned', 'mutex_ownable', 'rw_lock_held', 'rw_read_held', 'rw_write_held'],
  ...['cv_has_waiters', 'cv_is_valid', 'cv_wait_sig', 'cv_timedwait_sig', 'callout_stop'],
  ...['callout_halt', 'callout_pending', 'callout_active', 'callout_expired', 'sizeof'],
]);

/** Whether a call with the object as its first argument is known to leave it uninitialised. */
export function initialisesNothing(call: string): boolean {
  const role = table.get(plainName(call))?.role;
  return asks.has(call) || role === 'use' || role === 'grow' || role === 'free' || role === 'read';
}

/** Taking or leaving a lock, waiting or waking: asked by the rules, and too many to be read. */
export function isLockUse(event: OrderEvent): boolean {
  const { family, role } = meaningOf(event);
  return family === 'lock' && (role === 'use' || event.call.endsWith('_exit'));
}

/** The pool from which uvm_map() takes map entries. */
export const mapEntryPool = 'uvm_map_entry_cache';

/** The routine that must have run before a call: it brings the facility up. */
export const broughtUpBy: ReadonlyMap<string, string> = new Map([
  ...['kmem_alloc', 'kmem_zalloc', 'kmem_intr_alloc', 'kmem_intr_zalloc', 'kmem_asprintf'].map(
    (call): [string, string] => [call, 'kmem_init'],
  ),
  ['percpu_alloc', 'percpu_init'],
  ['mutex_obj_alloc', 'mutex_obj_init'],
  ['rw_obj_alloc', 'rw_obj_init'],
  ['pserialize_create', 'pserialize_init'],
  ['psref_class_create', 'psref_init'],
  ['ipi_register', 'ipi_sysinit'],
  ['callout_reset', 'callout_startup'],
  ['callout_schedule', 'callout_startup'],
]);

/** The lock in what a routine makes: whoever takes memory from that takes the lock. */
export const ownLocks: ReadonlyMap<string, string> = new Map([
  ['pool_init', 'pr_lock'],
  ['vmem_init', 'vm_lock'],
]);

/** An argument as text, without `&` and casts; undefined where it is absent or not known. */
export function argumentText(event: OrderEvent, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = event.args[name];
    if (value === undefined) continue;
    if (value === null) return 'NULL';
    return bareName(String(value));
  }
  return undefined;
}

/** A constant number given as an argument. */
export function argumentNumber(event: OrderEvent, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = event.args[name];
    if (typeof value === 'number') return value;
  }
  return undefined;
}

/** A C expression that names something, without address-of, casts of NULL and outer parentheses. */
export function bareName(text: string): string {
  const trimmed = text.trim().replace(/^&\s*/, '');
  if (/^\(*\s*\(?\s*(\(?void \*\)?)?\s*\(?0(L|UL)?\)?\s*\)*$/.test(trimmed)) return 'NULL';
  return trimmed;
}

/** The wait channel under which ddb and vmstat know a pool or an arena. */
export const shownName = (event: OrderEvent): string | undefined => {
  const name = argumentText(event, 'wchan', 'name');
  return name === undefined || name === 'NULL' ? undefined : name.replace(/^"|"$/g, '');
};

/** What an argument of a reading may be, where it is known that it is one of a few: `?pa (a or b)`. */
export function alternativesOf(argument: OrderArgument | undefined): readonly string[] {
  const list = /^\?.* \((\w+(?: or \w+)+)\)$/.exec(String(argument ?? ''))?.[1];
  return list?.split(' or ') ?? [];
}
