/**
 * Where `#include` looks: headers that config(1) would write, `machine/` and the CPU families'
 * links, then the kernel's own `-I` folders. Never outside the tree.
 */
import type { SourceTree } from '../source-tree.ts';
import { folderOf, insideTree, joinPath } from '../source-tree.ts';

export interface IncludePath {
  find(name: string, from: string, quoted: boolean): Found;
}

export interface Found {
  /** The file's path in the tree, `virtual:NAME` for a generated header, or null. */
  readonly path: string | null;
  /** Where it was looked for first: a file that appears there would be found instead. */
  readonly absent: readonly string[];
  /** True where the file named lies outside the tree, and `path` is the tree's own copy of it. */
  readonly isStandIn?: boolean;
}

// NetBSD installs arch/MACHINE/include there: a kernel that is a program includes its host's.
const hostFolder = '/usr/include/machine/';

export const virtualPrefix = 'virtual:';

export function includePath(
  tree: SourceTree,
  /** What `machine/` stands for. */
  machine: readonly string[],
  folders: readonly string[],
  generated: ReadonlyMap<string, string>,
  /** The machine on which a kernel that is a program is built. */
  host: string,
): IncludePath {
  const links = new Map<string, readonly string[]>();
  for (const arch of tree.list('arch')) {
    if (tree.exists(`arch/${arch}/include`)) links.set(arch, [`arch/${arch}/include`]);
  }
  links.set('machine', machine);
  const known = new Map<string, boolean>();
  const isFile = (path: string): boolean => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const now = tree.size(path) !== null;
    known.set(path, now);
    return now;
  };
  const answers = new Map<string, Found>();
  const search = (name: string, folder: string | null): Found => {
    if (name.startsWith(hostFolder)) {
      const path = insideTree(`arch/${host}/include/${name.slice(hostFolder.length)}`);
      if (path !== null && isFile(path)) return { path, absent: [], isStandIn: true };
    }
    const absent: string[] = [];
    const candidates: string[] = [];
    if (folder !== null) candidates.push(joinPath(folder, name));
    const slash = name.indexOf('/');
    for (const link of (slash > 0 ? links.get(name.slice(0, slash)) : undefined) ?? []) {
      candidates.push(joinPath(link, name.slice(slash + 1)));
    }
    candidates.push(...folders.map((one) => joinPath(one, name)));
    for (const candidate of candidates) {
      const path = insideTree(candidate);
      if (path === null) continue;
      if (isFile(path)) return { path, absent };
      absent.push(path);
    }
    return { path: generated.has(name) ? virtualPrefix + name : null, absent };
  };
  return {
    find(name, from, quoted) {
      const folder = quoted && !from.startsWith(virtualPrefix) ? folderOf(from) : null;
      const key = `${folder ?? '<'}\n${name}`;
      const before = answers.get(key);
      if (before !== undefined) return before;
      const found = search(name, folder);
      answers.set(key, found);
      return found;
    },
  };
}
