/**
 * The back ends of pool_allocators: which routine of the VM they call for a page, and for giving
 * one back.
 *
 * @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_page_alloc(), pool_page_alloc_nointr(),
 *   pool_page_alloc_meta() and their siblings that free
 * @source NetBSD sys/arch/arm/arm32/pmap.c 1.187.4.1 pmap_bootstrap_pv_page_alloc(),
 *   pmap_bootstrap_pv_page_free()
 * @source NetBSD sys/arch/x86/x86/pmap.c 1.74.4.4 pmap_pdp_alloc(), pmap_pdp_free()
 * @source NetBSD sys/arch/alpha/alpha/pmap.c 1.236.10.4 pmap_physpage_alloc(), pmap_physpage_free()
 * @source NetBSD sys/kern/uipc_mbuf.c 1.128.6.1 mclpool_alloc(), mclpool_release()
 */
import { assert } from '../../base/assert.ts';
import { ref } from '../../base/plain.ts';
import type { Halt, Next } from '../../base/routine.ts';
import { halt, ret } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { MapFlags } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import type { AllocatorSpec, MapName, Va } from '../spec.ts';
import type { PoolParts } from './pool-parts.ts';
import { publishedMap } from './pool-parts.ts';

/** How a back end gets its pages. */
type Way =
  /** uvm_km_alloc_poolpage_cache: through the map's vacache; or without it, uvm_km_alloc_poolpage. */
  | { readonly by: 'cached page' | 'bare page'; readonly map: MapName }
  | { readonly by: 'direct page' }
  | { readonly by: 'chunk'; readonly map: MapName }
  /** uvm_km_alloc; `wait` is what PR_WAITOK becomes, `tryLock` goes with PR_NOWAIT. */
  | {
      readonly by: 'uvm_km_alloc';
      readonly map: MapName;
      readonly wait: 'neither' | 'waitva';
      readonly tryLock: boolean;
      readonly aligned: boolean;
    };

function wayOf(kernel: Kernel, view: View, allocator: AllocatorSpec, noalign: boolean): Way {
  switch (allocator.source) {
    case 'pool_page_alloc':
      return { by: 'cached page', map: 'kmem_map' };
    case 'pool_page_alloc_nointr':
      return { by: 'cached page', map: 'kernel_map' };
    case 'pool_page_alloc_meta':
      return { by: 'bare page', map: 'kmem_map' };
    case 'mclpool_alloc':
      return { by: 'bare page', map: 'mb_map' };
    case 'uvm_pagealloc':
      return { by: 'direct page' };
    case 'km_vacache_alloc':
      assert(allocator.boundFromTheStart !== null, 'a vacache belongs to a map');
      return { by: 'chunk', map: allocator.boundFromTheStart };
    case 'pmap_bootstrap_pv_page_alloc': {
      if (view.observe(kernel.cells.globals, 'isPmapInitialized')) {
        return { by: 'cached page', map: 'kmem_map' };
      }
      const flags = { wait: 'neither', tryLock: false, aligned: false } as const;
      return { by: 'uvm_km_alloc', map: 'kernel_map', ...flags };
    }
    case 'pmap_pdp_alloc': {
      const flags = { wait: 'neither', tryLock: true, aligned: true } as const;
      return { by: 'uvm_km_alloc', map: 'kernel_map', ...flags };
    }
    case 'uvm_km_alloc': {
      const map = allocator.boundFromTheStart ?? 'kernel_map';
      return { by: 'uvm_km_alloc', map, wait: 'waitva', tryLock: true, aligned: !noalign };
    }
  }
}

/** Asks for a page; the answer goes to label `then`. */
export function pageFrom(
  kernel: Kernel,
  view: View,
  { allocatorSpec, spec }: PoolParts,
  wait: boolean,
  then: string,
): Next {
  const way = wayOf(kernel, view, allocatorSpec, spec.noalign);
  if (way.by === 'direct page') {
    assert(kernel.spec.directMap, 'bare pages have addresses on a direct-mapped port only');
    // The map is not looked at. USERESERVE and never a wait, whatever the flags.
    return call('uvm_km_alloc_poolpage', { map: ref('map', 'kmem_map'), waitok: false }, then);
  }
  const stopped = nullMap(kernel, view, way);
  if (stopped !== null) return halt(stopped);
  const map = ref('map', way.map);
  switch (way.by) {
    case 'cached page':
      return call('uvm_km_alloc_poolpage_cache', { map, waitok: wait }, then);
    case 'bare page':
      return call('uvm_km_alloc_poolpage', { map, waitok: wait }, then);
    case 'chunk':
      return call('km_vacache_alloc', { map, waitok: wait }, then);
    case 'uvm_km_alloc': {
      const bytes = allocatorSpec.pageBytes;
      const noWait: MapFlags = way.tryLock ? { wait: 'nowait', trylock: true } : { wait: 'nowait' };
      const flags: MapFlags = wait ? { wait: way.wait } : noWait;
      const align = way.aligned ? bytes : 0;
      return call('uvm_km_alloc', { map, bytes, align, type: 'wired', flags }, then);
    }
  }
}

/** Gives a page back; label `then` goes on. */
export function pageTo(
  kernel: Kernel,
  view: View,
  { allocatorSpec, spec }: PoolParts,
  va: Va,
  then: string,
): Next {
  if (allocatorSpec.source === 'pmap_bootstrap_pv_page_alloc') {
    if (view.observe(kernel.cells.deferQueue, 'isBootstrapPage', va)) {
      view.update(kernel.cells.deferQueue, 'keepBootstrapPage', va);
      return ret(null);
    }
  }
  const way = wayOf(kernel, view, allocatorSpec, spec.noalign);
  const map = ref('map', way.by === 'direct page' ? 'kmem_map' : way.map);
  switch (way.by) {
    case 'cached page':
      return call('uvm_km_free_poolpage_cache', { map, va }, then);
    case 'direct page':
    case 'bare page':
      return call('uvm_km_free_poolpage', { map, va }, then);
    case 'chunk':
      return call('km_vacache_free', { map, va }, then);
    case 'uvm_km_alloc':
      return call('uvm_km_free', { map, va, bytes: allocatorSpec.pageBytes, type: 'wired' }, then);
  }
}

/**
 * A map pointer that is still NULL is dereferenced, except for a page of a direct-mapped port. The
 * line is the first that does, in a kernel with DIAGNOSTIC: mostly that of a KASSERT.
 */
function nullMap(
  kernel: Kernel,
  view: View,
  way: Exclude<Way, { readonly by: 'direct page' }>,
): Halt | null {
  const isPoolPage = way.by === 'cached page' || way.by === 'bare page';
  if (isPoolPage && kernel.spec.directMap) return null;
  if (publishedMap(kernel, view, way.map) !== null) return null;
  const at = {
    'cached page': { in: 'uvm_km_alloc_poolpage_cache', line: 692 },
    'bare page': { in: 'uvm_km_alloc', line: 540 },
    chunk: { in: 'km_vacache_alloc', line: 185 },
    uvm_km_alloc: { in: 'uvm_km_alloc', line: 540 },
  }[way.by];
  return {
    kind: 'fault',
    message: `NULL ${way.map} in ${at.in}`,
    file: 'sys/uvm/uvm_km.c',
    line: at.line,
  };
}
