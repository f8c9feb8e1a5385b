import type { CatalogEntry } from '../boot/catalog-entry.ts';
import type { FuzzReport, FuzzRequest } from '../fuzz/index.ts';
import type { OrderTarget } from '../boot/order-target.ts';

/**
 * What the command asks of parts of the program that are loaded only when they are needed, so that
 * `--help` and `list` start at once.
 */

export async function loadCatalog(): Promise<readonly CatalogEntry[]> {
  const { catalog } = await import('../../models/catalog.ts');
  return catalog;
}

export async function loadFuzz(): Promise<(request: FuzzRequest) => Promise<FuzzReport>> {
  const { fuzz } = await import('../fuzz/index.ts');
  return fuzz;
}

/** Where generated boot orders start from, by the name of the model. */
export async function loadOrderTargets(): Promise<(name: string) => OrderTarget | null> {
  const { bootAlone } = await import('../../models/netbsd/boot-alone.ts');
  return bootAlone;
}
