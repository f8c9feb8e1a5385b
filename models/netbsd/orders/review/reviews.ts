import type { PortName } from '../../orders.ts';
import { axioms, called, common } from './common.ts';
import { onAll, onAlpha, onAmd64, onArm32, onI386, onX86, opened } from './remarks.ts';
import { withoutDirectMap } from './remarks.ts';
import type { Decision, Review } from './review.ts';

const yields = (anchor: 'mp_online' | 'cpu_boot_secondary_processors'): Decision => ({
  add: {
    call: 'yield',
    object: null,
    args: {},
    function: 'configure2',
    file: 'kern/subr_autoconf.c',
    line: 481,
    stack: [{ function: 'main', file: 'kern/init_main.c', line: 816 }],
  },
  after: anchor === 'mp_online' ? { call: 'set', of: anchor } : { call: anchor },
  because: 'the first switch of threads, which a reading does not follow',
});

/** Attached by autoconfiguration, of which a reading lists the beginning only. */
const furtherCpus = (arch: string, line: number): Decision => ({
  add: {
    call: 'mi_cpu_attach',
    object: 'ci',
    args: { cpu: 1 },
    function: 'cpu_attach',
    file: 'arch/x86/x86/cpu.c',
    line: 341,
    certainty: 'loop0',
    stack: [
      { function: 'main', file: 'kern/init_main.c', line: 812 },
      { function: 'configure', file: 'kern/subr_autoconf.c', line: 437 },
      { function: 'cpu_configure', file: `arch/${arch}/${arch}/autoconf.c`, line },
    ],
  },
  before: { call: 'spl0' },
  because: 'one for each further CPU, from config_rootfound',
});

/** Where the reading cannot tell how much memory there is, the machine of the model has 16 MB or more. */
const enoughMemory: Decision = {
  settle: {
    call: 'pool_init',
    of: [
      'bmempools[0]',
      'bmempools[1]',
      'bmempools[2]',
      'bmempools[3]',
      'buf512b',
      'buf1k',
      'buf2k',
      'buf4k',
    ],
    within: 'bufinit',
  },
  args: { palloc: 'bufmempool_allocator' },
  because: 'use_std is 0 from 16 MB of RAM on',
};

const loadsMemory = (within: string): Decision => ({
  settle: { call: 'uvm_page_physload', within },
  args: { what: 'the memory of the machine' },
  certainty: 'loop',
  because: 'a call for each piece of memory; the first one stands for all',
});

const x86: readonly Decision[] = [
  called('malloc', 'uvm_cpu_attach', 'free page buckets of the other CPUs'),
  called('uvm_km_alloc', 'gdt_init', 'gdt'),
  {
    leaveOut: { call: 'uvm_km_alloc', within: 'bios32_init' },
    because: 'the BIOS of the machine, a driver',
  },
  {
    settle: { call: 'malloc', within: 'uvm_cpu_attach' },
    certainty: 'loop0',
    because: 'once for each CPU but the first',
  },
];

/** What was decided about the reading of each port's order. */
export const reviews: { readonly [port in PortName]: Review } = {
  i386: {
    title: 'i386 of NetBSD 5.2',
    port: 'i386',
    arch: 'i386',
    config: 'GENERIC',
    axioms,
    reading: [enoughMemory, furtherCpus('i386', 121), yields('cpu_boot_secondary_processors')],
    decisions: [...common, ...x86, loadsMemory('init386')],
    remarks: [...onAll, ...withoutDirectMap, ...opened, ...onX86, ...onI386],
  },
  amd64: {
    title: 'amd64 of NetBSD 5.2',
    port: 'amd64',
    arch: 'amd64',
    config: 'GENERIC',
    axioms,
    reading: [enoughMemory, furtherCpus('amd64', 97), yields('cpu_boot_secondary_processors')],
    decisions: [
      ...common,
      ...x86,
      {
        leaveOut: { call: 'uvm_pageboot_alloc', within: 'pmap_get_physpage' },
        butFirst: true,
        because: 'further pages of page tables',
      },
      {
        settle: { call: 'uvm_pageboot_alloc', within: 'pmap_get_physpage' },
        args: { what: 'page tables' },
        certainty: 'loop',
        because: 'a page for each level and each range; the first one stands for all',
      },
      loadsMemory('init_x86_64'),
    ],
    remarks: [...onAll, ...withoutDirectMap, ...opened, ...onX86, ...onAmd64],
  },
  arm32: {
    title: 'arm32 (evbarm IQ80321) of NetBSD 5.2',
    port: 'arm32',
    arch: 'evbarm',
    config: 'IQ80321',
    axioms,
    reading: [enoughMemory, yields('mp_online')],
    decisions: [
      ...common,
      loadsMemory('initarm'),
      {
        leaveOut: { call: 'malloc', within: 'i80321_intr_establish' },
        because: 'interrupt handlers of the board',
      },
      {
        leaveOut: { call: 'uvm_km_alloc', within: 'pmap_postinit' },
        butFirst: true,
        because: 'further L1 tables',
      },
      {
        settle: { call: 'uvm_km_alloc', within: 'pmap_postinit' },
        args: { what: 'L1 tables' },
        certainty: 'loop',
        because: 'one for each table; the first one stands for all',
      },
      {
        settle: { call: 'malloc', within: 'pmap_postinit' },
        args: { what: 'struct l1_ttable' },
        because: 'the array of them',
      },
      {
        add: {
          call: 'enable_interrupts',
          object: null,
          args: { what: 'I32_bit' },
          function: 'i80321_intr_init',
          file: 'arch/arm/xscale/i80321_icu.c',
          line: 287,
          stack: [
            { function: 'initarm', file: 'arch/evbarm/iq80321/iq80321_machdep.c', line: 774 },
          ],
        },
        before: { call: 'pool_cache_bootstrap', of: 'amappl' },
        because: 'a macro around an instruction',
      },
    ],
    remarks: [...onAll, ...withoutDirectMap, ...onArm32],
  },
  alpha: {
    title: 'alpha of NetBSD 5.2',
    port: 'alpha',
    arch: 'alpha',
    config: 'GENERIC',
    axioms,
    reading: [yields('mp_online')],
    decisions: [
      ...common,
      {
        leaveOut: { call: 'uvm_km_vacache_init' },
        because: 'uvm_km_vacache_init, which is empty where PMAP_MAP_POOLPAGE is defined',
      },
      {
        settle: { call: 'pool_cache_bootstrap', of: 'pmap' },
        args: { size: 96, sizeIs: 'PMAP_SIZEOF(pmap_ncpuids)' },
        because: 'the machine has one CPU id; the size is that of the compiled declarations',
      },
      loadsMemory('alpha_init'),
    ],
    remarks: [...onAll, ...opened, ...onAlpha],
  },
};
