import type { RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { ask, guardsText, isMust } from './ask.ts';
import type { EraFit } from './era.ts';
import { pagesNeed } from './sources.ts';
import type { Survey } from './survey.ts';

/**
 * Physical pages: stolen until page initialisation ends, allocated from then on.
 *
 * uvm_pageboot_alloc() after uvm.page_init_done panics; uvm_pagealloc() before it finds no pages.
 */
export function pagesInTime(survey: Survey, fit: EraFit): RuleReport {
  const answers = new Answers(
    'pages',
    'Pages are stolen only before page initialisation ends, and allocated only after.',
  );
  if (fit.isHosted) {
    answers.add({
      verdict: 'not applicable',
      object: 'pages',
      says: 'memory comes from a host: there are no pages to steal, and no page initialisation',
      at: null,
    });
    return answers.report();
  }
  const done = survey.sets('uvm.page_init_done').filter(isMust).at(0);
  const steals = survey.seen.filter(({ name }) =>
    ['uvm_pageboot_alloc', 'pmap_steal_memory', 'uvm_page_physget'].includes(name),
  );
  for (const steal of steals) {
    if (done === undefined || steal.index < done.index) {
      answers.holds();
      continue;
    }
    const says = `${steal.event.call}() steals a page after page initialisation has ended`;
    const at = placeOf(survey.order, steal.index);
    const place = placeOf(survey.order, done.index);
    const other = place === null ? {} : { other: place };
    if (isMust(steal))
      answers.add({ verdict: 'violation', object: 'page stealing', says, at, ...other });
    else {
      const guards = steal.event.guards;
      answers.add({
        verdict: 'unproved',
        object: 'page stealing',
        says: `${says}, if ${guardsText(guards)}`,
        at,
        ...other,
        guards,
      });
    }
  }
  const need = pagesNeed(survey);
  for (const use of survey.seen) {
    if (use.name !== 'uvm_pagealloc' && use.name !== 'uvm_pglistalloc') continue;
    ask(survey, answers, {
      ...need,
      object: use.name,
      who: `${use.event.call}() asks for a page`,
      use,
    });
  }
  return answers.report();
}
