import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Node, Program } from 'oxc-parser';
import { parseSync, Visitor } from 'oxc-parser';

/** The repository's own TypeScript, parsed: what the tidy tests read. */
export interface Source {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
}

/** Every TypeScript file under the folders. */
export function sourcesIn(folders: readonly string[]): readonly Source[] {
  return folders
    .flatMap((folder) => filesIn(folder, ['.ts']))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      const { program, errors } = parseSync(path, text);
      if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? 'not parsed'}`);
      return { path, text, program };
    });
}

/** Every file under a folder whose name ends in one of `endings`, sorted; none where there is no folder. */
export function filesIn(folder: string, endings: readonly string[]): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && endings.some((ending) => file.name.endsWith(ending)))
    .map((file) => join(file.parentPath, file.name).split(sep).join('/'))
    .sort();
}

/** The modules that a file names, in imports, re-exports and dynamic imports of a literal. */
export function importsOf({ program }: Source): readonly string[] {
  const found: string[] = [];
  new Visitor({
    ImportDeclaration: (node) => void found.push(node.source.value),
    ExportAllDeclaration: (node) => void found.push(node.source.value),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) found.push(node.source.value);
    },
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') found.push(source.value);
    },
  }).visit(program);
  return found;
}

/** The line of a node, from 1. */
export function lineOf(source: Source, node: Pick<Node, 'start'>): number {
  return source.text.slice(0, node.start).split('\n').length;
}
