import { Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import type { Source } from './sources.ts';
import { lineOf, sourcesIn } from './sources.ts';

/**
 * A check must come out the same on any machine at any time, so the rooms that decide it have no
 * clock, no chance and no process. Where one of them is needed, it is handed in.
 */
const folders = [
  ...['base', 'checker', 'kernel', 'order', 'boot', 'report'].map((room) => `src/${room}`),
  'models',
  'properties',
];

/** Uses that are right, each with its reason. */
const allowed: { readonly [use: string]: string } = {
  'src/checker/clock.ts: performance':
    'the default clock: measures the search itself and honours --time-limit, nothing else',
};

const forbidden = new Set([
  'Date',
  'console',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'globalThis',
]);

/** Members of Node's `process`; a model's own processes are called `process`, too. */
const ofNode =
  /^(argv|env|exit|exitCode|stdout|stderr|stdin|cwd|pid|platform|cpuUsage|memoryUsage|hrtime|nextTick|on|once|emit)$/;

function usesIn(source: Source): readonly { readonly use: string; readonly line: number }[] {
  const uses: { use: string; line: number }[] = [];
  const declared = new Set<string>();
  const note = (use: string, node: { readonly start: number; readonly end: number }): void => {
    uses.push({ use, line: source.text.slice(0, node.start).split('\n').length });
  };
  new Visitor({
    ImportSpecifier: ({ local }) => void declared.add(local.name),
    MemberExpression: (node) => {
      if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      const { name } = node.object;
      if (name === 'Math' && node.property.name === 'random') note('Math.random', node);
      if (name === 'process' && ofNode.test(node.property.name)) note('process', node);
      if (forbidden.has(name)) note(name, node);
    },
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && forbidden.has(node.callee.name)) {
        note(node.callee.name, node);
      }
    },
    NewExpression: (node) => {
      if (node.callee.type === 'Identifier' && forbidden.has(node.callee.name)) {
        note(node.callee.name, node);
      }
    },
  }).visit(source.program);
  return uses.filter(({ use }) => !declared.has(use));
}

describe('the rooms that decide a verdict', () => {
  const sources = sourcesIn(folders).filter(({ path }) => !path.endsWith('.prop.ts'));

  it('have no clock, no chance and no process of their own', () => {
    expect(sources.length).toBeGreaterThan(50);
    const found = sources.flatMap((source) =>
      usesIn(source)
        .filter(({ use }) => allowed[`${source.path}: ${use}`] === undefined)
        .map(({ use, line }) => `${source.path}:${line} uses ${use}`),
    );
    expect(found).toEqual([]);
  });

  it('use every exception that is listed', () => {
    const uses = new Set(
      sources.flatMap((source) => usesIn(source).map(({ use }) => `${source.path}: ${use}`)),
    );
    expect(Object.keys(allowed).filter((use) => !uses.has(use))).toEqual([]);
  });

  it('are caught when they do', () => {
    const [io] = sourcesIn(['src/cli']).filter(({ path }) => path === 'src/cli/io.ts');
    expect(io === undefined ? 0 : usesIn(io).length).toBeGreaterThan(5);
    expect(io === undefined ? 0 : lineOf(io, { start: 0 })).toBe(1);
  });
});
