import type { RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { ask, isMust } from './ask.ts';
import type { EraFit } from './era.ts';
import { missingTexts } from './era.ts';
import type { Facts, Need, Source } from './sources.ts';
import {
  allocatorOf,
  declarationsOf,
  everythingUp,
  factsOf,
  kmemNeeds,
  mallocNeeds,
  mapNeeds,
  sourceOf,
} from './sources.ts';
import type { Seen, Survey } from './survey.ts';
import { covers, objectOf, parentOf } from './survey.ts';
import { argumentText } from '../calls.ts';

/**
 * No allocator grows before the source behind it is up.
 *
 * Describing a pool takes nothing; the first get or low-water mark may ask its allocator for a page.
 * What that needs depends on the allocator and on the design of the tree, so without an era there
 * is no answer, and an allocator whose page source is not known has one only where everything is
 * up anyway.
 */
export function grown(survey: Survey, fit: EraFit): RuleReport {
  const answers = new Answers('grown', 'No allocator grows before the source behind it is up.');
  if (fit.era === null) {
    answers.add({
      verdict: 'inconclusive',
      object: 'the era',
      says: `what an allocator needs depends on its design: ${fit.reasons.join('; ')}`,
      at: null,
      holes: missingTexts(fit),
    });
    return answers.report();
  }
  const { era } = fit;
  const facts = factsOf(survey, fit, era);
  for (const use of survey.seen) {
    for (const [object, source] of demandsOf(facts, use))
      askSource(facts, answers, use, object, source);
  }
  if (facts.isHosted) {
    answers.note(
      'pages and addresses come from a host: a pool waits for pool_subsystem_init() and nothing else, ' +
        'kmem(9), malloc(9) and the kernel map for nothing',
    );
  } else if (facts.directMapped === null) {
    answers.note(`whether ${survey.order.port} uses pool pages direct-mapped is not known`);
  }
  return answers.report();
}

/** What a call may ask to grow, and where that gets its memory. */
function demandsOf(facts: Facts, use: Seen): [string, Source][] {
  const { survey, era } = facts;
  const needs = (object: string, list: readonly Need[]): [string, Source][] => [
    [object, { kind: 'needs', needs: list }],
  ];
  const object = objectOf(use);
  if (use.meaning.kind === 'pool' && use.meaning.role === 'grow') {
    if (object === null) return [];
    const declared = declarationsOf(survey, object).at(0);
    if (declared === undefined) return [];
    const allocator = allocatorOf(declared);
    if (allocator === null) return [];
    const source = ownArenaSource(survey, allocator) ?? sourceOf(allocator, facts);
    return [[`pool ${object} on ${allocator}`, source]];
  }
  switch (use.name) {
    case 'pool_cache_init': {
      // The structure of the cache itself comes from the pool "pcache".
      const pcache = survey.seen.filter(
        (one) => one.meaning.role === 'declare' && objectOf(one) === 'cache_pool',
      );
      const made: Need = {
        need: 'cache_pool is initialised',
        suppliers: pcache,
        expectedIn: 'kern/subr_pool.c',
        initialises: 'cache_pool',
      };
      const source = sourceOf(era === 'A' ? 'pool_allocator_nointr' : 'pool_allocator_meta', facts);
      return needs('cache_pool', [made, ...(source.kind === 'needs' ? source.needs : [])]);
    }
    case 'kmem_alloc':
    case 'kmem_zalloc':
    case 'kmem_intr_alloc':
    case 'kmem_intr_zalloc':
    case 'kmem_asprintf':
      return needs('kmem(9)', kmemNeeds(facts, sizeOf(use)));
    case 'malloc':
    case 'realloc':
      return needs('malloc(9)', mallocNeeds(facts));
    case 'uvm_map':
    case 'uvm_km_alloc':
      return isKernelMap(survey, object) ? needs('kernel_map', mapNeeds(facts)) : [];
    case 'uvm_km_suballoc': {
      const own = hasOwnStorage(use) ? [] : era === 'A' ? mallocNeeds(facts) : kmemNeeds(facts);
      return isKernelMap(survey, parentOf(use))
        ? needs('kernel_map', [...mapNeeds(facts), ...own])
        : [];
    }
    default:
      return [];
  }
}

/** Of a size that was not read nothing is held against the call. */
function sizeOf({ event }: Seen): bigint {
  const { size } = event.args;
  return typeof size === 'number' ? BigInt(size) : 0n;
}

function hasOwnStorage(use: Seen): boolean {
  const storage = argumentText(use.event, 'storage', 'submap');
  return storage !== undefined && storage !== 'NULL' && storage !== 'malloc';
}

const isKernelMap = (survey: Survey, object: string | null): boolean =>
  object !== null && (object === 'kernel_map' || survey.aliases('kernel_map').includes(object));

/** A quantum cache belongs to its arena, and grows from it. */
function ownArenaSource(survey: Survey, allocator: string): Source | null {
  const arena = /^(.*?)(->|\.)vm_qcache_allocator$/.exec(allocator)?.[1];
  if (arena === undefined) return null;
  const names = [arena, ...survey.aliases(arena)];
  const suppliers = survey.seen.filter((one) => {
    const object = objectOf(one) ?? '';
    const makes = one.meaning.role === 'declare' && one.meaning.kind === 'arena';
    return (makes || one.event.call === 'set') && names.some((name) => covers(object, name));
  });
  if (suppliers.length === 0) return { kind: 'unknown', why: `the arena ${arena} was not found` };
  return {
    kind: 'needs',
    needs: [
      {
        need: `${arena} is initialised`,
        suppliers,
        expectedIn: 'kern/subr_vmem.c',
        initialises: arena,
      },
    ],
  };
}

function askSource(
  facts: Facts,
  answers: Answers,
  use: Seen,
  object: string,
  source: Source,
): void {
  const { survey } = facts;
  if (source.kind === 'unknown') {
    if (everythingUp(facts, use.index)) return answers.holds();
    const verdict = isMust(use) ? 'inconclusive' : 'unproved';
    return answers.add({
      verdict,
      object,
      says: `${use.event.call}() may grow ${object}, but ${source.why}`,
      at: placeOf(survey.order, use.index),
      guards: use.event.guards,
    });
  }
  if (source.needs.length === 0) return answers.holds();
  for (const one of source.needs) {
    // Inside the routine that brings its source up, a subsystem looks after itself.
    if (one.suppliers.some((supplier) => runsInside(use, one.need, supplier))) {
      answers.holds();
      continue;
    }
    const who = `${use.event.call}() may grow ${object}`;
    // The first need that fails is the story; the later ones are its echoes.
    if (!ask(survey, answers, { ...one, object, who, use })) return;
  }
}

function runsInside(use: Seen, need: string, supplier: Seen): boolean {
  const routine = /^(\w+)\(\) is done$/.exec(need)?.[1];
  return routine !== undefined && use.path.includes(routine) && use.index <= supplier.index;
}
