import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Source } from './sources.ts';
import { importsOf, sourcesIn } from './sources.ts';

/**
 * Which room may import which. The same table stands in docs/architecture.md for people; the last
 * test compares the two.
 */
interface Room {
  readonly rooms: readonly string[] | 'all';
  readonly packages: readonly string[];
  /** Modules of Node itself; not in the table, since few rooms have a use for any. */
  readonly node?: readonly string[] | 'all';
}

const rooms: { readonly [room: string]: Room } = {
  base: { rooms: [], packages: [] },
  order: { rooms: ['base'], packages: ['valibot'] },
  checker: { rooms: ['base'], packages: [] },
  kernel: { rooms: ['base'], packages: [] },
  extract: {
    rooms: ['base', 'order'],
    packages: ['web-tree-sitter', 'fastest-levenshtein', 'valibot'],
    // The tree on disk, the grammar that comes with its package, and content hashes.
    node: ['node:crypto', 'node:fs', 'node:module', 'node:path', 'node:url'],
  },
  boot: { rooms: ['base', 'order', 'checker', 'kernel'], packages: ['xstate'] },
  fuzz: { rooms: ['base', 'order', 'checker', 'kernel', 'boot'], packages: ['fast-check'] },
  report: {
    rooms: ['base', 'order', 'checker', 'boot'],
    packages: ['ts-pattern', 'valibot'],
    // Content hashes of models and orders.
    node: ['node:crypto'],
  },
  cli: {
    rooms: 'all',
    packages: ['commander', 'ts-pattern', 'fastest-levenshtein'],
    node: 'all',
  },
  models: {
    rooms: ['base', 'order', 'checker', 'kernel', 'boot', 'properties'],
    packages: ['xstate'],
    // Boot orders are JSON files beside the code.
    node: ['node:fs', 'node:path', 'node:url'],
  },
  properties: { rooms: ['base', 'kernel', 'boot', 'checker'], packages: [] },
};

/** `src/kernel/pool/pool.ts` is in `kernel`; files directly in `src` and tests are in no room. */
function roomOf(path: string): string | null {
  const [first = '', second = '', third] = path.split('/');
  if (first === 'models' || first === 'properties') return first;
  return first === 'src' && third !== undefined ? second : null;
}

/** What a file imports and may not, a sentence each. */
function violationsOf(source: Source): readonly string[] {
  const room = roomOf(source.path);
  // Properties with generated inputs are tests; tests and the public names may use anything.
  if (room === null || source.path.endsWith('.prop.ts')) return [];
  const rule = rooms[room];
  if (rule === undefined) return [`${source.path}: room ${room} is not in the table`];
  return importsOf(source).flatMap((target) => {
    if (target.startsWith('.')) {
      const to = roomOf(posix.join(posix.dirname(source.path), target));
      if (to === room || rule.rooms === 'all' || (to !== null && rule.rooms.includes(to)))
        return [];
      return [`${source.path} imports ${target}; ${room} may import ${rule.rooms.join(', ')}`];
    }
    if (target.startsWith('node:') || builtinModules.includes(target)) {
      if (rule.node === 'all' || rule.node?.includes(target) === true) return [];
      return [
        `${source.path} imports ${target}; ${room} may import ${rule.node?.join(', ') ?? 'nothing of Node'}`,
      ];
    }
    const name = target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/');
    if (rule.packages.includes(name)) return [];
    return [
      `${source.path} imports ${name}; ${room} may import ${rule.packages.join(', ') || 'no package'}`,
    ];
  });
}

describe('rooms', () => {
  const sources = sourcesIn(['src', 'models', 'properties']);

  it('import only what the table lists', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(100);
    expect(sources.flatMap(violationsOf)).toEqual([]);
  });

  it('are caught when they do not', () => {
    const [base] = sources.filter((source) => source.path === 'src/base/view.ts');
    const [check] = sources.filter((source) => source.path === 'src/cli/commands/check.ts');
    expect(base && check).toBeDefined();
    if (base === undefined || check === undefined) return;
    const moved = { ...check, path: 'src/base/x/check.ts' };
    expect(violationsOf(moved).length).toBeGreaterThan(3);
    expect(violationsOf(base)).toEqual([]);
  });

  it('are the same in docs/architecture.md', () => {
    const path = 'docs/architecture.md';
    if (!existsSync(path)) return;
    const table: { [room: string]: { rooms: readonly string[]; packages: readonly string[] } } = {};
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const [, room, may, packages] = /^\| `(\w+)`\s*\|([^|]*)\|([^|]*)\|$/.exec(line) ?? [];
      if (room === undefined || may === undefined || packages === undefined) continue;
      table[room] = { rooms: wordsOf(may), packages: wordsOf(packages) };
    }
    const expected = Object.fromEntries(
      Object.entries(rooms).map(([room, rule]) => [
        room,
        {
          rooms: rule.rooms === 'all' ? ['every room of src', 'models'] : rule.rooms,
          packages: rule.packages,
        },
      ]),
    );
    expect(table).toEqual(expected);
  });
});

const wordsOf = (cell: string): readonly string[] =>
  cell.trim() === '–' ? [] : cell.split(',').map((word) => word.trim());
