import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Diagnostic, Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';
import type { SourceTree } from './source-tree.ts';
import { insideTree } from './source-tree.ts';

/**
 * A kernel tree on disk: the only file of this room that touches the file system.
 *
 * It reads and never writes. Symbolic links are followed only where they stay inside the tree or
 * its `../common`: a checkout is somebody else's text, and must not name our files.
 */
export function diskTree(root: string): Result<SourceTree> {
  const sys = kernelRoot(root);
  if ('code' in sys) return bad(sys);
  const base = sys.path;
  const allowed = [base, join(base, '..', 'common')].map(realPath).filter((path) => path !== null);

  const located = new Map<string, string | null>();
  const locate = (path: string): string | null => {
    const before = located.get(path);
    if (before !== undefined) return before;
    const now = find(path);
    located.set(path, now);
    return now;
  };
  const find = (path: string): string | null => {
    const inside = insideTree(path);
    if (inside === null) return null;
    const real = realPath(join(base, inside));
    if (real === null) return null;
    return allowed.some((folder) => real === folder || real.startsWith(folder + sep)) ? real : null;
  };
  const statOf = (path: string): { size: number; mtimeMs: number; file: boolean } | null => {
    const real = locate(path);
    if (real === null) return null;
    try {
      const stat = statSync(real);
      return { size: stat.size, mtimeMs: stat.mtimeMs, file: stat.isFile() };
    } catch {
      return null;
    }
  };
  return ok({
    read(path) {
      const real = locate(path);
      if (real === null) return null;
      try {
        return readFileSync(real, 'latin1');
      } catch {
        return null;
      }
    },
    exists: (path) => statOf(path) !== null,
    list(folder) {
      const real = locate(folder);
      if (real === null) return [];
      try {
        return readdirSync(real).sort();
      } catch {
        return [];
      }
    },
    size(path) {
      const stat = statOf(path);
      return stat?.file === true ? stat.size : null;
    },
    stamp(path) {
      const stat = statOf(path);
      return stat === null ? null : `${stat.size}:${stat.mtimeMs}`;
    },
  });
}

// People give the tree or its `sys`; both are clear enough.
function kernelRoot(root: string): { readonly path: string } | Diagnostic {
  for (const path of [root, join(root, 'sys')]) {
    try {
      if (statSync(join(path, 'conf', 'files')).isFile()) return { path: realpathSync(path) };
    } catch {
      // Not this one; the next one, or the message below.
    }
  }
  try {
    if (!statSync(root).isDirectory()) {
      return { code: 'bad-tree', message: 'found a file, expected a folder', at: root };
    }
  } catch {
    return { code: 'unreadable', message: 'there is no such folder', at: root };
  }
  return {
    code: 'bad-tree',
    message: 'not a kernel tree: there is no conf/files in it, nor in its sys',
    at: root,
    hint: 'give the folder of the kernel sources, as in /usr/src/sys',
  };
}

function realPath(path: string): string | null {
  try {
    // The other one asks for each folder on the way.
    return realpathSync.native(path);
  } catch {
    return null;
  }
}
