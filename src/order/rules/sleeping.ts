import { maySleepByFlags } from '../calls.ts';
import type { Place, RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { isMust } from './ask.ts';
import type { Survey } from './survey.ts';
import { objectOf } from './survey.ts';

/** One allocation that says it may sleep, at a time when nobody could wake it. */
export interface Sleeper {
  readonly at: Place;
  readonly must: boolean;
  /** `cold`: a sleep returns at once; `no reclaimer`: it sleeps, and nobody frees memory. */
  readonly when: 'cold' | 'no reclaimer';
  readonly object: string;
}

/** The pagedaemon's thread: only from here on can anybody answer a wait for memory. */
export function reclaimerIndex(survey: Survey): number | null {
  const set = survey.sets('uvm.pagedaemon_lwp').at(0);
  const thread = survey.seen.find(
    ({ name, event }) =>
      name.startsWith('kthread_create') &&
      (event.object === 'uvm_pageout' ||
        Object.values(event.args).some((value) =>
          /uvm_pageout|pgdaemon|pagedaemon/.test(String(value)),
        )),
  );
  return thread?.index ?? set?.index ?? null;
}

export function sleepersOf(survey: Survey): Sleeper[] {
  const until = reclaimerIndex(survey) ?? survey.seen.length;
  const warm = survey.sets('cold').at(0)?.index ?? survey.seen.length;
  const list: Sleeper[] = [];
  for (const one of survey.seen.slice(0, until)) {
    if (one.meaning.role !== 'grow' || maySleepByFlags(one.event) !== true) continue;
    const at = placeOf(survey.order, one.index);
    if (at === null) continue;
    const when = one.index < warm ? 'cold' : 'no reclaimer';
    list.push({ at, must: isMust(one), when, object: objectOf(one) ?? '' });
  }
  return list;
}

/**
 * Nothing may sleep before somebody can wake it. An allocation that says it may sleep is a table
 * row, not a fault: it sleeps only if memory is short. In an interrupt it is a fault at once.
 */
export function sleeping(survey: Survey): RuleReport {
  const answers = new Answers('sleeping', 'Nothing that may sleep runs where nobody can wake it.');
  for (const one of survey.seen) {
    if (one.meaning.role !== 'grow' || maySleepByFlags(one.event) !== true) continue;
    if (one.event.context.by !== 'interrupt') {
      answers.holds();
      continue;
    }
    answers.add({
      verdict: isMust(one) ? 'violation' : 'unproved',
      object: objectOf(one) ?? one.name,
      says: `${one.event.call}() may sleep, and it is called in an interrupt`,
      at: placeOf(survey.order, one.index),
      guards: one.event.guards,
    });
  }
  const sleepers = sleepersOf(survey);
  const cold = sleepers.filter(({ when }) => when === 'cold').length;
  const reclaimer = reclaimerIndex(survey);
  const until =
    reclaimer === null
      ? 'no pagedaemon is created in this order'
      : `the pagedaemon is created at #${reclaimer}`;
  answers.note(
    `${sleepers.length} allocations say that they may sleep before anybody could free memory, ` +
      `${cold} of them while cold (${until})`,
  );
  return answers.report();
}
