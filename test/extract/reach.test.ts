import { describe, expect, it } from 'vitest';
import { withPrototypes } from '../../src/extract/cpp/old-style.ts';
import { callsOfLabel } from '../../src/extract/program/assembly.ts';
import { scanDefinitions, templateWords } from '../../src/extract/program/scan.ts';
import type { Order, OrderHole } from '../../src/order/order.ts';
import { orderOf, withUvmInit } from './mini-tree.ts';

/*
 * A hole is closed by what the code behind it can call at most. It must never be closed because
 * something was not looked at.
 */

async function orderWith(before: string, inside: string, assembly = ''): Promise<Order> {
  // Definitions begin their lines, as in the kernel's style.
  const lines = before.replace(/([;}])\s+(?=static |void |struct |extern )/g, '$1\n').trim();
  const files = withUvmInit(lines, inside);
  files['arch/toy/toy/locore.S'] += assembly;
  return orderOf(files);
}

async function hole(what: string, ...texts: Parameters<typeof orderWith>): Promise<OrderHole> {
  const { holes } = await orderWith(...texts);
  const found = holes?.find((one) => one.what === what);
  if (found === undefined) throw new Error(`no hole ${what}: ${JSON.stringify(holes)}`);
  return found;
}

const ops = `
  struct ops { void (*open)(int); int (*flush)(void); };
  extern int toy_flag;
  static void nothing(void) { toy_flag = 3; }
  static void lock(void) { static kmutex_t m; mutex_init(&m, 0, 0); }
  static void grow(void) { kmem_alloc(8, 0); }
  static void more(void) { nothing(); grow(); }
  struct ops *ops;`;

describe('a call through a pointer', () => {
  it('reaches no event where no function that is put there does', async () => {
    const tables = `static struct ops a = { NULL, nothing }; static struct ops b = { NULL, lock };`;
    const found = await hole('ops->flush', ops + tables, 'ops->flush();');
    expect(found.reaches).toEqual(['mutex_init']);
    expect(found.why).toContain('2 functions were read');
  });

  it('is followed into each of them where one does, and all are known', async () => {
    const tables = `static struct ops a = { NULL, nothing }; static struct ops b = { .flush = more };`;
    const { events, holes } = await orderWith(ops + tables, 'ops->flush();');
    expect(holes?.map(({ what }) => what)).not.toContain('ops->flush');
    const found = events.find(({ call }) => call === 'kmem_alloc');
    expect(found?.guards).toMatchObject([{ text: 'ops->flush is more', arms: 2 }]);
  });

  it('is open where something unknown is put there, or nothing that was seen', async () => {
    const setter = `static struct ops a = { NULL, nothing };
      void set(struct ops *o, void (*what)(void)) { o->flush = what; }`;
    const found = await hole('ops->flush', ops + setter, 'ops->flush();');
    expect(found.reaches).toBeUndefined();
    expect(found.why).toContain('flush is set to what in uvm/uvm_init.c');
    expect((await hole('ops->flush', ops, 'ops->flush();')).why).toContain('nothing sets flush');
  });

  it('follows what a function is given and calls', async () => {
    const given = `static void twice(void (*f)(void)) { f(); f(); }
      static void first(void) { twice(nothing); } static void second(void) { twice(grow); }`;
    const quiet = `${given} static struct ops a = { NULL, first }, b = { NULL, nothing };`;
    expect((await hole('ops->flush', ops + quiet, 'ops->flush();')).reaches).toEqual([]);
    const loud = `${given} static struct ops a = { NULL, first }, b = { NULL, second };`;
    const { events } = await orderWith(ops + loud, 'ops->flush();');
    expect(events.map(({ call }) => call)).toContain('kmem_alloc');
  });

  it('forgets what that code assigns: a branch on it is then open', async () => {
    const tables = `static struct ops a = { NULL, nothing }, b = { NULL, set }; static int mode;`;
    const set = `static int mode; static void set(void) { mode = 1; }`;
    const { events } = await orderWith(
      `static int mode;${ops}${set}${tables}`,
      'ops->flush(); if (mode) uvm_pageboot_alloc(64);',
    );
    const stolen = events.filter(({ guards }) => guards.some(({ text }) => text === 'mode'));
    expect(stolen.map(({ certainty, call }) => `${certainty} ${call}`)).toContain(
      'may uvm_pageboot_alloc',
    );
  });
});

describe('assembly', () => {
  it('closes a hole by what it branches to', async () => {
    const calls = `ENTRY(toy_quiet)\n\tcall _C_LABEL(quiet)\n\tret\nENTRY(toy_loud)\n\tjmp _C_LABEL(loud)\n`;
    const code = `void quiet(void) { } void loud(void) { kmem_alloc(8, 0); }`;
    expect((await hole('toy_quiet', code, 'toy_quiet();', calls)).reaches).toEqual([]);
    const loud = await hole('toy_loud', code, 'toy_loud();', calls);
    expect(loud.why).toContain('reaches kmem_alloc() by toy_loud loud');
  });

  it('is open where it goes to an address in a register', () => {
    expect(callsOfLabel('ENTRY(f)\n\tcall *%eax\n\tret', 1).isOpen).toBe(true);
    expect(callsOfLabel('LEAF(f,1)\n\tjsr ra,(pv)\n', 1).isOpen).toBe(true);
    expect(callsOfLabel('ENTRY(f)\n\tmov pc, lr\n', 1).isOpen).toBe(false);
    expect(callsOfLabel('ENTRY(f)\n\tjmp _C_LABEL(g)\n', 1)).toEqual({
      names: ['g'],
      isOpen: false,
    });
  });
});

describe('definitions that are easily missed', () => {
  it('old style with a pointer returned, line ends kept', () => {
    const old = 'const char *\nname_of(v, t)\n\tu_int64_t v;\n\tconst struct t *t, *u[2];\n{\n}\n';
    // `u` is no parameter: not a definition of that kind, left alone.
    expect(withPrototypes(old)).toBe(old);
    const plain = 'char *\nname_of(v, f, t)\n\tu_int64_t v;\n\tint (*f)(int, int);\n{\n}\n';
    expect(withPrototypes(plain)).toBe(
      'char *\nname_of(u_int64_t v, int (*f)(int, int), int t)\n\n\n{\n}\n',
    );
  });

  it('variables that hold functions, and names made by an included C file', () => {
    expect(scanDefinitions('void (*delay_func)(unsigned int) = slow;\n').globals).toEqual([
      'delay_func',
    ]);
    expect(templateWords('#define CHIP\tlca\n#include <pci/io_chipdep.c>\n')).toEqual(['lca']);
    expect(templateWords('#define CHIP lca\n#include <pci/io.h>\n')).toEqual([]);
  });
});
