import type { CheckResult, ObjectResult, PropertyResult, Trace } from '../../src/checker/result.ts';

/** Results written by hand: just what a report needs. */

export function resultOf(parts: Partial<CheckResult> = {}): CheckResult {
  return {
    model: 'netbsd/b/i386',
    parameters: {},
    verdict: 'PASS',
    states: 1234,
    transitions: 5678,
    depth: 9,
    deadlocks: { count: 0 },
    stuck: { count: 0 },
    finals: 1,
    properties: [],
    coverage: { neverStepped: [], mustNeverPassed: [], mayNeverPassed: [] },
    assumptions: [],
    environment: [],
    cost: {
      seconds: 1.25,
      cpuSeconds: 1.25,
      runs: 10,
      propertyRuns: 10,
      wholeReads: {},
      bytesPerState: 24,
      bytes: 50_000,
    },
    ...parts,
  };
}

export function propertyOf(name: string, objects: readonly ObjectResult[]): PropertyResult {
  const isViolated = objects.some((one) => one.verdict === 'VIOLATED');
  return {
    name,
    kind: 'always',
    sentence: `${name} holds`,
    cites: 'INV-1',
    about: 'mission',
    verdict: isViolated ? 'VIOLATED' : 'PASS',
    objects,
    runs: 1,
  };
}

export const passes = (object: string): ObjectResult => ({
  object,
  verdict: 'PASS',
  premiseStates: 1,
});

export const violates = (object: string, trace?: Trace): ObjectResult => ({
  object,
  verdict: 'VIOLATED',
  premiseStates: 1,
  ...(trace === undefined ? {} : { trace }),
});

/** A run of `length` steps; the last one is taken by `last`. */
export function traceOf(length: number, last = 'boot'): Trace {
  return {
    minimal: true,
    steps: Array.from({ length }, (_, i) => ({
      process: i === length - 1 ? last : 'boot',
      choices: [],
      path: [`uvm_init.pool_init(p${i}) sys/uvm/uvm_init.c:${i + 1}`],
      changes: [{ cell: 'pool/p', before: i, after: i + 1 }],
    })),
  };
}
