import { cellType } from '../base/cell.ts';
import type { Plain } from '../base/plain.ts';
import type { Phase } from './phases.ts';

/** How far boot has come: the machine's snapshot, the next event, and what was chosen at each guard. */
export type BootState = {
  readonly phase: Phase;
  /** Index of the event that runs next; the number of events when boot is over. */
  readonly next: number;
  /** Where a `Sequence` and not the order says what comes next: the events that have run, sorted. */
  readonly ran?: readonly number[];
  /** By choice: the way that was gone. Chosen once, shared by all events that hang on it. */
  readonly guards: { readonly [choice: string]: number };
  /** Pages of RAM that allocations of the boot itself hold, for good. */
  readonly pagesHeld: number;
};

export const bootType = cellType<BootState>()({
  name: 'boot',
  observers: {
    next: (boot) => boot.next,
    /** Whether event `index` is the one that runs next. */
    isAbout: (boot, index: number) => boot.next === index,
    /** Whether event `index` has run. */
    isPast: (boot, index: number) => boot.ran?.includes(index) ?? boot.next > index,
    /** Under a `Sequence`: the events that have run, with the one that runs now. */
    ranWithNext: (boot): readonly number[] =>
      [...(boot.ran ?? []), ...(boot.next < 0 ? [] : [boot.next])].sort((a, b) => a - b),
    /** Whether the conditions of an event still allow it: each is `[choice, arm, isNot]`. */
    mayRun: (boot, ways: readonly (readonly [string, number, boolean])[]): boolean =>
      ways.every(([choice, arm, isNot]) => {
        const chosen = boot.guards[choice];
        return chosen === undefined || (chosen === arm) !== isNot;
      }),
    /** The region's phase: `kmemMap` of `memory`. */
    phase: (boot, region: string): Plain => regionOf(boot.phase['value'] ?? null, region),
  },
  operations: {
    enter: (boot, phase: Phase) => ({ ...boot, phase }),
    advance: (boot, phase: Phase) => ({ ...boot, phase, next: boot.next + 1 }),
    /** Under a `Sequence`: what has run, and what is next. */
    turnTo: (boot, phase: Phase, ran: readonly number[], next: number) => ({
      ...boot,
      phase,
      ran,
      next,
    }),
    hold: (boot, pages: number) => {
      boot.pagesHeld += pages;
    },
    decide: (boot, choice: string, way: number) => {
      boot.guards[choice] = way;
    },
  },
});

function regionOf(value: Plain, region: string): Plain {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const record = value as { readonly [key: string]: Plain };
  return record[region] ?? null;
}
