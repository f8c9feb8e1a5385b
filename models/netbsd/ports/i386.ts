import type { Port } from './port.ts';

/** i386, native. @source NetBSD 5.2 sys/arch/i386, sys/arch/x86 */
export const i386: Port = {
  name: 'i386',
  config: 'GENERIC',
  pageBytes: 4096,
  lp64: false,
  coherencyUnit: 64,
  directMap: false,
  multiprocessor: true,
  interrupts: {
    bootIpl: 'HIGH',
    cpuFlag: 'arch/i386/i386/machdep.c:1955',
    opened: 'arch/i386/i386/autoconf.c:138',
  },
  secondaryCpus: { hatched: 'arch/x86/x86/cpu.c:702', released: 'arch/x86/x86/cpu.c:638' },
  stealing: {
    stealMemory: null,
    growKernel: 'arch/x86/include/pmap.h:234',
    ownSteals: [],
  },
  pae: {
    pdpItemBytes: 16384,
    pdpAllocator: 'pmap_pdp_allocator',
    at: 'arch/x86/x86/pmap.c:1492',
    note: 'In 5.2 only Xen kernels set it: the native locore builds no PAE tables.',
  },
  ownAllocators: [
    {
      name: 'pmap_pdp_allocator',
      pools: ['pdppl'],
      before: 'uvm_km_alloc on kernel_map, four pages aligned to their size',
      after: 'uvm_km_alloc on kernel_map, four pages aligned to their size',
      declares: null,
      at: 'arch/x86/x86/pmap.c:2126',
    },
  ],
  earlyLowWater: null,
  kmemMap: { minBytes: 8 * 1024 * 1024, maxBytes: 128 * 1024 * 1024 },
  bufMap: false,
  mbMap: true,
  sources: {
    pageBytes: 'arch/i386/include/vmparam.h:51',
    directMap: 'uvm/uvm_km.c:156',
    multiprocessor: 'arch/i386/conf/std.i386:16',
    coherencyUnit: 'conf/param.c:127',
    kmemMap: 'arch/i386/include/param.h:153',
    bufMap: 'kern/vfs_bio.c:451',
    mbMap: 'arch/i386/i386/machdep.c:506',
  },
};
