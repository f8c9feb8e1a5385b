import type { OrderHole } from '../order.ts';

/** What a reading did not have, and what that can hide. */

/** A file that the configuration selects and that was not there to be read. */
export interface MissingFile {
  readonly file: string;
  /** Routines that are called and that no file defines: any of them may be in it. */
  readonly mayDefine: readonly string[];
}

/** The missing files of an order; each leaves every answer open, because nobody knows what is in it. */
export function missingFiles(holes: readonly OrderHole[]): readonly MissingFile[] {
  const files = new Set(holes.filter(isMissingFile).map(({ what }) => what));
  const undefinedCalls = new Set(
    holes
      .filter((hole) => hole.kind === 'missing definition' && canHide(hole))
      .map(({ what }) => what),
  );
  return [...files].map((file) => ({ file, mayDefine: [...undefinedCalls] }));
}

/** Not there, not readable, or larger than `fileSizeMax`. */
const isMissingFile = ({ kind, what }: OrderHole): boolean =>
  kind === 'missing file' || (kind === 'limit' && /\.[chsS]$/.test(what));

/** `kern/subr_vmem.c is missing, which may define vmem_subsystem_init()`. */
export function missingFileText({ file, mayDefine }: MissingFile, most = 4): string {
  if (mayDefine.length === 0) return `${file} is missing`;
  const shown = mayDefine.slice(0, most).map((name) => `${name}()`);
  const more = mayDefine.length - shown.length;
  return `${file} is missing, which may define ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Routines of the C library, and what compilers put in for themselves. */
const library =
  /^_*(builtin_\w+|mem(cmp|cpy|set|move|chr)|bcmp|bcopy|bzero|ffs\w*|popcount\w*|strn?(case)?(cmp|len|chr|rchr|str|cpy|cat|pbrk|sep)|strto[a-z]+|cpu_simple_(un)?lock)$/;

const hidingKinds = new Set<OrderHole['kind']>([
  ...(['unresolved call', 'cut', 'parse error', 'missing file', 'missing definition'] as const),
  'limit',
]);

/**
 * Whether what was not read could bring up an object or call an allocator.
 *
 * Assembly is not among what can: every initialiser is a C function, and routines in assembly
 * that C calls (port input and output, control registers, byte copies) call none. Neither is the C
 * library.
 */
export const canHide = (hole: OrderHole): boolean =>
  hidingKinds.has(hole.kind) && !library.test(hole.what.replace(/\(.*$/, '').trim());
