import { createHash } from 'node:crypto';
import type { SourceTree } from './source-tree.ts';

/** Hashes of the tree's files, each made once a run; null for a file that is not there. */
export class FileHashes {
  readonly #tree: SourceTree;
  readonly #known = new Map<string, string | null>();

  constructor(tree: SourceTree) {
    this.#tree = tree;
  }

  of(path: string): string | null {
    let hash = this.#known.get(path);
    if (hash === undefined) {
      const text = this.#tree.read(path);
      hash = text === null ? null : hashText(text);
      this.#known.set(path, hash);
    }
    return hash;
  }
}

/** SHA-256 of a text whose characters are bytes. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('base64');
}
