import type { CatalogEntry } from '../../src/boot/catalog-entry.ts';
import type { Mutant } from './mutant.ts';
import { entryOfMutant } from './mutant.ts';
import { orderMutants } from './orders.ts';
import { policyMutants } from './policies.ts';
import { races } from './races.ts';
import { routineMutants } from './routines.ts';

export { mutantModel, unmutatedModel } from './mutant.ts';
export type { Mutant } from './mutant.ts';
export { races };

/** Every model that is one line away from right. A check that lets one pass is not worth running. */
export const allMutants: readonly Mutant[] = [
  ...policyMutants,
  ...orderMutants,
  ...routineMutants,
  ...races,
];

/** `mutants/NAME`: what must be caught, in the catalogue but in no plain check. */
export const mutants: readonly CatalogEntry[] = allMutants.map(entryOfMutant);
