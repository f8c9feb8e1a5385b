import type { BreadthFirst } from './search.ts';
import type { Memo } from './values.ts';
import { someOf } from './shuffle.ts';

/**
 * Looks for a memory of the model's own, outside of the state: whatever was found out by running
 * its code once is found out once more when the search is over, and must be the same.
 *
 * Steps and questions are all run again, latest first, then some of them in no order at all; and in
 * no order what observers, operations and weights came to, up to so much of it. That finds code
 * that counts its calls or keeps what it saw last. It is no proof: code that remembers something
 * and answers the same whenever it is asked is not found, nor what was not among so much.
 */
export function* recheck({ graph, inquiries, leaks }: BreadthFirst): Generator<void, void> {
  yield* graph.steps.recheck(stepsAgainMax);
  for (const question of [...inquiries.now, ...inquiries.later]) {
    question.recheck(answersAgainMax);
    yield;
  }
  for (const { watch } of leaks) {
    watch.recheck(entriesMax);
    yield;
  }
  const { observers, operations } = graph.space;
  const tables = [...observers, ...operations];
  const count = tables.reduce((sum, table) => sum + table.askedCount, 0);
  // Of very many, evenly spread ones are enough to draw from.
  const stride = Math.ceil(count / (8 * entriesMax));
  const entries: { readonly table: Memo; readonly id: number }[] = [];
  let number = 0;
  for (const table of tables) {
    for (const id of table.asked()) if (number++ % stride === 0) entries.push({ table, id });
  }
  for (const [i, { table, id }] of someOf(entries, entriesMax).entries()) {
    if (i % entriesAtOnce === entriesAtOnce - 1) yield;
    table.recheck(id);
  }
}

/** Steps, and answers to each question, that are run a third time, in no order at all. */
const stepsAgainMax = 250;
export const answersAgainMax = 100;
/** Of what observers and operations came to, everything up to so much is run a second time. */
const entriesMax = 10_000;

const entriesAtOnce = 1024;
