import type { Plain } from '../base/plain.ts';
import type { ObjectResult, Trace, TraceStep } from '../checker/result.ts';
import type { ChainView } from './chain.ts';
import { chainsAlong } from './chain.ts';
import { changedParts } from './changes.ts';
import type { CheckJson, ModelJson } from './json-schema.ts';
import { checkSchemaName } from './json-schema.ts';
import type { ExitCode, Violation } from './judgement.ts';
import { isEnd, violationsOf } from './judgement.ts';
import { startOf } from './places.ts';
import type { Reported } from './reported.ts';

/** The report of a check as one plain object; `json-schema.ts` says what each field means. */
export function toJson(models: readonly Reported[], exitCode: ExitCode): CheckJson {
  return { schema: checkSchemaName, exitCode, models: models.map(modelJson) };
}

type PropertyJson = ModelJson['properties'][number];
type TraceJson = NonNullable<PropertyJson['objects'][number]['trace']>;
type StepJson = TraceJson['steps'][number];

function modelJson(model: Reported): ModelJson {
  const { result, judgement } = model;
  return {
    model: result.model,
    parameters: { ...result.parameters },
    reconstruction: model.reconstruction,
    verdict: judgement.outcome === 'reproduced' ? 'VIOLATED' : judgement.outcome,
    reproduced: judgement.outcome === 'reproduced',
    exitCode: judgement.exitCode,
    ...given('reason', judgement.reason),
    states: result.states,
    transitions: result.transitions,
    depth: result.depth,
    seconds: result.cost.seconds,
    stoppedBy: result.stoppedBy ?? null,
    environment: [...result.environment, ...model.leftOut],
    assumptions: [...result.assumptions],
    expected: model.expected.map((one) => ({
      property: one.property,
      objects: one.objects === 'all' ? 'all' : [...one.objects],
      ...given('length', one.length),
      why: one.why,
      source: one.source,
    })),
    surprises: [...judgement.surprises],
    properties: [
      ...result.properties.map((property): PropertyJson => ({
        name: property.name,
        kind: property.kind,
        sentence: property.sentence,
        cites: property.cites,
        about: property.about,
        ...given('corollary', property.corollary),
        ...given('breaks', property.breaks),
        verdict: property.verdict,
        ...given('reason', property.reason),
        objects: objectsJson(property.objects, model),
      })),
      ...violationsOf(result)
        .filter((one) => isEnd(one.property))
        .map((one) => endJson(one, model)),
    ],
    coverage: {
      neverStepped: [...result.coverage.neverStepped],
      mustNeverPassed: [...result.coverage.mustNeverPassed],
      mayNeverPassed: [...result.coverage.mayNeverPassed],
    },
  };
}

/**
 * Objects of one property often fall together: the run is given once, and the others point to it.
 * Witnesses are left out: what is asked for is how a claim breaks.
 */
function objectsJson(objects: readonly ObjectResult[], model: Reported): PropertyJson['objects'] {
  const shownBy = new Map<string, string>();
  return objects.map(({ object, verdict, premiseStates, trace }) => {
    const said = { object, verdict, premiseStates };
    if (trace === undefined || verdict !== 'VIOLATED') return said;
    const key = JSON.stringify(trace.steps.map((step) => [step.process, step.choices]));
    const sameTraceAs = shownBy.get(key);
    if (sameTraceAs !== undefined) return { ...said, sameTraceAs };
    shownBy.set(key, object);
    return { ...said, trace: traceJson(trace, model.initial) };
  });
}

function endJson(violation: Violation, model: Reported): PropertyJson {
  return {
    name: violation.property,
    kind: 'end',
    sentence: violation.sentence,
    cites: '',
    about: violation.about,
    verdict: 'VIOLATED',
    objects: violation.objects.map(({ object, trace }) => ({
      object,
      verdict: 'VIOLATED',
      premiseStates: model.result.states,
      ...given('trace', trace && traceJson(trace, model.initial)),
    })),
  };
}

function traceJson(trace: Trace, initial: ReadonlyMap<string, Plain>): TraceJson {
  const chains = chainsAlong(trace, initial);
  return {
    length: trace.steps.length,
    minimal: trace.minimal,
    ...given('loopsTo', trace.loopsTo),
    steps: trace.steps.map((step, i) => stepJson(step, chains[i] ?? [])),
  };
}

function stepJson(step: TraceStep, chains: readonly ChainView[]): StepJson {
  const place = startOf(step.path);
  return {
    process: step.process,
    function: place?.function ?? null,
    label: place?.label ?? null,
    file: place?.file ?? null,
    line: place?.line ?? null,
    choices: [...step.choices],
    path: [...step.path],
    changes: step.changes.map(({ cell, before, after }) => ({
      cell,
      parts: changedParts(before, after).map((part) =>
        'added' in part
          ? { path: part.path, removed: [...part.removed], added: [...part.added] }
          : { ...part },
      ),
    })),
    chains: chains.map(({ map, entries, cursor }) => ({ map, entries: [...entries], cursor })),
  };
}

/** A field where there is a value, and no field where there is none. */
function given<const K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  const field: { [P in K]?: T } = {};
  if (value !== undefined) field[name] = value;
  return field;
}
