import type { Model } from '../../src/base/model.ts';
import type { View } from '../../src/base/view.ts';
import { always } from '../../src/base/model.ts';
import { present } from '../../src/base/assert.ts';
import { litmus, process, sanity, whole, wholeCell } from './transitions.ts';

/** Classics of concurrency: who may go on, and who waits for ever. */

/** Philosophers who all take the left fork first. */
export function philosophers(count: number): Model {
  const forks = Array.from({ length: count }, (_, i) => wholeCell<boolean>(`fork/${i}`, false));
  const places = Array.from({ length: count }, (_, i) => wholeCell<number>(`philosopher/${i}`, 0));
  return litmus({
    name: 'litmus/philosophers',
    parameters: { count },
    cells: [...places, ...forks],
    processes: places.map((place, i) => {
      const left = present(forks[i], 'as many forks as places');
      const right = present(forks[(i + 1) % count], 'as many forks as places');
      const take = (view: View, fork: typeof left): void => {
        if (view.read(fork)) view.blocked(fork.key);
        view.write(fork, true);
      };
      return process(`philosopher ${i}`, (view) => {
        const at = view.read(place);
        view.write(place, (at + 1) % 4);
        if (at === 0) take(view, left);
        else if (at === 1) take(view, right);
        else view.write(at === 2 ? right : left, false);
      });
    }),
  });
}

/**
 * Peterson's mutual exclusion for two ("Myths about the mutual exclusion problem", 1981), with the
 * program points of `test/models/peterson.pml`.
 */
export function peterson(): Model {
  const flags = [wholeCell<boolean>('flag/0', false), wholeCell<boolean>('flag/1', false)];
  const turn = wholeCell<number>('turn', 0);
  const inside = wholeCell<number>('inside', 0);
  return litmus({
    name: 'litmus/peterson',
    ...withPrograms([0, 1], (me, at, view) => {
      const mine = present(flags[me], 'two processes');
      const other = present(flags[1 - me], 'two processes');
      switch (at) {
        case 0:
          return 1;
        case 1:
          view.write(mine, true);
          return 2;
        case 2:
          view.write(turn, me);
          return 3;
        case 3:
          if (view.read(other) && view.read(turn) === me) view.blocked('turn');
          return 4;
        case 4:
          view.write(inside, view.read(inside) + 1);
          return 5;
        case 5:
          return 6;
        case 6:
          view.write(inside, view.read(inside) - 1);
          return 7;
        default:
          view.write(mine, false);
          return 1;
      }
    }),
    properties: [
      always({
        name: 'mutual exclusion',
        sentence: 'at most one process is inside',
        ...sanity,
        objects: whole,
        holds: (_, view) => view.read(inside) < 2,
      }),
    ],
  });

  function withPrograms(
    numbers: readonly number[],
    step: (me: number, at: number, view: View) => number,
  ): Pick<Model, 'cells' | 'processes'> {
    const points = numbers.map((me) => wholeCell<number>(`point/${me}`, 0));
    return {
      cells: [...flags, turn, inside, ...points],
      processes: points.map((point, me) =>
        process(`user ${me}`, (view) => view.write(point, step(me, view.read(point), view))),
      ),
    };
  }
}

/**
 * The priority inversion that reset Mars Pathfinder: the low task runs only while the high one is
 * idle, and both share a mutex. The program points are those of `test/models/pathfinder.pml`.
 */
export function pathfinder(): Model {
  const high = wholeCell<Task>('high', 'idle');
  const low = wholeCell<Task>('low', 'idle');
  const mutex = wholeCell<'free' | 'busy'>('mutex', 'free');
  const step = (own: typeof high, view: View): void => {
    switch (view.read(own)) {
      case 'idle':
        return view.write(own, 'waiting');
      case 'waiting':
        if (view.read(mutex) === 'busy') view.blocked('mutex');
        view.write(mutex, 'busy');
        return view.write(own, 'locked');
      case 'locked':
        return view.write(own, 'running');
      case 'running':
        view.write(mutex, 'free');
        return view.write(own, 'idle');
    }
  };
  return litmus({
    name: 'litmus/pathfinder',
    cells: [high, low, mutex],
    processes: [
      process('high', (view) => step(high, view)),
      process('low', (view) => {
        if (view.read(high) !== 'idle') view.blocked('the high task');
        step(low, view);
      }),
    ],
  });
}

type Task = 'idle' | 'waiting' | 'locked' | 'running';
