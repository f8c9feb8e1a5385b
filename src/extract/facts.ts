/**
 * Facts of a port: macros by which its headers say what it has, and machine-independent code asks.
 *
 * Read where the code that asks for them reads them. A port that defines PMAP_GROWKERNEL and never
 * grows is another thing than a port without it, and no list of calls tells the two apart.
 */
import type { MacroTable } from './cpp/macros.ts';

/** Where each is defined, `file:line`; null where it was looked for and is not. */
export type PortFacts = { readonly [name: string]: string | null };

/** The file that asks for most of them, and includes the headers of the others. */
export const factsFile = 'uvm/uvm_km.c';

export const factNames: ReadonlySet<string> = new Set([
  ...['PMAP_GROWKERNEL', 'PMAP_STEAL_MEMORY', 'PMAP_PREFER'],
  ...['PMAP_MAP_POOLPAGE', 'PMAP_UNMAP_POOLPAGE', 'PMAP_ALLOC_POOLPAGE'],
  ...['__HAVE_CPU_UAREA_ROUTINES', '__HAVE_CPU_UAREA_ALLOC_IDLELWP'],
  ...['__HAVE_VM_PAGE_MD', '__HAVE_PMAP_PHYSSEG', '__HAVE_FAST_SOFTINTS'],
]);

export function factsOf(macros: MacroTable): PortFacts {
  return Object.fromEntries(
    [...factNames].map((name) => {
      const macro = macros.get(name);
      return [name, macro === undefined ? null : (macro.at ?? 'the configuration')];
    }),
  );
}
