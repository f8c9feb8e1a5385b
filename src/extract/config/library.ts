/**
 * A kernel that is a library: no configuration and no start code. Its makefiles say which files
 * belong to it and how they are compiled; which components there are is decided when a program
 * is linked, so it is asked for, and printed.
 */
import type { Result } from '../../base/diagnostic.ts';
import { ok } from '../../base/diagnostic.ts';
import type { Limits } from '../limits.ts';
import { cFlags } from '../make/flags.ts';
import type { Makefile } from '../make/makefile.ts';
import { readMakefile } from '../make/makefile.ts';
import type { SourceTree } from '../source-tree.ts';
import { folderOf, insideTree, joinPath } from '../source-tree.ts';
import type { ConfProblem, Configuration } from './configuration.ts';
import type { ConfigRequest } from './request.ts';
import { unknownName } from './request.ts';

/** Where the components of a library are; `name` makes a component's name of its folder. */
interface Library {
  /** Always present, and the default. */
  readonly base: string;
  readonly groups: readonly {
    readonly folder: string;
    readonly name: (folder: string) => string;
  }[];
}

// Named as the programs that link them do: -lrumpfs_ffs is rump/fs/lib/libffs.
const group = (name: string): Library['groups'][number] => ({
  folder: `rump/${name}/lib`,
  name: (folder) => folder.replace(/^lib/, `rump${name}_`),
});

const libraries: { readonly [arch: string]: Library } = {
  rump: {
    base: 'rumpkern',
    groups: [
      { folder: 'rump/librump', name: (folder) => folder },
      ...['dev', 'fs', 'kern', 'net'].map(group),
    ],
  },
};

/** What bsd.own.mk would know of the machine for which the library is built. */
const machines: { readonly [machine: string]: { readonly arch: string; readonly cpu: string } } = {
  amd64: { arch: 'x86_64', cpu: 'x86_64' },
  i386: { arch: 'i386', cpu: 'i386' },
  alpha: { arch: 'alpha', cpu: 'alpha' },
  sparc64: { arch: 'sparc64', cpu: 'sparc64' },
  macppc: { arch: 'powerpc', cpu: 'powerpc' },
};

/** The kernels of the tree that are libraries. */
export const knownLibraries = (tree: SourceTree): readonly string[] =>
  Object.keys(libraries).filter((arch) => componentsOf(tree, arch).size > 0);

/** Components by name, with their folders. */
function componentsOf(tree: SourceTree, arch: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { folder, name } of libraries[arch]?.groups ?? []) {
    for (const one of tree.list(folder)) {
      const path = joinPath(folder, one);
      if (tree.size(joinPath(path, 'Makefile')) !== null) found.set(name(one), path);
    }
  }
  return found;
}

/** Reads the makefiles of the components that were asked for. */
export function loadLibrary(
  tree: SourceTree,
  request: ConfigRequest,
  limits: Limits,
): Result<Configuration> {
  const { arch } = request;
  const known = componentsOf(tree, arch);
  const base = libraries[arch]?.base ?? '';
  const asked = (request.config ?? base).split(',').map((name) => name.trim());
  const names = [...new Set([base, ...asked])];
  for (const name of names) {
    if (!known.has(name)) return unknownName(`component of ${arch}`, name, [...known.keys()]);
  }
  const options = request.options ?? {};
  const machine = options['MACHINE'] ?? 'amd64';
  const cpu = machines[machine];
  if (cpu === undefined) {
    return unknownName(`machine for which ${arch} is built`, machine, Object.keys(machines));
  }
  const given = new Map<string, string>([
    ...([
      ['MACHINE', machine],
      ['MACHINE_ARCH', cpu.arch],
      ['MACHINE_CPU', cpu.cpu],
    ] as const),
    ...Object.entries(options).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as const],
    ),
  ]);
  const makefiles = names.map((name) =>
    readMakefile(tree, joinPath(known.get(name) ?? '', 'Makefile'), given, limits),
  );
  return ok(joined(tree, request, { names, machine, makefiles }));
}

interface Parts {
  readonly names: readonly string[];
  readonly machine: string;
  readonly makefiles: readonly Makefile[];
}

/** Options that no makefile asks for by name. */
function unmentioned(
  tree: SourceTree,
  { options = {} }: ConfigRequest,
  makefiles: readonly Makefile[],
): string[] {
  const texts = makefiles.flatMap(({ files }) => files.map((file) => tree.read(file) ?? ''));
  return Object.keys(options).filter(
    (name) => !texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)),
  );
}

function joined(tree: SourceTree, request: ConfigRequest, parts: Parts): Configuration {
  const { names, machine, makefiles } = parts;
  const flags = makefiles.map((makefile) => cFlags(makefile.value('CPPFLAGS')));
  const folders = [...new Set(flags.flatMap((one) => one.folders.flatMap(inTree)))];
  const defines = new Map(flags.flatMap((one) => [...one.defines]));
  for (const [name, value] of Object.entries(request.options ?? {})) {
    if (value === null) defines.delete(name);
    else defines.set(name, value === '' ? '1' : value);
  }
  const found = makefiles.map((makefile) => sourcesOf(tree, makefile));
  const own = folders.map((folder) => joinPath(folder, 'machine'));
  return {
    arch: request.arch,
    name: names.join(','),
    path: makefiles[0]?.files[0] ?? '',
    machine: request.arch,
    families: [machine],
    kind: 'library',
    files: [...new Set(found.flatMap(({ files }) => files))],
    headers: new Map(),
    defines,
    fileDefines: new Map(),
    options: defines,
    attachments: [],
    includeFolders: folders,
    machineFolders: [
      ...own.filter((folder) => tree.list(folder).length > 0),
      `arch/${machine}/include`,
    ],
    confFiles: [...new Set(makefiles.flatMap(({ files }) => files))],
    absentFiles: [
      ...makefiles.flatMap(({ absent }) => absent),
      ...found.flatMap(({ absent }) => absent),
    ],
    problems: withoutRepeats([
      ...makefiles.flatMap(({ problems }) => problems),
      ...found.flatMap(({ problems }) => problems),
    ]),
    assumed: assumptions(request.arch, parts),
    undeclared: unmentioned(tree, request, makefiles),
    declared: [],
  };
}

// `.` is where make works, and holds nothing of the tree.
function inTree(folder: string): readonly string[] {
  const inside = folder === '.' ? null : insideTree(folder);
  return inside === null ? [] : [inside];
}

function assumptions(arch: string, { names, machine, makefiles }: Parts): readonly string[] {
  const unset = [...new Set(makefiles.flatMap((one) => one.unset))].sort();
  return [
    `${arch} is linked of the components ${names.join(', ')}, and of no other`,
    `${arch} is built for ${machine}`,
    ...(unset.length === 0 ? [] : [`make variables that nobody sets: ${unset.join(', ')}`]),
    ...(names.length > 1 ? ['the flags of one component count for all of them'] : []),
  ];
}

interface Sources {
  readonly files: readonly string[];
  readonly absent: readonly string[];
  readonly problems: readonly ConfProblem[];
}

/** The sources where make would find them: beside the makefile, then on its path. */
function sourcesOf(tree: SourceTree, makefile: Makefile): Sources {
  const at = makefile.files[0] ?? '';
  const folders = [folderOf(at), ...makefile.paths];
  const files: string[] = [];
  const absent: string[] = [];
  const problems: ConfProblem[] = [];
  for (const name of makefile.value('SRCS').split(/\s+/)) {
    if (name === '') continue;
    const places = folders.map((folder) => joinPath(folder, name));
    const found = places.find((path) => tree.size(path) !== null);
    absent.push(...places.slice(0, found === undefined ? undefined : places.indexOf(found)));
    if (found === undefined) {
      problems.push({ kind: makefile.made.has(name) ? 'made' : 'missing file', what: name, at });
    } else files.push(found);
  }
  return { files, problems, absent };
}

function withoutRepeats(problems: readonly ConfProblem[]): readonly ConfProblem[] {
  return [...new Map(problems.map((one) => [`${one.what}\n${one.at}`, one])).values()];
}
