import type { CheckResult, Trace, Verdict } from '../checker/result.ts';

/**
 * What a result means for whoever asked: the verdict set against what is known of the model.
 *
 * A known violation that comes out exactly as recorded is *reproduced*: the source confirms it, and
 * so does the check. Anything missing or extra is news, and news is exit code 1.
 */
export interface Expected {
  readonly property: string;
  /** Exactly these; none for `deadlock` and `stuck`, which have none. */
  readonly objects: readonly string[] | 'all';
  readonly length?: number;
  readonly why: string;
  readonly source: string;
}

export interface Judgement {
  readonly outcome: Verdict | 'reproduced';
  readonly exitCode: ExitCode;
  /** What differs from what is recorded, a sentence each; empty where all is as recorded. */
  readonly surprises: readonly string[];
  /** Why the verdict is not what the checker's own would be. */
  readonly reason?: string;
}

/** Exit codes; 0 is PASS and reproduced, 70 an error of our own. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 70;

export interface JudgeOptions {
  readonly expected: readonly Expected[];
  /** Known violations count as such: `--strict`, or a model given by path. */
  readonly strict: boolean;
  /** False where the question was not the recorded one (another environment): lengths may differ. */
  readonly lengths: boolean;
  /** The model speaks of a kernel, so that a PASS without any property of the mission is hollow. */
  readonly needsMission: boolean;
}

/** A property that is violated, with its objects; `deadlock` and `stuck` have none. */
export interface Violation {
  readonly property: string;
  readonly sentence: string;
  readonly breaks?: string;
  readonly corollary?: string;
  readonly about: 'mission' | 'kernel' | 'model sanity';
  readonly objects: readonly ViolatedObject[];
}

export interface ViolatedObject {
  readonly object: string;
  readonly says?: string;
  readonly trace?: Trace;
}

/** Everything that a result found violated, in the model's order, deadlock and stuck last. */
export function violationsOf(result: CheckResult): readonly Violation[] {
  const found: Violation[] = [];
  for (const property of result.properties) {
    if (property.verdict !== 'VIOLATED') continue;
    found.push({
      property: property.name,
      sentence: property.sentence,
      about: property.about,
      ...(property.breaks === undefined ? {} : { breaks: property.breaks }),
      ...(property.corollary === undefined ? {} : { corollary: property.corollary }),
      objects: property.objects.filter((one) => one.verdict === 'VIOLATED'),
    });
  }
  // Each deadlock is stuck, too; only what is stuck beyond that is news.
  const stuck =
    result.stuck.count > result.deadlocks.count ? result.stuck : { count: 0, trace: undefined };
  for (const [property, sentence, ends] of [
    ['deadlock', 'somebody can always go on until the model ends', result.deadlocks],
    ['stuck', 'the system itself can always go on until the model ends', stuck],
  ] as const) {
    if (ends.count === 0) continue;
    const trace = ends.trace === undefined ? {} : { trace: ends.trace };
    found.push({ property, sentence, about: 'kernel', objects: [{ object: '', ...trace }] });
  }
  return found;
}

/** The objects of a violation that have names: a claim about everything has just one, called `all`. */
export function namesOf(violation: Violation): readonly string[] {
  return violation.objects.map((one) => one.object).filter((name) => name !== '' && name !== 'all');
}

export function judge(result: CheckResult, options: JudgeOptions): Judgement {
  const violations = violationsOf(result);
  const surprises = differences(result, violations, options);
  const isViolated = violations.length > 0 || result.verdict === 'VIOLATED';
  const isExpected = options.expected.length > 0;
  if (isViolated && isExpected && surprises.extra.length === 0 && !options.strict) {
    if (result.stoppedBy !== undefined) {
      const reason = 'what was found is as recorded, but the search did not end';
      return { outcome: 'INCOMPLETE', exitCode: 3, surprises: [], reason };
    }
    if (surprises.missing.length === 0 && isVacuous(result)) {
      const reason = 'what was found is as recorded, but a part of the model never came into play';
      return { outcome: 'VACUOUS', exitCode: 4, surprises: [], reason };
    }
    if (surprises.missing.length === 0) {
      return { outcome: 'reproduced', exitCode: 0, surprises: [] };
    }
  }
  const all = [...surprises.extra, ...surprises.missing];
  if (isViolated) return { outcome: 'VIOLATED', exitCode: 1, surprises: isExpected ? all : [] };
  const reason = hollowness(result, options);
  if (reason !== undefined) return { outcome: 'VACUOUS', exitCode: 4, surprises: all, reason };
  if (result.verdict === 'PASS') {
    return { outcome: 'PASS', exitCode: surprises.missing.length > 0 ? 1 : 0, surprises: all };
  }
  return { outcome: result.verdict, exitCode: exitCodeOf(result.verdict), surprises: all };
}

/** Why a result without a violation is hollow, where nothing else in the report tells. */
function hollowness(
  { verdict, properties, transitions, coverage }: CheckResult,
  { needsMission }: JudgeOptions,
): string | undefined {
  if (verdict !== 'PASS' && verdict !== 'VACUOUS') return undefined;
  const isAsked = properties.some((property) => property.verdict !== 'NOT APPLICABLE');
  if (needsMission && (verdict === 'PASS' || !isAsked)) {
    return 'no property of the mission applies to it, so it cannot pass';
  }
  if (verdict === 'PASS') return undefined;
  if (!isAsked) return 'no property applies to it, so there is nothing that could pass';
  const hasProcess = transitions > 0 || coverage.neverStepped.length > 0;
  return hasProcess ? undefined : 'it has no process, so nothing ever happens in it';
}

/** A process that never stepped, an event that never ran, a premise that never held, or no object. */
function isVacuous({ coverage, properties }: CheckResult): boolean {
  return (
    coverage.neverStepped.length > 0 ||
    coverage.mustNeverPassed.length > 0 ||
    properties.some(
      (property) =>
        property.verdict === 'VACUOUS' || property.objects.some((one) => one.verdict === 'VACUOUS'),
    )
  );
}

/** The first of 70, 2, 1, 5, 3, 4, 0 that occurs. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [70, 2, 1, 5, 3, 4];
  return order.find((code) => codes.includes(code)) ?? 0;
}

function exitCodeOf(verdict: Verdict): ExitCode {
  switch (verdict) {
    case 'PASS':
      return 0;
    case 'VIOLATED':
      return 1;
    case 'INCOMPLETE':
      return 3;
    case 'VACUOUS':
    case 'NOT APPLICABLE':
      return 4;
    case 'INCONCLUSIVE':
      return 5;
  }
}

function differences(
  result: CheckResult,
  violations: readonly Violation[],
  options: JudgeOptions,
): { readonly extra: string[]; readonly missing: string[] } {
  const extra: string[] = [];
  const missing: string[] = [];
  for (const violation of violations) {
    const known = options.expected.filter((one) => one.property === violation.property);
    if (known.length === 0) {
      extra.push(`${violation.property} is violated; that is not recorded`);
      continue;
    }
    for (const { object, trace } of violation.objects) {
      const match = known.find(({ objects }) =>
        objects === 'all' || isEnd(violation.property) ? true : objects.includes(object),
      );
      if (match === undefined) {
        extra.push(`${violation.property} is violated for ${object}; that is not recorded`);
      } else if (
        options.lengths &&
        match.length !== undefined &&
        trace !== undefined &&
        trace.steps.length !== match.length
      ) {
        extra.push(
          `${violation.property}${object === '' ? '' : ` for ${object}`}: ` +
            `the shortest run has ${trace.steps.length} steps, recorded are ${match.length}`,
        );
      }
    }
  }
  // What a search that was stopped did not find may still be there.
  const awaited = result.stoppedBy === undefined ? options.expected : [];
  for (const known of awaited) {
    const violation = violations.find((one) => one.property === known.property);
    if (violation === undefined) {
      // Stuck states that are all deadlocks are reported as those, and still are stuck.
      if (known.property === 'stuck' && result.stuck.count > 0) continue;
      missing.push(`${known.property} is recorded as violated and is not`);
      continue;
    }
    for (const object of expectedObjects(result, known)) {
      if (violation.objects.some((one) => one.object === object)) continue;
      missing.push(`${known.property} is recorded as violated for ${object} and is not`);
    }
  }
  return { extra, missing };
}

/** The violations that have no object. */
export const isEnd = (property: string): boolean => property === 'deadlock' || property === 'stuck';

function expectedObjects(result: CheckResult, known: Expected): readonly string[] {
  if (known.objects !== 'all') return known.objects;
  const property = result.properties.find((one) => one.name === known.property);
  return property?.objects.map((one) => one.object) ?? [];
}
