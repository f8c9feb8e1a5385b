/**
 * Finds and reads the configuration of an architecture, or says what there is instead.
 */
import { distance } from 'fastest-levenshtein';
import type { Result } from '../../base/diagnostic.ts';
import { bad, ok } from '../../base/diagnostic.ts';
import type { Limits } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import type { Configuration, Declarations } from './configuration.ts';
import { readDeclarations } from './reader.ts';
import { selected } from './select.ts';

export interface ConfigRequest {
  readonly arch: string;
  /** The configuration's name; `GENERIC` or, on boards without one, the first of `preferred`. */
  readonly config?: string;
  /** Options that are set (value, or '' for none) or taken out (null). */
  readonly options?: { readonly [name: string]: string | null };
}

// evbarm, usermode and the like have no GENERIC: these are what their boards build first.
const preferred = ['GENERIC', 'RPI', 'INTEGRATOR', 'GENERIC.common', 'MALTA', 'PMPPC', 'WALNUT'];

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
  const archs = knownArchitectures(tree);
  if (!archs.includes(arch)) return unknown('architecture', arch, archs);
  const names = knownConfigurations(tree, arch);
  const name = request.config ?? preferred.find((one) => names.includes(one));
  if (name === undefined) {
    return bad({
      code: 'bad-option',
      message: `${arch} has no configuration called GENERIC; it has ${names.join(', ') || 'none'}`,
      hint: 'name one with --config',
    });
  }
  if (!names.includes(name)) return unknown(`configuration of ${arch}`, name, names);
  const path = `arch/${arch}/conf/${name}`;
  const declared = readDeclarations(tree, path, limits);
  const asked = Object.keys(request.options ?? {});
  const undeclared = asked.filter((option) => !isDeclared(declared, option));
  for (const [option, value] of Object.entries(request.options ?? {})) {
    if (value === null) declared.options.delete(option);
    else declared.options.set(option, value);
  }
  if (declared.machine === '') {
    return bad({
      code: 'bad-tree',
      message: 'the configuration names no machine',
      at: path,
      hint: 'a kernel configuration begins with a `machine` line, often in its std.ARCH',
    });
  }
  const identity = { arch, name, path, undeclared, declared: [...declared.headerOf.keys()] };
  return ok(selected(declared, identity, (file) => tree.size(file) !== null));
}

/** Declared by defflag and the like, set by the configuration, or what files are selected by. */
function isDeclared({ headerOf, options, files }: Declarations, option: string): boolean {
  if (headerOf.has(option) || options.has(option)) return true;
  const word = new RegExp(`(?<![\\w.-])${option}(?![\\w.-])`, 'i');
  return files.some(({ condition }) => word.test(condition));
}

function unknown<T>(what: string, name: string, known: readonly string[]): Result<T> {
  const near = [...known].sort((a, b) => distance(a, name) - distance(b, name)).slice(0, 3);
  return bad({
    code: 'unknown-name',
    message: `no ${what} is called ${name}; known are ${known.join(', ') || 'none'}`,
    ...(near.length > 0 && { hint: `the nearest are ${near.join(', ')}` }),
  });
}
