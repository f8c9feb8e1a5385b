import type { CatalogEntry } from '../src/boot/catalog-entry.ts';
import { mutants } from './mutants/index.ts';
import { boots } from './netbsd/boots.ts';
import { crowdedMaps } from './netbsd/crowded-map.ts';
import { pageShortages } from './netbsd/page-shortage.ts';
import { starvedMaps } from './netbsd/starved-map.ts';

/** Every model that the command knows by name, in the order in which it lists them. */
export const catalog: readonly CatalogEntry[] = [
  ...boots,
  ...starvedMaps,
  ...crowdedMaps,
  ...pageShortages,
  ...mutants,
];
