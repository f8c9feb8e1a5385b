import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckResult, ObjectResult, Trace } from '../src/checker/index.ts';
import type { TwinFinding, TwinResult } from '../test/checker/twin.ts';
import { check, finals, replay, walker } from '../src/checker/index.ts';
import { modelData, modelOf } from '../test/checker/random-models.ts';
import { twin } from '../test/checker/twin.ts';

/*
 * The checker against a naive twin that shares nothing with it, on random models: equal counts,
 * equal verdicts, and of each trace the same steps in the same order.
 */

const labels = (trace: Trace | undefined): readonly string[] | undefined =>
  trace?.steps.map(({ process, choices }) => [process, ...choices].join(' '));

/** What the twin says of an object, in the checker's words. */
function verdictOf(kind: string, { count, premiseStates }: TwinFinding): string {
  if (kind === 'sometimes') return count > 0 ? 'PASS' : 'VIOLATED';
  if (count > 0) return 'VIOLATED';
  return premiseStates > 0 ? 'PASS' : 'VACUOUS';
}

const summaryOf = (result: CheckResult): unknown => ({
  states: result.states,
  transitions: result.transitions,
  depth: result.depth,
  deadlocks: [result.deadlocks.count, labels(result.deadlocks.trace)],
  stuck: [result.stuck.count, labels(result.stuck.trace)],
  objects: result.properties.flatMap(({ kind, objects }) =>
    objects.map(({ verdict, premiseStates, trace }: ObjectResult) => [
      kind,
      verdict,
      premiseStates,
      labels(trace),
    ]),
  ),
});

const expectedOf = (result: TwinResult, kinds: readonly string[]): unknown => ({
  states: result.states,
  transitions: result.transitions,
  depth: result.depth,
  deadlocks: [result.deadlocks.count, result.deadlocks.trace],
  stuck: [result.stuck.count, result.stuck.trace],
  objects: result.findings.map((finding, i) => {
    const kind = kinds[i] ?? '';
    return [kind, verdictOf(kind, finding), finding.premiseStates, finding.trace];
  }),
});

describe('the checker, on random models', () => {
  it('agrees with its twin', { timeout: 300_000 }, () => {
    const tally = { models: 0, states: 0, traces: 0, mixed: 0 };
    fc.assert(
      fc.property(modelData, (data) => {
        const { model, projection } = modelOf(data);
        const result = check(model);
        const expected = twin(model, projection);
        const kinds = model.properties.flatMap((property) =>
          'objects' in property ? property.objects.map(() => property.kind) : [property.kind],
        );
        // Comparing texts first is ten times as fast.
        const [found, wanted] = [summaryOf(result), expectedOf(expected, kinds)];
        if (JSON.stringify(found) !== JSON.stringify(wanted)) expect(found).toEqual(wanted);
        tally.models++;
        tally.states += result.states;
        tally.traces += expected.findings.filter(({ trace }) => trace !== undefined).length;
        tally.mixed += expected.findings.filter(({ trace }) => new Set(trace).size > 1).length;
      }),
      { seed: 20_110_124, numRuns: 10_000 },
    );
    // Otherwise the generator has become too tame to find anything.
    expect(tally.models).toBe(10_000);
    expect(tally.states / tally.models).toBeGreaterThan(16);
    expect(tally.mixed).toBeGreaterThan(1000);
  });

  it('finds the same final states as its twin', () => {
    fc.assert(
      fc.property(modelData, (data) => {
        const { model, projection } = modelOf(data);
        const found = finals(model, projection);
        const values = found.outcomes.map(({ value }) => JSON.stringify(value));
        expect(values).toEqual([...twin(model, projection).finals].sort());
        for (const outcome of found.outcomes) {
          expect(found.trace(outcome).steps).toHaveLength(outcome.depth);
        }
      }),
      { seed: 20_110_125, numRuns: 500 },
    );
  });

  it('replays every trace to where it ends, with what it changes', () => {
    fc.assert(
      fc.property(modelData, (data) => {
        const { model } = modelOf(data);
        for (const { kind, name, objects } of check(model).properties) {
          for (const { object, trace } of objects) {
            if (trace === undefined) continue;
            const again = replay(model, trace);
            expect(again.difference).toBeUndefined();
            expect(again.steps).toEqual(trace.steps);
            if (kind === 'sometimes' || kind === 'recoverable') continue;
            expect(again.violations.at(-1)).toContainEqual({ property: name, object });
          }
        }
      }),
      { seed: 20_110_126, numRuns: 500 },
    );
  });

  it('stopped early, says nothing that the whole search does not say', () => {
    fc.assert(
      fc.property(modelData, fc.nat({ max: 30 }), (data, statesMax) => {
        const { model } = modelOf(data);
        const whole = check(model);
        const part = check(model, { statesMax });
        if (part.stoppedBy === undefined) {
          expect(summaryOf(part)).toEqual(summaryOf(whole));
          return;
        }
        expect(['INCOMPLETE', 'VIOLATED']).toContain(part.verdict);
        for (const [i, property] of part.properties.entries()) {
          for (const [k, { verdict, trace }] of property.objects.entries()) {
            const known = whole.properties[i]?.objects[k];
            if (verdict !== 'INCOMPLETE') expect(verdict).toBe(known?.verdict);
            if (trace?.minimal === true) expect(trace).toEqual(known?.trace);
          }
        }
        expect(part.deadlocks.count).toBeLessThanOrEqual(whole.deadlocks.count);
        if (part.deadlocks.trace?.minimal === true) {
          expect(part.deadlocks.trace).toEqual(whole.deadlocks.trace);
        }
        expect(part.stuck.count).toBeLessThanOrEqual(whole.stuck.count);
      }),
      { seed: 20_110_128, numRuns: 1000 },
    );
  });

  it('meets no state in a random walk that the search does not know', () => {
    const schedule = fc.array(fc.nat({ max: 100 }), { maxLength: 200 });
    fc.assert(
      fc.property(modelData, schedule, (data, numbers) => {
        const { model } = modelOf(data);
        const walk = walker(model);
        let distinct = walk.stateKey() + 1;
        for (const number of numbers) {
          const { length } = walk.enabled();
          if (length === 0) walk.reset();
          else walk.take(number % length);
          distinct = Math.max(distinct, walk.stateKey() + 1);
        }
        expect(distinct).toBeLessThanOrEqual(check(model, {}, { traces: false }).states);
      }),
      { seed: 20_110_127, numRuns: 300 },
    );
  });
});
