import { describe, expect, it } from 'vitest';
import type { ExtractOptions } from '../../src/extract/index.ts';
import { extract, memoryTree } from '../../src/extract/index.ts';
import type { Order } from '../../src/order/order.ts';

/*
 * A kernel that runs as a program of its host, in the shape of usermode: the host's main() comes
 * first, the page size stands in a header of the host, and the configuration leaves its machine
 * to files that are not in the tree.
 */

const port = {
  'conf/files': 'file kern/init_main.c\n',
  'arch/guest/conf/files.guest': 'file arch/guest/guest/machdep.c\n',
  'arch/guest/conf/GENERIC.common': 'options FFS\n',
  'arch/guest/conf/Makefile.guest': [
    'G=\t$S/arch/guest',
    '.include <bsd.own.mk>',
    'CPPFLAGS.init_main.c+=\t-Dmain=kernmain',
    'CPPFLAGS.thunk.c+=\t-U_KERNEL -I/usr/include',
    'MD_CFILES=\t${G}/guest/thunk.c',
    'MD_CFILES+=\t${G}/target/${MACHINE_ARCH}/cpu.c',
    '.include "$S/conf/Makefile.kern.inc"',
  ].join('\n'),
  'arch/guest/guest/thunk.c': 'void thunk_start(void) { }\n',
  'arch/guest/target/i386/cpu.c': 'void cpu_md_init(void) { pool_init(&cpu_pool, 8); }\n',
  'arch/guest/include/param.h': '#include </usr/include/machine/param.h>\n',
  'arch/i386/include/param.h': '#define PAGE_SIZE 4096\n',
  'arch/guest/guest/machdep.c': [
    '#include <machine/param.h>',
    'void usage(void) { }',
    'int main(int argc, char **argv) {',
    '  int i;',
    '  for (i = 1; i < argc; i++) if (!known(argv[i])) { usage(); return 1; }',
    '  uvm_setpagesize(); thunk_start(); cpu_md_init(); kernmain(); return 0;',
    '}',
  ].join('\n'),
  'kern/init_main.c': [
    '#include <machine/param.h>',
    'struct pool { int x; }; struct pool p;',
    'void pool_init(struct pool *pp, unsigned long size);',
    'void pool_subsystem_init(void) { }',
    'void uvm_init(void) { pool_subsystem_init(); }',
    'int main(void) { uvm_init(); pool_init(&p, PAGE_SIZE); return 0; }',
  ].join('\n'),
};

async function order(
  changes: { readonly [path: string]: string } = {},
  options: Partial<ExtractOptions> = {},
): Promise<Order> {
  const result = await extract(memoryTree({ ...port, ...changes }), { arch: 'guest', ...options });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

const lines = ({ events }: Order): readonly string[] =>
  events.map(({ certainty, call, object, args }) =>
    [certainty, call, object, args['size']]
      .filter((word) => word !== null && word !== undefined)
      .join(' '),
  );

describe('a kernel that is a program', () => {
  it('has the machine that was asked for, where its configuration names none', async () => {
    const { axioms } = await order();
    expect(axioms).toContain(
      'arch/guest/conf/GENERIC.common names no machine: read as if it began with `machine guest`',
    );
    const named = await order({ 'arch/guest/conf/GENERIC.common': 'machine guest\n' });
    expect(named.axioms?.filter((axiom) => axiom.includes('names no machine'))).toEqual([]);
  });

  it("takes the host's headers from the tree that would install them, and says so", async () => {
    const { axioms, holes, events } = await order();
    expect(events.at(-1)?.args).toEqual({ pp: 'p', size: 4096 });
    expect(axioms).toContain(
      "built on i386: the host's </usr/include/machine> is arch/i386/include of this tree",
    );
    expect(holes).toContainEqual({
      kind: 'missing header',
      what: '/usr/include/machine/param.h',
      at: 'arch/guest/include/param.h:1',
      why: 'arch/i386/include/param.h is read in its place',
    });
  });

  it('takes a constant from --option where the tree has no such header either', async () => {
    const absent = { 'arch/i386/include/param.h': '', 'arch/guest/include/param.h': '' };
    const { events } = await order(absent, { options: { PAGE_SIZE: '8192' } });
    expect(events.at(-1)?.args).toEqual({ pp: 'p', size: 8192 });
  });

  it('reads no other file of the host', async () => {
    for (const name of ['/usr/include/sys/param.h', '/usr/include/machine/../../../etc/passwd']) {
      const { holes } = await order({
        'arch/guest/include/param.h': `#include <${name}>\n#define PAGE_SIZE 1\n`,
      });
      expect(holes).toContainEqual(expect.objectContaining({ kind: 'missing header', what: name }));
    }
  });

  it('finds files and flags that only its makefile names; the host side stays opaque', async () => {
    const { entries, holes } = await order();
    expect(entries?.map(({ file }) => file)).toEqual(['arch/guest/guest/machdep.c']);
    expect(holes).toContainEqual(expect.objectContaining({ kind: 'cut', what: 'thunk_start' }));
  });

  it('boots: a return for a bad argument gives the boot up, and makes nothing uncertain', async () => {
    expect(lines(await order())).toEqual([
      'must uvm_setpagesize',
      'must pool_init cpu_pool 8',
      'must pool_subsystem_init',
      'must pool_init p 4096',
    ]);
  });
});
