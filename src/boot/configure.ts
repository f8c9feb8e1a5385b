import type { Order, OrderEvent } from '../order/order.ts';
import type { Diagnostic, Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';
import { headerAndGroupPools } from '../kernel/pool/geometry.ts';
import type { Policies } from '../kernel/policies.ts';
import type { AllocatorSpec, KernelSpec, MapName, MapSpec, PoolSpec } from '../kernel/spec.ts';
import { knownAllocators, vacacheAllocator } from './allocators.ts';

/** What the model must know of a port; the records with their sources are in `models/netbsd/ports`. */
export interface PortFacts {
  readonly name: string;
  readonly pageBytes: number;
  readonly lp64: boolean;
  /** coherency_unit in bytes. */
  readonly coherencyUnit: number;
  /** PMAP_MAP_POOLPAGE. */
  readonly directMap: boolean;
  readonly multiprocessor: boolean;
}

/** The sizes of one configuration. Item sizes, page sizes and geometry are always the real ones. */
export interface Sizes {
  /** kernel_map's range, the image included. */
  readonly kernelMapBytes: number;
  readonly imageBytes: number;
  readonly kmemMapBytes: number;
  readonly vacachePages: number;
  readonly pages: number;
  readonly reserveKernel: number;
  readonly reservePagedaemon: number;
  readonly freeTarget: number;
  /** Page allocations that may fail although memory is there, once the pagedaemon exists. */
  readonly failures?: number;
  readonly cpus: number;
  /** Objects of a cache group; null for the real numbers of the port. */
  readonly groupObjects: { readonly normal: number; readonly large: number } | null;
  readonly identity: KernelSpec['identity'];
  readonly vacacheIdentity: KernelSpec['vacacheIdentity'];
}

/**
 * Addresses are offsets: VM_MIN_KERNEL_ADDRESS of a 64-bit port is no safe integer, and nothing
 * but distance and alignment is ever asked of an address.
 */
const kernelMapStart = 0x100_0000;

const defaultSubmapBytes = 0x10_0000;

/** Builds a kernel's constants from what the boot order describes, the port, the era and the sizes. */
export function configure(
  order: Order,
  port: PortFacts,
  policies: Policies,
  sizes: Sizes,
  threads: readonly string[],
): Result<KernelSpec> {
  const pools = poolSpecs(order);
  const maps = mapSpecs(order, port, sizes);
  const twice = maps.find((map, i) => maps.findIndex((other) => other.name === map.name) < i);
  if (twice !== undefined) return bad(madeTwice(order, twice.name));
  const vacaches = maps.flatMap((map) => (map.vacache === null ? [] : [vacachePool(map, port)]));
  const allocators = allocatorSpecs(order, port, sizes, maps);
  if (!allocators.ok) return allocators;
  return ok({
    policies,
    port: port.name,
    pageBytes: port.pageBytes,
    lp64: port.lp64,
    coherencyUnit: port.coherencyUnit,
    directMap: port.directMap,
    vacachePages: sizes.vacachePages,
    maps,
    allocators: allocators.value,
    pools: [...headerAndGroupPools(port.lp64, port.coherencyUnit), ...pools, ...vacaches],
    pages: {
      total: sizes.pages,
      reserveKernel: sizes.reserveKernel,
      reservePagedaemon: sizes.reservePagedaemon,
      freeTarget: sizes.freeTarget,
      ...(sizes.failures === undefined ? {} : { failures: sizes.failures }),
    },
    ...(sizes.groupObjects === null ? {} : { groupObjects: sizes.groupObjects }),
    cpus: sizes.cpus,
    threads,
    bootThread: 'boot',
    otherCallbacks: order.events
      .filter((event) => event.call === 'callback_register')
      .map((event) => String(event.args['entry'])),
    identity: sizes.identity,
    vacacheIdentity: sizes.vacacheIdentity,
  });
}

function madeTwice(order: Order, map: MapName): Diagnostic {
  const made = order.events.filter(
    (event) => event.object === map && event.call === 'uvm_km_suballoc',
  );
  const last = made.at(-1);
  return {
    code: 'bad-order',
    message: `${map} is made ${made.length === 1 ? 'although it is never a submap' : `${made.length} times`}, expected once`,
    ...(last === undefined ? {} : { at: `${last.file}:${last.line}` }),
    hint: 'a map is made by one event; leave the other out',
  };
}

const describesPool = (event: OrderEvent): boolean =>
  ['pool_init', 'pool_cache_bootstrap', 'pool_cache_init'].includes(event.call);

/** The pool that a pool call speaks of, as ddb shows it; calls other than the describing ones give the C object. */
export function poolNameOf(order: Order, event: OrderEvent): string | null {
  if (typeof event.args['wchan'] === 'string') return event.args['wchan'];
  const described = order.events.find(
    (other) => describesPool(other) && other.object === event.object,
  );
  return described === undefined ? null : String(described.args['wchan']);
}

function poolSpecs(order: Order): readonly PoolSpec[] {
  const specs = new Map<string, PoolSpec>();
  for (const event of order.events.filter(describesPool)) {
    const name = String(event.args['wchan']);
    if (!specs.has(name)) specs.set(name, withLimitLater(order, poolSpec(name, event)));
  }
  return [...specs.values()];
}

/** No limit at all, for a pool that is given one by a later event: its waiters need a channel. */
const noLimitYet = 1_000_000_000;

function withLimitLater(order: Order, spec: PoolSpec): PoolSpec {
  const limited = order.events.some(
    (event) => event.call === 'pool_sethardlimit' && event.object === spec.object,
  );
  return limited && spec.hardLimit === null ? { ...spec, hardLimit: noLimitYet } : spec;
}

function poolSpec(name: string, event: OrderEvent): PoolSpec {
  const flags = String(event.args['flags'] ?? '');
  return {
    name,
    object: event.object ?? name,
    itemBytes: Number(event.args['size']),
    align: Number(event.args['align'] ?? 0),
    allocator: String(event.args['palloc']),
    notouch: flags.includes('PR_NOTOUCH'),
    noalign: flags.includes('PR_NOALIGN'),
    largecache: flags.includes('PR_LARGECACHE'),
    ipl: String(event.args['ipl'] ?? 'NONE'),
    cache: event.call !== 'pool_init',
    minItems: 0,
    maxPages: null,
    hardLimit: typeof event.args['hardlimit'] === 'number' ? event.args['hardlimit'] : null,
  };
}

function mapSpecs(order: Order, port: PortFacts, sizes: Sizes): readonly MapSpec[] {
  const vacaches = new Map(
    order.events
      .filter((event) => event.call === 'uvm_km_vacache_init' && !port.directMap)
      .map((event) => [event.object, String(event.args['name'])]),
  );
  const kernelMap: MapSpec = {
    name: 'kernel_map',
    start: kernelMapStart,
    bytes: sizes.kernelMapBytes,
    parent: null,
    intrsafe: false,
    vacache: vacaches.get('kernel_map') ?? null,
    imageBytes: sizes.imageBytes,
  };
  const submaps = order.events
    .filter((event) => event.call === 'uvm_km_suballoc' && isMapName(event.object))
    .map((event): MapSpec => ({
      name: event.object as MapName,
      start: 0,
      bytes:
        event.object === 'kmem_map'
          ? sizes.kmemMapBytes
          : Number(event.args['size'] ?? defaultSubmapBytes),
      parent: 'kernel_map',
      intrsafe: event.args['intrsafe'] === true,
      vacache: vacaches.get(event.object) ?? null,
      imageBytes: 0,
    }));
  return [kernelMap, ...submaps];
}

const mapNames: readonly string[] = [
  'kernel_map',
  'kmem_map',
  'pager_map',
  'phys_map',
  'mb_map',
  'buf_map',
  'exec_map',
] satisfies readonly MapName[];

export function isMapName(name: string | null): name is MapName {
  return name !== null && mapNames.includes(name);
}

/** `kvakernel`: one page of address space an item, never touched, so its headers are off the page. */
function vacachePool(map: MapSpec, port: PortFacts): PoolSpec {
  return {
    name: map.vacache ?? '',
    object: `vm_map_kernel(${map.name})->vmk_vacache`,
    itemBytes: port.pageBytes,
    align: 0,
    allocator: `km_vacache_allocator(${map.name})`,
    notouch: true,
    noalign: false,
    largecache: false,
    ipl: map.intrsafe ? 'VM' : 'NONE',
    cache: false,
    minItems: 0,
    maxPages: null,
    hardLimit: null,
  };
}

function allocatorSpecs(
  order: Order,
  port: PortFacts,
  sizes: Sizes,
  maps: readonly MapSpec[],
): Result<readonly AllocatorSpec[]> {
  const specs = new Map<string, AllocatorSpec>();
  const unknown: Diagnostic[] = [];
  for (const name of ['pool_allocator_kmem', 'pool_allocator_nointr', 'pool_allocator_meta']) {
    specs.set(name, allocatorSpec(name, port.pageBytes));
  }
  for (const event of order.events.filter(describesPool)) {
    const name = String(event.args['palloc']);
    if (specs.has(name)) continue;
    if (knownAllocators[name] === undefined) {
      unknown.push({
        code: 'bad-order',
        message: `pool_allocator ${name} is not modelled (used by ${String(event.args['wchan'])})`,
        at: `${event.file}:${event.line}`,
        hint: `the modelled ones are ${Object.keys(knownAllocators).join(', ')}`,
      });
    } else {
      specs.set(
        name,
        withBackingMap(
          event,
          allocatorSpec(name, Number(event.args['pageSize'] ?? port.pageBytes)),
        ),
      );
    }
  }
  for (const map of maps.filter((one) => one.vacache !== null)) {
    const spec = vacacheAllocator(
      map.name === 'kmem_map' ? 'kmem_map' : 'kernel_map',
      sizes.vacachePages * port.pageBytes,
    );
    specs.set(spec.name, spec);
  }
  return unknown.length > 0 ? bad(...unknown) : ok([...specs.values()]);
}

/** Where pa_backingmap is assigned directly, the order says which map that is on its port. */
function withBackingMap(event: OrderEvent, spec: AllocatorSpec): AllocatorSpec {
  const map = event.args['backingMap'];
  if (map === undefined) return spec;
  return { ...spec, boundFromTheStart: typeof map === 'string' && isMapName(map) ? map : null };
}

function allocatorSpec(name: string, pageBytes: number): AllocatorSpec {
  const known = knownAllocators[name];
  return {
    name,
    pageBytes,
    ...(known ?? {
      source: 'uvm_km_alloc',
      declares: null,
      boundFromTheStart: null,
      standard: false,
    }),
  };
}

/** The allocator that a pool is declared with. */
export function allocatorOf(spec: KernelSpec, pool: string): AllocatorSpec | undefined {
  const declared = spec.pools.find((one) => one.name === pool)?.allocator;
  return spec.allocators.find((one) => one.name === declared);
}

/** The map whose space a pool's pages come from by its allocator's declaration; null on no map. */
export function declaredMapOf(spec: KernelSpec, pool: string): MapName | null {
  const allocator = allocatorOf(spec, pool);
  return allocator?.declares ?? allocator?.boundFromTheStart ?? null;
}
