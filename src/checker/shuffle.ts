/**
 * At most `max` of the items in an order that has nothing to do with theirs, the same each time:
 * whoever depends on what came before is asked in another order than at first.
 */
export function someOf<T>(items: readonly T[], max: number): readonly T[] {
  const left = [...items];
  const count = Math.min(max, left.length);
  let random = 0x2545f491;
  for (let i = 0; i < count; i++) {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    const k = i + ((random >>> 0) % (left.length - i));
    [left[i], left[k]] = [left[k] as T, left[i] as T];
  }
  return left.slice(0, count);
}
