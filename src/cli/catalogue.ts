import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Model } from '../base/model.ts';
import { ok } from '../base/diagnostic.ts';
import type { CatalogEntry } from '../boot/catalog-entry.ts';
import { InputError } from './failure.ts';
import { unknownName } from './nearest.ts';
import { wholeModel } from './own-model.ts';

/** A model that was asked for, and how: what is recorded of it counts only in the catalogue. */
export interface Chosen {
  readonly entry: CatalogEntry;
  readonly from: 'catalogue' | 'path';
  /** As it was named on the command line, for the command that repeats it. */
  readonly word: string;
}

/** Where the models come from: `models/catalog.ts`, or a test's own; loaded when first asked for. */
export type LoadCatalog = () => Promise<readonly CatalogEntry[]>;

/** The models that the words name; without words those of a plain check. */
export async function choose(
  words: readonly string[],
  loadCatalog: LoadCatalog,
): Promise<readonly Chosen[]> {
  if (words.length === 0) {
    return (await loadCatalog()).filter((entry) => entry.default).map(fromCatalog);
  }
  const chosen: Chosen[] = [];
  for (const word of words) {
    const found = isPath(word) ? [await load(word)] : named(word, await loadCatalog());
    for (const one of found) {
      if (!chosen.some((other) => other.entry === one.entry)) chosen.push(one);
    }
  }
  return chosen;
}

const fromCatalog = (entry: CatalogEntry): Chosen => ({
  entry,
  from: 'catalogue',
  word: entry.name,
});

function named(word: string, catalog: readonly CatalogEntry[]): readonly Chosen[] {
  const isMatch = matcher(word);
  const found = catalog.filter((entry) => isMatch(entry.name));
  if (found.length > 0) return found.map(fromCatalog);
  const names = catalog.map((entry) => entry.name);
  throw new InputError(unknownName('model', word, names, 'bootproof list shows all'));
}

/** `*` and `?` within a part of a name, `**` over parts, `{a,b}`. */
export function matcher(pattern: string): (name: string) => boolean {
  const isPattern = /[*?{]/.test(pattern);
  if (!isPattern) return (name) => name === pattern;
  let source = '';
  for (const part of pattern.match(/\*\*|\{[^}]*\}|[\s\S]/g) ?? []) {
    if (part === '**') source += '.*';
    else if (part === '*') source += '[^/]*';
    else if (part === '?') source += '[^/]';
    else if (part.length > 1)
      source += `(?:${part.slice(1, -1).split(',').map(escaped).join('|')})`;
    else source += escaped(part);
  }
  const expression = new RegExp(`^${source}$`);
  return (name) => expression.test(name);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether a word names a module of the user's rather than a model of the catalogue. */
export const isPath = (word: string): boolean =>
  word.startsWith('./') || word.startsWith('../') || isAbsolute(word) || /\.m?js(#|$)/.test(word);

/** Loads `./my-model.js#name`: a module of the user's that exports a model or a catalogue entry. */
export async function load(word: string): Promise<Chosen> {
  const [path = '', wanted] = word.split('#');
  let module: { readonly [name: string]: unknown };
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as { [name: string]: unknown };
  } catch (error) {
    throw new InputError({
      code: 'bad-model',
      message: `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      at: path,
      hint: 'a model is a compiled ES module; see "Your own model" in the README',
    });
  }
  const models = Object.entries(module).filter(([, value]) => isModel(value) || isEntry(value));
  const names = models.map(([name]) => name);
  const [name, value] =
    models.find(([one]) => one === wanted) ??
    (wanted === undefined && models.length === 1 ? (models[0] ?? []) : []);
  if (name !== undefined) {
    if (isEntry(value)) return { entry: lookedAt(value, word), from: 'path', word };
    if (isModel(value)) return { entry: entryOf(wholeModel(value, word)), from: 'path', word };
  }
  if (wanted !== undefined) {
    throw new InputError({ ...unknownName('model', wanted, names, exported(names)), at: path });
  }
  throw new InputError({
    code: 'bad-model',
    message: names.length === 0 ? 'exports no model' : 'exports several models',
    at: path,
    hint: names.length === 0 ? 'export a Model or a CatalogEntry' : `say which: ${exported(names)}`,
  });
}

const exported = (names: readonly string[]): string =>
  names.length === 0 ? 'the module exports none' : `exported are ${names.join(', ')}`;

/** What is meant to be a model, right or wrong: it says what it is called and who steps in it. */
function isModel(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return ['cells', 'processes', 'properties'].filter((name) => name in value).length >= 2;
}

function isEntry(value: unknown): value is CatalogEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'build' in value &&
    typeof value.build === 'function' &&
    'parameters' in value &&
    'expect' in value &&
    Array.isArray(value.expect)
  );
}

/** The entry, whose models are looked at when they have been built. */
const lookedAt = (entry: CatalogEntry, at: string): CatalogEntry => ({
  ...entry,
  build: (options) => {
    const built = entry.build(options);
    return built.ok ? ok(wholeModel(built.value, at)) : built;
  },
});

/** A bare model as an entry: no knobs, nothing recorded. */
function entryOf(model: Model): CatalogEntry {
  return {
    name: model.name,
    title: model.name,
    reconstruction: null,
    parameters: {},
    build: () => ok(model),
    expect: [],
    environmentReasons: [],
    default: false,
    sources: [],
  };
}
