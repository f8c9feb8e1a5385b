import type { OrderArgument, OrderEvent } from '../order/order.ts';
import { knownAllocators } from './allocators.ts';
import type { MapNames } from './import-names.ts';
import { allocatorName, iplOf, numberOf, pathOf } from './import-names.ts';
import { defaultItemBytes, pageBytesOf } from './import-tables.ts';

/** A pool call as the model binds it, or why it cannot. */
export type ImportedPool =
  | { readonly event: OrderEvent; readonly assumed: readonly string[] }
  | { readonly irrelevant: string }
  | { readonly unknown: string };

/**
 * The pools of an extracted order: which C object is which pool.
 *
 * Heap objects have no name in the source, two pools may show the same name to ddb, and a call may
 * be made on a pool that no call described; all of that is decided here.
 */
export class PoolNames {
  readonly #byObject = new Map<string, { readonly name: string; readonly object: string | null }>();
  readonly #taken = new Set<string>();
  readonly #refused = new Set<string>();

  /** The pool that an object is, as it was described before. */
  named(object: string | null): { readonly name: string; readonly object: string | null } | null {
    return object === null ? null : (this.#byObject.get(plain(object)) ?? null);
  }

  /** Remembers a pool that the model cannot have: what is done to it means nothing either. */
  refuse(object: string | null): void {
    this.#refused.add(plain(object ?? '?'));
  }

  isRefused(object: string | null): boolean {
    return this.#refused.has(plain(object ?? '?'));
  }

  /** Gives a pool its name: as ddb shows it, where no other has that name. */
  describe(object: string | null, wchan: OrderArgument | undefined): string {
    const key = plain(object ?? '?');
    const shown = String(wchan ?? key).replace(/^\?|^"|"$/g, '');
    const name = this.#taken.has(shown) ? `${shown} (${key})` : shown;
    this.#taken.add(name);
    this.#byObject.set(key, { name, object });
    return name;
  }
}

/** `pmap_cache.pc_pool` is the pool of `pmap_cache`; `pools[0]` is `pools`. */
const plain = (object: string): string =>
  object
    .replace(/^&/, '')
    .replace(/\.pc_pool$/, '')
    .replace(/\[0\]$/, '');

/** A call that describes a pool. `inside` are the events of its body, for what they give away. */
export function importDescription(
  event: OrderEvent,
  pageBytes: number,
  pools: PoolNames,
  maps: MapNames,
  inside: readonly OrderEvent[],
): ImportedPool {
  const ipl = iplOf(event.args['ipl']);
  const palloc = allocatorName(event, ipl.name);
  const wchan = String(event.args['wchan'] ?? event.object ?? '');
  if (knownAllocators[palloc] === undefined) {
    pools.refuse(event.object);
    const what = palloc.startsWith('?')
      ? `which pool_allocator ${palloc.slice(1)} is hangs on the machine`
      : `its pool_allocator ${palloc} is not modelled`;
    return { unknown: what };
  }
  const size = numberOf(event.args['size'], defaultItemBytes);
  const align = numberOf(event.args['align'], 0);
  const name = pools.describe(event.object, event.args['wchan']);
  const told = (what: string, why: string | null): string[] =>
    why === null ? [] : [`${what} of ${name}: ${why}`];
  const backing = backingOf(palloc, maps, inside);
  const flags = event.args['flags'];
  const pages =
    typeof event.args['pageSize'] === 'number'
      ? event.args['pageSize']
      : pageBytesFor(palloc, size.value, pageBytes);
  return {
    event: {
      ...event,
      args: {
        wchan: name,
        size: size.value,
        align: align.value,
        ioff: 0,
        flags: typeof flags === 'string' ? flags.replace(/^\?.*/, '') : '',
        palloc,
        ipl: ipl.name,
        ...(pages === pageBytes ? {} : { pageSize: pages }),
        ...('backingMap' in event.args
          ? { backingMap: event.args['backingMap'] ?? null }
          : backing.map === undefined
            ? {}
            : { backingMap: backing.map }),
      },
    },
    assumed: [
      ...told('the item size', size.assumed),
      ...told('the alignment', align.assumed),
      ...told('the level', ipl.assumed),
      ...told('the backing map', backing.assumed),
      ...(wchan.startsWith('?') ? [`a pool of unknown name is called ${name}`] : []),
    ],
  };
}

/** Pages of an allocator of its own: declared, else as many as one item needs. */
function pageBytesFor(palloc: string, itemBytes: number, pageBytes: number): number {
  if (palloc.startsWith('pool_allocator_')) return pageBytes;
  // qc_init() makes the pages of its allocator four of the largest item.
  if (palloc.endsWith('vm_qcache_allocator')) return 4 * itemBytes;
  const needed = pageBytesOf.get(palloc) ?? itemBytes;
  return Math.ceil(Math.max(needed, pageBytes) / pageBytes) * pageBytes;
}

/** Where pa_backingmap was assigned, the registration inside pool_init shows which map that is. */
function backingOf(
  palloc: string,
  maps: MapNames,
  inside: readonly OrderEvent[],
): { readonly map?: string | null; readonly assumed: string | null } {
  const known = knownAllocators[palloc];
  if (known === undefined || known.boundFromTheStart === null) return { assumed: null };
  const bound = maps.boundTo(palloc);
  if (bound !== undefined) return { map: bound, assumed: null };
  const registered = inside.find(
    (one) => one.call === 'callback_register' && pathOf(one).includes('pool_reclaim_register'),
  );
  if (registered === undefined) return { map: null, assumed: null };
  const map = maps.nameOf(registered.object);
  if (map !== null) return { map, assumed: null };
  const assumed = `${palloc} is taken to draw on ${known.boundFromTheStart}`;
  return { map: known.boundFromTheStart, assumed };
}

/** A call on a pool that was described. */
export function importUse(event: OrderEvent, pools: PoolNames): ImportedPool {
  const pool = pools.named(event.object);
  if (pool === null && pools.isRefused(event.object)) {
    return { irrelevant: 'on a pool that has no meaning in the model, named above' };
  }
  if (pool === null) {
    return { unknown: `no call before it describes the pool ${event.object ?? '?'}` };
  }
  const n = numberOf(event.args['n'], 1);
  const flags = event.args['flags'];
  return {
    event: {
      ...event,
      call: plainCall(event.call),
      object: pool.object,
      args: {
        ...(pool.object === null ? { wchan: pool.name } : {}),
        ...('n' in event.args ? { n: n.value } : {}),
        ...(typeof flags === 'string' ? { flags } : {}),
      },
    },
    assumed: n.assumed === null ? [] : [`${event.call}(${pool.name}): ${n.assumed}`],
  };
}

const plainCall = (call: string): string =>
  call.replace(/_paddr$/, '').replace(/^pool_cache_(sethiwat|sethardlimit|prime)$/, 'pool_$1');
