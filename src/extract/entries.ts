/**
 * Where a port's C code is entered from, in order.
 *
 * Read from the start code where that can be done: the calls that stand before the call of
 * main(), in the assembly file that makes it. Where start code hands over through a register, a
 * table or C of its own, the port's names stand here instead; they are checked against the tree.
 */
import type { Configuration } from './config/configuration.ts';
import type { OrderFrame } from '../order/order.ts';
import type { Program } from './program/program.ts';
import type { Preprocessor } from './cpp/preprocess.ts';
import { callsIn, startFiles } from './program/assembly.ts';

const known: { readonly [machine: string]: readonly string[] } = {
  sparc64: ['bootstrap', 'main'],
  sparc: ['bootstrap', 'main'],
  vax: ['_start'],
  hp300: ['pmap_bootstrap', 'pmap_bootstrap_finalize', 'hp300_init', 'main'],
  hp700: ['hppa_init', 'main'],
  usermode: ['main'],
  macppc: ['initppc', 'main'],
  ofppc: ['initppc', 'main'],
  pmax: ['mach_init', 'main'],
  ia64: ['ia64_init', 'main'],
  evbarm: ['initarm', 'main'],
  alpha: ['alpha_init', 'main'],
  i386: ['init386', 'main'],
  amd64: ['init_x86_64', 'main'],
  xen: ['xen_pmap_bootstrap', 'init386', 'init_x86_64', 'main'],
};

const preprocessedAssembly = ['_LOCORE 1', 'LOCORE 1', '__ASSEMBLER__ 1', 'ASSEMBLER 1'];

export interface Entries {
  readonly frames: readonly OrderFrame[];
  /** How they were found. */
  readonly from: 'assembly' | 'table' | 'main alone';
}

/** The entry functions of the configured kernel, main() last. */
export function entriesOf(
  configuration: Configuration,
  program: Program,
  preprocessor: Preprocessor,
): Entries {
  const read = fromAssembly(configuration, program, preprocessor);
  const names = known[configuration.machine] ?? known[configuration.arch] ?? [];
  const listed = names.flatMap((name) => entry(program, name));
  // Names that one era has and another has not may be missing; two are left, or it is no table.
  const isComplete = listed.length >= Math.min(2, names.length) && names.length > 0;
  // Start code may call through a register: then it names less than the table does.
  const lacks = listed.some(
    (one) => read?.some(({ function: name }) => name === one.function) !== true,
  );
  if (read !== null && !(isComplete && lacks)) return { frames: read, from: 'assembly' };
  if (isComplete) return { frames: listed, from: 'table' };
  return { frames: entry(program, 'main'), from: 'main alone' };
}

function entry(program: Program, name: string): readonly OrderFrame[] {
  const definition = program.function(name, '');
  if (definition === null) return [];
  return [{ function: name, file: definition.file, line: definition.line }];
}

function fromAssembly(
  configuration: Configuration,
  program: Program,
  preprocessor: Preprocessor,
): readonly OrderFrame[] | null {
  const files = configuration.files.filter((file) => /\.[sS]$/.test(file));
  const starts = [...files, ...startFiles(configuration)].filter((file) =>
    /locore|start/i.test(file),
  );
  for (const file of starts) {
    const preprocessed = preprocessor.runAssembly(file, preprocessedAssembly);
    if (preprocessed === null) continue;
    const calls = callsIn(preprocessed.text);
    const main = calls.findIndex(({ name }) => name === 'main' || name === 'kernmain');
    if (main < 0) continue;
    const before = calls
      .slice(0, main + 1)
      .filter(
        ({ name }) =>
          /main$|init|boot|start|load/.test(name) && program.function(name, '') !== null,
      );
    const unique = new Map(before.map((one) => [one.name, one]));
    // Without a C entry before it, main() was not reached from where we looked.
    if (unique.size < 2) continue;
    return [...unique.values()].map(({ name, line }) => ({ function: name, file, line }));
  }
  return null;
}
