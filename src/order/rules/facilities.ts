import { broughtUpBy } from '../calls.ts';
import type { RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { ask } from './ask.ts';
import { doneNeed } from './sources.ts';
import type { Survey } from './survey.ts';

/**
 * Facilities that have an initialiser of their own: nothing of them before it.
 *
 * kcpuset is the exception that shows why this is per facility: before kcpuset_sysinit() it serves
 * the first eight requests from static slots, which is a reserve and no fault.
 */
const facilities: readonly {
  readonly call: string;
  readonly file: string;
}[] = [
  { call: 'percpu_alloc', file: 'kern/subr_percpu.c' },
  { call: 'mutex_obj_alloc', file: 'kern/kern_mutex_obj.c' },
  { call: 'rw_obj_alloc', file: 'kern/kern_rwlock_obj.c' },
  { call: 'pserialize_create', file: 'kern/subr_pserialize.c' },
  { call: 'psref_class_create', file: 'kern/subr_psref.c' },
  { call: 'ipi_register', file: 'kern/subr_ipi.c' },
  { call: 'callout_reset', file: 'kern/kern_timeout.c' },
  { call: 'callout_schedule', file: 'kern/kern_timeout.c' },
];

/** Early kcpuset slots in the trees that have them. */
export const kcpusetSlots = 8;

export function facilitiesUp(survey: Survey): RuleReport {
  const answers = new Answers('facilities', 'No facility is used before its initialiser has run.');
  for (const { call, file } of facilities) {
    const uses = survey.calls(call);
    const init = broughtUpBy.get(call);
    if (uses.length === 0 || init === undefined) continue;
    const need = doneNeed(survey, init, file);
    for (const use of uses) {
      if (use.path.includes(init)) {
        answers.holds();
        continue;
      }
      ask(survey, answers, {
        ...need,
        object: init,
        who: `${call}() is called`,
        use,
      });
    }
  }
  earlySets(survey, answers);
  return answers.report();
}

function earlySets(survey: Survey, answers: Answers): void {
  const init = survey.run('kcpuset_sysinit');
  const early = survey
    .calls('kcpuset_create')
    .filter(
      ({ index, path }) =>
        (init === null || index < init.first.index) && !path.includes('kcpuset_sysinit'),
    );
  early.forEach((use, taken) => {
    const at = placeOf(survey.order, use.index);
    if (taken < kcpusetSlots) {
      answers.holds();
      answers.note(`kcpuset_create() takes early slot ${taken + 1} of ${kcpusetSlots}`, at);
      return;
    }
    answers.add({
      verdict: use.event.certainty === 'must' ? 'violation' : 'unproved',
      object: 'kcpuset',
      says: `kcpuset_create() needs early slot ${taken + 1}, and there are ${kcpusetSlots}`,
      at,
      guards: use.event.guards,
    });
  });
}
