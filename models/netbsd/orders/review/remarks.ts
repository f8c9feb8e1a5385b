import type { Remark } from './review.ts';

/** What a reader of an order must know and the source does not say, by the ports that it is true of. */
export const onX86: readonly Remark[] = [
  {
    on: { call: 'mi_cpu_attach', of: 'ci' },
    note: 'One for each further CPU, reached through autoconfiguration (config_rootfound), which is not followed. Of what it does only pool_cache_cpu_init is modelled: each cache gets a structure for the CPU, an item of pcachecpu.',
  },
  {
    on: { call: 'pool_cache_bootstrap', of: 'pmappl', within: 'pmap_bootstrap' },
    note: 'The first pool_init of the system: inside it the eight header pools and the two group pools are initialised (kern/subr_pool.c:819). palloc NULL with IPL_NONE becomes pool_allocator_nointr.',
  },
  {
    on: { call: 'set', of: 'pmap_initialized', within: 'pmap_init' },
    note: 'pmap_init of x86 only sets up the pv hash and its locks: no allocation.',
  },
  {
    on: { call: 'malloc', of: 'free page buckets of the other CPUs' },
    note: 'Once for each CPU but the first.',
  },
  {
    on: { call: 'cpu_boot_secondary_processors', within: 'configure2' },
    note: 'From here other CPUs run their idle loops; runq_init and sched_init come after it.',
  },
];

export const onI386: readonly Remark[] = [
  {
    on: { call: 'pool_cache_bootstrap', of: 'pdppl', within: 'pmap_bootstrap' },
    note: 'Without PAE. With options PAE (line 1492): 16384 bytes on pmap_pdp_allocator, which takes pages from kernel_map itself and has no backing map.',
  },
  {
    on: { call: 'uvm_page_physload', within: 'init386' },
    note: 'One call per hunk of each memory segment, up to four call sites (lines 1740 to 1790), split at 16 MB and around the kernel; at least one.',
  },
  { on: { call: 'splraise', within: 'init386' }, note: 'IPL_IPI is IPL_HIGH (sys/intr.h:85).' },
  {
    on: { call: 'x86_enable_intr', within: 'init386' },
    note: 'The CPU takes interrupts from here, but all are masked by the priority level until spl0.',
  },
  {
    on: { call: 'uvm_km_alloc', of: 'kernel_map', within: 'kmeminit' },
    note: 'nkmempages is physmem in pages, at least 2048 and at most 32768 here.',
  },
  {
    on: { call: 'pool_cache_init', of: 'kmem-N', within: 'qc_init' },
    note: "32 caches are made, from 128 bytes down to 4, wchan kmem-<size>; each pool_cache_init takes one item of cache_pool with PR_WAITOK (the first pool_get of the boot). 14 of them have as many items per page as the next larger one and are destroyed at once. Their allocator draws on the arena and is on no map's chain; it is not one of the two standard ones.",
  },
  {
    on: { call: 'uvm_km_alloc', of: 'kernel_map', within: 'gdt_init' },
    note: 'Then one page at a time by uvm_pagealloc for MINGDTSIZ descriptors.',
  },
];

export const onAll: readonly Remark[] = [
  {
    on: { call: 'pool_cache_bootstrap', of: 'amappl', within: 'uvm_amap_init' },
    note: "palloc NULL with IPL_NONE becomes pool_allocator_nointr (kern/subr_pool.c:2059). Line numbers of kern/init_main.c are those of this tree, whose copy of the file has local additions before main(); the order of the calls is the branch's.",
  },
  {
    on: { call: 'set', of: 'uvm.page_init_done', within: 'uvm_page_init' },
    note: 'From here uvm_pagealloc works and a steal panics. The pages were put on the free list one by one just before (uvm_pagefree, uvm/uvm_page.c:444).',
  },
  {
    on: { call: 'uvm_km_suballoc', of: 'pager_map', within: 'uvm_pager_init' },
    note: "The first user of malloc: the map's structure (uvm/uvm_km.c:375, M_WAITOK).",
  },
  {
    on: { call: 'pool_subsystem_init', within: 'uvm_init' },
    note: "Flushes pa_deferinitq. The 5.2 tree also initialises the pools of the link set here, before the flush (kern/subr_pool.c:596): in the kernel proper vndxfer_pool, vndbuf_pool, uao_swhash_elt_pool, lwp_uc_pool, ptimer_pool, ptimers_pool, with the network igmp_rti_pool, ipflow_pool, tcpipqent_pool, syn_cache_pool, sackhole_pool, rnd_mempool with the rnd device, the eight of proplib, and more with Bluetooth, IPv6, SMB, scheduler activations and ATA: 31 in i386 GENERIC. They are left out: by January 2011 the link set was very likely gone, and their order is the linker's.",
  },
  {
    on: { call: 'pool_cache_bootstrap', of: 'vmembt', within: 'vmem_init' },
    note: 'palloc NULL with IPL_VM becomes pool_allocator_kmem (kern/subr_pool.c:650). Runs once, from the first vmem_create.',
  },
  {
    on: { call: 'pool_cache_init', of: 'uarea', within: 'uvm_uarea_init' },
    note: 'Own allocator: one u-area a page by uvm_km_alloc on kernel_map (uvm/uvm_glue.c:315), neither pa_backingmap nor pa_backingmapptr set: on no chain in any era that has chains.',
  },
  {
    on: { call: 'malloc', of: 'percpu_offset_arena' },
    note: 'PERCPU_QCACHE_MAX is 0: no quantum caches. The hash of one pointer is left out.',
  },
  {
    on: { call: 'pool_cache_init', of: 'biopl', within: 'bufinit' },
    note: 'IPL_BIO is IPL_VM in 5.x (sys/intr.h).',
  },
  {
    on: { call: 'kmem_alloc', of: 'names of the buffer pools', within: 'bufinit' },
    note: 'Eight calls, one before each of the eight pool_init that follow.',
  },
  {
    on: { call: 'pool_setlowat', of: 'bmempools[0]', within: 'bufinit' },
    note: 'Grows each buffer pool by one page at once (pool_catchup, PR_NOWAIT); pool_sethiwat(pp, 1) follows.',
  },
  {
    on: { call: 'pool_cache_init', of: 'sigacts', within: 'signal_init' },
    note: 'sizeof(struct sigacts) is not above PAGE_SIZE here, so palloc is NULL.',
  },
  {
    on: { call: 'mi_cpu_attach', of: 'curcpu()', within: 'main' },
    note: "Boot CPU. Inside, in this order: run queues by kmem_zalloc (kern/kern_runq.c), the idle lwp with its u-area and lwp structure (pool_cache_get of uvm_uarea_cache and lwp_cache), the soft interrupt structures by uvm_km_alloc on kernel_map (kern/kern_softint.c:287) and their kernel threads, cross-call thread, pool_cache_cpu_init (nothing to allocate: this CPU's part is embedded). Taken as one event.",
  },
  {
    on: { call: 'kmem_alloc', of: 'mbstat_percpu', within: 'mbinit' },
    note: 'percpu_alloc grows the per-CPU area by kmem_zalloc when the offset arena imports; the exact amount is not derived.',
  },
  {
    on: { call: 'kmem_alloc', of: 'nchashtbl' },
    note: 'A second table for desiredvnodes / 8 follows and is left out.',
  },
  {
    on: { call: 'pool_init', of: 'dirhpl', within: 'dirhash_init' },
    note: 'pool_init makes NULL into pool_allocator_kmem whatever the ipl is; only pool_cache_bootstrap looks at IPL_NONE.',
  },
  {
    on: { call: 'pool_init', of: 'dirhepl', within: 'dirhash_init' },
    note: 'The pools of the configured file systems (their vfs_init) follow and are left out: which and how many depends on the configuration.',
  },
  {
    on: { call: 'set', of: 'cold', within: 'configure2' },
    note: 'Until here a sleep returns at once instead of sleeping (kern/kern_sleepq.c, sleepq_dontsleep in sys/sleepq.h) and pool_init takes no list lock.',
  },
  {
    on: { call: 'yield', within: 'configure2' },
    note: 'The first voluntary switch: kernel threads made so far run.',
  },
  {
    on: { call: 'kmem_alloc', of: 'ubc_object.umap' },
    note: 'Two smaller tables (inactive heads, hash) follow and are left out.',
  },
  {
    on: { call: 'pool_init', of: 'execargs', within: 'exec_init' },
    note: 'Own allocator with NCARGS per page from kernel_map, neither pa_backingmap nor pa_backingmapptr set: on no chain.',
  },
  {
    on: { call: 'pool_cache_init', of: 'pipewr', within: 'pipe_init' },
    note: 'The protocols of domaininit (inpcbpl, tcpcbpl, rtentpl, ...) come before it and are left out: they depend on the configuration.',
  },
  {
    on: { call: 'pool_cache_init', of: 'piperd', within: 'pipe_init' },
    note: 'Its constructor takes PIPE_SIZE of kernel_map with WAITVA for each object.',
  },
  {
    on: { call: 'pool_cache_get', of: 'proc_cache' },
    note: 'Process 1; its lwp and u-area follow (uvm_uarea_cache, lwp_cache).',
  },
  {
    on: { call: 'malloc', of: 'swapmap' },
    note: 'After the root file system is mounted. vmem_add takes two tags of bt_cache, PR_NOWAIT.',
  },
  {
    on: { call: 'kthread_create', of: 'uvm_pageout', within: 'main' },
    note: 'Only from here on can anybody answer uvm_wait or drain pools.',
  },
  { on: { call: 'uvm_scheduler', within: 'main' }, note: 'End of boot.' },
];

export const withoutDirectMap: readonly Remark[] = [
  {
    on: {
      call: 'uvm_pageboot_alloc',
      of: 'vm_page array and free page buckets',
      within: 'uvm_page_init',
    },
    note: 'PMAP_STEAL_MEMORY is not defined: pages come from uvm_page_physget, and pmap_growkernel may take page table pages the same way.',
  },
  {
    on: { call: 'uvm_map_setup_kernel', of: 'kernel_map', within: 'uvm_km_init' },
    note: "Initialises the head of the map's reclaim callbacks (uvm/uvm_map.c:3094). Then one static entry reserves [VM_MIN_KERNEL_ADDRESS, start) if start lies above it (uvm/uvm_km.c:313).",
  },
  {
    on: { call: 'uvm_km_vacache_init', of: 'kernel_map', within: 'uvm_km_init' },
    note: 'Runs pool_init of vmk_vacache (PR_NOTOUCH | PR_RECURSIVE, items of one page, IPL_NONE) on an own allocator whose pa_backingmap is kernel_map already, so its callback is the first on the chain (uvm/uvm_km.c:230, 238).',
  },
  {
    on: { call: 'uvm_km_vacache_init', of: 'kmem_map', within: 'kmeminit' },
    note: 'As for kernel_map, but IPL_VM because the map is VM_MAP_INTRSAFE.',
  },
  {
    on: { call: 'uvm_km_suballoc', of: 'mb_map', within: 'cpu_startup' },
    note: 'nmbclusters * mclbytes, nmbclusters at its default without option GATEWAY.',
  },
  {
    on: { call: 'pool_cache_init', of: 'bufpl', within: 'bufinit' },
    note: 'buf_map is kernel_map: nothing in this port calls buf_setvalimit, so bufmem_valimit is 0 (kern/vfs_bio.c:451).',
  },
  {
    on: { call: 'pool_init', of: 'buf512b', within: 'bufinit' },
    note: 'NMEMPOOLS is 8 for MAXBSIZE 65536: the loop is written out. use_std is taken as 0 (16 MB of RAM or more); on smaller machines sizes up to a page use pool_allocator_nointr. bufmempool_allocator has pa_backingmap = buf_map set by hand and pages of MAXBSIZE.',
  },
  {
    on: { call: 'pool_cache_init', of: 'mclpl', within: 'mbinit' },
    note: 'mclpool_allocator has pa_backingmap = mb_map set by hand just before (kern/uipc_mbuf.c:166); its pages bypass the vacache.',
  },
];

export const opened: readonly Remark[] = [
  {
    on: { call: 'spl0', within: 'cpu_configure' },
    note: 'Device interrupts can run from here, still with cold = 1. Autoconfiguration (config_rootfound) comes before it; what drivers allocate depends on the machine and is left out.',
  },
];

export const onAmd64: readonly Remark[] = [
  {
    on: { call: 'pool_cache_bootstrap', of: 'pdppl', within: 'pmap_bootstrap' },
    note: 'One page on pool_allocator_nointr. The PAE variant with its own allocator is for i386 only.',
  },
  {
    on: { call: 'uvm_page_physload', within: 'init_x86_64' },
    note: 'One call per hunk of each memory segment, six call sites (lines 1679 to 1775), split at 16 MB, at 4 GB and around the kernel; at least one. Then pmap_growkernel (line 1792) takes page table pages with uvm_page_physget, since uvm.page_init_done is false (arch/x86/x86/pmap.c:4249).',
  },
  {
    on: { call: 'x86_enable_intr', within: 'init_x86_64' },
    note: 'The CPU takes interrupts from here, but all are masked by the priority level until spl0.',
  },
  {
    on: { call: 'uvm_km_alloc', of: 'kernel_map', within: 'kmeminit' },
    note: 'nkmempages is physmem in pages, at least 2048 and at most 262144 here.',
  },
  {
    on: { call: 'pool_cache_init', of: 'kmem-N', within: 'qc_init' },
    note: "32 caches are made, from 256 bytes down to 8, wchan kmem-<size>; each pool_cache_init takes one item of cache_pool with PR_WAITOK (the first pool_get of the boot). 14 of them have as many items per page as the next larger one and are destroyed at once. Their allocator draws on the arena and is on no map's chain; it is not one of the two standard ones.",
  },
  {
    on: { call: 'uvm_km_alloc', of: 'kernel_map', within: 'gdt_init' },
    note: 'Then one page at a time by uvm_pagealloc for MINGDTSIZ bytes. Between mb_map and this, lkm_map is set up over its own range outside kernel_map (arch/amd64/amd64/machdep.c:364).',
  },
];

export const onArm32: readonly Remark[] = [
  {
    on: { call: 'uvm_setpagesize', within: 'initarm' },
    note: "arm32 is the pmap and machine code shared by several ports; the board code is evbarm's IQ80321, whose caches are virtually tagged (PMAP_CACHE_VIVT): pmap_kenter_pa takes no pv entries there. With ARM_MMU_V6 (PMAP_CACHE_VIPT) it takes one, PR_NOWAIT, for each managed page not marked PMAP_KMPAGE (arch/arm/arm32/pmap.c:3341).",
  },
  {
    on: { call: 'pool_cache_bootstrap', of: 'pmappl', within: 'pmap_bootstrap' },
    note: 'The first pool_init of the system: inside it the eight header pools and the two group pools are initialised.',
  },
  {
    on: { call: 'pool_init', of: 'pvepl', within: 'pmap_bootstrap' },
    note: 'Own allocator: kernel_map by uvm_km_alloc before pmap_initialized, kmem_map by pool_page_alloc after; neither pa_backingmap nor pa_backingmapptr set: on no chain.',
  },
  {
    on: { call: 'pool_cache_bootstrap', of: 'l2ptppl', within: 'pmap_bootstrap' },
    note: 'The source passes L2_TABLE_SIZE_REAL as alignment offset and 0 as alignment; the alignment becomes ALIGN(1), the offset 0. The items are aligned to their size all the same: the header is off-page and the colours are 0.',
  },
  {
    on: { call: 'enable_interrupts', of: 'I32_bit', within: 'i80321_intr_init' },
    note: 'The CPU takes IRQs from here, but the interrupt controller lets none through until a driver establishes a handler, and the level is IPL_HIGH from the start (cpu_info_store, arch/arm/arm32/arm32_machdep.c:91) until spl0.',
  },
  {
    on: { call: 'pool_setlowat', of: 'pmap_pv_pool', within: 'pmap_init' },
    note: '(PAGE_SIZE / sizeof(struct pv_entry)) * 2. The first growth of the boot: with the header in the page 254 items fit, so pool_catchup takes three pages, and minpages becomes 3. They come by uvm_km_alloc from kernel_map (line 5326: WIRED|NOWAIT), because pmap_initialized is still false; kmem_map does not exist yet. The comment above the call speaks of one page.',
  },
  {
    on: { call: 'set', of: 'pmap_initialized', within: 'pmap_init' },
    note: 'From here pvepl takes its pages from kmem_map through pool_page_alloc (line 5318).',
  },
  {
    on: { call: 'uvm_km_alloc', of: 'kernel_map', within: 'kmeminit' },
    note: 'nkmempages is physmem in pages, at least 1536 and at most 1792 here.',
  },
  {
    on: { call: 'pool_cache_init', of: 'kmem-N', within: 'qc_init' },
    note: "32 caches are made, from 128 bytes down to 4, wchan kmem-<size>; each pool_cache_init takes one item of cache_pool with PR_WAITOK (the first pool_get of the boot but for pmap_init's). 14 of them have as many items per page as the next larger one and are destroyed at once. Their allocator draws on the arena and is on no map's chain; it is not one of the two standard ones.",
  },
  {
    on: { call: 'pool_cache_setlowat', of: 'pmap_l2ptp_cache', within: 'pmap_postinit' },
    note: '(PAGE_SIZE / L2_TABLE_SIZE_REAL) * 4: grows the pool at once.',
  },
  {
    on: { call: 'pool_cache_setlowat', of: 'pmap_l2dtable_cache', within: 'pmap_postinit' },
    note: '(PAGE_SIZE / sizeof(struct l2_dtable)) * 2 with 196 bytes each.',
  },
  {
    on: { call: 'malloc', of: 'struct l1_ttable', within: 'pmap_postinit' },
    note: '35 tables: maxproc 532 (MAXUSERS 32) in 15 domains, less one.',
  },
  {
    on: { call: 'uvm_km_alloc', of: 'kernel_map', within: 'pmap_postinit' },
    note: '35 times, each followed by uvm_pglistalloc of four contiguous pages (line 5388).',
  },
  {
    on: { call: 'spl0', within: 'cpu_configure' },
    note: 'Device interrupts can run from here, still with cold = 1. cpu_configure raises the level before autoconfiguration; what drivers allocate depends on the board and is left out.',
  },
];

export const onAlpha: readonly Remark[] = [
  {
    on: { call: 'uvm_setpagesize', within: 'alpha_init' },
    note: 'The level has been raised to IPL_HIGH by PALcode (line 238).',
  },
  {
    on: { call: 'uvm_page_physload', within: 'alpha_init' },
    note: 'Three call sites (lines 532, 546, 557): each cluster, or the parts before and after the kernel; at least one.',
  },
  {
    on: { call: 'uvm_pageboot_alloc', within: 'pmap_bootstrap' },
    note: 'kmeminit_nkmempages (line 784) and buf_setvalimit (line 794) have run before: they size kmem_map and buf_map.',
  },
  {
    on: { call: 'pool_cache_bootstrap', of: 'pmap', within: 'pmap_bootstrap' },
    note: 'The first pool_init of the system: inside it the eight header pools and the two group pools are initialised. The size is for one CPU id.',
  },
  {
    on: { call: 'pool_cache_bootstrap', of: 'pmapl1pt', within: 'pmap_bootstrap' },
    note: 'Own allocator: uvm_pagealloc and K0SEG; no backing map.',
  },
  {
    on: { call: 'pool_cache_bootstrap', of: 'pmappv', within: 'pmap_bootstrap' },
    note: 'Own allocator: uvm_pagealloc and K0SEG; no backing map. With MULTIPROCESSOR (GENERIC.MP) pmap_tlb_shootdown_job_cache, pmaptlb, follows on pool_allocator_kmem (line 960).',
  },
  {
    on: {
      call: 'uvm_pageboot_alloc',
      of: 'vm_page array and free page buckets',
      within: 'uvm_page_init',
    },
    note: 'PMAP_STEAL_MEMORY: pmap_steal_memory takes the pages off the physical segments and uses them in K0SEG.',
  },
  {
    on: { call: 'uvm_map_setup_kernel', of: 'kernel_map', within: 'uvm_km_init' },
    note: "Initialises the head of the map's reclaim callbacks (uvm/uvm_map.c:3094). Then one static entry reserves [VM_MIN_KERNEL_ADDRESS, start) if start lies above it (uvm/uvm_km.c:313). uvm_km_vacache_init is empty on this port (PMAP_MAP_POOLPAGE).",
  },
  {
    on: { call: 'pool_cache_setlowat', of: 'pmap_pv_cache', within: 'pmap_init' },
    note: 'The first growth of the boot: one page by uvm_pagealloc, used in K0SEG (arch/alpha/alpha/pmap.c:3000), so no map is needed; kmem_map does not exist yet. The header is in the page.',
  },
  {
    on: { call: 'uvm_km_alloc', of: 'kernel_map', within: 'kmeminit' },
    note: 'nkmempages is physmem in pages, at least 1024 and at most 16384 here.',
  },
  {
    on: { call: 'pool_cache_init', of: 'kmem-N', within: 'qc_init' },
    note: "32 caches are made, from 256 bytes down to 8, wchan kmem-<size>; each pool_cache_init takes one item of cache_pool with PR_WAITOK (the first pool_get of the boot but for pmap_init's). 14 of them have as many items per page as the next larger one and are destroyed at once. Their allocator draws on the arena and is on no map's chain; it is not one of the two standard ones.",
  },
  {
    on: { call: 'uvm_km_suballoc', of: 'phys_map', within: 'cpu_startup' },
    note: 'No mb_map on this port: mbuf clusters use K0SEG.',
  },
  {
    on: { call: 'uvm_km_suballoc', of: 'buf_map', within: 'bufinit' },
    note: "The branch is decided by the port: alpha's pmap_bootstrap has called buf_setvalimit (arch/alpha/alpha/pmap.c:794). uvm_map has no flag to sleep here: no room is a panic.",
  },
  {
    on: { call: 'pool_init', of: 'buf512b', within: 'bufinit' },
    note: 'NMEMPOOLS is 8 for MAXBSIZE 65536: the loop is written out. use_std is 1 because the port has PMAP_MAP_POOLPAGE: sizes up to a page use pool_allocator_nointr.',
  },
  {
    on: { call: 'pool_cache_init', of: 'mclpl', within: 'mbinit' },
    note: 'mclpool_allocator has pa_backingmap = mb_map set by hand just before (kern/uipc_mbuf.c:166); mb_map stays NULL on this port, so the cache is on no chain by design.',
  },
];
