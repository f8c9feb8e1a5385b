import type { Model } from '../../src/base/model.ts';
import { always, sometimes } from '../../src/base/model.ts';
import { present } from '../../src/base/assert.ts';
import { labelled, litmus, process, sanity, whole, wholeCell } from './transitions.ts';

/** Puzzles whose state spaces are known: how many positions, how many moves, how far at most. */

/** Measure four litres with a jug of three and a jug of five. */
export function dieHard(): Model {
  const small = wholeCell<number>('small', 0);
  const big = wholeCell<number>('big', 0);
  return litmus({
    name: 'litmus/die-hard',
    cells: [small, big],
    processes: [
      process('fill small', (view) => view.write(small, 3)),
      process('fill big', (view) => view.write(big, 5)),
      process('empty small', (view) => view.write(small, 0)),
      process('empty big', (view) => view.write(big, 0)),
      process('small to big', (view) => {
        const poured = Math.min(view.read(small), 5 - view.read(big));
        view.write(small, view.read(small) - poured);
        view.write(big, view.read(big) + poured);
      }),
      process('big to small', (view) => {
        const poured = Math.min(view.read(big), 3 - view.read(small));
        view.write(big, view.read(big) - poured);
        view.write(small, view.read(small) + poured);
      }),
    ],
    properties: [
      always({
        name: 'never four',
        sentence: 'the big jug never holds four litres',
        ...sanity,
        objects: whole,
        holds: (_, view) => view.read(big) !== 4,
      }),
    ],
  });
}

/** Three missionaries and three cannibals, each a person of their own, cross a river in a boat for two. */
export function missionaries(): Model {
  const people = ['m1', 'm2', 'm3', 'c1', 'c2', 'c3'];
  const boat = wholeCell<'east' | 'west'>('boat', 'east');
  const east = wholeCell<readonly string[]>('east', people);
  const crews = people.flatMap((one, i) => [
    { label: one, value: [one] },
    ...people.slice(i + 1).map((other) => ({ label: `${one} ${other}`, value: [one, other] })),
  ]);
  const isSafe = (bank: readonly string[]): boolean => {
    const missionaryCount = bank.filter((person) => person.startsWith('m')).length;
    return missionaryCount === 0 || missionaryCount * 2 >= bank.length;
  };
  return litmus({
    name: 'litmus/missionaries',
    cells: [boat, east],
    processes: [
      process('cross', (view) => {
        const from = view.read(boat);
        const onEast = view.read(east);
        const here = people.filter((person) => onEast.includes(person) === (from === 'east'));
        const crew = view.choose('crew', crews);
        if (!crew.every((person) => here.includes(person))) view.blocked('crew');
        const left = here.filter((person) => !crew.includes(person));
        const there = people.filter((person) => !left.includes(person));
        if (!isSafe(left) || !isSafe(there)) view.blocked('safety');
        view.write(boat, from === 'east' ? 'west' : 'east');
        view.write(east, from === 'east' ? left : there);
      }),
    ],
    properties: [
      sometimes({
        name: 'solved',
        sentence: 'everybody is across',
        ...sanity,
        objects: whole,
        holds: (_, view) => view.read(east).length === 0,
      }),
    ],
  });
}

/** All ways to place queens, as a set of unfinished boards that is worked off in any order. */
export function queens(size: number): Model {
  const unfinished = wholeCell<readonly string[]>('unfinished', ['']);
  const solutions = wholeCell<readonly string[]>('solutions', []);
  const columns = Array.from({ length: size }, (_, column) => column);
  const attacks = (board: string, column: number): boolean =>
    [...board].some((other, row) => {
      const distance = Math.abs(Number(other) - column);
      return distance === 0 || distance === board.length - row;
    });
  return litmus({
    name: 'litmus/queens',
    parameters: { size },
    cells: [unfinished, solutions],
    processes: [
      process('place', (view) => {
        const boards = view.read(unfinished);
        const board = view.choose('on', labelled(boards));
        const next = columns.filter((column) => !attacks(board, column)).map((c) => board + c);
        const rest = boards.filter((other) => other !== board);
        if (board.length === size - 1) {
          view.write(unfinished, rest);
          view.write(solutions, [...view.read(solutions), ...next].sort());
        } else {
          view.write(unfinished, [...rest, ...next].sort());
        }
      }),
    ],
    properties: [
      always({
        name: 'no solution',
        sentence: 'there is no solution',
        ...sanity,
        objects: whole,
        holds: (_, view) => view.read(solutions).length === 0,
      }),
    ],
    final: (view) => view.read(unfinished).length === 0,
  });
}

/** Discs on three pegs, a larger one never on a smaller one. */
export function hanoi(discCount: number): Model {
  const discs = Array.from({ length: discCount }, (_, i) => wholeCell<number>(`disc/${i}`, 0));
  const pegs = [0, 1, 2];
  const moves = pegs.flatMap((from) =>
    pegs.flatMap((to) => (from === to ? [] : [{ label: `${from} to ${to}`, value: { from, to } }])),
  );
  return litmus({
    name: 'litmus/hanoi',
    parameters: { discCount },
    cells: discs,
    processes: [
      process('move', (view) => {
        const { from, to } = view.choose('peg', moves);
        // Discs are listed from the smallest: the first one met on either peg is on top of both.
        for (const disc of discs) {
          const peg = view.read(disc);
          if (peg === to) view.blocked('a larger disc');
          if (peg === from) return view.write(disc, to);
        }
        return view.blocked('a disc');
      }),
    ],
    properties: [
      sometimes({
        name: 'solved',
        sentence: 'all discs are on the last peg',
        ...sanity,
        objects: whole,
        holds: (_, view) => discs.every((disc) => view.read(disc) === 2),
      }),
    ],
  });
}

/** Eight tiles and a hole on a board of three by three. */
export function eightPuzzle(): Model {
  const hole = wholeCell<number>('hole', 0);
  const places = Array.from({ length: 9 }, (_, i) => wholeCell<number>(`place/${i}`, i));
  const directions = [
    { label: 'up', value: { down: -1, right: 0 } },
    { label: 'down', value: { down: 1, right: 0 } },
    { label: 'left', value: { down: 0, right: -1 } },
    { label: 'right', value: { down: 0, right: 1 } },
  ];
  return litmus({
    name: 'litmus/eight-puzzle',
    cells: [hole, ...places],
    processes: [
      process('slide', (view) => {
        const at = view.read(hole);
        const { down, right } = view.choose('hole', directions);
        const row = Math.floor(at / 3) + down;
        const column = (at % 3) + right;
        if (row < 0 || row > 2 || column < 0 || column > 2) view.blocked('the edge');
        const to = row * 3 + column;
        const target = present(places[to], 'on the board');
        view.write(present(places[at], 'on the board'), view.read(target));
        view.write(target, 0);
        view.write(hole, to);
      }),
    ],
  });
}

/** Independent switches: comes back to its initial state in many ways. */
export function toggles(count: number): Model {
  const switches = Array.from({ length: count }, (_, i) =>
    wholeCell<boolean>(`switch/${i}`, false),
  );
  return litmus({
    name: 'litmus/toggles',
    parameters: { count },
    cells: switches,
    processes: switches.map((one) =>
      process(`toggle ${one.key}`, (view) => view.write(one, !view.read(one))),
    ),
  });
}
