/**
 * The heaviest increasing subsequence: of things that changed places, the ones that can be said to
 * have stayed. Quadratic, which is right for the few thousand events of a boot.
 */
export interface Positioned {
  readonly position: number;
  readonly weight: number;
}

/** Indexes of `items` whose positions increase, with the greatest sum of weights; earliest wins. */
export function keptInPlace(items: readonly Positioned[]): ReadonlySet<number> {
  const best: number[] = [];
  const before: number[] = [];
  let last = -1;
  for (const [i, item] of items.entries()) {
    let sum = 0;
    let from = -1;
    for (let j = 0; j < i; j++) {
      const other = items[j];
      const reached = best[j] ?? 0;
      if (other !== undefined && other.position < item.position && reached > sum) {
        sum = reached;
        from = j;
      }
    }
    best.push(sum + item.weight);
    before.push(from);
    if (last < 0 || (best[i] ?? 0) > (best[last] ?? 0)) last = i;
  }
  const kept = new Set<number>();
  for (let i = last; i >= 0; i = before[i] ?? -1) kept.add(i);
  return kept;
}
