import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filesIn } from './sources.ts';

/** What no committed text should contain. */

const files = [
  ...['src', 'models', 'properties', 'test', 'bench', 'docs', '.ci'].flatMap((folder) =>
    filesIn(folder, ['.ts', '.js', '.md', '.json', '.pml', '.txt', 'run', '.yml']),
  ),
  ...filesIn('.github', ['.yml', '.md']),
  ...['package.json', 'README.md', 'CHANGELOG.md'].filter((path) => textOf(path) !== null),
];

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not written yet.
    return null;
  }
}

/** A path of somebody's machine; `/usr/src` is where any BSD keeps its sources. */
const machinePath = new RegExp(
  `(?<![\\w.])/(?:${['home', 'Users', 'work', 'root'].join('|')})/\\w`,
);

describe('every text', () => {
  it('is read', () => {
    expect(files.length).toBeGreaterThan(100);
  });

  it('names no path of a machine', () => {
    expect(linesWith(machinePath)).toEqual([]);
  });

  it('leaves no test switched off without a condition, and none switched on alone', () => {
    expect(linesWith(/\b(?:describe|it|test)\.(?:only|skip|todo)\b/)).toEqual([]);
  });
});

function linesWith(pattern: RegExp): readonly string[] {
  return files.flatMap((path) =>
    (textOf(path) ?? '')
      .split('\n')
      .flatMap((line, i) =>
        pattern.test(line) && !path.startsWith('test/tidy/') ? [`${path}:${i + 1}`] : [],
      ),
  );
}
