import { plainName } from './calls.ts';
import type { OrderEvent } from './order.ts';

/**
 * Which calls may sleep for memory, by their flags or whatever they are given.
 *
 * Read in NetBSD 5.2 and 6.99.16; both agree in each row.
 */
type MaySleep = (event: OrderEvent) => boolean | undefined;

/** They pass KM_SLEEP, VM_SLEEP or PR_WAITOK to what they allocate with, whatever they are given. */
const always: { readonly [call: string]: MaySleep } = Object.fromEntries(
  [
    // kern/subr_percpu.c: vmem_alloc(…, VM_SLEEP), and ASSERT_SLEEPABLE() before it.
    'percpu_alloc',
    // kern/kern_mutex_obj.c (5.2: kern_mutex.c), kern/kern_rwlock_obj.c: pool_cache_get(…, PR_WAITOK).
    ...['mutex_obj_alloc', 'rw_obj_alloc'],
    // kern/subr_pserialize.c, kern/subr_workqueue.c: kmem_zalloc(…, KM_SLEEP).
    ...['pserialize_create', 'workqueue_create'],
    // kern/kern_lwp.c: lwp_create() takes lwp and turnstile with PR_WAITOK.
    ...['kthread_create', 'kthread_create1'],
    // kern/subr_kmem.c: kmem_alloc(…, KM_SLEEP).
    'kmem_asprintf',
  ].map((call) => [call, () => true]),
);

const sleeps = /\b(PR_WAITOK|KM_SLEEP|VM_SLEEP|EX_WAITOK|M_WAITOK)\b/;

/** Flags of which one bit, set or not, allows a sleep; the values are the same in both trees. */
const byBit =
  (bit: number, isSetWhenItMay: boolean): MaySleep =>
  (event) => {
    const flags = flagsOf(event);
    if (typeof flags === 'number')
      return Math.floor(flags / bit) % 2 === 1 ? isSetWhenItMay : !isSetWhenItMay;
    return typeof flags === 'string' && flags !== '' ? sleeps.test(flags) : undefined;
  };

const noWait = 0x400000;

/** uvm_map() takes a map entry with PR_WAITOK, and uvm_km_alloc() waits for pages besides. */
const unlessNoWait: MaySleep = (event) => {
  const flags = flagsOf(event);
  if (typeof flags === 'number') return Math.floor(flags / noWait) % 2 === 0;
  if (typeof flags !== 'string' || !flags.startsWith('UVM_')) return undefined;
  return !/\bUVM_(KMF|FLAG)_NOWAIT\b/.test(flags);
};

/** M_WAITOK is 0 and is not seen among flags: whatever does not say M_NOWAIT may sleep. */
const unlessNowaitOfMalloc: MaySleep = (event) => {
  const flags = flagsOf(event);
  if (typeof flags === 'number') return flags % 2 === 0;
  if (typeof flags !== 'string' || !/\bM_/.test(flags)) return undefined;
  return !/\bM_NOWAIT\b/.test(flags);
};

/** kern/subr_hash.c, uvm/uvm_pglist.c: an argument says it. */
const byWaitok: MaySleep = ({ args }) => {
  const waitok = args['waitok'];
  if (waitok === true || waitok === 'true') return true;
  if (waitok === false || waitok === 'false') return false;
  return typeof waitok === 'number' ? waitok !== 0 : undefined;
};

const rules: readonly (readonly [RegExp, MaySleep])[] = [
  [/^pool_(cache_)?get$/, byBit(1, true)],
  [/^kmem_(intr_)?z?alloc$/, byBit(1, true)],
  [/^(vmem_(alloc|xalloc|add|create|xcreate)|uvm_km_kmem_alloc)$/, byBit(1, true)],
  [/^(malloc|realloc)$/, unlessNowaitOfMalloc],
  [/^(uvm_km_alloc|uvm_map)$/, unlessNoWait],
  [/^(hashinit|uvm_pglistalloc|uvm_km_alloc_poolpage(_cache)?)$/, byWaitok],
];

/** True where the call may sleep for memory; undefined where it allocates and its flags are not known. */
export function maySleep(event: OrderEvent): boolean | undefined {
  const call = plainName(event.call);
  const rule = always[call] ?? rules.find(([pattern]) => pattern.test(call))?.[1];
  return rule === undefined ? false : rule(event);
}

const flagsOf = ({ args }: OrderEvent): OrderEvent['args'][string] | undefined =>
  args['flags'] ?? args['kmflags'] ?? args['mflags'];
