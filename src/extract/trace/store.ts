/**
 * The memory of the interpreted kernel: values by path, with a trail to go back by.
 *
 * Where control forks on something unknown each arm runs from the same memory, then the arms are
 * joined: what they agree on stays known. Nothing multiplies, whatever the number of branches.
 */
import type { Value } from './value.ts';
import { eitherOf, rootOf } from './value.ts';

/** Present in the store and not known, as against never written. */
const unknown = Symbol('unknown');
type Stored = Exclude<Value, undefined> | typeof unknown;

/** What a place holds; `written` without a value where something unknown was written. */
export interface Read {
  readonly written: boolean;
  readonly value: Value;
}

const neverWritten: Read = { written: false, value: undefined };
const writtenUnknown: Read = { written: true, value: undefined };

export interface Change {
  readonly path: string;
  readonly before: Stored | undefined;
}

export class Store {
  readonly #values = new Map<string, Stored>();
  readonly #trail: Change[] = [];
  /** Paths that were ever written, by the object they lie in. */
  readonly #within = new Map<string, Set<string>>();
  readonly #versions = new Map<string, number>();
  #writes = 0;

  get size(): number {
    return this.#values.size;
  }

  read(path: string): Read {
    const stored = this.#values.get(path);
    if (stored === undefined) return neverWritten;
    return stored === unknown ? writtenUnknown : { written: true, value: stored };
  }

  write(path: string, value: Value): void {
    this.#versions.set(path, ++this.#writes);
    this.#put(path, value === undefined ? unknown : value);
  }

  /** What a condition says of a value that is there: no write. */
  learn(path: string, value: Value): void {
    this.#put(path, value === undefined ? unknown : value);
  }

  /** Changes with every write to the path, on whatever way of the path it happens. */
  version(path: string): number {
    return this.#versions.get(path) ?? 0;
  }

  /** Sets what has always been there: not undone, and never over what was written. */
  initialise(path: string, value: Value): void {
    if (this.#values.has(path)) return;
    this.#values.set(path, value === undefined ? unknown : value);
    this.#noteWithin(path);
  }

  /** Takes back what was set to `value` as what has always been there, if it still holds that. */
  uninitialise(path: string, value: Value): void {
    if (this.read(path).value === value) this.#values.delete(path);
  }

  #noteWithin(path: string): void {
    const root = rootOf(path);
    const paths = this.#within.get(root);
    if (paths === undefined) this.#within.set(root, new Set([path]));
    else paths.add(path);
  }

  #pathsWithin(path: string): readonly string[] {
    return [...(this.#within.get(rootOf(path)) ?? [])];
  }

  #put(path: string, stored: Stored | undefined): void {
    const before = this.#values.get(path);
    if (before === stored) return;
    this.#trail.push({ path, before });
    if (stored === undefined) this.#values.delete(path);
    else {
      this.#values.set(path, stored);
      if (before === undefined) this.#noteWithin(path);
    }
  }

  mark(): number {
    return this.#trail.length;
  }

  /** Takes back everything since the mark. */
  rewind(mark: number): void {
    while (this.#trail.length > mark) {
      const change = this.#trail.pop();
      if (change === undefined) return;
      if (change.before === undefined) this.#values.delete(change.path);
      else this.#values.set(change.path, change.before);
    }
  }

  /** Paths written since the mark. */
  changedSince(mark: number): ReadonlySet<string> {
    const paths = new Set<string>();
    for (let i = mark; i < this.#trail.length; i++) paths.add(this.#trail[i]?.path ?? '');
    return paths;
  }

  /** What the changed paths hold now; then everything since the mark is taken back. */
  capture(mark: number): Snapshot {
    const values = new Map<string, Stored | undefined>();
    for (const path of this.changedSince(mark)) values.set(path, this.#values.get(path));
    this.rewind(mark);
    return values;
  }

  /** Goes on from the join of several captures made from the present memory, ways of `choice`. */
  join(snapshots: readonly Snapshot[], choice?: number): void {
    const paths = new Set<string>();
    for (const snapshot of snapshots) for (const path of snapshot.keys()) paths.add(path);
    for (const path of paths) {
      const now = this.#values.get(path);
      let joined: Stored | undefined;
      snapshots.forEach((snapshot, i) => {
        const value = snapshot.has(path) ? snapshot.get(path) : now;
        joined = i === 0 || joined === value ? value : oneOf(joined, value, choice);
      });
      this.#put(path, joined);
    }
  }

  /** Forgets everything below a path, as a copy of a whole structure does. */
  forgetBelow(path: string, value: Value): void {
    for (const key of this.#pathsWithin(path)) {
      if (!this.#values.has(key) || !key.startsWith(path)) continue;
      if (/^[.[]/.test(key.slice(path.length))) this.write(key, value);
    }
  }

  /** Copies all that is known of a structure; from an unknown one, nothing is known. */
  copyBelow(from: string | undefined, to: string): void {
    this.forgetBelow(to, undefined);
    if (from === undefined) return;
    for (const key of this.#pathsWithin(from)) {
      const stored = this.#values.get(key);
      if (stored === undefined) continue;
      const rest = key.startsWith(from) ? key.slice(from.length) : '';
      if (!/^[.[]/.test(rest)) continue;
      this.#versions.set(to + rest, ++this.#writes);
      this.#put(to + rest, stored);
    }
  }

  /** Drops a frame's locals; only where no trail needs them any more. */
  dropPrefix(prefix: string, names: Iterable<string>): void {
    if (this.#trail.length > 0) return;
    for (const name of names) this.#values.delete(prefix + name);
  }
}

// A few addresses stay, and so do the bounds of numbers; nothing else that differs.
function oneOf(a: Stored | undefined, b: Stored | undefined, choice?: number): Stored {
  if (a === undefined || b === undefined || a === unknown || b === unknown) return unknown;
  return eitherOf([a, b], choice) ?? unknown;
}

export type Snapshot = ReadonlyMap<string, Stored | undefined>;
