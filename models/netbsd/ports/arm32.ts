import type { Port } from './port.ts';

/** arm32, shown by evbarm's IQ80321. @source NetBSD 5.2 sys/arch/arm, sys/arch/evbarm */
export const arm32: Port = {
  name: 'arm32',
  config: 'IQ80321',
  pageBytes: 4096,
  lp64: false,
  coherencyUnit: 4,
  directMap: false,
  multiprocessor: false,
  interrupts: {
    bootIpl: 'HIGH',
    cpuFlag: 'arch/arm/xscale/i80321_icu.c:287',
    opened: 'arch/evbarm/evbarm/autoconf.c:82',
  },
  secondaryCpus: null,
  stealing: {
    stealMemory: null,
    growKernel: 'arch/arm/include/arm32/pmap.h:280',
    ownSteals: [],
  },
  pae: null,
  ownAllocators: [
    {
      name: 'pmap_bootstrap_pv_allocator',
      pools: ['pvepl'],
      before: 'uvm_km_alloc on kernel_map, one page, never given back',
      after: 'pool_page_alloc, so kmem_map',
      declares: null,
      at: 'arch/arm/arm32/pmap.c:5311',
    },
  ],
  earlyLowWater: {
    pool: 'pvepl',
    items: 512,
    pages: 3,
    source: 'kernel_map',
    at: 'arch/arm/arm32/pmap.c:5301',
  },
  kmemMap: { minBytes: 6 * 1024 * 1024, maxBytes: 7 * 1024 * 1024 },
  bufMap: false,
  mbMap: true,
  sources: {
    pageBytes: 'arch/arm/include/arm32/vmparam.h:83',
    directMap: 'uvm/uvm_km.c:156',
    multiprocessor: 'arch/arm/arm32/arm32_machdep.c:89',
    coherencyUnit: 'conf/param.c:130',
    kmemMap: 'arch/arm/include/arm32/param.h:79',
    bufMap: 'kern/vfs_bio.c:451',
    mbMap: 'arch/arm/arm32/arm32_machdep.c:265',
  },
};
