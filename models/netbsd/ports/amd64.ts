import type { Port } from './port.ts';

/** amd64, native. @source NetBSD 5.2 sys/arch/amd64, sys/arch/x86 */
export const amd64: Port = {
  name: 'amd64',
  config: 'GENERIC',
  pageBytes: 4096,
  lp64: true,
  coherencyUnit: 64,
  directMap: false,
  multiprocessor: true,
  interrupts: {
    bootIpl: 'HIGH',
    cpuFlag: 'arch/amd64/amd64/machdep.c:1966',
    opened: 'arch/amd64/amd64/autoconf.c:112',
  },
  secondaryCpus: { hatched: 'arch/x86/x86/cpu.c:702', released: 'arch/x86/x86/cpu.c:638' },
  stealing: {
    stealMemory: null,
    growKernel: 'arch/x86/include/pmap.h:234',
    ownSteals: [],
  },
  pae: null,
  ownAllocators: [],
  earlyLowWater: null,
  kmemMap: { minBytes: 8 * 1024 * 1024, maxBytes: 1024 * 1024 * 1024 },
  bufMap: false,
  mbMap: true,
  sources: {
    pageBytes: 'arch/amd64/include/vmparam.h:54',
    directMap: 'uvm/uvm_km.c:156',
    multiprocessor: 'arch/amd64/conf/std.amd64:12',
    coherencyUnit: 'conf/param.c:127',
    kmemMap: 'arch/amd64/include/param.h:112',
    bufMap: 'kern/vfs_bio.c:451',
    mbMap: 'arch/amd64/amd64/machdep.c:361',
  },
};
