import type { Graph } from './graph.ts';
import type { BreadthFirst } from './search.ts';
import type { Inquiry } from './inquiry.ts';
import { assert, present } from '../base/assert.ts';
import { finalQuestion } from './inquiry.ts';
import { atFirstLevel, levelOf } from './levels.ts';
import { NumberSet } from './numbers.ts';

/** What was found out about one object of one property. */
export interface Finding {
  readonly inquiry: Inquiry;
  readonly premiseStates: number;
  /** Shown by the states below: a violation, or a witness of a *sometimes* property. */
  readonly isShown: boolean;
  /** All states of least depth that show it, in ascending order. */
  readonly states: readonly number[];
  /** When a state is known to show it: when it is reached, when it is explored, or at the very end. */
  readonly foundAt: 'reaching' | 'exploring' | 'end';
  /** Where a transition from those states shows it. */
  readonly isLastStep?: (graph: Graph, written: readonly number[]) => boolean;
}

/** One finding for each inquiry, in order. */
export function* findingsOf(
  search: BreadthFirst,
  levels: readonly number[],
): Generator<void, readonly Finding[]> {
  const findings: Finding[] = [];
  for (const inquiry of search.inquiries.all) {
    switch (inquiry.property.kind) {
      case 'balance':
        findings.push(balanceFinding(search, inquiry));
        break;
      case 'recoverable':
        findings.push(yield* recoverableFinding(search, levels, inquiry));
        break;
      default:
        findings.push(tallyFinding(search, inquiry));
    }
  }
  yield* completed(search, levels, findings);
  return findings;
}

/**
 * States from which no system process can ever step again, in ascending order; final ones are not.
 *
 * At a bounded grain some runs are missing, and nobody knows what they would have helped: there only
 * states where nothing at all is enabled are sure to be stuck.
 */
export function* stuckStates(search: BreadthFirst): Generator<void, readonly number[]> {
  const { graph, quiet, inquiries, model } = search;
  const final = present(inquiries.now[finalQuestion], 'final is always asked');
  const isEnd = (state: number): boolean => {
    graph.load(state);
    return final.answer(graph.row) === 1;
  };
  if (model.bound !== undefined) return [...quiet.dead()].filter((state) => !isEnd(state));
  const alive = new NumberSet(graph.stateCount);
  let next = 0;
  for (const state of quiet.all()) {
    while (next < state) alive.add(next++);
    next = state + 1;
  }
  while (next < graph.stateCount) alive.add(next++);
  yield* quiet.close(alive);
  return [...quiet.all()].filter((state) => !alive.has(state) && !isEnd(state));
}

function tallyFinding(search: BreadthFirst, inquiry: Inquiry): Finding {
  const isSometimes = inquiry.property.kind === 'sometimes';
  const holds = search.now.tally(inquiry.question, 1);
  const fails = search.now.tally(inquiry.question, 2);
  const { first } = isSometimes ? holds : fails;
  const { property } = inquiry;
  // A fold over no cell looks at no state.
  const isHollow = property.kind === 'fold' && property.over.length === 0;
  const asked = isSometimes ? search.graph.stateCount : holds.count + fails.count;
  return {
    inquiry,
    premiseStates: isHollow ? 0 : asked,
    isShown: first >= 0,
    states: first < 0 ? [] : [first],
    foundAt: 'reaching',
  };
}

/** A tally knows only the first state; the rest of its level is asked here, all questions at once. */
function* completed(
  search: BreadthFirst,
  levels: readonly number[],
  findings: Finding[],
): Generator<void, void> {
  const byLevel = new Map<number, { readonly at: number; readonly states: number[] }[]>();
  for (const [at, { inquiry, states }] of findings.entries()) {
    const [first] = states;
    const { kind } = inquiry.property;
    if (first === undefined || kind === 'balance' || kind === 'recoverable') continue;
    const level = levelOf(first, levels);
    byLevel.set(level, [...(byLevel.get(level) ?? []), { at, states: [] }]);
  }
  const { graph, inquiries } = search;
  for (const [level, open] of byLevel) {
    for (let state = levels[level] ?? 0; state < (levels[level + 1] ?? 0); state++) {
      if ((state & 0xfff) === 0xfff) yield;
      graph.load(state);
      for (const { at, states } of open) {
        const { property, question } = present(findings[at], 'open ones are findings').inquiry;
        const shows = property.kind === 'sometimes' ? 1 : 2;
        const asked = present(inquiries.now[question], 'questions are numbered');
        if (asked.answer(graph.row) === shows) states.push(state);
      }
    }
    for (const { at, states } of open) {
      assert(states.length > 0, 'the first state is among them');
      findings[at] = { ...present(findings[at], 'in range'), states };
    }
  }
}

function balanceFinding(search: BreadthFirst, inquiry: Inquiry): Finding {
  const leak = present(
    search.leaks.find(({ watch }) => watch.balance === inquiry.property),
    'each balance is watched',
  );
  const { graph } = search;
  graph.load(0);
  // Where nothing ever weighs anything there is nothing to keep.
  const isHollow = leak.level < 0 && !leak.watch.hasWeight(graph.row);
  return {
    inquiry,
    premiseStates: isHollow ? 0 : graph.stateCount,
    isShown: leak.level >= 0,
    states: leak.states,
    foundAt: 'exploring',
    isLastStep: (graph, written) => !leak.watch.keeps(graph.base, graph.row, written),
  };
}

function* recoverableFinding(
  search: BreadthFirst,
  levels: readonly number[],
  inquiry: Inquiry,
): Generator<void, Finding> {
  const { later, edges, graph, head, model } = search;
  const count = graph.stateCount;
  const reached = new NumberSet(count);
  for (let state = 0; state < count; state++) {
    // What was never explored may lead anywhere.
    if (state >= head || later.answerAt(state, inquiry.question) & 2) reached.add(state);
  }
  yield* edges.close(reached);
  const lost: number[] = [];
  // At a bounded grain some runs are missing: that something is not reached again shows nothing.
  const end = model.bound === undefined ? head : 0;
  for (let state = 0; state < end; state++) {
    if (!reached.has(state) && later.answerAt(state, inquiry.question) & 1) lost.push(state);
  }
  const premise = later.tally(inquiry.question, 1).count + later.tally(inquiry.question, 3).count;
  return {
    inquiry,
    premiseStates: premise,
    isShown: lost.length > 0,
    states: atFirstLevel(lost, levels),
    foundAt: 'end',
  };
}
