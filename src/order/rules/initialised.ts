import type { ObjectKind } from '../calls.ts';
import { argumentText } from '../calls.ts';
import type { RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { ask } from './ask.ts';
import type { EraFit } from './era.ts';
import { askOwnLocks, unaskedLocks } from './own-locks.ts';
import type { Seen, Survey } from './survey.ts';
import { covers, kindsOf, objectOf, parentOf } from './survey.ts';

/**
 * No operation on an object before its initialiser: pools, caches, locks, maps, arenas, callouts.
 *
 * Only objects that have one name in the source are asked about; uses through an unknown pointer
 * are counted in a note. Static kernel maps and arenas are known by two names, the storage and the
 * global that points at it.
 */
export function initialised(survey: Survey, fit: EraFit): RuleReport {
  const answers = new Answers('initialised', 'Every object is initialised before it is used.');
  const declared = declarations(survey);
  let unnamed = 0;
  for (const use of survey.seen) {
    const { kind, role } = use.meaning;
    if (kind === undefined || (role !== 'grow' && role !== 'use')) continue;
    if (role === 'use' && use.name === 'uvm_map_enter') continue;
    const object = use.name === 'uvm_km_suballoc' ? parentOf(use) : objectOf(use);
    // Where the design is known, the rule on growth asks the same of kernel_map and knows more.
    if (fit.era !== null && role === 'grow' && object === 'kernel_map') continue;
    if (object === null || isPointerPath(object)) {
      unnamed++;
      continue;
    }
    const suppliers = declared.filter(
      (one) => one.kind === kind && madeBy(survey, one.name, object),
    );
    if (suppliers.length === 0 && isOpaqueObject(object)) {
      unnamed++;
      continue;
    }
    ask(survey, answers, {
      object,
      need: `${object} is initialised`,
      who: `${use.event.call}() uses the ${kindsOf[kind]} ${object}`,
      use,
      initialises: object,
      suppliers: suppliers.map(({ seen }) => seen),
    });
  }
  const nouns = unnamed === 1 ? 'use goes' : 'uses go';
  if (unnamed > 0) answers.note(`${unnamed} ${nouns} through a pointer whose target is not known`);
  askOwnLocks(survey, answers);
  answers.unasked(
    [unaskedLocks(survey), 'lock', 'inside structures that are not seen taken'],
    [unnamed, 'use', 'through pointers'],
  );
  if (fit.era === 'D' || fit.era === 'E') earlyPools(survey, answers);
  return answers.report();
}

export interface Declared {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly seen: Seen;
}

/** Everything that is initialised, by kind and name. */
export function declarations(survey: Survey): Declared[] {
  const list: Declared[] = [];
  for (const seen of survey.seen) {
    const { kind, role } = seen.meaning;
    const object = objectOf(seen);
    if (role === 'declare' && kind !== undefined && object !== null) {
      list.push({ kind, name: object, seen });
      // What a pool or a map contains is initialised with it.
      if (kind === 'pool' || kind === 'map' || kind === 'arena') {
        list.push({ kind: 'lock', name: object, seen }, { kind: 'cv', name: object, seen });
        if (kind !== 'pool') list.push({ kind: 'pool', name: object, seen });
      }
    }
    // A lock object is allocated and initialised in one call, and named by what points at it.
    if (/^(mutex|rw)_obj_alloc$/.test(seen.name) && object !== null) {
      list.push({ kind: 'lock', name: object, seen });
    }
    const isNewMap =
      seen.name === 'uvm_km_suballoc' && argumentText(seen.event, 'parent') !== undefined;
    if (isNewMap && object !== null) list.push({ kind: 'map', name: object, seen });
    if (seen.event.call === 'set' && seen.event.object !== null) {
      const value = argumentText(seen.event, 'value');
      const name = seen.event.object;
      if (value !== undefined && /^(NULL|0|false)$/.test(value)) continue;
      if (/_map$/.test(name)) list.push({ kind: 'map', name, seen });
      if (/_arena$/.test(name)) list.push({ kind: 'arena', name, seen });
    }
    if (seen.name === 'uvm_km_vacache_init' && object !== null) {
      list.push({ kind: 'pool', name: object, seen });
    }
  }
  return list;
}

export const madeBy = (survey: Survey, made: string, used: string): boolean =>
  covers(made, used) || survey.aliases(used).some((name) => covers(made, name));

/** `kpm->pm_lock`: which object it is depends on a pointer that the reading lost. */
const isPointerPath = (object: string): boolean =>
  object.includes('->') && !/^\w+_arena->/.test(object);

/** Objects made by an allocation: their initialiser may have gone through another pointer. */
const isOpaqueObject = (object: string): boolean => /^@|^\?|#\d+|::|\(/.test(object);

/** A static pool may be described before pool_subsystem_init; worth knowing all the same. */
function earlyPools(survey: Survey, answers: Answers): void {
  const subsystem = survey.run('pool_subsystem_init');
  if (subsystem === null) return;
  for (const { index, event, meaning, name } of survey.seen) {
    if (index >= subsystem.first.index) return;
    if (meaning.kind !== 'pool' || meaning.role !== 'declare') continue;
    if (name === 'pool_init' && event.function.startsWith('pool_cache_')) continue;
    answers.note(
      `${event.object ?? 'a pool'} is described before pool_subsystem_init(): a static pool may be, ` +
        'as long as nobody asks it for memory',
      placeOf(survey.order, index),
    );
  }
}
