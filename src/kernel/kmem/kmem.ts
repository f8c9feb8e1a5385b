/**
 * kmem(9) and malloc(9) for sizes of whole pages: what both come to once their caches are passed.
 *
 * @source NetBSD sys/kern/subr_kmem.c 1.19 kmem_backend_alloc(), kmem_backend_free()
 * @source NetBSD sys/kern/kern_malloc.c 1.121.4.1 malloc(), free()
 * @differs every size is rounded up to pages: vmem(9) under kmem, malloc's buckets and its limit
 *   per type are not modelled. malloc_lock, which free holds across uvm_km_free, is there as its
 *   level only: malloc on another CPU does not wait for it.
 */
import type { Ref } from '../../base/plain.ts';
import type { Routine } from '../../base/routine.ts';
import { halt, ret, routine } from '../../base/routine.ts';
import type { View } from '../../base/view.ts';
import type { Calls, MapFlags } from '../calls.ts';
import { call } from '../calls.ts';
import type { Kernel } from '../kernel.ts';
import { splvm, splx } from '../machine/curcpu.ts';
import type { Va } from '../spec.ts';
import { kernelMap, kmemMap } from '../uvm/map-facts.ts';

const kmemFile = 'sys/kern/subr_kmem.c';
const kmemRevision = '1.19';
const mallocFile = 'sys/kern/kern_malloc.c';
const mallocRevision = '1.121.4.1';

export function kmemRoutines(kernel: Kernel): readonly Routine[] {
  return [kmemAlloc, kmemFree, malloc(kernel), free(kernel)];
}

const kmemAlloc = routine<Calls['kmem_alloc']['params']>()({
  name: 'kmem_alloc',
  file: kmemFile,
  revision: kmemRevision,
  labels: {
    alloc: {
      line: 197,
      run: ({ bytes, sleep }) => {
        const flags: MapFlags = sleep ? { wait: 'waitva' } : { wait: 'nowait', trylock: true };
        const request = { map: kernelMap, bytes, align: 0, flags } as const;
        return call('uvm_km_alloc', { ...request, type: 'wired', canfail: true }, 'got');
      },
    },
    got: { line: 202, run: (_, __, va: Va | null) => ret(va) },
  },
});

const kmemFree = routine<Calls['kmem_free']['params']>()({
  name: 'kmem_free',
  file: kmemFile,
  revision: kmemRevision,
  labels: {
    free: {
      line: 215,
      run: ({ va, bytes }) =>
        call('uvm_km_free', { map: kernelMap, va, bytes, type: 'wired' }, 'freed'),
    },
    freed: { line: 216, run: () => ret(null) },
  },
});

/**
 * It never waits for address space: M_WAITOK without any is a panic. splvm is around uvm_km_alloc,
 * which may sleep for a page at that level.
 */
const malloc = (kernel: Kernel): Routine =>
  routine<Calls['malloc']['params'] & { ipl?: number }>()({
    name: 'malloc',
    file: mallocFile,
    revision: mallocRevision,
    labels: {
      alloc: {
        line: 387,
        run: (frame, view, _, self) => {
          raise(kernel, view, self, frame);
          const flags: MapFlags = { wait: frame.flags === 'M_NOWAIT' ? 'nowait' : 'neither' };
          const canfail = frame.flags === 'M_CANFAIL';
          const request = { map: kmemMap, bytes: frame.bytes, align: 0, flags } as const;
          return call('uvm_km_alloc', { ...request, type: 'wired', canfail }, 'got');
        },
      },
      got: {
        line: 402,
        run: (frame, view, va: Va | null, self) => {
          splx(kernel, view, self, frame.ipl);
          if (va !== null || frame.flags !== 'M_WAITOK') return ret(va);
          const message = 'panic: malloc: out of space in kmem_map';
          return halt({ kind: 'panic', message, file: mallocFile, line: 403 });
        },
      },
    },
  });

/** malloc_lock is a spin mutex at IPL_VM, held until uvm_km_free has come back. */
const free = (kernel: Kernel): Routine =>
  routine<Calls['free']['params'] & { ipl?: number }>()({
    name: 'free',
    file: mallocFile,
    revision: mallocRevision,
    labels: {
      free: {
        line: 601,
        run: (frame, view, _, self) => {
          raise(kernel, view, self, frame);
          const { va, bytes } = frame;
          return call('uvm_km_free', { map: kmemMap, va, bytes, type: 'wired' }, 'freed');
        },
      },
      freed: {
        line: 618,
        run: (frame, view, _, self) => {
          splx(kernel, view, self, frame.ipl);
          return ret(null);
        },
      },
    },
  });

function raise(kernel: Kernel, view: View, self: Ref<'thread'>, frame: { ipl?: number }): void {
  const before = splvm(kernel, view, self);
  if (before !== null) frame.ipl = before;
}
