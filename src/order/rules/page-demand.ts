import type { Window } from '../demands.ts';
import { isCertainlyMet, momentText, probedPlace, wayText, windowsOf } from '../demands.ts';
import type { OrderProbe } from '../order.ts';
import type { RuleReport } from './answer.ts';
import { Answers, holeText, placeOf } from './answer.ts';
import { guardsText } from './ask.ts';
import type { EraFit } from './era.ts';
import type { Seen, Survey } from './survey.ts';

/**
 * From page initialisation on, anybody may ask for a page at any time.
 *
 * The pmap of every port decides by `uvm.page_init_done` alone whether to ask or to steal, so what
 * uvm_pagealloc() looks at must be there from that moment. Whether some port asks today is another
 * question, told with each answer: the fault waits for whoever is the first.
 */
export function pageDemand(survey: Survey, fit: EraFit): RuleReport {
  const answers = new Answers(
    'page demand',
    'From page initialisation on, a page may be asked for at any time.',
  );
  if (fit.isHosted) {
    answers.add({
      verdict: 'not applicable',
      object: 'uvm_pagealloc',
      says: 'memory comes from a host: nobody asks uvm_pagealloc() for a page',
      at: null,
    });
    return answers.report();
  }
  const probes = (survey.order.probes ?? []).filter(({ asks }) => asks === 'page');
  if (probes.length === 0) {
    answers.add({
      verdict: 'not applicable',
      object: 'uvm_pagealloc',
      says: 'this order does not tell what asking for a page would do where nobody asks (it has no probes)',
      at: null,
    });
    return answers.report();
  }
  for (const probe of probes) askHoles(answers, probe);
  for (const window of windowsOf(survey, 'page')) tell(survey, answers, window);
  return answers.report();
}

function askHoles(answers: Answers, probe: OrderProbe): void {
  if (probe.holes.length === 0) return answers.holds();
  answers.add({
    verdict: 'inconclusive',
    object: 'uvm_pagealloc',
    says: `what ${probe.call}() would look at is not all known`,
    at: null,
    holes: probe.holes.map(holeText),
  });
}

function tell(survey: Survey, answers: Answers, { first, until }: Window): void {
  const { order } = survey;
  const { probe, event, object } = first;
  const guards = [...(probe.guards ?? []), ...event.guards];
  const isCertain = isCertainlyMet(first);
  const end = until === null ? 'the end of boot' : momentText(order, until.before);
  const other = until === null ? null : placeOf(order, until.before - 1);
  const today = todayText(survey, probe.before, until?.before ?? order.events.length);
  answers.add({
    verdict: isCertain ? 'violation' : 'unproved',
    object,
    says:
      `a page may be asked for from ${momentText(order, probe.before)} to ${end}, and ` +
      `${wayText(event)} looks into ${object}, which is not there yet` +
      `${isCertain ? '' : `, if ${guardsText(guards)}`}; ${today}`,
    at: probedPlace(probe, event),
    ...(other !== null && { other }),
    guards,
  });
}

/** Whether some call of this boot asks for a page in between. */
function todayText(survey: Survey, from: number, to: number): string {
  const inside = ({ index }: Seen): boolean => index >= from && index < to;
  const calls = [...survey.calls('uvm_pagealloc'), ...survey.calls('uvm_pglistalloc')]
    .filter(inside)
    .toSorted((a, b) => a.index - b.index);
  const [first] = calls;
  if (first === undefined) return 'no call of this boot does so today';
  const { event } = first;
  const more = calls.length === 1 ? '' : ` and ${calls.length - 1} more`;
  const when = event.guards.length === 0 ? '' : `, if ${guardsText(event.guards)}`;
  return `${event.function}() does so today (${event.file}:${event.line}${more})${when}`;
}
