import type { Early } from './demands.ts';
import { earlyIn, probeAt, requestsOf, wayText } from './demands.ts';
import { declarations } from './rules/initialised.ts';
import type { Survey } from './rules/survey.ts';
import { surveyOf } from './rules/survey.ts';
import type { Order } from './order.ts';

/**
 * A request that would have worked from some phase on in one order, and would not in the other.
 *
 * Nobody has to make it: whoever adds the first call finds out otherwise.
 */
export interface DemandChange {
  readonly asks: string;
  /** The first phase, marked in both orders, after which the two differ. */
  readonly after: string;
  readonly now: 'too early' | 'meets nothing';
  /** What it meets, in the order in which it is too early. */
  readonly object: string;
  readonly way: string;
  readonly file: string;
  readonly line: number;
}

export function demandChanges(a: Order, b: Order): DemandChange[] {
  const one = askable(a);
  const other = askable(b);
  const inBoth = requestsOf(b).filter((asks) => requestsOf(a).includes(asks));
  return inBoth.flatMap((asks) => {
    for (const [after, index] of other.marks) {
      const was = one.marks.get(after);
      if (was === undefined) continue;
      const met = one.meets(asks, was + 1);
      const meets = other.meets(asks, index + 1);
      if (met === undefined || meets === undefined || (met === null) === (meets === null)) continue;
      const early = meets ?? met;
      if (early === null) continue;
      const { object, event } = early;
      const { file, line } = event;
      const now = meets === null ? 'meets nothing' : 'too early';
      return [{ asks, after, now, object, way: wayText(event), file, line }];
    }
    return [];
  });
}

interface Askable {
  /** The first assignment to each phase-marking global. */
  readonly marks: ReadonlyMap<string, number>;
  /** What a request meets there; null for nothing, undefined where it was not asked. */
  meets(asks: string, index: number): Early | null | undefined;
}

function askable(order: Order): Askable {
  const survey: Survey = surveyOf(order);
  const declared = declarations(survey);
  const marks = new Map<string, number>();
  for (const { index, event } of survey.seen) {
    if (event.call === 'set' && event.object !== null && !marks.has(event.object))
      marks.set(event.object, index);
  }
  return {
    marks,
    meets(asks, index) {
      const probe = probeAt(order, asks, index);
      return probe === undefined ? undefined : (earlyIn(survey, probe, declared)[0] ?? null);
    },
  };
}

/** The change as one sentence. */
export function demandText({ asks, after, now, object, way, file, line }: DemandChange): string {
  const meets = `${way} meets ${object}, which is not there (${file}:${line})`;
  return now === 'meets nothing'
    ? `${asks}: asked for after ${after} is set it meets nothing missing any more; before, ${meets}`
    : `${asks}: asked for after ${after} is set it met nothing missing, and now ${meets}`;
}
