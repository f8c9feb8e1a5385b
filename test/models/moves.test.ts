import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/checker/index.ts';
import { eras } from '../../models/netbsd/eras.ts';
import { movesHead, movesOfPort, movesRow, movesTable } from '../../models/netbsd/moves-table.ts';
import type { Move, Moves } from '../../models/netbsd/moves.ts';
import { bareBoot, isHarmless, movedOrder, movesOf } from '../../models/netbsd/moves.ts';
import type { PortName } from '../../models/netbsd/orders.ts';
import { orders } from '../../models/netbsd/orders.ts';
import type { Precondition } from '../../models/netbsd/preconditions.ts';
import { pairsOf, preconditions } from '../../models/netbsd/preconditions.ts';

/** `BOOTPROOF_ALL_MOVES=1` compares the whole table with the model, and tries all forbidden moves. */
const everything = process.env['BOOTPROOF_ALL_MOVES'] === '1';
const minutes = 60_000;

const portsMoved: readonly PortName[] = ['i386', 'arm32', 'alpha'];
const table = readFileSync('docs/moves.md', 'utf8');
const eraNamed = (name: string) => {
  const era = eras.find(({ policies }) => policies.era === name);
  if (era === undefined) throw new Error(`no era ${name}`);
  return era;
};

describe('moved boots', () => {
  const cEveryGrowth = eraNamed('c-explicit-order');
  const moves = movesOf(cEveryGrowth, 'i386');

  it('are all there: each event of the part at each other place of it', () => {
    expect(moves.all.length).toBe(moves.events.length * (moves.order.events.length - 2));
    expect(moves.events.length).toBe(38);
  });

  it('give what a boot of the moved order gives by itself, checked in the ordinary way', () => {
    for (const move of moves.all.filter((_, i) => i % 211 === 17)) {
      const result = moves.try(move);
      const alone = check(bareBoot(cEveryGrowth, 'i386', movedOrder(moves.order, move)));
      const violated = alone.properties
        .filter(({ verdict, name }) => verdict === 'VIOLATED' && name !== 'no-panic')
        .map(({ name }) => name);
      expect(violated.toSorted()).toEqual(
        [
          ...(result.needs.length > 0 ? ['needs'] : []),
          ...result.violated.keys(),
          ...(result.completes ? [] : ['boot-completes']),
        ].toSorted(),
      );
      const needs = alone.properties.find(({ name }) => name === 'needs')?.objects ?? [];
      expect(needs.filter(({ verdict }) => verdict === 'VIOLATED').length).toBe(
        result.needs.length,
      );
      expect(isHarmless(result)).toBe(alone.verdict === 'PASS');
    }
  });

  it('do no harm where nothing is forbidden: era C leaves static pools free until they are used', () => {
    const place = (wchan: string): number =>
      moves.order.events.findIndex(({ args }) => args['wchan'] === wchan);
    const harmless = (move: Move): boolean => isHarmless(moves.try(move));
    expect(harmless({ from: place('amappl'), to: place('extent') })).toBe(true);
    expect(harmless({ from: place('extent'), to: place('pmappl') })).toBe(true);
    expect(harmless({ from: place('vmmpepl'), to: place('extent') })).toBe(false);
  });
});

describe.each(portsMoved)('the moves that the preconditions forbid on %s', (port) => {
  const forms = movesOfPort(port).byForm;
  const applying = preconditions.filter(({ except }) => except?.includes(port) !== true);

  it.each(forms)('are caught by the precondition that forbids them: $name', ({ moves }) => {
    for (const one of applying) {
      for (const move of forbiddenBy(one, moves)) expect(faultOf(one, moves, move)).toBe('none');
    }
  });
});

/** The number of events that are moved; the last event of the order stays. */
const countOf = (moves: Moves): number => moves.order.events.length - 1;

/** The later event put before the earlier one, or the earlier one after it: next to it, or anywhere. */
function forbiddenBy(one: Precondition, moves: Moves): readonly Move[] {
  const count = countOf(moves);
  return pairsOf(one, moves.order.events)
    .filter(({ first, then }) => first < count && then < count)
    .flatMap(({ first, then }) => {
      expect(first).toBeLessThan(then);
      const early = everything ? upTo(first + 1) : [first];
      const late = everything ? upTo(count).slice(then) : [then];
      return [
        ...early.map((to) => ({ from: then, to })),
        ...late.map((to) => ({ from: first, to })),
      ];
    });
}

const upTo = (end: number): readonly number[] => Array.from({ length: end }, (_, i) => i);

/**
 * A forbidden move is caught; and where the boot came to the event that lacked something, the need
 * named there is the precondition's. Before that, another need may have stopped it.
 */
function faultOf(one: Precondition, moves: Moves, move: Move): string {
  const result = moves.try(move);
  const what = `${one.pre} (${one.because}), event ${move.from} to ${move.to}`;
  if (isHarmless(result)) return `${what}: harmless`;
  const lacking = pairsOf(one, moves.order.events)
    .flatMap(({ first, then }) =>
      move.from === then ? [then, first] : move.from === first ? [then, first] : [],
    )
    .filter((event) => result.reached.has(event));
  const named = result.needs.some(
    ({ event, cites }) => cites === one.pre && lacking.includes(event),
  );
  const stoppedBefore = !result.completes && result.needs.length > 0;
  return named || (stoppedBefore && move.from < move.to) ? 'none' : `${what}: not named`;
}

describe('preconditions beyond the part', () => {
  it('PRE-16: locks are not taken before pool_subsystem_init has initialised them', () => {
    const era = eraNamed('c-explicit-order');
    const { events } = orders.c.i386;
    const at = (call: string, object: string | null): number =>
      events.findIndex((event) => event.call === call && event.object === object);
    const early = movedOrder(orders.c.i386, {
      from: at('set', 'cold'),
      to: at('pool_subsystem_init', null),
    });
    const result = check(bareBoot(era, 'i386', early));
    const needs = result.properties.find(({ name }) => name === 'needs')?.objects ?? [];
    const unmet = needs.filter(({ verdict }) => verdict === 'VIOLATED').map(({ object }) => object);
    expect(unmet).toEqual([expect.stringContaining('pool_subsystem_init is done (PRE-16)')]);
  });
});

describe('docs/moves.md', () => {
  it.each(portsMoved)(
    'has the rows that the model gives for %s',
    { timeout: 10 * minutes },
    (port) => {
      const of = movesOfPort(port);
      if (everything) expect(table).toContain(movesTable(of));
      expect(table).toContain(movesHead(of));
      const { events } = of.byForm[0]?.moves ?? { events: [] };
      for (const from of events.filter((_, i) => i % 12 === 3)) {
        expect(table).toContain(movesRow(of, from));
      }
    },
  );
});
