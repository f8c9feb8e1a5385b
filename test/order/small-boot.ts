import type { Order, OrderEvent, OrderHole } from '../../src/order/order.ts';
import { parseOrder } from '../../src/order/order.ts';

/**
 * Boots small enough to read: a line an event, in the shape of the two designs.
 *
 * A line is `[mark] way call object key=value …`, the way with `>`: the functions from the start
 * to the one that makes the call. Marks: `?guard?` makes it may, `*` a loop.
 */
export function event(line: string, index = 0): OrderEvent {
  const marked = /^(?:\?([^?]+)\?\s+|(\*)\s+)?(.*)$/.exec(line.trim());
  const [way = '', call = '', object = '-', ...args] = (marked?.[3] ?? '').split(/\s+/);
  const path = way.split('>');
  const file = (name: string): string => `${name}.c`;
  const guard = marked?.[1];
  return {
    call,
    object: object === '-' ? null : object,
    args: Object.fromEntries(
      args.map((arg): [string, string | number] => {
        const [key = '', value = ''] = arg.split('=');
        return [key, /^\d+$/.test(value) ? Number(value) : value];
      }),
    ),
    function: path.at(-1) ?? '',
    file: file(path.at(-1) ?? ''),
    line: 100 + index,
    stack: path.slice(0, -1).map((name) => ({ function: name, file: file(name), line: 10 })),
    context: { ipl: 'HIGH', by: 'thread', cold: true },
    certainty: guard !== undefined ? 'may' : marked?.[2] === '*' ? 'loop' : 'must',
    guards: guard === undefined ? [] : [{ text: guard, at: `${path.at(-1)}.c:${guard.length}` }],
  };
}

export interface SmallOptions {
  readonly port?: string;
  readonly holes?: readonly OrderHole[];
}

export function boot(lines: readonly string[], options: SmallOptions = {}): Order {
  const parsed = parseOrder({
    schema: 'bootproof/order/1',
    title: 'a small boot',
    port: options.port ?? 'i386',
    origin: 'reconstructed',
    source: { tree: 'none', revisions: {} },
    events: lines.map(event),
    holes: options.holes ?? [],
  });
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join('; '));
  return parsed.value;
}

/** The shape of a boot from 2012 on, on a port that grows its kernel page tables. */
export const vmemBoot: readonly string[] = [
  'start pmap_growkernel - maxkvaddr=1',
  'main>uvm_init>uvm_page_init uvm_pageboot_alloc - size=8192',
  'main>uvm_init>uvm_page_init set uvm.page_init_done value=1',
  'main>uvm_init>uvm_map_init mutex_init uvm_kentry_lock',
  'main>uvm_init>uao_init pool_init uao_swhash_elt_pool wchan=uaoeltpl palloc=NULL ipl=VM',
  'main>uvm_init>uvm_km_bootstrap uvm_map_setup kernel_map_store',
  '?start!=base? main>uvm_init>uvm_km_bootstrap uvm_map_prepare kernel_map_store start=base size=image',
  'main>uvm_init>uvm_km_bootstrap uvm_map_prepare kernel_map_store start=kmembase size=kmemsize',
  'main>uvm_init>uvm_km_bootstrap set kernel_map value=kernel_map_store',
  'main>uvm_init>uvm_km_bootstrap pool_subsystem_init -',
  'main>uvm_init>uvm_km_bootstrap>pool_subsystem_init pool_init cache_pool wchan=pcache palloc=pool_allocator_meta ipl=VM',
  'main>uvm_init>uvm_km_bootstrap vmem_init kmem_arena_store name=kmem base=kmembase size=kmemsize',
  'main>uvm_init>uvm_km_bootstrap set kmem_arena value=kmem_arena_store',
  'main>uvm_init>uvm_km_bootstrap pmap_growkernel - maxkvaddr=2',
  'main>uvm_init>uvm_km_bootstrap vmem_subsystem_init kmem_arena_store',
  'main>uvm_init>uvm_km_bootstrap>vmem_subsystem_init vmem_init kmem_meta_arena_store name=vmem-meta',
  'main>uvm_init>uvm_km_bootstrap>vmem_subsystem_init set kmem_meta_arena value=kmem_meta_arena_store',
  'main>uvm_init>uvm_km_bootstrap vmem_init kmem_va_arena_store name=kva',
  'main>uvm_init>uvm_km_bootstrap>vmem_init pool_cache_init kmem_va_arena_store.vm_qcache_store[0].qc_cache palloc=kmem_va_arena_store.vm_qcache_allocator ipl=VM',
  'main>uvm_init>uvm_km_bootstrap set kmem_va_arena value=kmem_va_arena_store',
  'main>uvm_init>uvm_map_init_caches pool_cache_bootstrap uvm_map_entry_cache wchan=vmmpepl palloc=NULL ipl=NONE',
  'main>uvm_init>pmap_init pool_cache_bootstrap pmap_pdp_cache wchan=pdppl palloc=NULL ipl=NONE',
  'main>uvm_init>pmap_init uvm_km_alloc kernel_map_store size=4096',
  'main>uvm_init>uvm_km_init>kmem_init pool_cache_init kmem_cache[0] wchan=kmem-8 palloc=pool_allocator_kmem ipl=VM',
  'main>uvm_init>uvm_pager_init kmem_alloc pager_map kmflags=KM_SLEEP',
  'main>percpu_init mutex_init percpu_allocation_lock',
  'main>cpu_startup percpu_alloc - size=8',
  'main>configure2 set cold value=0',
  'main kthread_create - func=uvm_pageout',
];

/** The shape of a boot before 2012, on a port without direct map. */
export const chainBoot: readonly string[] = [
  'start>pmap_bootstrap pool_cache_bootstrap pmap_pdp_cache wchan=pdppl palloc=NULL ipl=NONE',
  'main>uvm_init>uvm_page_init set uvm.page_init_done value=1',
  'main>uvm_init>uvm_map_init pool_cache_bootstrap uvm_map_entry_cache wchan=vmmpepl palloc=NULL ipl=NONE',
  'main>uvm_init>uvm_km_init uvm_map_setup_kernel kernel_map',
  'main>uvm_init>uvm_km_init set kernel_map value=kernel_map_store',
  'main>uvm_init>uvm_km_init uvm_km_vacache_init kernel_map name=kvakernel',
  'main>uvm_init>pmap_init mutex_init pmaps_lock',
  'main>uvm_init>kmeminit uvm_km_suballoc kmem_map parent=kernel_map storage=static',
  'main>uvm_init>kmeminit set kmem_map value=kmem_map_store',
  'main>uvm_init>kmeminit uvm_km_vacache_init kmem_map name=kvakmem',
  'main>uvm_init>uvm_pager_init malloc - flags=M_WAITOK',
  'main>uvm_init pool_subsystem_init -',
  'main>uvm_init>pool_subsystem_init pool_init cache_pool wchan=pcache palloc=pool_allocator_nointr ipl=NONE',
  'main>uvm_init>kmem_init callback_register kernel_map entry=kmem_kva_reclaim_entry',
  'main>uvm_init>uvm_uarea_init pool_cache_init uvm_uarea_cache wchan=uarea palloc=uvm_uarea_allocator ipl=NONE',
  'main>cpu_startup pool_cache_get uvm_map_entry_cache flags=PR_WAITOK',
  'main>configure2 set cold value=0',
];

const indexOf = (lines: readonly string[], part: string): number => {
  const index = lines.findIndex((line) => line.includes(part));
  if (index < 0) throw new Error(`no line has ${part}`);
  return index;
};

/** The lines with one more before the first that has `part`. */
export const before = (lines: readonly string[], part: string, line: string): string[] =>
  lines.toSpliced(indexOf(lines, part), 0, line);

export const without = (lines: readonly string[], part: string): string[] =>
  lines.toSpliced(indexOf(lines, part), 1);

/** The lines of one routine moved in front of the first line of another. */
export function moveBefore(lines: readonly string[], routine: string, other: string): string[] {
  const moved = lines.filter((line) => line.includes(routine));
  const rest = lines.filter((line) => !line.includes(routine));
  return rest.toSpliced(indexOf(rest, other), 0, ...moved);
}
