import type { Order } from '../order.ts';
import type { RuleReport } from './answer.ts';
import { arenaReady } from './arenas.ts';
import type { ReplayOptions } from './chains.ts';
import type { EraFit } from './era.ts';
import { eraOf } from './era.ts';
import { facilitiesUp } from './facilities.ts';
import { grown } from './growth.ts';
import { initialised } from './initialised.ts';
import { pageDemand } from './page-demand.ts';
import { pagesInTime } from './pages.ts';
import { promisesKept } from './promised.ts';
import { reclaimInstalled } from './reclaim.ts';
import type { Reserve } from './reserves.ts';
import { reservesOf } from './reserves.ts';
import type { Sleeper } from './sleeping.ts';
import { sleepersOf, sleeping } from './sleeping.ts';
import type { Survey } from './survey.ts';
import { surveyOf } from './survey.ts';

/** Everything that the rules say of one order. */
export interface Findings {
  readonly era: EraFit;
  readonly rules: readonly RuleReport[];
  readonly sleepers: readonly Sleeper[];
  readonly reserves: readonly Reserve[];
}

/** The rules by name, in the order in which they are told. */
export const rules: Readonly<
  Record<string, (survey: Survey, fit: EraFit, options: ReplayOptions) => RuleReport>
> = {
  initialised,
  grown,
  facilities: facilitiesUp,
  pages: pagesInTime,
  'page demand': pageDemand,
  'heap arena': arenaReady,
  'promised order': promisesKept,
  reclaim: reclaimInstalled,
  sleeping,
};

/** Asks every rule. `options` are those of the replay of reclaim chains. */
export function askRules(order: Order, options: ReplayOptions = {}): Findings {
  const survey = surveyOf(order);
  const era = eraOf(survey);
  return {
    era,
    rules: Object.values(rules).map((rule) => rule(survey, era, options)),
    sleepers: sleepersOf(survey),
    reserves: reservesOf(survey),
  };
}
