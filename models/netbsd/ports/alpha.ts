import type { Port } from './port.ts';

/** alpha: the direct-mapped one. @source NetBSD 5.2 sys/arch/alpha */
export const alpha: Port = {
  name: 'alpha',
  config: 'GENERIC',
  pageBytes: 8192,
  lp64: true,
  coherencyUnit: 8,
  directMap: true,
  multiprocessor: false,
  interrupts: {
    bootIpl: 'HIGH',
    cpuFlag: null,
    opened: 'arch/alpha/alpha/autoconf.c:87',
  },
  secondaryCpus: null,
  stealing: {
    stealMemory: 'arch/alpha/include/pmap.h:234',
    growKernel: 'arch/alpha/include/pmap.h:235',
    ownSteals: [
      'arch/alpha/alpha/machdep.c:641',
      'arch/alpha/alpha/pmap.c:827',
      'arch/alpha/alpha/pmap.c:836',
      'arch/alpha/alpha/pmap.c:843',
    ],
  },
  pae: null,
  ownAllocators: [
    {
      name: 'pmap_l1pt_allocator',
      pools: ['pmapl1pt'],
      before: 'uvm_pagealloc, used in K0SEG',
      after: 'uvm_pagealloc, used in K0SEG',
      declares: null,
      at: 'arch/alpha/alpha/pmap.c:3286',
    },
    {
      name: 'pmap_pv_page_allocator',
      pools: ['pmappv'],
      before: 'uvm_pagealloc, used in K0SEG',
      after: 'uvm_pagealloc, used in K0SEG',
      declares: null,
      at: 'arch/alpha/alpha/pmap.c:2960',
    },
  ],
  earlyLowWater: {
    pool: 'pmappv',
    items: 16,
    pages: 1,
    source: 'uvm_pagealloc',
    at: 'arch/alpha/alpha/pmap.c:1127',
  },
  kmemMap: { minBytes: 8 * 1024 * 1024, maxBytes: 128 * 1024 * 1024 },
  bufMap: true,
  mbMap: false,
  sources: {
    pageBytes: 'arch/alpha/include/vmparam.h:90',
    directMap: 'arch/alpha/include/pmap.h:240',
    multiprocessor: 'arch/alpha/conf/GENERIC.MP:7',
    coherencyUnit: 'conf/param.c:130',
    kmemMap: 'arch/alpha/include/param.h:161',
    bufMap: 'arch/alpha/alpha/pmap.c:794',
    mbMap: 'arch/alpha/alpha/machdep.c:140',
  },
};
