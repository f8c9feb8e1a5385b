import type { Model, Process } from '../../src/base/model.ts';
import type { View } from '../../src/base/view.ts';
import { cell, cells, cellType } from '../../src/base/cell.ts';
import { present } from '../../src/base/assert.ts';

/**
 * A toy boot: CPUs share pools of items, cut from few pages mapped under one lock.
 *
 * The first CPU brings up memory, address space and the pools one by one; the others wait for it.
 * Then each takes an item of some pool, growing the pool if it must, and puts it back. The same
 * model is written in Promela in `bench/toy-boot.pml`: the counts must be equal.
 */

type Boot = number;
type Lock = string;
type Memory = { readonly free: number; readonly mapped: number };
type Pool = { readonly state: number; readonly items: number; readonly lock: string };
type Cpu = { readonly at: string; readonly pool: number; readonly holds: boolean };

const bootType = cellType<Boot>()({
  name: 'boot',
  observers: { reached: (phase, least: number) => phase >= least },
  operations: { enter: (_phase, next: number) => next },
});

const lockType = cellType<Lock>()({
  name: 'lock',
  observers: { isFree: (owner) => owner === '' },
  operations: { take: (_owner, by: string) => by, release: () => '' },
});

const memoryType = cellType<Memory>()({
  name: 'memory',
  observers: { hasPage: ({ free }) => free > 0 },
  operations: {
    find: (memory, pages: number) => void (memory.free = pages),
    take: (memory) => void memory.free--,
    map: (memory) => void memory.mapped++,
    giveBack: (memory) => {
      memory.free++;
      memory.mapped--;
    },
  },
});

const poolType = cellType<Pool>()({
  name: 'pool',
  observers: {
    isReady: ({ state }) => state === 2,
    isUnlocked: ({ lock }) => lock === '',
    hasItem: ({ items }) => items > 0,
    /** Whether one more item makes a whole page of idle ones. */
    fillsPage: ({ items }) => items + 1 >= itemsPerPage,
  },
  operations: {
    enter: (pool, state: number) => void (pool.state = state),
    lock: (pool, by: string) => void (pool.lock = by),
    unlock: (pool) => void (pool.lock = ''),
    add: (pool, items: number) => void (pool.items += items),
  },
});

const cpuType = cellType<Cpu>()({ name: 'cpu', observers: {}, operations: {} });

const itemsPerPage = 2;

export function toyBoot(cpuCount: number, poolCount: number, pageCount: number): Model {
  const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
  const boot = cell('boot', bootType, 0);
  const mapLock = cell('map lock', lockType, '');
  const memory = cell('memory', memoryType, { free: 0, mapped: 0 });
  const pools = cells('pool', numbers(poolCount), poolType, { state: 0, items: 0, lock: '' });
  const cpus = cells('cpu', numbers(cpuCount), cpuType, (name) => ({
    at: name === '0' ? 'find memory' : 'choose',
    pool: 0,
    holds: false,
  }));
  const poolChoices = pools.refs.map((reference, value) => ({ label: reference, value }));

  const processes = cpus.refs.map((me): Process => {
    const own = cpus.at(me);
    return { name: me, kind: 'system', step };

    function step(view: View): void {
      const cpu = view.read(own);
      const pool = present(pools.cells[cpu.pool], 'the pool in use is one of the pools');
      const go = (at: string, more: Partial<Cpu> = {}): void =>
        view.write(own, { ...cpu, ...more, at });
      view.mark(cpu.at);
      switch (cpu.at) {
        case 'find memory':
          view.update(boot, 'enter', 1);
          return go('find pages');
        case 'find pages':
          view.update(boot, 'enter', 2);
          view.update(memory, 'find', pageCount);
          return go('map kernel');
        case 'map kernel':
          view.update(boot, 'enter', 3);
          return go('declare pool');
        case 'declare pool':
          view.update(pool, 'enter', 1);
          return go('open pool');
        case 'open pool':
          view.update(pool, 'enter', 2);
          if (cpu.pool < poolCount - 1) return go('declare pool', { pool: cpu.pool + 1 });
          view.update(boot, 'enter', 4);
          return go('end boot');
        case 'end boot':
          view.update(boot, 'enter', 5);
          return go('choose', { pool: 0 });
        case 'choose': {
          if (!view.observe(boot, 'reached', 3)) view.blocked('boot');
          const chosen = view.choose('pool', poolChoices);
          const target = present(pools.cells[chosen], 'a choice is one of the pools');
          if (!view.observe(target, 'isReady')) view.blocked('pool');
          return go('lock to get', { pool: chosen });
        }
        case 'lock to get':
        case 'lock to put':
          if (!view.observe(pool, 'isUnlocked')) view.blocked('pool lock');
          view.update(pool, 'lock', me);
          return go(cpu.at === 'lock to get' ? 'get' : 'put');
        case 'get':
          if (!view.observe(pool, 'hasItem')) return go('lock map');
          view.update(pool, 'add', -1);
          return go('unlock with item', { holds: true });
        case 'lock map':
          if (!view.observe(mapLock, 'isFree')) view.blocked('map lock');
          view.update(mapLock, 'take', me);
          return go('take page');
        case 'take page':
          if (!view.observe(memory, 'hasPage')) {
            view.update(mapLock, 'release');
            return go('unlock empty handed');
          }
          view.update(memory, 'take');
          return go('map page');
        case 'map page':
          view.update(memory, 'map');
          view.update(mapLock, 'release');
          view.update(pool, 'add', itemsPerPage);
          return go('get');
        case 'unlock with item':
          view.update(pool, 'unlock');
          return go('lock to put');
        case 'put':
          if (view.observe(pool, 'fillsPage')) go('shrink', { holds: false });
          else go('unlock', { holds: false });
          return view.update(pool, 'add', 1);
        case 'shrink':
          if (!view.observe(mapLock, 'isFree')) view.blocked('map lock');
          view.update(pool, 'add', -itemsPerPage);
          view.update(memory, 'giveBack');
          return go('unlock');
        default:
          view.update(pool, 'unlock');
          return go('choose', { pool: 0 });
      }
    }
  });

  return {
    name: 'litmus/toy-boot',
    parameters: { cpuCount, poolCount, pageCount },
    cells: [boot, mapLock, memory, ...pools.cells, ...cpus.cells],
    processes,
    properties: [],
    final: () => false,
    mustPass: ['end boot', 'shrink'],
    mayPass: [],
    assumptions: [],
    environment: [],
  };
}
