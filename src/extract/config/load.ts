/**
 * Finds and reads the configuration of an architecture, or says what there is instead.
 */
import type { Result } from '../../base/diagnostic.ts';
import { bad, ok } from '../../base/diagnostic.ts';
import type { Limits } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import type { Configuration, Declarations } from './configuration.ts';
import { knownLibraries, loadLibrary } from './library.ts';
import { withPortMakefile } from './port-makefile.ts';
import { readDeclarations } from './reader.ts';
import type { ConfigRequest } from './request.ts';
import { unknownName } from './request.ts';
import { selected } from './select.ts';

// evbarm, usermode and the like have no GENERIC: these are what their boards build first.
const preferred = [
  'GENERIC',
  'GENERIC.SKI',
  'RPI',
  'INTEGRATOR',
  'GENERIC.common',
  'MALTA',
  'PMPPC',
  'WALNUT',
];

/** The architectures that have a conf folder. */
export function knownArchitectures(tree: SourceTree): readonly string[] {
  return tree.list('arch').filter((arch) => tree.exists(`arch/${arch}/conf/files.${arch}`));
}

/** Kernel configurations of one architecture. */
export function knownConfigurations(tree: SourceTree, arch: string): readonly string[] {
  const names = tree.list(`arch/${arch}/conf`);
  return names.filter((name) => /^[A-Z]/.test(name) && name !== 'CVS' && !/^Makefile/.test(name));
}

/** Reads it all; a diagnostic where arch or configuration do not exist. */
export function loadConfiguration(
  tree: SourceTree,
  request: ConfigRequest,
  limits: Limits,
): Result<Configuration> {
  const { arch } = request;
  if (knownLibraries(tree).includes(arch)) return loadLibrary(tree, request, limits);
  const archs = [...knownArchitectures(tree), ...knownLibraries(tree)];
  if (!archs.includes(arch)) return unknownName('architecture', arch, archs);
  const names = knownConfigurations(tree, arch);
  const name = request.config ?? preferred.find((one) => names.includes(one));
  if (name === undefined) {
    return bad({
      code: 'bad-option',
      message: `${arch} has no configuration called GENERIC; it has ${names.join(', ') || 'none'}`,
      hint: 'name one with --config',
    });
  }
  if (!names.includes(name)) return unknownName(`configuration of ${arch}`, name, names);
  const path = `arch/${arch}/conf/${name}`;
  const asWritten = readDeclarations(tree, path, limits);
  const isBare = asWritten.machine === '';
  const declared = isBare ? readDeclarations(tree, path, limits, arch) : asWritten;
  const asked = Object.keys(request.options ?? {});
  const undeclared = asked.filter((option) => !isDeclared(declared, option));
  for (const [option, value] of Object.entries(request.options ?? {})) {
    if (value === null) declared.options.delete(option);
    else declared.options.set(option, value);
  }
  const assumed = isBare
    ? [`${path} names no machine: read as if it began with \`machine ${arch}\``]
    : [];
  const declaredNames = [...declared.headerOf.keys()];
  const identity = { arch, name, path, assumed, undeclared, declared: declaredNames };
  const configuration = selected(declared, identity, (file) => tree.size(file) !== null);
  return ok(withPortMakefile(tree, configuration, limits));
}

/** Declared by defflag and the like, set by the configuration, or what files are selected by. */
function isDeclared({ headerOf, options, files }: Declarations, option: string): boolean {
  if (headerOf.has(option) || options.has(option)) return true;
  const word = new RegExp(`(?<![\\w.-])${option}(?![\\w.-])`, 'i');
  return files.some(({ condition }) => word.test(condition));
}
