import type { Order } from './order.ts';
import { canonicalOrder, fingerprint } from './canonical.ts';
import type { Findings } from './rules/index.ts';
import { askRules } from './rules/index.ts';
import type { ReplayOptions } from './rules/chains.ts';
import type { MissingFile } from './rules/unread.ts';
import { missingFiles } from './rules/unread.ts';
import type { Waived, Waiver } from './waivers.ts';
import { applyWaivers } from './waivers.ts';

/** A boot order, and everything that can be asked of it without running it. */
export type {
  Order,
  OrderArgument,
  OrderEvent,
  OrderFrame,
  OrderHole,
  OrderProbe,
} from './order.ts';
export { orderSchema, parseOrder } from './order.ts';
export type { Answer, Note, Place, RuleReport, Verdict } from './rules/answer.ts';
export type { EraFit, EraName } from './rules/era.ts';
export { eraOf } from './rules/era.ts';
export { surveyOf } from './rules/survey.ts';
export type { Chains, ReplayOptions } from './rules/chains.ts';
export { replayChains } from './rules/chains.ts';
export type { Findings } from './rules/index.ts';
export { askRules } from './rules/index.ts';
export type { Reserve } from './rules/reserves.ts';
export type { Sleeper, SleepingSite } from './rules/sleeping.ts';
export { sleepingSites } from './rules/sleeping.ts';
export type { MissingFile } from './rules/unread.ts';
export { missingFileText } from './rules/unread.ts';
export type { Waived, Waiver, Waivers } from './waivers.ts';
export { applyWaivers, parseWaivers, waiverFor, waiversSchema } from './waivers.ts';
export type { OrderDiff } from './diff.ts';
export { diffOrders, isSameOrder } from './diff.ts';
export type { Consequence } from './consequences.ts';
export { consequencesOf, consequenceText } from './consequences.ts';
export { brokenText, isAbout } from './broken.ts';
export type { DemandChange } from './demand-changes.ts';
export { demandText } from './demand-changes.ts';
export type { Comparison, SharedChange } from './compare.ts';
export { bisectVerdict } from './bisect.ts';
export { bisectByDiff, compareMany } from './compare.ts';
export type { Listing, ListingOptions } from './listing.ts';
export { listOrder, parseFamilies, whyObject } from './listing.ts';
export type { BringUp } from './bring-up.ts';
export { bringUp, bringUpText } from './bring-up.ts';
export type { AgainstReport, ModelledRoutine } from './against.ts';
export { against } from './against.ts';
export { canonicalOrder, fingerprint } from './canonical.ts';

/** What the rules say of an order after a person's waivers, and the exit code for it. */
export interface OrderReport {
  readonly title: string;
  readonly findings: Findings;
  readonly waived: Waived;
  /** `must` events, all events and holes: what the answers rest on. */
  readonly events: number;
  readonly mustEvents: number;
  readonly holes: number;
  /** Files that were selected and not there: as long as there are any, no answer is complete. */
  readonly missing: readonly MissingFile[];
  /**
   * 1: a violation stands; 5: an answer is inconclusive, a selected file is missing, or an anchor of
   * the order is; 0: none of these. Unproved is not wrong.
   */
  readonly exitCode: 0 | 1 | 5;
  /** Fingerprint of the canonical order: equal for equal boots. */
  readonly fingerprint: string;
}

export interface CheckOptions extends ReplayOptions {
  readonly waivers?: readonly Waiver[];
  /** Only these rules, by name: for a bisection of one thing. */
  readonly rules?: readonly string[];
}

export function checkOrder(order: Order, options: CheckOptions = {}): OrderReport {
  const all = askRules(order, options);
  const { rules: wanted } = options;
  const asked = all.rules.filter(({ rule }) => wanted === undefined || wanted.includes(rule));
  const findings: Findings = { ...all, rules: asked };
  const waived = applyWaivers(order, findings.rules, options.waivers ?? []);
  const has = (verdict: string): boolean => waived.standing.some((one) => one.verdict === verdict);
  const must = order.events.filter(({ certainty }) => certainty === 'must' || certainty === 'loop');
  const missing = missingFiles(order.holes ?? []);
  const lacksAnchor = findings.era.era === null || findings.era.missing.length > 0;
  const isOpen = lacksAnchor || missing.length > 0 || has('inconclusive');
  return {
    title: order.title,
    findings,
    waived,
    events: order.events.length,
    mustEvents: must.length,
    holes: (order.holes ?? []).length,
    missing,
    exitCode: has('violation') ? 1 : isOpen ? 5 : 0,
    fingerprint: fingerprint(canonicalOrder(order)),
  };
}
