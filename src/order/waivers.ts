import * as v from 'valibot';
import type { Diagnostic, Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';
import { canonicalEvent, canonicalName, eventKey, fingerprint } from './canonical.ts';
import type { Order, OrderEvent } from './order.ts';
import type { Answer, Place, RuleReport } from './rules/answer.ts';

/**
 * What a person has looked at and found false, with the reason.
 *
 * A waiver names an answer by rule, object and the event without line numbers, so that it survives
 * edits elsewhere; and it remembers a fingerprint of the event as it was read, so that it does not
 * survive a change of what it is about. It never hides an answer: a waived one is shown as such.
 */
export const waiversSchema = 'bootproof/waivers/1';

const text = v.pipe(v.string(), v.minLength(1));

const waiver = v.strictObject({
  rule: text,
  object: text,
  /** The event's key; empty where the answer has no event. */
  event: v.string(),
  /** Fingerprint of the event's canonical form when the waiver was written. */
  code: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  reason: text,
  by: text,
});

const waivers = v.strictObject({
  schema: v.literal(waiversSchema),
  waivers: v.array(waiver),
});

export type Waiver = v.InferOutput<typeof waiver>;
export type Waivers = v.InferOutput<typeof waivers>;

/** Reads a file of waivers from parsed JSON. */
export function parseWaivers(input: unknown, from = 'waivers'): Result<Waivers> {
  const parsed = v.safeParse(waivers, input);
  if (parsed.success) return ok(parsed.output);
  return bad(
    ...parsed.issues.map((issue): Diagnostic => {
      const path = v.getDotPath(issue) ?? '(the whole file)';
      return {
        code: 'bad-order',
        message: `${path}: found ${issue.received}, expected ${issue.expected ?? 'another value'}`,
        at: from,
        hint: `the schema is ${waiversSchema}; see docs/rules.md`,
      };
    }),
  );
}

/** The fingerprint of the code under an answer. */
export function codeUnder(order: Order, answer: Answer): string {
  const event = answer.at === null ? undefined : eventAt(order, answer.at);
  return fingerprint(event === undefined ? '' : canonicalEvent(event));
}

/** The event at a place; that of a probe stands beside the event before which it was asked. */
function eventAt(order: Order, { event: index, key }: Place): OrderEvent | undefined {
  const event = order.events[index];
  if (event !== undefined && eventKey(event) === key) return event;
  const probed = (order.probes ?? []).flatMap(({ events }) => events);
  return probed.find((one) => eventKey(one) === key) ?? event;
}

/** The waiver that marks `answer` as false. */
export const waiverFor = (order: Order, answer: Answer, reason: string, by: string): Waiver => ({
  rule: answer.rule,
  object: canonicalName(answer.object),
  event: answer.at?.key ?? '',
  code: codeUnder(order, answer),
  reason,
  by,
});

export interface WaivedAnswer {
  readonly answer: Answer;
  readonly waiver: Waiver;
}

export interface Waived {
  /** Answers that stand: nobody waived them, or what was waived has changed. */
  readonly standing: readonly Answer[];
  readonly waived: readonly WaivedAnswer[];
  /** The code under the waiver has changed: look again. Its answer stands. */
  readonly stale: readonly WaivedAnswer[];
  /** No answer matches any more: the waiver can go. */
  readonly unused: readonly Waiver[];
}

/** Applies waivers to what the rules say; only violations and unproved answers can be waived. */
export function applyWaivers(
  order: Order,
  reports: readonly RuleReport[],
  list: readonly Waiver[],
): Waived {
  const answers = reports.flatMap((report) => report.answers);
  const used = new Set<Waiver>();
  const standing: Answer[] = [];
  const waived: WaivedAnswer[] = [];
  const stale: WaivedAnswer[] = [];
  for (const answer of answers) {
    const isClaim = answer.verdict === 'violation' || answer.verdict === 'unproved';
    const found = isClaim ? list.find((one) => isAbout(one, answer)) : undefined;
    if (found === undefined) {
      standing.push(answer);
      continue;
    }
    used.add(found);
    if (found.code === codeUnder(order, answer)) waived.push({ answer, waiver: found });
    else {
      stale.push({ answer, waiver: found });
      standing.push(answer);
    }
  }
  return { standing, waived, stale, unused: list.filter((one) => !used.has(one)) };
}

const isAbout = (one: Waiver, answer: Answer): boolean =>
  one.rule === answer.rule &&
  one.object === canonicalName(answer.object) &&
  one.event === (answer.at?.key ?? '');
