import type { Order, OrderReport, Waiver } from '../order/index.ts';
import { against, checkOrder } from '../order/index.ts';
import { counted, listed, unique } from '../report/text.ts';
import type { RoutineName } from './modelled-routines.ts';
import { inTree, modelledRoutines } from './modelled-routines.ts';

/**
 * What keeps a run of the model from being an answer about the tree that its order was read from.
 *
 * The model runs its own text of the allocators and brings up what an order names: it cannot see that
 * the tree's `pool_subsystem_init()` registers nobody, nor that an initialiser is gone. The rules read
 * the tree, and the texts can be compared.
 */
export interface Doubts {
  /** The order is wrong, whatever the model says. */
  readonly violations: readonly string[];
  /** The model's answer may not be the tree's. */
  readonly open: readonly string[];
}

/** What of it is assumed: printed with the verdict. */
export interface Doubted extends Doubts {
  readonly assumptions: readonly string[];
}

/** What the rules answer but for what a person has waived, and which texts differ. */
export function doubtsOf(order: Order, waivers: readonly Waiver[] = []): Doubted {
  const report = checkOrder(order, { waivers });
  const { open, assumptions } = routineDoubts(order);
  return {
    violations: saidBy(report, 'violation'),
    open: [...ruleDoubts(report), ...open],
    assumptions,
  };
}

const sentencesShown = 3;

/** The first of some sentences, and how many more there are. */
export function someOf(sentences: readonly string[]): string {
  const more = sentences.length - sentencesShown;
  const shown = sentences.slice(0, sentencesShown);
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

const saidBy = (report: OrderReport, verdict: string): readonly string[] =>
  unique(report.waived.standing.filter((one) => one.verdict === verdict).map(({ says }) => says));

function ruleDoubts(report: OrderReport): readonly string[] {
  const open = ['unproved', 'inconclusive'].flatMap((verdict) => {
    const said = saidBy(report, verdict);
    return said.length === 0 ? [] : [`${verdict} by the rules: ${someOf(said)}`];
  });
  if (open.length > 0 || report.exitCode !== 5) return open;
  return ['open by the rules: an anchor or a file is missing'];
}

/**
 * Routines whose text in the tree is none of those that are modelled. A port's own routines count
 * where the order comes through their file.
 */
function routineDoubts(order: Order): Pick<Doubted, 'open' | 'assumptions'> {
  const { routines } = order;
  if (routines === undefined) {
    const unknown =
      'the routines that are modelled read as in the cited revisions (the order does not tell)';
    return { open: [], assumptions: [unknown] };
  }
  const texts = new Map(routines.map((one) => [nameOf(one), one.textHash]));
  const isRun = new Set(
    order.events.flatMap(({ file, stack }) => [file, ...stack.map((frame) => frame.file)]),
  );
  const asked = modelledRoutines().filter(
    (one) =>
      texts.has(nameOf(one)) && (!one.file.startsWith('sys/arch/') || isRun.has(inTree(one))),
  );
  const { checks, differing } = against(asked, (file, name) => {
    const textHash = texts.get(nameOf({ file, function: name })) ?? null;
    return textHash === null ? null : { revision: '(not told)', textHash };
  });
  // Of a routine that is modelled in two revisions the tree has one.
  const same = new Set(
    checks.filter((check) => !differing.includes(check)).map(({ routine }) => nameOf(routine)),
  );
  const others = unique(differing.map(({ routine }) => nameOf(routine))).filter(
    (name) => !same.has(name),
  );
  const reads = `${counted(others.length, 'modelled routine')} ${others.length === 1 ? 'reads' : 'read'}`;
  return others.length === 0
    ? { open: [], assumptions: [] }
    : { open: [`${reads} otherwise in this tree: ${listed(others, 5)}`], assumptions: [] };
}

/** `pool_init() in kern/subr_pool.c`: whatever the path begins with. */
const nameOf = (one: RoutineName): string => `${one.function}() in ${inTree(one)}`;
