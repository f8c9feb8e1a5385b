import type { Plain } from '../base/plain.ts';
import { encode } from '../base/plain.ts';
import type { Change } from '../checker/result.ts';

/**
 * What a step changed, short enough to read: only the parts that differ, references by name,
 * addresses in hexadecimal as ddb prints them.
 */
export function describeChange(change: Change): string {
  const { cell, before, after } = change;
  if (before === null) return `${cell} comes: ${brief(after)}`;
  if (after === null) return `${cell} goes`;
  const parts = differences(before, after, '');
  return `${cell} ${parts.join(', ')}`;
}

/**
 * How far the boot process has come, in words: its phases, and nothing of the machine that they
 * are stored in. Null where the change is not of them, or only counts events.
 */
export function describePhase(change: Change): string | null {
  const phases = (value: Plain): Plain | undefined => {
    const phase = isRecord(value) ? value['phase'] : undefined;
    return isRecord(phase) ? phase['value'] : undefined;
  };
  const [before, after] = [phases(change.before), phases(change.after)];
  if (before === undefined || after === undefined) return null;
  const parts = differences(before, after, '');
  return parts.length === 0 ? null : `phase: ${parts.join(', ')}`;
}

/** One part of a value that a step changed; lists tell what went and what came. */
export type ChangedPart =
  | { readonly path: string; readonly before: Plain; readonly after: Plain }
  | { readonly path: string; readonly removed: readonly Plain[]; readonly added: readonly Plain[] };

/** Each part that differs, with its path inside the value; one part of path '' where all of it does. */
export function changedParts(before: Plain, after: Plain, path = ''): readonly ChangedPart[] {
  if (encode(before) === encode(after)) return [];
  if (isList(before) && isList(after)) {
    const removed = without(before, after);
    const added = without(after, before);
    // The same items in another order: only the whole list tells that.
    if (removed.length > 0 || added.length > 0) return [{ path, removed, added }];
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => {
      const below = path === '' ? key : `${path}.${key}`;
      return changedParts(before[key] ?? null, after[key] ?? null, below);
    });
  }
  return [{ path, before, after }];
}

function differences(before: Plain, after: Plain, path: string): string[] {
  return changedParts(before, after, path).map(partText);
}

function partText(part: ChangedPart): string {
  if ('added' in part) {
    const gone = part.removed.map((item) => `-${brief(item)}`);
    const come = part.added.map((item) => `+${brief(item)}`);
    return `${prefix(part.path)}${[...gone, ...come].join(' ')}`;
  }
  if (isList(part.before) && isList(part.after)) {
    return `${prefix(part.path)}is now ${brief(part.after)}`;
  }
  return `${prefix(part.path)}${brief(part.before)} → ${brief(part.after)}`;
}

/** The items of `some` that are left when those of `others` are taken away one by one. */
function without(some: readonly Plain[], others: readonly Plain[]): Plain[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(encode(other), (left.get(encode(other)) ?? 0) + 1);
  return some.filter((item) => {
    const count = left.get(encode(item)) ?? 0;
    if (count > 0) left.set(encode(item), count - 1);
    return count === 0;
  });
}

const prefix = (path: string): string => (path === '' ? '' : `${path} `);

const addressesFrom = 0x10000;

/** A value in a few words. */
export function brief(value: Plain | undefined): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') {
    return value >= addressesFrom ? `0x${value.toString(16)}` : String(value);
  }
  if (typeof value === 'string') return /^[a-z]+:[^:\s]+$/.test(value) ? afterColon(value) : value;
  if (isList(value)) return `[${value.map(brief).join(' ')}]`;
  const parts = Object.entries(value).filter(([, part]) => part !== undefined && part !== null);
  return `{${parts.map(([key, part]) => `${key} ${brief(part)}`).join(', ')}}`;
}

const afterColon = (reference: string): string => reference.slice(reference.indexOf(':') + 1);

export function isList(value: unknown): value is readonly Plain[] {
  return Array.isArray(value);
}

export function isRecord(value: unknown): value is { readonly [key: string]: Plain | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
