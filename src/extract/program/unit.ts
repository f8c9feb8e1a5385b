/**
 * One file of the program, its declarations by name.
 */
import type { CType, Declared, Expr, FunctionDef, GlobalDef, StructDef } from '../c/ir.ts';
import type { SourceTree } from '../source-tree.ts';

export interface Unit {
  readonly functions: ReadonlyMap<string, FunctionDef>;
  readonly globals: ReadonlyMap<string, GlobalDef>;
  readonly structs: ReadonlyMap<string, StructDef>;
  readonly typedefs: ReadonlyMap<string, CType>;
  readonly constants: ReadonlyMap<string, Expr>;
}

export function unitOf(declared: Declared): Unit {
  return {
    functions: byName(declared.functions),
    globals: bestGlobals(declared.globals),
    structs: new Map(declared.structs.map((struct) => [struct.tag, struct])),
    typedefs: new Map(declared.typedefs.map(({ name, type }) => [name, type])),
    constants: new Map(declared.constants.map(({ name, value }) => [name, value])),
  };
}

/** Linked in by the makefile, as libraries or by name, so that no conf file selects them. */
export function libraryFiles(tree: SourceTree): readonly string[] {
  const named = ['conf/param.c'].filter((file) => tree.size(file) !== null);
  const folders = [
    'lib/libkern',
    '../common/lib/libprop',
    '../common/lib/libc/gen',
    '../common/lib/libc/hash/sha1',
  ];
  const inFolders = folders.flatMap((folder) =>
    tree
      .list(folder)
      .filter((name) => name.endsWith('.c'))
      .map((name) => `${folder}/${name}`),
  );
  return [...named, ...inFolders];
}

export function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

// A tentative definition gives way to one with a value.
function bestGlobals(globals: readonly GlobalDef[]): ReadonlyMap<string, GlobalDef> {
  const best = new Map<string, GlobalDef>();
  for (const global of globals) {
    const before = best.get(global.name);
    if (before === undefined || before.init === undefined) best.set(global.name, global);
  }
  return best;
}
