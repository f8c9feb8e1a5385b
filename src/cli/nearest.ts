import { distance } from 'fastest-levenshtein';
import type { Diagnostic } from '../base/diagnostic.ts';

/** The names most like `wanted`, nearest first; those too far away to be meant are left out. */
export function nearest(wanted: string, names: readonly string[], count = 3): readonly string[] {
  const lowered = wanted.toLowerCase();
  return names
    .map((name) => {
      const low = name.toLowerCase();
      const last = low.slice(low.lastIndexOf('/') + 1);
      const isPart = lowered.length >= 3 && low.includes(lowered);
      const far = Math.min(distance(lowered, low), distance(lowered, last) + 1);
      return { name, far: isPart ? Math.min(far, 1) : far };
    })
    .filter(
      ({ name, far }) => far <= Math.max(2, Math.ceil(Math.max(wanted.length, name.length) / 3)),
    )
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** `there is no model "x"`, with the nearest names; `all` is where one finds the rest. */
export function unknownName(
  kind: string,
  wanted: string,
  names: readonly string[],
  all: string,
): Diagnostic {
  const near = nearest(wanted, names);
  const hint = near.length > 0 ? `nearest: ${near.join(', ')}; ${all}` : all;
  return { code: 'unknown-name', message: `there is no ${kind} "${wanted}"`, hint };
}
