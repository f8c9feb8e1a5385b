import { argumentText, mapEntryPool, plainName } from '../calls.ts';
import type { EraFit, EraName } from './era.ts';
import type { Seen, Survey } from './survey.ts';
import { holesWithin } from './ask.ts';
import { covers, endOfRun, objectOf } from './survey.ts';

/**
 * Where each pool allocator gets its pages, hence what must be up before a pool on it grows.
 *
 * The rule is per allocator because the design is: in era D the cache pool grows from the meta
 * arena while the arena of all other pools is still being made, and that is right.
 */
export interface Need {
  /** `kmem_map is set`, the end of a sentence. */
  readonly need: string;
  readonly suppliers: readonly Seen[];
  /** Absent where the routine that should supply it was followed to its end and does not. */
  readonly expectedIn?: string;
  /** The object whose initialiser is needed, where it is one object. */
  readonly initialises?: string;
  /** Nothing is missing before it, and yet one should wait: why. */
  readonly convention?: string;
}

export type Source =
  | { readonly kind: 'needs'; readonly needs: readonly Need[] }
  | { readonly kind: 'unknown'; readonly why: string };

export interface Facts {
  readonly survey: Survey;
  readonly era: EraName;
  /** Whether pool pages are used where the port maps all memory anyway; null if not known. */
  readonly directMapped: boolean | null;
  /** Pages and addresses come from a host, which needs nothing of the kernel. */
  readonly isHosted: boolean;
}

export function factsOf(survey: Survey, { isHosted }: EraFit, era: EraName): Facts {
  return { survey, era, directMapped: directMapOf(survey, era), isHosted };
}

/** Ports that define PMAP_MAP_POOLPAGE: in the 5.2 tree, and those that joined by 6.99.16. */
const directPorts: ReadonlySet<string> = new Set([
  ...['acorn26', 'alpha', 'ia64', 'mips', 'pmax', 'macppc', 'ofppc', 'prep', 'powerpc', 'vax'],
  ...['sh3', 'dreamcast', 'sgimips', 'evbppc', 'evbmips', 'hpcmips', 'cobalt', 'algor', 'arc'],
]);
const directSinceD: ReadonlySet<string> = new Set(['amd64', 'hp700', 'hppa']);
const neverDirect: ReadonlySet<string> = new Set([
  ...['i386', 'xen', 'sparc', 'sparc64', 'hp300', 'arm32', 'usermode', 'mac68k', 'atari', 'amiga'],
]);

export function directMapOf(survey: Survey, era: EraName): boolean | null {
  const fact = survey.order.facts?.['PMAP_MAP_POOLPAGE'];
  if (fact !== undefined) return fact !== null;
  const option = survey.order.source.options?.['PMAP_MAP_POOLPAGE'];
  if (option !== undefined) return option !== 'n' && option !== '0' && option !== 'no';
  if (era === 'A') {
    // Ports without it give each kernel map a cache of page addresses.
    if (survey.run('uvm_km_vacache_init') !== null) return false;
    return survey.sets('kernel_map').length > 0 ? true : null;
  }
  const { port } = survey.order;
  if (directPorts.has(port) || directSinceD.has(port)) return true;
  return neverDirect.has(port) ? false : null;
}

const setNeed = (survey: Survey, global: string, expectedIn: string): Need => ({
  need: `${global} is set`,
  suppliers: survey.sets(global),
  expectedIn,
});

/** The end of a function: what it brings up is there when it returns. */
export function doneNeed(survey: Survey, name: string, expectedIn: string): Need {
  const run = survey.run(name);
  return {
    need: `${name}() is done`,
    suppliers: run === null ? [] : [endOfRun(run, name)],
    expectedIn,
    ...(run === null && { initialises: `${name}()` }),
  };
}

export const pagesNeed = (survey: Survey): Need =>
  setNeed(survey, 'uvm.page_init_done', 'uvm/uvm_page.c');
export const kernelMapNeed = (survey: Survey): Need =>
  setNeed(survey, 'kernel_map', 'uvm/uvm_km.c');
const kmemMapNeed = (survey: Survey): Need => setNeed(survey, 'kmem_map', 'kern/kern_malloc.c');

export function metaArenaNeed(survey: Survey): Need {
  const sets = survey.sets('kmem_meta_arena');
  const made = survey.seen.filter(
    ({ meaning, event }) =>
      meaning.kind === 'arena' &&
      meaning.role === 'declare' &&
      /vmem-meta/.test(String(event.args['name'])),
  );
  const suppliers = sets.length > 0 ? sets : made;
  const need = 'kmem_meta_arena is set';
  return madeIn(survey, 'vmem_subsystem_init', { need, suppliers, expectedIn: 'kern/subr_vmem.c' });
}

const kvaNeed = (survey: Survey): Need => setNeed(survey, 'kmem_va_arena', 'uvm/uvm_km.c');

/** A page or less: what a direct-mapped port takes from its free pages alone. */
const smallestPage = 4096n;

/**
 * kmem(9): a class of sizes is a pool of its own, made by kmem_init(). Before that every size goes to
 * the back end, which works as soon as that is up; what comes back later goes to a cache.
 */
export function kmemNeeds(facts: Facts, size: bigint = 0n): readonly Need[] {
  const { survey, era, isHosted } = facts;
  // Without caches every size goes to the back end, and that is the host.
  if (isHosted) return [];
  const init = doneNeed(survey, 'kmem_init', 'kern/subr_kmem.c');
  if (era === 'A') {
    const arena = survey.sets('kmem_arena');
    return arena.length > 0 ? [setNeed(survey, 'kmem_arena', 'kern/subr_kmem.c')] : [init];
  }
  const isPage = facts.directMapped === true && size <= smallestPage;
  const convention =
    'convention: what is allocated before kmem_init() and freed after it goes back to a cache that ' +
    'it did not come from';
  return [isPage ? pagesNeed(survey) : kvaNeed(survey), { ...init, convention }];
}

export const mallocNeeds = (facts: Facts): readonly Need[] =>
  facts.era === 'A' && !facts.isHosted ? [kmemMapNeed(facts.survey)] : kmemNeeds(facts);

/** What has to be up before a mapping can be entered in a kernel map by uvm_map(). */
export function mapNeeds({ survey, era, isHosted }: Facts): readonly Need[] {
  if (isHosted) return [];
  if (era === 'A') return [kernelMapNeed(survey)];
  const entries = survey.seen.filter(
    (one) => one.meaning.role === 'declare' && objectOf(one) === mapEntryPool,
  );
  const pool = madeIn(survey, 'uvm_map_init_caches', {
    need: 'the pool of map entries is initialised (uvm_map_init_caches)',
    suppliers: entries,
    expectedIn: 'uvm/uvm_map.c',
    initialises: mapEntryPool,
  });
  return [kernelMapNeed(survey), pool];
}

/**
 * What a routine makes. Where it is only seen called, its return stands for that; where it was
 * followed without a gap and does not make it, nothing does: a hollow routine is no supplier.
 */
function madeIn(survey: Survey, routine: string, need: Need): Need {
  const run = survey.run(routine);
  if (need.suppliers.length > 0 || run === null) return need;
  if (!survey.seen.some(({ path }) => path.includes(routine)))
    return { ...need, suppliers: [endOfRun(run, routine)] };
  if (holesWithin(survey, run.first.index, run.last.index + 1).length > 0) return need;
  const { expectedIn: _, ...rest } = need;
  return rest;
}

/** The pool allocator of a pool: what `palloc` NULL stands for depends on the call. */
export function allocatorOf(declared: Seen): string | null {
  const palloc = argumentText(declared.event, 'palloc');
  if (palloc === undefined) return null;
  if (palloc !== 'NULL') return palloc;
  if (plainName(declared.event.call) === 'pool_init') return 'pool_allocator_kmem';
  const ipl = argumentText(declared.event, 'ipl');
  if (ipl === undefined) return null;
  return /^(IPL_NONE|NONE|NULL|0x0+)$/.test(ipl) ? 'pool_allocator_nointr' : 'pool_allocator_kmem';
}

/** Own allocators of ports and subsystems, by where their pages come from. */
const own: readonly {
  readonly name: RegExp;
  /** It steals pages while there are no page queues yet, so it does not wait for them. */
  readonly steals?: true;
  readonly needs: (facts: Facts) => readonly Need[];
}[] = [
  // arm32: uvm_km_alloc(kernel_map) until pmap_initialized, then as the standard allocator.
  { name: /^pmap_bootstrap_pv_allocator$/, needs: (facts) => mapNeeds(facts) },
  // Pages from uvm_pagealloc, used in the direct map: alpha, mips, ia64, sh3, booke.
  {
    name: /^(pmap_pv_page_allocator|pmap_l1pt_allocator|pmap_segtab_allocator|pmap_pv_allocator)$/,
    needs: ({ survey }) => [pagesNeed(survey)],
  },
  // powerpc oea steals before page initialisation, so memory segments are all it needs.
  {
    name: /^pmap_pool_(u|m)allocator$/,
    steals: true,
    needs: ({ survey }) => [
      {
        need: 'memory segments are loaded',
        suppliers: survey.calls('uvm_page_physload'),
        expectedIn: 'the port',
      },
    ],
  },
  {
    name: /^(uvm_uarea_allocator|uvm_uarea_system_allocator|exec_palloc|bufmempool_allocator)$/,
    needs: (facts) => mapNeeds(facts),
  },
  { name: /^(pmap_pdp_allocator|pipe_page_allocator)$/, needs: (facts) => mapNeeds(facts) },
  {
    name: /^mclpool_allocator$/,
    needs: ({ survey }) =>
      survey.sets('mb_map').length > 0
        ? [setNeed(survey, 'mb_map', 'arch')]
        : [kernelMapNeed(survey)],
  },
];

/** What must be up before a pool on `allocator` may ask it for a page. */
export function sourceOf(allocator: string, facts: Facts): Source {
  const { survey, era, directMapped } = facts;
  const standard = /^pool_allocator_(kmem|nointr|meta)(_fullpage)?$/.exec(allocator)?.[1];
  const needs = (...list: readonly Need[]): Source => ({ kind: 'needs', needs: list });
  const known = own.find(({ name }) => name.test(allocator));
  if (facts.isHosted && (standard ?? known) !== undefined) {
    return needs(doneNeed(survey, 'pool_subsystem_init', 'kern/subr_pool.c'));
  }
  const pages = pagesNeed(survey);
  if (standard === undefined) {
    if (known?.steals === true) return needs(...known.needs(facts));
    if (known !== undefined)
      return needs(pages, ...known.needs(facts).filter(({ need }) => need !== pages.need));
    return { kind: 'unknown', why: `the page source of ${allocator} is not known` };
  }
  if (era === 'A') {
    if (directMapped === true) return needs(pages);
    if (directMapped === null)
      return { kind: 'unknown', why: 'whether pool pages are direct-mapped is not known' };
    const map = standard === 'nointr' ? [kernelMapNeed(survey)] : [];
    return needs(pages, ...map, kmemMapNeed(survey));
  }
  const headers = doneNeed(survey, 'pool_subsystem_init', 'kern/subr_pool.c');
  if (standard === 'meta') return needs(pages, headers, metaArenaNeed(survey));
  if (directMapped === true) return needs(pages, headers);
  if (directMapped === false) return needs(pages, headers, kvaNeed(survey));
  // Not known: after the arena every port is safe, before it the answer hangs on the port.
  return needs(pages, headers, {
    ...kvaNeed(survey),
    need: 'kmem_va_arena is set (or pool pages are direct-mapped)',
  });
}

/** Whether everything that any standard page source needs is certainly up at an event. */
export function everythingUp({ survey, era, isHosted }: Facts, index: number): boolean {
  if (isHosted) {
    const pools = survey.run('pool_subsystem_init');
    return pools !== null && pools.last.index < index;
  }
  const marks = era === 'A' ? ['kernel_map', 'kmem_map'] : ['kernel_map', 'kmem_va_arena'];
  const set = marks.every((mark) => survey.sets(mark).some((one) => one.index < index));
  const run = survey.run(era === 'A' ? 'pool_subsystem_init' : 'uvm_map_init_caches');
  return set && run !== null && run.last.index < index;
}

/** The declarations of a pool: those that name it, or something it is part of. */
export const declarationsOf = (survey: Survey, object: string): readonly Seen[] =>
  survey.seen.filter((one) => {
    if (one.meaning.role !== 'declare' || one.meaning.kind !== 'pool') return false;
    const made = objectOf(one);
    return made !== null && covers(made, object);
  });
