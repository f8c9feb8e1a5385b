import type { RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { isMust } from './ask.ts';
import type { EraFit, EraName } from './era.ts';
import type { Seen, Survey } from './survey.ts';

/**
 * Orders that the source promises in a comment or an assertion, for whoever comes later.
 *
 * pmap_init() may map into kernel_map because uvm_init() says so. On a port whose pmap_init() does
 * not, swapping the two breaks nothing today and the promise for tomorrow; the other rules would be
 * silent. So this one asks for the phases themselves, and only where both are seen.
 */
const promises: readonly {
  readonly first: string;
  readonly then: string;
  readonly eras: readonly EraName[];
  readonly why: string;
}[] = [
  {
    first: 'uvm_page_init',
    then: 'uvm_map_init',
    eras: ['A', 'D', 'E'],
    why: 'the page system comes first (uvm/uvm_init.c)',
  },
  {
    first: 'uvm_map_init',
    then: 'uvm_km_init',
    eras: ['A'],
    why: 'kernel map entries need uvm_kentry_lock (uvm/uvm_init.c)',
  },
  {
    first: 'uvm_map_init',
    then: 'uvm_km_bootstrap',
    eras: ['D', 'E'],
    why: 'the map module comes before the kernel map (uvm/uvm_init.c)',
  },
  {
    first: 'uvm_km_bootstrap',
    then: 'uvm_map_init_caches',
    eras: ['D', 'E'],
    why: 'the pools of map entries grow from its arenas (uvm/uvm_init.c)',
  },
  {
    first: 'uvm_map_init_caches',
    then: 'pmap_init',
    eras: ['D', 'E'],
    why: 'pmap_init() may map into kernel_map (uvm/uvm_init.c)',
  },
  {
    first: 'uvm_km_init',
    then: 'pmap_init',
    eras: ['A'],
    why: 'pmap_init() may map into kernel_map (uvm/uvm_init.c)',
  },
  {
    first: 'pmap_init',
    then: 'uvm_km_init',
    eras: ['D', 'E'],
    why: 'kmem and pools may be used once uvm_km_init() is done (uvm/uvm_init.c)',
  },
  {
    first: 'kmeminit',
    then: 'uvm_pager_init',
    eras: ['A'],
    why: 'the pager map is allocated with malloc (uvm/uvm_pager.c)',
  },
  {
    first: 'uvm_km_init',
    then: 'uvm_pager_init',
    eras: ['D', 'E'],
    why: 'the pager map is allocated with kmem_alloc (uvm/uvm_pager.c)',
  },
];

export function promisesKept(survey: Survey, fit: EraFit): RuleReport {
  const answers = new Answers(
    'promised order',
    'Phases run in the order that the source promises.',
  );
  const { era } = fit;
  if (era === null) {
    answers.add({
      verdict: 'inconclusive',
      object: 'the era',
      says: 'which promises hold depends on the design, and no era fits',
      at: null,
    });
    return answers.report();
  }
  if (fit.isHosted) {
    answers.add({
      verdict: 'not applicable',
      object: 'uvm_init',
      says: 'memory comes from a host: the phases of uvm/uvm_init.c do not exist here',
      at: null,
    });
    return answers.report();
  }
  for (const { first, then, eras, why } of promises) {
    if (!eras.includes(era)) continue;
    const earlier = survey.run(first);
    const later = survey.run(then);
    if (earlier === null || later === null) {
      const unseen = earlier === null ? first : then;
      answers.note(`${unseen}() takes part in no event, so its place is not known`);
      continue;
    }
    if (earlier.last.index < later.first.index || isInside(later.first, first)) {
      answers.holds();
      continue;
    }
    const other = placeOf(survey.order, earlier.first.index);
    answers.add({
      verdict: hasMust(survey, then) && hasMust(survey, first) ? 'violation' : 'unproved',
      object: then,
      says: `${then}() runs before ${first}() is done: ${why}`,
      at: placeOf(survey.order, later.first.index),
      ...(other !== null && { other }),
      guards: later.first.event.guards,
    });
  }
  return answers.report();
}

const isInside = (one: Seen, routine: string): boolean => one.path.includes(routine);

/** Whether a routine certainly runs: something in it is `must`. */
const hasMust = (survey: Survey, routine: string): boolean =>
  survey.seen.some((one) => (one.path.includes(routine) || one.name === routine) && isMust(one));
