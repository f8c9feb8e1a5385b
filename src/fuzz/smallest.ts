/**
 * Delta debugging: leaves out parts while the fault remains.
 *
 * The answer is one from which no single item can be left out; fast-check's own shrinking knows
 * nothing of what its numbers mean, and stops earlier.
 *
 * @source Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002: ddmin
 */
export function smallest<T>(
  items: readonly T[],
  shows: (some: readonly T[]) => boolean,
): readonly T[] {
  let kept = items;
  let parts = 2;
  while (kept.length > 0) {
    const size = Math.max(1, Math.ceil(kept.length / parts));
    const smaller = withoutOnePart(kept, size, shows);
    if (smaller !== undefined) {
      kept = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) {
      return kept;
    } else {
      parts *= 2;
    }
  }
  return kept;
}

function withoutOnePart<T>(
  items: readonly T[],
  size: number,
  shows: (some: readonly T[]) => boolean,
): readonly T[] | undefined {
  for (let from = 0; from < items.length; from += size) {
    const rest = [...items.slice(0, from), ...items.slice(from + size)];
    if (shows(rest)) return rest;
  }
  return undefined;
}
