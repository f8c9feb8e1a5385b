import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogEntry } from '../../boot/catalog-entry.ts';
import type { Page } from '../../report/docs-input.ts';
import { renderDocs } from '../../report/docs.ts';
import { worst } from '../../report/judgement.ts';
import { docsFolder } from '../defaults.ts';
import { InputError } from '../failure.ts';
import { checkFolder, writeFiles } from '../files.ts';
import type { Io } from '../io.ts';
import { checkModels } from './check.ts';

export interface DocsWords {
  readonly out?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

/**
 * `bootproof docs`: checks every model that has a page and writes the pages; with `--check` it
 * compares them with those that are there and names what is stale.
 */
export async function docsCommand(
  words: DocsWords,
  catalog: readonly CatalogEntry[],
  io: Io,
): Promise<number> {
  const folder = words.out ?? docsFolder;
  if (words.check !== true) checkFolder(folder);
  const withPage = catalog.filter((entry) => entry.page !== undefined);
  if (withPage.length === 0) {
    throw new InputError({ code: 'bad-model', message: 'no model of the catalogue has a page' });
  }
  const { reported, skipped } = await checkModels(
    withPage.map((entry) => ({ entry, from: 'catalogue', word: entry.name })),
    {},
    io,
  );
  if (skipped > 0) {
    io.err('bootproof: interrupted; nothing written\n');
    return 3;
  }
  const pages = reported.flatMap((one, i): Page[] => {
    const facts = withPage[i]?.page?.();
    return facts === undefined ? [] : [{ facts, reported: one }];
  });
  const files = renderDocs({ pages });
  if (words.check === true) return compare(folder, files, words, io);
  writeFiles(folder, files);
  const names = [...files.keys()].sort();
  if (words.json === true) io.out(`${JSON.stringify(report(folder, names, []), null, 2)}\n`);
  else io.out(`${names.map((name) => join(folder, name)).join('\n')}\n`);
  const code = worst(reported.map((one) => one.judgement.exitCode));
  if (code !== 0)
    io.err(`bootproof: some models are not as recorded: bootproof check says which\n`);
  return code;
}

function compare(
  folder: string,
  files: ReadonlyMap<string, string>,
  words: DocsWords,
  io: Io,
): number {
  const stale: string[] = [];
  for (const [name, text] of files) if (contentOf(join(folder, name)) !== text) stale.push(name);
  for (const name of pagesIn(folder)) if (!files.has(name)) stale.push(name);
  const names = [...files.keys()].sort();
  if (words.json === true) io.out(`${JSON.stringify(report(folder, names, stale), null, 2)}\n`);
  else if (stale.length === 0) io.out(`${folder}: ${files.size} pages, all as they should be\n`);
  for (const name of stale.sort()) io.err(`bootproof: ${join(folder, name)} is stale\n`);
  if (stale.length > 0) io.err('  bootproof docs writes them anew\n');
  return stale.length === 0 ? 0 : 1;
}

const report = (folder: string, pages: readonly string[], stale: readonly string[]): object => ({
  schema: 'bootproof/docs/1',
  folder,
  pages,
  stale,
});

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A page that is missing is as stale as one that differs.
    return null;
  }
}

function pagesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.md'));
  } catch {
    return [];
  }
}
