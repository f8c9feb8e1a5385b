import type { Seen, Survey } from './survey.ts';

/**
 * Which allocator design a tree has, read from what its boot does, never from a version number.
 *
 * - A (to 2011): kernel maps with reclaim chains, kmem_map, pool_subsystem_init late;
 * - D (from 2012): the kernel heap belongs to vmem arenas, no kmem_map, no chains;
 * - E: as D, and boundary tags come from a pool.
 *
 * A kernel that takes its memory from a host (rump) has the allocators of a design and neither page
 * queues nor kernel maps of uvm: the anchors that uvm brings are not asked for.
 *
 * Trees between 2009 and 2012 need not fit any: *no era fits* is an answer, with
 * the anchors that are there and those that are not. An anchor that is missing because its file was
 * not read is a gap of the reading, and every rule that needs it is inconclusive. A routine is met
 * where its definition was: a call of it alone, into a file that is not there, brings nothing up.
 */
export type EraName = 'A' | 'D' | 'E';

export interface Anchor {
  /** What has to be seen: `kernel_map is set`. */
  readonly name: string;
  /** The file that has it in the trees that were read. */
  readonly file: string;
  /** Index of the event at which it is seen; null if it is not. */
  readonly at: number | null;
}

export interface EraFit {
  readonly era: EraName | null;
  /** Memory comes from a host: there is no page initialisation, and no kernel map of uvm. */
  readonly isHosted: boolean;
  /** Anchors of every NetBSD boot. */
  readonly common: readonly Anchor[];
  readonly byEra: Readonly<Record<EraName, readonly Anchor[]>>;
  /** Why this era, or why none, as sentences. */
  readonly reasons: readonly string[];
  /** What is missing and not excused by the design: the order is not complete without it. */
  readonly missing: readonly Anchor[];
  /** Files and definitions that the reading did not have. */
  readonly unread: readonly string[];
}

type Find = (survey: Survey) => Seen | undefined;

const set =
  (global: string): Find =>
  (survey) =>
    survey.sets(global)[0];

const run =
  (...names: readonly string[]): Find =>
  (survey) => {
    for (const name of names) {
      const found = survey.run(name);
      if (found !== null) return found.first;
    }
    return undefined;
  };

const either =
  (...finds: readonly Find[]): Find =>
  (survey) => {
    for (const find of finds) {
      const found = find(survey);
      if (found !== undefined) return found;
    }
    return undefined;
  };

const arena =
  (shown: string): Find =>
  (survey) =>
    survey.seen.find(
      ({ meaning, event }) =>
        meaning.kind === 'arena' && meaning.role === 'declare' && event.args['name'] === shown,
    );

const tagPool: Find = (survey) =>
  survey.seen.find(
    ({ meaning, event, path }) =>
      meaning.kind === 'pool' &&
      meaning.role === 'declare' &&
      /^"?vmembt"?$/.test(String(event.args['wchan'] ?? '')) &&
      path.includes('vmem_subsystem_init'),
  );

interface Row {
  readonly name: string;
  readonly file: string;
  readonly find: Find;
  /** Brought by uvm, which a kernel with memory of a host does without. */
  readonly ofUvm?: true;
}

/** The flag with which a tree compiles itself for memory from hypercalls. */
const hostedFlag = '_RUMPKERNEL';

const common: readonly Row[] = [
  { name: 'uvm_init()', file: 'uvm/uvm_init.c', find: run('uvm_init') },
  {
    name: 'uvm.page_init_done is set',
    file: 'uvm/uvm_page.c',
    find: set('uvm.page_init_done'),
    ofUvm: true,
  },
  { name: 'kernel_map is set', file: 'uvm/uvm_km.c', find: set('kernel_map'), ofUvm: true },
  { name: 'pool_subsystem_init()', file: 'kern/subr_pool.c', find: run('pool_subsystem_init') },
];

const chains: Find = either(
  run('uvm_map_setup_kernel', 'uvm_km_vacache_init', 'callback_head_init'),
  (survey) => survey.calls('callback_register')[0],
);
const metaArena: Find = either(
  run('vmem_subsystem_init'),
  set('kmem_meta_arena'),
  arena('vmem-meta'),
);
const kvaArena: Find = either(set('kmem_va_arena'), arena('kva'));

const ofEra: Readonly<Record<EraName, readonly Row[]>> = {
  A: [
    { name: 'kmem_map is set', file: 'kern/kern_malloc.c', find: set('kmem_map') },
    { name: 'reclaim chains of kernel maps', file: 'uvm/uvm_map.c', find: chains },
  ],
  D: [
    { name: 'vmem_subsystem_init()', file: 'kern/subr_vmem.c', find: metaArena },
    { name: 'arena kva', file: 'uvm/uvm_km.c', find: kvaArena },
    {
      name: 'uvm_map_init_caches()',
      file: 'uvm/uvm_map.c',
      find: run('uvm_map_init_caches'),
      ofUvm: true,
    },
  ],
  E: [
    { name: 'vmem_subsystem_init()', file: 'kern/subr_vmem.c', find: metaArena },
    { name: 'arena kva', file: 'uvm/uvm_km.c', find: kvaArena },
    {
      name: 'uvm_map_init_caches()',
      file: 'uvm/uvm_map.c',
      find: run('uvm_map_init_caches'),
      ofUvm: true,
    },
    { name: 'pool of boundary tags', file: 'kern/subr_vmem.c', find: tagPool },
  ],
};

export function eraOf(survey: Survey): EraFit {
  const isHosted = survey.order.source.options?.[hostedFlag] !== undefined;
  const look = (rows: readonly Row[]): Anchor[] =>
    rows
      .filter(({ ofUvm }) => !(isHosted && ofUvm === true))
      .map(({ name, file, find }) => ({ name, file, at: find(survey)?.index ?? null }));
  const shared = look(common);
  const byEra = { A: look(ofEra.A), D: look(ofEra.D), E: look(ofEra.E) };
  const there = (anchors: readonly Anchor[]): boolean => anchors.every(({ at }) => at !== null);
  const some = (anchors: readonly Anchor[]): boolean => anchors.some(({ at }) => at !== null);

  let era: EraName | null = null;
  const isMixed = some(byEra.A) && some(byEra.D);
  if (!isMixed && there(byEra.E)) era = 'E';
  else if (!isMixed && there(byEra.D)) era = 'D';
  else if (!isMixed && there(byEra.A)) era = 'A';

  const absent = (anchors: readonly Anchor[]): Anchor[] => anchors.filter(({ at }) => at === null);
  const nearest = some(byEra.A) && !some(byEra.D) ? 'A' : 'D';
  const missing = [...absent(shared), ...(era === null ? absent(byEra[nearest]) : [])];
  return {
    era,
    isHosted,
    common: shared,
    byEra,
    reasons: reasons(),
    missing,
    unread: unread(survey),
  };

  function reasons(): string[] {
    const seen = (anchors: readonly Anchor[]): string =>
      anchors
        .filter(({ at }) => at !== null)
        .map(({ name, at }) => `${name} (#${at})`)
        .join(', ');
    const host = isHosted
      ? [`memory comes from a host (${hostedFlag}): no pages, no kernel maps of uvm`]
      : [];
    if (era !== null) return [`era ${era}: ${seen(byEra[era])}`, ...host];
    const of = (name: 'A' | 'D'): string => {
      const found = seen(byEra[name]) || 'nothing';
      const lost = absent(byEra[name]).map((anchor) => `${anchor.name} (${anchor.file})`);
      return `era ${name}: found ${found}; ${lost.length === 0 ? 'nothing missing' : `missing ${lost.join(', ')}`}`;
    };
    const mixed = isMixed ? ['anchors of both designs are there: the tree lies between them'] : [];
    return ['no era fits', ...host, ...mixed, of('A'), of('D')];
  }
}

/** What the holes say was not there to be read. */
function unread(survey: Survey): string[] {
  return survey.holes
    .filter(({ kind }) => kind === 'missing file' || kind === 'missing definition')
    .map(({ what, at }) => (at === undefined ? what : `${what} (${at})`));
}

/** `uvm_init() (uvm/uvm_init.c)`, with what the reading lacked of it. */
export function missingTexts(fit: EraFit): string[] {
  return fit.missing.map(({ name, file }) => {
    const bare = name.replace(/[ (].*$/, '');
    const told = fit.unread.filter((text) => text.includes(bare) || text.includes(file));
    return `${name} in ${file}${told.length === 0 ? '' : `: not read: ${told.join(', ')}`}`;
  });
}
