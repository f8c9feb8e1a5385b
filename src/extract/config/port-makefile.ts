/**
 * What a port's makefile says of single files: C files that no conf file names (`MD_CFILES`) and
 * flags that one file is compiled with (`CPPFLAGS.init_main.c`). The rest of it is the same for all
 * ports, and is taken for granted.
 */
import { cpuFor } from '../cpp/predefined.ts';
import type { Limits } from '../limits.ts';
import { cFlags } from '../make/flags.ts';
import { readMakefile } from '../make/makefile.ts';
import type { SourceTree } from '../source-tree.ts';
import { insideTree } from '../source-tree.ts';
import type { Configuration } from './configuration.ts';

/** The configuration with what the port's makefile adds to it. */
export function withPortMakefile(
  tree: SourceTree,
  configuration: Configuration,
  limits: Limits,
): Configuration {
  const { machine } = configuration;
  const path = `arch/${machine}/conf/Makefile.${machine}`;
  const given = new Map([
    ...([
      ['S', '.'],
      ['MACHINE', machine],
      ['MACHINE_ARCH', cpuFor(configuration)],
    ] as const),
  ]);
  // Its includes are the part that all ports share.
  const makefile = readMakefile(tree, path, given, { ...limits, includeDepthMax: 1 });
  const flags = new Map(
    makefile.variables.flatMap((name) => {
      const file = /^CPPFLAGS\.(.+)$/.exec(name)?.[1];
      return file === undefined ? [] : [[file, cFlags(makefile.value(name))] as const];
    }),
  );
  const flagsFor = (file: string) => flags.get(file.slice(file.lastIndexOf('/') + 1));
  const added = makefile
    .value('MD_CFILES')
    .split(/\s+/)
    .flatMap((word) => {
      const file = word === '' ? null : insideTree(word);
      // A file of the host's side: it sees the host's headers, and the kernel calls it as it is.
      const isOfHost = file !== null && flagsFor(file)?.undefined.has('_KERNEL') === true;
      return file === null || isOfHost || tree.size(file) === null ? [] : [file];
    });
  const files = [...configuration.files, ...added];
  return {
    ...configuration,
    files,
    fileDefines: new Map(
      files.flatMap((file) => {
        const defines = flagsFor(file)?.defines;
        return defines === undefined || defines.size === 0 ? [] : [[file, defines] as const];
      }),
    ),
    confFiles: [...configuration.confFiles, path],
    absentFiles: makefile.absent,
  };
}
