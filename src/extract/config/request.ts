/** What is asked for of a tree, and what to say where the tree has no such thing. */
import { distance } from 'fastest-levenshtein';
import type { Result } from '../../base/diagnostic.ts';
import { bad } from '../../base/diagnostic.ts';

export interface ConfigRequest {
  readonly arch: string;
  /**
   * The configuration's name; `GENERIC` or, on boards without one, the first of those that their
   * boards build first. The components of a library, with commas.
   */
  readonly config?: string;
  /** Options that are set (value, or '' for none) or taken out (null). */
  readonly options?: { readonly [name: string]: string | null };
}

/** No such name: the known ones, and the nearest. */
export function unknownName<T>(what: string, name: string, known: readonly string[]): Result<T> {
  const near = [...known].sort((a, b) => distance(a, name) - distance(b, name)).slice(0, 3);
  return bad({
    code: 'unknown-name',
    message: `no ${what} is called ${name}; known are ${known.join(', ') || 'none'}`,
    ...(near.length > 0 && { hint: `the nearest are ${near.join(', ')}` }),
  });
}
