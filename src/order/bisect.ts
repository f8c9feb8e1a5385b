/**
 * The exit code for `git bisect run`: 0 good, 1 bad, 125 where this revision gives no answer.
 *
 * git takes every other code below 128 for *bad*: a tree that cannot be read, or an answer that is
 * open, would send the bisection the wrong way.
 */
export function bisectVerdict(exitCode: number): 0 | 1 | 125 {
  return exitCode === 0 ? 0 : exitCode === 1 ? 1 : 125;
}
