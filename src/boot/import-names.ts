import type { Order, OrderArgument, OrderEvent } from '../order/order.ts';
import { isMapName } from './configure.ts';
import { declaredDefaults } from './import-tables.ts';

/** The functions on the way to a call, outermost first. */
export const pathOf = (event: OrderEvent): readonly string[] => [
  ...event.stack.map((frame) => frame.function),
  event.function,
];

/** The maps of an extracted order: it names their storage, the model their global. */
export class MapNames {
  readonly #byStorage = new Map<string, string>();
  readonly #order: Order;

  constructor(order: Order) {
    this.#order = order;
    for (const event of order.events) {
      if (event.call !== 'set' || event.object === null || !isMapName(event.object)) continue;
      const storage = String(event.args['value'] ?? '');
      const root = rootOf(storage);
      // A later global may point at the same map, as buf_map does at kernel_map.
      if (storage !== '' && !this.#byStorage.has(root)) this.#byStorage.set(root, event.object);
    }
  }

  /** `kernel_map` for `kernel_map`, `kernel_map_store.vmk_map` and its reclaim head. */
  nameOf(object: string | null): string | null {
    if (object === null) return null;
    const root = rootOf(object);
    if (isMapName(root)) return root;
    const known = this.#byStorage.get(root);
    if (known !== undefined) return known;
    const stem = root.replace(/_store$/, '');
    return isMapName(stem) ? stem : null;
  }

  /** By allocator, the map that an assignment to its pa_backingmap gave it. */
  readonly #bound = new Map<string, string | null>();

  bind(allocator: string, value: OrderArgument | undefined): void {
    const map = this.nameOf(String(value ?? ''));
    if (map !== null || value === 0 || value === null) this.#bound.set(allocator, map);
  }

  /** Undefined where nobody assigned one that the model has a name for. */
  boundTo(allocator: string): string | null | undefined {
    return this.#bound.get(allocator);
  }

  /** The map that a suballoc makes: assigned in the same statement, or by its storage. */
  madeBy(index: number): string | null {
    const { events } = this.#order;
    const made = events[index];
    if (made === undefined) return null;
    // A hand-written order names the new map itself.
    if (made.args['parent'] !== undefined) return this.nameOf(made.object);
    for (const event of events.slice(index + 1, index + 40)) {
      const isSame = event.function === made.function && event.line === made.line;
      if (event.call === 'set' && isSame) return this.nameOf(event.object);
    }
    const storage = made.args['submap'];
    return typeof storage === 'string' ? this.nameOf(storage) : null;
  }
}

/** `kernel_map_store` of `kernel_map_store.vmk_map`, without address-of and question mark. */
const rootOf = (text: string): string => (/^[?&]*([@\w#]+)/.exec(text)?.[1] ?? text).trim();

/** What the model takes for an argument that the machine or an unread type decides. */
export interface Given {
  readonly value: number;
  /** Why the value is an assumption; null where the order gives it. */
  readonly assumed: string | null;
}

/** The number that an argument is, a declared default, or `otherwise`. */
export function numberOf(argument: OrderArgument | undefined, otherwise: number): Given {
  if (typeof argument === 'number') return { value: argument, assumed: null };
  if (argument === undefined || argument === null || argument === '') {
    return { value: otherwise, assumed: null };
  }
  const text = String(argument).replace(/^\?/, '');
  if (/^\d+$/.test(text)) return { value: Number(text), assumed: null };
  const value = declaredDefaults.get(text) ?? otherwise;
  return { value, assumed: `${text} is taken to be ${value}` };
}

/**
 * The allocator of a pool: NULL as `pool_init` and `pool_cache_bootstrap` resolve it.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_init(), pool_cache_bootstrap()
 */
export function allocatorName(event: OrderEvent, ipl: string): string {
  const palloc = event.args['palloc'];
  if (palloc === undefined || palloc === null || palloc === 0 || palloc === '0') {
    const isCache = event.call !== 'pool_init';
    return isCache && ipl === 'NONE' ? 'pool_allocator_nointr' : 'pool_allocator_kmem';
  }
  return String(palloc).replace(/^([\w]+)\.(vm_qcache_allocator)$/, '$1->$2');
}

/** A level of the model; one that was not read stays at splvm, where memory is taken. */
export function iplOf(argument: OrderArgument | undefined): {
  readonly name: string;
  readonly assumed: string | null;
} {
  const text = String(argument ?? 'NONE').replace(/^IPL_/, '');
  const name = levels.get(text.toUpperCase());
  if (name !== undefined) return { name, assumed: null };
  return { name: 'VM', assumed: `the level ${text.replace(/^\?/, '')} is taken to be IPL_VM` };
}

/** Levels as the order writes them, and what they are in NetBSD 5. @source NetBSD sys/sys/intr.h */
const levels: ReadonlyMap<string, string> = new Map([
  ...['NONE', 'SOFTCLOCK', 'SOFTBIO', 'SOFTNET', 'SOFTSERIAL', 'VM', 'SCHED', 'HIGH'].map(
    (name): [string, string] => [name, name],
  ),
  ...['BIO', 'NET', 'TTY', 'AUDIO', 'LPT'].map((name): [string, string] => [name, 'VM']),
  ...['CLOCK', 'STATCLOCK'].map((name): [string, string] => [name, 'SCHED']),
  ...['IPI', 'SERIAL'].map((name): [string, string] => [name, 'HIGH']),
]);
