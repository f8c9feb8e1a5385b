/**
 * Depths of states: states are numbered level by level, so a list of where levels start tells all.
 *
 * `levels` holds by depth the first state there, and at its end where the last level ends.
 */

/** The depth of a state. */
export function levelOf(state: number, levels: readonly number[]): number {
  return levels.findLastIndex((start, depth) => start <= state && depth < levels.length - 1);
}

/** Those of the states (in ascending order) that are at the depth of the first. */
export function atFirstLevel(states: readonly number[], levels: readonly number[]): number[] {
  const [first] = states;
  if (first === undefined) return [];
  const end = levels[levelOf(first, levels) + 1] ?? Infinity;
  return states.filter((state) => state < end);
}
