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
  readonly init: string;
  readonly file: string;
}[] = [
  { call: 'percpu_alloc', init: 'percpu_init', file: 'kern/subr_percpu.c' },
  { call: 'mutex_obj_alloc', init: 'mutex_obj_init', file: 'kern/kern_mutex_obj.c' },
  { call: 'rw_obj_alloc', init: 'rw_obj_init', file: 'kern/kern_rwlock_obj.c' },
  { call: 'pserialize_create', init: 'pserialize_init', file: 'kern/subr_pserialize.c' },
  { call: 'psref_class_create', init: 'psref_init', file: 'kern/subr_psref.c' },
  { call: 'ipi_register', init: 'ipi_sysinit', file: 'kern/subr_ipi.c' },
  { call: 'callout_reset', init: 'callout_startup', file: 'kern/kern_timeout.c' },
  { call: 'callout_schedule', init: 'callout_startup', file: 'kern/kern_timeout.c' },
];

/** Early kcpuset slots in the trees that have them. */
export const kcpusetSlots = 8;

export function facilitiesUp(survey: Survey): RuleReport {
  const answers = new Answers('facilities', 'No facility is used before its initialiser has run.');
  for (const { call, init, file } of facilities) {
    const uses = survey.calls(call);
    if (uses.length === 0) continue;
    const { suppliers } = doneNeed(survey, init, file);
    for (const use of uses) {
      if (use.path.includes(init)) {
        answers.holds();
        continue;
      }
      ask(survey, answers, {
        object: init,
        need: `${init}() is done`,
        who: `${call}() is called`,
        use,
        suppliers,
        expectedIn: file,
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
