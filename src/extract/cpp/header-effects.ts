/**
 * What including a header for its macros does, so that it need not be walked again.
 *
 * Hundreds of units include the same headers, which define the same macros as long as those that
 * their conditionals ask about are the same. While a header is walked the macros that it asks for
 * and those that it changes are noted; where a later unit has the same answers, the changes are made
 * at once. Headers inside a header are part of its effect.
 */
import type { Macro, MacroTable } from './macros.ts';
import type { MissingHeader } from './preprocessed.ts';

export interface HeaderEffect {
  /** Macros that were asked for, as they were before the header changed them; undefined: not there. */
  readonly asked: ReadonlyMap<string, Macro | undefined>;
  /** Macros that it defines, or (undefined) takes away. */
  readonly changed: ReadonlyMap<string, Macro | undefined>;
  /** Files that were read, in order. */
  readonly includes: readonly string[];
  /** Where an included file was looked for in vain. */
  readonly absent: ReadonlySet<string>;
  /** Headers that were not found, and where they were asked for. */
  readonly missing: ReadonlyMap<string, MissingHeader>;
}

class Notes implements HeaderEffect {
  readonly asked = new Map<string, Macro | undefined>();
  readonly changed = new Map<string, Macro | undefined>();
  readonly includes: string[] = [];
  readonly absent = new Set<string>();
  readonly missing = new Map<string, MissingHeader>();

  ask(name: string, macro: Macro | undefined): void {
    if (!this.changed.has(name) && !this.asked.has(name)) this.asked.set(name, macro);
  }

  add(effect: HeaderEffect): void {
    for (const [name, macro] of effect.asked) this.ask(name, macro);
    for (const [name, macro] of effect.changed) this.changed.set(name, macro);
    for (const path of effect.includes) this.includes.push(path);
    for (const path of effect.absent) this.absent.add(path);
    for (const [name, header] of effect.missing) {
      if (!this.missing.has(name)) this.missing.set(name, header);
    }
  }
}

/** One unit's macros and what it has read, with an eye on the headers that are being walked. */
export class WatchedMacros {
  readonly table: MacroTable;
  /** What the whole unit read. */
  readonly includes: string[] = [];
  readonly absent = new Set<string>();
  readonly missing = new Map<string, MissingHeader>();
  readonly #watching: Notes[] = [];

  constructor(table: MacroTable) {
    this.table = table;
  }

  get(name: string): Macro | undefined {
    const macro = this.table.get(name);
    this.#watching.at(-1)?.ask(name, macro);
    return macro;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  define(macro: Macro): void {
    this.#change(macro.name, macro);
  }

  undefine(name: string): void {
    this.#change(name, undefined);
  }

  #change(name: string, macro: Macro | undefined): void {
    if (macro === undefined) this.table.delete(name);
    else this.table.set(name, macro);
    this.#watching.at(-1)?.changed.set(name, macro);
  }

  included(path: string): void {
    this.includes.push(path);
    this.#watching.at(-1)?.includes.push(path);
  }

  lookedFor(paths: readonly string[]): void {
    const notes = this.#watching.at(-1);
    for (const path of paths) {
      this.absent.add(path);
      notes?.absent.add(path);
    }
  }

  notFound(header: MissingHeader): void {
    for (const { missing } of [this, ...this.#watching.slice(-1)]) {
      if (!missing.has(header.name)) missing.set(header.name, header);
    }
  }

  /** The effect of what `walk` does. */
  watch(walk: () => void): HeaderEffect {
    const notes = new Notes();
    this.#watching.push(notes);
    walk();
    this.#watching.pop();
    this.#watching.at(-1)?.add(notes);
    return notes;
  }

  /** Whether all that the header asked for is here as it was there. */
  fits({ asked }: HeaderEffect): boolean {
    for (const [name, macro] of asked) if (this.table.get(name) !== macro) return false;
    return true;
  }

  repeat(effect: HeaderEffect): void {
    this.#watching.at(-1)?.add(effect);
    for (const [name, macro] of effect.changed) {
      if (macro === undefined) this.table.delete(name);
      else this.table.set(name, macro);
    }
    for (const path of effect.includes) this.includes.push(path);
    for (const path of effect.absent) this.absent.add(path);
    for (const [name, header] of effect.missing) {
      if (!this.missing.has(name)) this.missing.set(name, header);
    }
  }
}
