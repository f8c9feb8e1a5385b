import type { CatalogEntry } from '../boot/catalog-entry.ts';
import type { EraFit, Order } from '../order/index.ts';
import { eraOf, surveyOf } from '../order/index.ts';
import { toJson } from '../report/json.ts';
import { listed } from '../report/text.ts';
import type { Chosen, LoadCatalog } from './catalogue.ts';
import { choose } from './catalogue.ts';
import { badOption } from './values.ts';

/** Which model runs a boot order: the one of the era that its anchors fit, on its machine. */

/** The model for an order, or why there is none; that is an answer and no error. */
export type ModelForOrder = { readonly entry: CatalogEntry } | NoModel;

export interface NoModel {
  readonly none: readonly string[];
  readonly fit: EraFit;
}

/** Machines whose port file has another name. */
const portOf: ReadonlyMap<string, string> = new Map([['evbarm', 'arm32']]);

const modelOfEra = { A: 'netbsd/a-deferred-queue', D: null, E: null } as const;

/** The model of the era that fits an order. */
export function modelForOrder(order: Order, catalog: readonly CatalogEntry[]): ModelForOrder {
  const fit = eraOf(surveyOf(order));
  if (fit.era === null) return { none: fit.reasons, fit };
  const family = modelOfEra[fit.era];
  if (family === null) {
    const none = [...fit.reasons, `no model has the allocators of era ${fit.era} yet`];
    return { none, fit };
  }
  const port = portOf.get(order.port) ?? order.port;
  const entry = catalog.find(({ name }) => name === `${family}/${port}`);
  if (entry !== undefined) return { entry };
  const ports = catalog.flatMap(({ name }) =>
    name.startsWith(`${family}/`) ? [name.slice(family.length + 1)] : [],
  );
  const known = `modelled are ${listed(ports, 20)}`;
  return { none: [...fit.reasons, `no model has the port ${order.port}; ${known}`], fit };
}

/** The models that are meant: those named, or for an order the one of the era that it fits. */
export async function chooseFor(
  order: Order | null,
  names: readonly string[],
  loadCatalog: LoadCatalog,
): Promise<readonly Chosen[] | NoModel> {
  if (order !== null && names.length === 0) {
    const found = modelForOrder(order, await loadCatalog());
    if ('none' in found) return found;
    const { entry } = found;
    return [{ entry, from: 'catalogue', word: entry.name }];
  }
  const chosen = await choose(names, loadCatalog);
  if (order !== null && chosen.length !== 1)
    throw badOption('--order', `${chosen.length} models`, 'one model');
  return chosen;
}

/** No model can run the order: an answer, with what was found and what is missing. */
export function tellNoModel(order: Order | null, { none, fit }: NoModel, asJson: boolean): string {
  const title = order?.title ?? '';
  const missing = fit.missing.map(({ name, file }) => ({ name, file }));
  const about = { title, verdict: 'INCONCLUSIVE', reasons: none, missing };
  return asJson
    ? `${JSON.stringify({ ...toJson([], 5), order: about }, null, 2)}\n`
    : `${[`${title}  INCONCLUSIVE`, ...none.map((line) => `    ${line}`)].join('\n')}\n`;
}
