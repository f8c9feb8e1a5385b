import type { Model } from '../src/base/model.ts';
import type { CatalogEntry } from '../src/boot/catalog-entry.ts';

/** A model of the catalogue with its defaults; undefined where there is no such model. */
export async function modelOfCatalogue(name: string): Promise<Model | undefined> {
  const entry = (await entries()).find((one) => one.name === name);
  const built = entry?.build({});
  return built?.ok === true ? built.value : undefined;
}

/** Empty in a tree without a catalogue. */
async function entries(): Promise<readonly CatalogEntry[]> {
  // Not a literal, so that the benchmark compiles and runs before there is one.
  const path = '../models/catalog.js';
  try {
    const module: { readonly catalog?: readonly CatalogEntry[] } = await import(path);
    return module.catalog ?? [];
  } catch {
    return [];
  }
}
