/** Random runs over models, and generated boot orders and policies: what is too big to exhaust. */
import type { Violation } from '../checker/index.ts';
import type { CatalogEntry, Expectation } from '../boot/catalog-entry.ts';
import type { OrderTarget } from '../boot/order-target.ts';
import type { Search } from './batches.ts';
import { findLostCallback } from './lost-callback.ts';
import { randomConfigurations, randomRuns } from './random-runs.ts';
import type { FuzzedModel, FuzzedOrders, FuzzedRuns, FuzzedWhat } from './report.ts';
import { jsonOf, textOf } from './report.ts';

export type { FuzzedWhat } from './report.ts';
export { unwatched } from './batches.ts';
export type { OrderOutcome } from './lost-callback.ts';
export { findLostCallback } from './lost-callback.ts';
export { describeChange, describeEvent } from './order-changes.ts';
export { randomRuns, shareOfSchedules } from './random-runs.ts';

export interface FuzzRequest {
  readonly models: readonly CatalogEntry[];
  /**
   * - `schedules`: random runs of the models as they are; `configurations`: and of other sizes
   * - `orders`: changes of their boot orders; `orders and policies`: and of the era's policies
   */
  readonly what: FuzzedWhat;
  /** The boot that a model's generated orders start from; null where it has none. */
  readonly targetOf: (name: string) => OrderTarget | null;
  readonly seed: number;
  /** fast-check's own path into a run, to repeat one failure. */
  readonly path?: string;
  readonly runs: number;
  readonly timeLimitMs?: number;
  /** True once the person wants to end. */
  isStopped(): boolean;
  /** For a person who watches; goes nowhere in a pipe. */
  progress(line: string): void;
}

export interface FuzzReport {
  /** 1 when something was found that is not recorded, 2 when there was nothing to run. */
  readonly exitCode: 0 | 1 | 2;
  readonly text: string;
  /** The same for programs, of schema `bootproof/fuzz/1`. */
  readonly json: object;
}

/** Orders are slow to build, schedules fast to run. */
const batchOf = { schedules: 50, configurations: 10, orders: 5, 'orders and policies': 5 } as const;

export async function fuzz(request: FuzzRequest): Promise<FuzzReport> {
  const startMs = performance.now();
  const limitMs = request.timeLimitMs ?? Infinity;
  const fuzzed: FuzzedModel[] = [];
  for (const [i, entry] of request.models.entries()) {
    // What is left of the time is shared by the models that are left.
    const usedMs = performance.now() - startMs;
    const endMs = startMs + usedMs + (limitMs - usedMs) / (request.models.length - i);
    const isLate = (): boolean => performance.now() > endMs;
    const search: Search = {
      seed: request.seed,
      ...(request.path === undefined ? {} : { path: request.path }),
      runs: request.runs,
      batch: batchOf[request.what],
      isStopped: () => request.isStopped() || isLate(),
      progress: (runs) => request.progress(`${entry.name}: ${runs} of ${request.runs} runs`),
    };
    if (search.isStopped()) {
      fuzzed.push({ kind: 'not built', model: entry.name, why: 'not run: the time was over' });
      continue;
    }
    fuzzed.push(
      request.what === 'schedules' || request.what === 'configurations'
        ? await fuzzSchedules(entry, request, search)
        : await fuzzOrders(entry, request, search),
    );
  }
  const asked = { what: request.what, seed: request.seed };
  return { exitCode: exitCodeOf(fuzzed), text: textOf(asked, fuzzed), json: jsonOf(asked, fuzzed) };
}

function exitCodeOf(fuzzed: readonly FuzzedModel[]): FuzzReport['exitCode'] {
  const ran = fuzzed.flatMap((one) => (one.kind === 'not built' ? [] : [one.outcome.found]));
  if (ran.some((found) => found !== null)) return 1;
  // Where nothing ran nothing was found, and that is not good news.
  return ran.length === 0 ? 2 : 0;
}

async function fuzzSchedules(
  entry: CatalogEntry,
  { what }: FuzzRequest,
  search: Search,
): Promise<FuzzedRuns | FuzzedModel> {
  const built = entry.build({});
  if (!built.ok) {
    const why = built.diagnostics.map(({ message }) => message).join('; ');
    return { kind: 'not built', model: entry.name, why };
  }
  const isNews = (violation: Violation): boolean => !isRecorded(entry.expect, violation);
  const outcome =
    what === 'configurations'
      ? await randomConfigurations(entry, search, { isNews })
      : await randomRuns(built.value, search, { isNews });
  return { kind: 'schedules', model: entry.name, outcome };
}

async function fuzzOrders(
  entry: CatalogEntry,
  request: FuzzRequest,
  search: Search,
): Promise<FuzzedOrders | FuzzedModel> {
  const target = request.targetOf(entry.name);
  if (target === null) {
    const why = 'no orders are generated from it; netbsd/*/i386 and the other ports have some';
    return { kind: 'not built', model: entry.name, why };
  }
  const known = (pool: string): boolean =>
    isRecorded(entry.expect, { property: 'registered', object: pool });
  const outcome = await findLostCallback(target, request.what !== 'orders', search, known);
  return { kind: 'orders', model: entry.name, target, outcome };
}

/** A violation that the catalogue has: the source confirms it, so that it is no news. */
function isRecorded(expect: readonly Expectation[], { property, object }: Violation): boolean {
  return expect.some(
    (known) =>
      known.property === property &&
      (known.objects === 'all' || known.objects.length === 0 || known.objects.includes(object)),
  );
}
