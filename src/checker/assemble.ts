import type { Property } from '../base/model.ts';
import type {
  CheckResult,
  Coverage,
  ObjectResult,
  PropertyResult,
  Trace,
  Verdict,
} from './result.ts';
import type { BreadthFirst } from './search.ts';
import type { Finding } from './findings.ts';

/** Verdicts, and everything around them that a reader needs to believe them. */

interface Found {
  readonly findings: readonly Finding[];
  readonly stuckCount: number;
  /** Of the deadlock, of the stuck state, then one for each finding; undefined where there is none. */
  readonly traces: readonly (Trace | undefined)[];
}

export function assembled(
  search: BreadthFirst,
  levels: readonly number[],
  { findings, stuckCount, traces }: Found,
): CheckResult {
  const { model, graph, stoppedBy, inquiries } = search;
  const { steps } = graph;
  const states = graph.stateCount;
  const objects = findings.map((finding, i) => objectResult(search, finding, traces[i + 2]));
  const properties = model.properties.map((property) =>
    propertyResult(
      property,
      objects.filter((_, i) => findings[i]?.inquiry.property === property),
      runsOf(search, property),
    ),
  );
  const deadlocks = { count: search.deadlocks.count, ...withTrace(traces[0]) };
  const stuck = { count: stuckCount, ...withTrace(traces[1]) };
  const coverage = coverageOf(search);
  const cpuSeconds = search.cpuSeconds();
  const isVacuous =
    coverage.neverStepped.length > 0 ||
    coverage.mustNeverPassed.length > 0 ||
    model.processes.length === 0 ||
    properties.every((property) => property.verdict === 'NOT APPLICABLE');
  return {
    model: model.name,
    parameters: model.parameters,
    verdict: worst([
      ...properties.map((property) => property.verdict),
      deadlocks.count + stuck.count > 0 ? 'VIOLATED' : 'PASS',
      stoppedBy === undefined ? 'PASS' : 'INCOMPLETE',
      isVacuous ? 'VACUOUS' : 'PASS',
    ]),
    states,
    transitions: search.transitions,
    depth: levels.length - 2,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    ...(model.bound === undefined ? {} : { bound: model.bound }),
    deadlocks,
    stuck,
    finals: search.finals,
    properties,
    coverage,
    assumptions: model.assumptions,
    environment: model.environment,
    cost: {
      seconds: search.seconds(),
      ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
      runs: steps.runs,
      propertyRuns: [...inquiries.now, ...inquiries.later].reduce((sum, q) => sum + q.runs, 0),
      wholeReads: Object.fromEntries([...steps.wholeReads].sort(([a], [b]) => (a < b ? -1 : 1))),
      bytesPerState: Math.round((search.stateBytes * 10) / states) / 10,
      bytes: search.bytes,
    },
  };
}

function objectResult(
  search: BreadthFirst,
  finding: Finding,
  trace: Trace | undefined,
): ObjectResult {
  const { inquiry, premiseStates } = finding;
  const verdict = verdictOf(finding, search.stoppedBy === undefined);
  return {
    object: inquiry.object,
    verdict,
    ...(verdict === 'VIOLATED' ? saying(inquiry) : {}),
    premiseStates,
    ...withTrace(trace),
  };
}

function saying({ property, object }: Finding['inquiry']): { says: string } | Record<never, never> {
  if (!('objects' in property)) return {};
  const says = property.objects.find(({ name }) => name === object)?.whenViolated;
  return says === undefined ? {} : { says };
}

function verdictOf({ inquiry, isShown, premiseStates }: Finding, isComplete: boolean): Verdict {
  if (inquiry.property.kind === 'sometimes') {
    if (isShown) return 'PASS';
    return isComplete ? 'VIOLATED' : 'INCOMPLETE';
  }
  if (isShown) return 'VIOLATED';
  if (!isComplete) return 'INCOMPLETE';
  return premiseStates === 0 ? 'VACUOUS' : 'PASS';
}

function propertyResult(
  property: Property,
  objects: readonly ObjectResult[],
  runs: number,
): PropertyResult {
  const { name, kind, sentence, cites, about, corollary, breaks, notApplicable } = property;
  const said = {
    name,
    kind,
    sentence,
    cites,
    about,
    ...(corollary === undefined ? {} : { corollary }),
    ...(breaks === undefined ? {} : { breaks }),
  };
  if (notApplicable !== undefined) {
    return { ...said, verdict: 'NOT APPLICABLE', reason: notApplicable, objects: [], runs: 0 };
  }
  // A claim about no object at all says nothing.
  const verdict = objects.length === 0 ? 'VACUOUS' : worst(objects.map((object) => object.verdict));
  return { ...said, verdict, objects, runs };
}

function runsOf({ inquiries, leaks }: BreadthFirst, property: Property): number {
  if (property.kind === 'balance') {
    return leaks.find(({ watch }) => watch.balance === property)?.watch.runs ?? 0;
  }
  const list = property.kind === 'recoverable' ? inquiries.later : inquiries.now;
  return inquiries.all
    .filter((inquiry) => inquiry.property === property)
    .reduce((sum, { question }) => sum + (list[question]?.runs ?? 0), 0);
}

/** Every recorded outcome is one of a reached state, so what is recorded is what was covered. */
function coverageOf({ model, graph }: BreadthFirst): Coverage {
  const passed = new Set(graph.steps.outcomes.flatMap((outcome) => outcome.marks));
  const stepped = new Set(graph.steps.outcomes.map((outcome) => outcome.process));
  return {
    neverStepped: model.processes.filter((_, i) => !stepped.has(i)).map(({ name }) => name),
    mustNeverPassed: model.mustPass.filter((place) => !passed.has(place)),
    mayNeverPassed: model.mayPass.filter((place) => !passed.has(place)),
  };
}

const severity: readonly Verdict[] = ['VIOLATED', 'INCONCLUSIVE', 'INCOMPLETE', 'VACUOUS', 'PASS'];

/** The gravest of the verdicts; PASS if there are none. */
function worst(verdicts: readonly Verdict[]): Verdict {
  return severity.find((verdict) => verdicts.includes(verdict)) ?? 'PASS';
}

function withTrace(trace: Trace | undefined): { readonly trace?: Trace } {
  return trace === undefined ? {} : { trace };
}
