import fc from 'fast-check';
import type { Cell } from '../../src/base/cell.ts';
import type { Model, Process, Property } from '../../src/base/model.ts';
import type { ReadView, View } from '../../src/base/view.ts';
import { cells, cellType } from '../../src/base/cell.ts';
import { always, recoverable, sometimes } from '../../src/base/model.ts';

/**
 * Small random models as data: counters that wrap around, programs that look, branch, choose,
 * change and wait, and properties of every kind. Data, so that fast-check can shrink them.
 */

/** A statement and what comes after it; null is the end of the step. */
export type Program =
  | null
  | {
      readonly do: 'observe';
      readonly cell: number;
      readonly least: number;
      readonly then: Program;
      readonly else: Program;
    }
  | { readonly do: 'read'; readonly cell: number; readonly then: Program; readonly else: Program }
  | { readonly do: 'add'; readonly cell: number; readonly amount: number; readonly next: Program }
  | { readonly do: 'move'; readonly cell: number; readonly to: number; readonly next: Program }
  | { readonly do: 'write'; readonly cell: number; readonly amount: number; readonly next: Program }
  | { readonly do: 'choose'; readonly from: readonly Program[] }
  | { readonly do: 'block' };

export interface Condition {
  readonly cell: number;
  readonly least: number;
  /** Also this much of the next cell. */
  readonly also: number | undefined;
  readonly not: boolean;
}

export interface Claim {
  readonly kind: 'always' | 'sometimes' | 'recoverable' | 'balance' | 'fold';
  readonly conditions: readonly Condition[];
  readonly premise: Condition | undefined;
  readonly weights: readonly number[];
}

export interface ModelData {
  readonly modulus: number;
  readonly initial: readonly number[];
  /** Cells after each that never change: they make the tree of a state deeper. */
  readonly padding: number;
  readonly processes: readonly { readonly isSystem: boolean; readonly program: Program }[];
  readonly claims: readonly Claim[];
  readonly final: Condition;
}

const small = fc.nat({ max: 3 });

const { program } = fc.letrec<{ program: Program }>((tie) => ({
  program: fc.oneof(
    { maxDepth: 5, depthSize: 'medium', withCrossShrink: true },
    { weight: 1, arbitrary: fc.constant(null) },
    fc.record({ do: fc.constant('block') }),
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('observe'),
        cell: small,
        least: small,
        then: tie('program'),
        else: tie('program'),
      }),
    },
    fc.record({
      do: fc.constant('read'),
      cell: small,
      then: tie('program'),
      else: tie('program'),
    }),
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('add'),
        cell: small,
        amount: fc.integer({ min: 1, max: 2 }),
        next: tie('program'),
      }),
    },
    fc.record({ do: fc.constant('move'), cell: small, to: small, next: tie('program') }),
    fc.record({ do: fc.constant('write'), cell: small, amount: small, next: tie('program') }),
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('choose'),
        from: fc.array(tie('program'), { minLength: 2, maxLength: 3 }),
      }),
    },
  ) as fc.Arbitrary<Program>,
}));

const condition: fc.Arbitrary<Condition> = fc.record({
  cell: small,
  least: small,
  also: fc.option(small, { nil: undefined }),
  not: fc.boolean(),
});

const claim: fc.Arbitrary<Claim> = fc.record({
  kind: fc.constantFrom('always', 'sometimes', 'recoverable', 'balance', 'fold'),
  conditions: fc.array(condition, { minLength: 1, maxLength: 2 }),
  premise: fc.option(condition, { nil: undefined }),
  weights: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 4, maxLength: 4 }),
});

export const modelData: fc.Arbitrary<ModelData> = fc.record({
  modulus: fc.integer({ min: 2, max: 4 }),
  initial: fc.array(small, { minLength: 2, maxLength: 4 }),
  padding: fc.constantFrom(0, 0, 0, 0, 2),
  processes: fc.array(fc.record({ isSystem: fc.boolean(), program }), {
    minLength: 2,
    maxLength: 3,
  }),
  claims: fc.array(claim, { maxLength: 4 }),
  final: condition,
});

type Counter = { readonly count: number; readonly modulus: number };

const counterType = cellType<Counter>()({
  name: 'counter',
  observers: { isAtLeast: ({ count }, least: number) => count >= least },
  operations: {
    add: (counter, amount: number) => {
      counter.count = (counter.count + amount) % counter.modulus;
    },
    set: (counter, count: number) => ({ ...counter, count: count % counter.modulus }),
  },
});

type CounterCell = Cell<Counter, typeof counterType.observers, typeof counterType.operations>;

export interface RandomModel {
  readonly model: Model;
  /** What is compared of final states. */
  projection(view: ReadView): number;
}

export function modelOf(data: ModelData): RandomModel {
  const names = data.initial.map((_, i) => String(i));
  const family = cells('counter', names, counterType, (name) => ({
    count: (data.initial[Number(name)] ?? 0) % data.modulus,
    modulus: data.modulus,
  }));
  const idle = Array.from({ length: data.padding }, (_, i) => String(i));
  const padded = family.cells.flatMap((own) => [
    own,
    ...cells(`beside ${own.key}`, idle, counterType, { count: 0, modulus: 1 }).cells,
  ]);
  const [first, ...rest] = family.cells;
  if (first === undefined) throw new Error('there is a cell');
  const at = (i: number): CounterCell => [first, ...rest][i % (rest.length + 1)] ?? first;

  const isTrue = ({ cell, least, also, not }: Condition, view: ReadView): boolean => {
    const own = view.observe(at(cell), 'isAtLeast', least);
    const both = own && (also === undefined || view.read(at(cell + 1)).count >= also);
    return both !== not;
  };
  const run = (program: Program, view: View): void => {
    if (program === null) return;
    switch (program.do) {
      case 'block':
        return view.blocked('ever');
      case 'observe':
        return run(
          view.observe(at(program.cell), 'isAtLeast', program.least) ? program.then : program.else,
          view,
        );
      case 'read':
        return run(view.read(at(program.cell)).count % 2 === 0 ? program.then : program.else, view);
      case 'add':
        view.update(at(program.cell), 'add', program.amount);
        return run(program.next, view);
      case 'move':
        view.update(at(program.cell), 'add', data.modulus - 1);
        view.update(at(program.to), 'add', 1);
        return run(program.next, view);
      case 'write':
        view.write(at(program.cell), {
          modulus: data.modulus,
          count: program.amount % data.modulus,
        });
        return run(program.next, view);
      case 'choose': {
        // Labels that do not sort as the alternatives do.
        const from = program.from.map((value, i) => ({ label: 'bca'.charAt(i), value }));
        return run(view.choose('which', from), view);
      }
    }
  };

  const processes = data.processes.map(({ isSystem, program }, i): Process => ({
    name: `process ${'zxy'.charAt(i)}`,
    kind: isSystem ? 'system' : 'environment',
    step: (view) => {
      view.mark(`step ${i}`);
      run(program, view);
    },
  }));
  const properties = data.claims.map(({ kind, conditions, premise, weights }, i): Property => {
    const head = { name: `claim ${i}`, sentence: '', cites: '', about: 'kernel' } as const;
    const objects = conditions.map((one, k) => ({ name: `object ${k}`, one }));
    type Target = (typeof objects)[number];
    const holds = ({ one }: Target, view: ReadView): boolean => isTrue(one, view);
    const given =
      premise === undefined
        ? {}
        : { premise: (_: Target, view: ReadView) => isTrue(premise, view) };
    const weigh = (k: number) => (value: Counter) => value.count * (weights[k] ?? 0);
    switch (kind) {
      case 'always':
        return always<Target>({ ...head, objects, holds, ...given });
      case 'recoverable':
        return recoverable<Target>({ ...head, objects, holds, ...given });
      case 'sometimes':
        return sometimes<Target>({ ...head, objects, holds });
      case 'balance':
        return {
          ...head,
          kind,
          weights: new Map(family.cells.map((cell, k) => [cell, weigh(k)])),
        };
      case 'fold':
        return {
          ...head,
          kind,
          over: family.cells,
          from: { sum: 0 },
          step: ({ sum }: { sum: number }, value: Counter) => ({ sum: sum + value.count }),
          holds: ({ sum }: { sum: number }) => sum !== 2 + (weights[0] ?? 0),
        };
    }
  });
  return {
    model: {
      name: 'random',
      parameters: {},
      cells: padded,
      processes,
      properties,
      final: (view) => isTrue(data.final, view),
      mustPass: [],
      mayPass: processes.map((_, i) => `step ${i}`),
      assumptions: [],
      environment: [],
    },
    projection: (view) => view.read(first).count,
  };
}
