/**
 * The kernel sources, as the rest of this room sees them: names in, text out.
 *
 * Names are relative to the tree's `sys` folder, with `/`. The only way out of it is `../common`,
 * which every NetBSD tree keeps beside `sys`; anything else is refused, so that a hostile include
 * or conf line cannot read the reader's own files.
 */
export interface SourceTree {
  /** The whole text (as Latin-1, so that no byte is lost); null where there is no such file. */
  read(path: string): string | null;
  exists(path: string): boolean;
  /** Names in a folder, sorted; empty where there is none. */
  list(folder: string): readonly string[];
  /** Size in bytes, before anything is read; null where there is no such file. */
  size(path: string): number | null;
  /** Changes whenever the file does (as make would see it); saves hashing unchanged files. */
  stamp?(path: string): string | null;
}

/** Folds `.` and `..`; null where the path leads outside the tree and its `../common`. */
export function insideTree(path: string): string | null {
  if (path.startsWith('/') || path.includes('\0') || path.includes('\\')) return null;
  const parts: string[] = [];
  let above = 0;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0) parts.pop();
    else above++;
  }
  if (above === 0) return parts.join('/');
  if (above > 1 || parts[0] !== 'common') return null;
  return `../${parts.join('/')}`;
}

/** The folder of a path, without a trailing slash. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** `folder/name`, or `name` alone in the root. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The tree with a memory: a file is scanned, hashed, preprocessed and searched, but read once. */
export function readOnce(tree: SourceTree): SourceTree {
  const texts = new Map<string, string | null>();
  return {
    ...tree,
    read(path) {
      let text = texts.get(path);
      if (text === undefined) {
        text = tree.read(path);
        texts.set(path, text);
      }
      return text;
    },
  };
}

/** A tree held in memory: what tests and the miniature kernel use. */
export function memoryTree(files: { readonly [path: string]: string }): SourceTree {
  const names = Object.keys(files).sort();
  return {
    read: (path) => (Object.hasOwn(files, path) ? (files[path] ?? null) : null),
    exists: (path) =>
      Object.hasOwn(files, path) || names.some((name) => name.startsWith(`${path}/`)),
    size: (path) => (Object.hasOwn(files, path) ? (files[path]?.length ?? null) : null),
    list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const inside = names.filter((name) => name.startsWith(prefix));
      return [...new Set(inside.map((name) => name.slice(prefix.length).split('/')[0] ?? ''))];
    },
  };
}
