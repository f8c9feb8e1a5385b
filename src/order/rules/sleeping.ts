import { canonicalName } from '../canonical.ts';
import { maySleep } from '../sleep.ts';
import type { Place, RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { isMust } from './ask.ts';
import type { Survey } from './survey.ts';
import { objectOf } from './survey.ts';

/** One call that may sleep for memory, at a time when nobody could wake it. */
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
    if (maySleep(one.event) !== true) continue;
    const at = placeOf(survey.order, one.index);
    if (at === null) continue;
    const when = one.index < warm ? 'cold' : 'no reclaimer';
    list.push({ at, must: isMust(one), when, object: objectOf(one) ?? '' });
  }
  return list;
}

/** The sleepers of one call site: the same line of the source, however often it is reached. */
export interface SleepingSite {
  readonly call: string;
  readonly when: Sleeper['when'];
  /** The first of them. */
  readonly at: Place;
  /** What is asked for memory there, as the source names it; empty where it has no name. */
  readonly objects: readonly string[];
  readonly times: number;
  /** How many of them are certain. */
  readonly must: number;
}

/** The sleepers by call site, in the order of boot. */
export function sleepingSites(sleepers: readonly Sleeper[]): readonly SleepingSite[] {
  const sites = new Map<string, Sleeper[]>();
  for (const one of sleepers) {
    const key = `${one.at.call} ${one.at.file}:${one.at.line} ${one.when}`;
    sites.set(key, [...(sites.get(key) ?? []), one]);
  }
  return [...sites.values()].flatMap((of) => {
    const first = of[0];
    if (first === undefined) return [];
    const names = of.map(({ object }) => canonicalName(object).replace(/^@.*/, ''));
    const objects = [...new Set(names.filter((name) => name !== ''))];
    const must = of.filter((one) => one.must).length;
    const { at, when } = first;
    return [{ call: at.call, when, at, objects, times: of.length, must }];
  });
}

/**
 * Nothing may sleep before somebody can wake it. A call that says it may sleep is a table row, not
 * a fault: it sleeps only if memory is short. In an interrupt it is a fault at once.
 */
export function sleeping(survey: Survey): RuleReport {
  const answers = new Answers('sleeping', 'Nothing that may sleep runs where nobody can wake it.');
  let unknown = 0;
  for (const one of survey.seen) {
    const sleeps = maySleep(one.event);
    if (sleeps === undefined) unknown++;
    if (sleeps !== true) continue;
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
  const early = `${sleepers.length} before anybody could free memory, ${cold} of them while cold`;
  const handled = survey.seen.filter(({ event }) => event.context.by === 'interrupt').length;
  // An order without interrupts says nothing of their handlers: a trace of boot follows none.
  const interrupts =
    handled === 0
      ? 'in threads (interrupt handlers are not followed)'
      : `and none of them is among the ${handled} made in interrupts`;
  answers.means(`calls may sleep for memory, ${interrupts}; ${early} (--sleepers)`);
  answers.note(`${early} (${until})`);
  if (unknown > 0) {
    answers.note(`${unknown} more may or may not: their flags are not known`);
  }
  return answers.report();
}
