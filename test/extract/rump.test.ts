import { describe, expect, it } from 'vitest';
import type { ExtractOptions } from '../../src/extract/index.ts';
import { extract, memoryCache, memoryTree } from '../../src/extract/index.ts';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { checkOrder } from '../../src/order/index.ts';
import type { Order } from '../../src/order/order.ts';

/*
 * A kernel that is a library, in the shape of rump: its files are named by makefiles, its memory
 * comes from hypercalls, and what it is linked of is the user's to say.
 */

const kern = 'rump/librump/rumpkern';
const library = {
  'conf/files': '',
  'rump/Makefile.rump': [
    '.include <bsd.own.mk>',
    '.ifndef NATIVE',
    'CPPFLAGS+=\t-D_RUMPKERNEL',
    '.endif',
    'CPPFLAGS+=\t-D_KERNEL -DMAXUSERS=32 \\',
    '\t\t-I${.CURDIR} -I. -I${RUMPTOP}/include # as it is',
    'CPPFLAGS+=\t-isystem ${RUMPTOP}/..',
  ].join('\n'),
  [`${kern}/Makefile`]:
    'RUMPTOP=${.CURDIR}/../..\n.include "${RUMPTOP}/librump/rumpkern/Makefile.rumpkern"\n',
  [`${kern}/Makefile.rumpkern`]: [
    '.include "${RUMPTOP}/Makefile.rump"',
    '.PATH:\t${RUMPTOP}/librump/rumpkern ${RUMPTOP}/../kern',
    'SRCS=\trump.c vm.c vers.c',
    '.if defined(UNREAL) && ${UNREAL} == "yes"',
    'SRCS+=\tstubs.c',
    '.else',
    'SRCS+=\tsubr_pool.c',
    '.endif',
    '.for one in percpu vmem',
    'SRCS+=\tsubr_${one}.c',
    '.endfor',
    '.if exists(${RUMPTOP}/librump/rumpkern/arch/${MACHINE_CPU})',
    '.PATH:\t${RUMPTOP}/librump/rumpkern/arch/${MACHINE_CPU}',
    'SRCS+=\trumpcpu.c',
    '.endif',
    'vers.c:\tnewvers.sh',
    '\tsh newvers.sh > SRCS=wrong.c',
  ].join('\n'),
  [`${kern}/arch/i386/rumpcpu.c`]: 'void rump_cpus_bootstrap(void) { mutex_init(&cpu_lock); }\n',
  [`${kern}/arch/x86_64/rumpcpu.c`]: 'void rump_cpus_bootstrap(void) { }\n',
  [`${kern}/rump.c`]: [
    '#include <machine/cpu.h>',
    'struct component { int type; void (*init)(void); };',
    'static void component_init(struct component *c, int type) { if (c->type == type) c->init(); }',
    'int rump__init(int version) {',
    '  rump_cpus_bootstrap();',
    '  if (version != 7) return 1;',
    '  uvm_init();',
    '  kmem_init();',
    '  percpu_init();',
    '  rumpuser_dl_component_init(2, component_init);',
    '  pool_init(&last_pool, MACHINE_OF_RUMP);',
    '  return 0;',
    '}',
  ].join('\n'),
  'rump/include/machine/cpu.h': '#define MACHINE_OF_RUMP MAXUSERS\n',
  [`${kern}/vm.c`]: [
    'void uvm_init(void) {',
    '  pool_subsystem_init();',
    '  kmem_arena = vmem_create("kmem", 0, 1048576, 4096);',
    '  vmem_subsystem_init(kmem_arena);',
    '  kmem_va_arena = vmem_create("kva", 0, 0, 4096);',
    '}',
  ].join('\n'),
  'kern/subr_pool.c': [
    'struct pool { int x; }; struct pool phpool, last_pool;',
    'void pool_init(struct pool *pp, unsigned long size, int align, int ioff, int flags,',
    '  char *wchan, struct pool_allocator *palloc, int ipl) { }',
    'void pool_subsystem_init(void) { pool_init(&phpool, 64); }',
  ].join('\n'),
  'kern/subr_vmem.c': [
    'typedef struct vmem vmem_t;',
    'vmem_t *kmem_arena, *kmem_va_arena;',
    'vmem_t *vmem_create(char *name, long base, long size, long quantum)',
    '{ return (vmem_t *)kmem_alloc(64, 0); }',
    'void vmem_subsystem_init(vmem_t *vm) { }',
    'void kmem_init(void) { }',
  ].join('\n'),
  'kern/subr_percpu.c': 'void percpu_init(void) { mutex_init(&percpu_lock); }\n',
  // A faction, linked only where somebody asks for it.
  'rump/fs/lib/Makefile.inc': 'RUMPTOP=${.CURDIR}/../../..\n.include "${RUMPTOP}/Makefile.rump"\n',
  'rump/fs/lib/libtoyfs/Makefile': 'SRCS=component.c\n.include <bsd.lib.mk>\n',
  'rump/fs/lib/libtoyfs/component.c': [
    'struct component { int type; void (*init)(void); };',
    '#define COMPONENT(kind) static void init_##kind(void); \\',
    'static const struct component comp_##kind = { .type = kind, .init = init_##kind }; \\',
    '__link_set_add_rodata(rump_components, comp_##kind); static void init_##kind(void)',
    'COMPONENT(2)',
    '{ pool_init(&toyfs_pool, 8); }',
  ].join('\n'),
};

type Texts = { readonly [path: string]: string };

const read = (changes: Texts, options: Partial<ExtractOptions>) =>
  extract(memoryTree({ ...library, ...changes }), { arch: 'rump', ...options });

async function order(changes: Texts = {}, options: Partial<ExtractOptions> = {}): Promise<Order> {
  const result = await read(changes, options);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

async function problem(options: Partial<ExtractOptions>): Promise<Diagnostic | undefined> {
  const result = await read({}, options);
  return result.ok ? undefined : result.diagnostics[0];
}

const lines = ({ events }: Order): readonly string[] =>
  events.map(({ certainty, call, object }) => `${certainty} ${call} ${object ?? ''}`.trim());

describe('a kernel that is a library', () => {
  it('boots in the function that a program calls, and has the files of its makefiles', async () => {
    const { entries, events } = await order();
    expect(entries).toEqual([{ function: 'rump__init', file: `${kern}/rump.c`, line: 4 }]);
    expect(lines(await order())).toEqual([
      'must pool_subsystem_init',
      'must pool_init phpool',
      'must vmem_create kmem_arena',
      'must kmem_alloc',
      'must set kmem_arena',
      'must vmem_subsystem_init kmem_arena',
      'must vmem_create kmem_va_arena',
      'must kmem_alloc',
      'must set kmem_va_arena',
      'must kmem_init',
      'must mutex_init percpu_lock',
      'must pool_init last_pool',
    ]);
    expect(events.at(-1)?.args).toMatchObject({ pp: 'last_pool', size: 32 });
  });

  it('says what it was linked of, what it was built for, and which variables nobody set', async () => {
    const { axioms, source, holes } = await order();
    expect(axioms).toEqual(
      expect.arrayContaining([
        'rump is linked of the components rumpkern, and of no other',
        'rump is built for amd64',
        'make variables that nobody sets: NATIVE, UNREAL',
      ]),
    );
    expect(holes).toContainEqual(
      expect.objectContaining({ kind: 'missing header', what: 'vers.c' }),
    );
    expect(source.options).toMatchObject({ _RUMPKERNEL: '1', MAXUSERS: '32' });
  });

  it('may be linked of more: their initialisers run where the hypercall calls back', async () => {
    const told = lines(await order({}, { config: 'rumpkern,rumpfs_toyfs' }));
    expect(told.slice(-2)).toEqual(['must pool_init toyfs_pool', 'must pool_init last_pool']);
  });

  it('takes make variables from --option, the machine among them', async () => {
    const { events } = await order({}, { options: { MACHINE: 'i386' } });
    expect(events[0]).toMatchObject({ call: 'mutex_init', object: 'cpu_lock' });
    const { holes } = await order(
      { [`${kern}/stubs.c`]: 'void pool_subsystem_init(void) { }\n' },
      { options: { UNREAL: 'yes' } },
    );
    expect(holes?.map(({ what }) => what)).not.toContain('pool_subsystem_init');
  });

  it('is read again where a file appears that make would find first', async () => {
    const cache = memoryCache();
    await order({}, { cache });
    expect(lines(await order({}, { cache }))).toEqual(lines(await order()));
    const nearer = { [`${kern}/subr_percpu.c`]: 'void percpu_init(void) { }\n' };
    expect(lines(await order(nearer, { cache }))).toEqual(lines(await order(nearer)));
    expect(lines(await order(nearer))).not.toContain('must mutex_init percpu_lock');
  });

  it('lists what is not known, with what is', async () => {
    expect(await problem({ config: 'rumpkern,rumpfs_toy' })).toMatchObject({
      code: 'unknown-name',
      message: 'no component of rump is called rumpfs_toy; known are rumpkern, rumpfs_toyfs',
    });
    expect(await problem({ options: { MACHINE: 'pdp11' } })).toMatchObject({
      code: 'unknown-name',
      message: expect.stringContaining('no machine for which rump is built is called pdp11'),
    });
    expect(await problem({ arch: 'rumb' })).toMatchObject({ hint: 'the nearest are rump' });
  });
});

describe('the rules, where memory comes from a host', () => {
  it('have the allocators of the design, and no pages, heap range or phases of uvm', async () => {
    const { findings, exitCode } = checkOrder(await order(), { waivers: [] });
    expect(findings.era).toMatchObject({ era: 'D', isHosted: true, missing: [] });
    expect(exitCode).toBe(0);
    const silent = findings.rules.filter(({ answers }) =>
      answers.some(({ verdict }) => verdict === 'not applicable'),
    );
    expect(silent.map(({ rule }) => rule)).toEqual([
      'pages',
      'page demand',
      'heap arena',
      'promised order',
      'reclaim',
    ]);
    const says = silent.flatMap(({ answers }) => answers.map((answer) => answer.says)).join('\n');
    expect(says).toContain('memory comes from a host: nobody asks uvm_pagealloc() for a page');
    expect(says).not.toContain('no probes');
  });

  it('let kmem_alloc() run before kmem_init(): every size goes to the host', async () => {
    const { findings } = checkOrder(await order(), { waivers: [] });
    const grown = findings.rules.find(({ rule }) => rule === 'grown');
    expect(grown).toMatchObject({ asked: 2, held: 2 });
  });

  it('still find a pool that grows before the pools are up', async () => {
    const early = library[`${kern}/rump.c`]?.replace('uvm_init();', 'pool_get(&late); uvm_init();');
    const pool = 'struct pool late; void make_late(void) { pool_init(&late, 8); }';
    const tree = {
      [`${kern}/rump.c`]: `${pool}\n${early?.replace('kmem_init();', 'make_late(); kmem_init();')}`,
    };
    const { findings } = checkOrder(await order(tree), { waivers: [] });
    const told = findings.rules.flatMap(({ answers }) => answers);
    expect(told.filter(({ verdict }) => verdict === 'violation')).toMatchObject([
      { rule: 'initialised', object: 'late' },
    ]);
  });

  it('still have a pool wait for pool_subsystem_init()', async () => {
    const make = 'pool_init(&early, 8, 0, 0, 0, "early", &pool_allocator_kmem, 0);';
    const boot = library[`${kern}/rump.c`]?.replace(
      'uvm_init();',
      `${make} pool_get(&early, 0); uvm_init();`,
    );
    const declared = 'struct pool early, pool_allocator_kmem;';
    const changed = await order({ [`${kern}/rump.c`]: `${declared}\n${boot}` });
    const told = checkOrder(changed, { waivers: [] }).findings.rules.flatMap(
      ({ answers }) => answers,
    );
    expect(told.filter(({ verdict }) => verdict === 'violation')).toMatchObject([
      {
        rule: 'grown',
        object: 'pool early on pool_allocator_kmem',
        says: expect.stringContaining('before pool_subsystem_init() is done'),
      },
    ]);
  });

  it('know an allocator of a subsystem by its name: its pages come from the host as well', async () => {
    const make =
      'pool_init(&buf, 8, 0, 0, 0, "buf", &bufmempool_allocator, 0); pool_setlowat(&buf, 1);';
    const boot = library[`${kern}/rump.c`]?.replace('percpu_init();', `percpu_init(); ${make}`);
    const declared = 'struct pool buf, bufmempool_allocator;';
    const changed = await order({ [`${kern}/rump.c`]: `${declared}\n${boot}` });
    expect(checkOrder(changed, { waivers: [] }).findings.rules[1]).toMatchObject({
      rule: 'grown',
      asked: 3,
      held: 3,
    });
  });

  it('know no design where the allocators are stubs: no answer, and never a green one', async () => {
    const tree = {
      [`${kern}/vm.c`]: 'void uvm_init(void) { pool_subsystem_init(); }\n',
    };
    const { findings, exitCode } = checkOrder(await order(tree), { waivers: [] });
    expect(findings.era.era).toBeNull();
    expect(exitCode).toBe(5);
  });
});
