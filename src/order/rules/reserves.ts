import { argumentNumber, argumentText } from '../calls.ts';
import type { Place } from './answer.ts';
import { placeOf } from './answer.ts';
import { isMust } from './ask.ts';
import { kcpusetSlots } from './facilities.ts';
import type { Seen, Survey } from './survey.ts';

/** What boot takes from a reserve that nothing refills. */
export interface Reserve {
  readonly name: string;
  /** What is certainly taken, in `unit`. */
  readonly used: number;
  readonly unit: string;
  /** More is taken than that: a size is not known, or a loop takes one after the other. */
  readonly isAtLeast: boolean;
  /** Certain takings whose size the order does not say. */
  readonly unknown: number;
  /** Takings that hang on a condition; none is counted in `used`. */
  readonly conditional: number;
  /** What there is; null where no fixed number bounds it. */
  readonly limit: number | null;
  /** Where figures that the order does not hold were read. */
  readonly source?: string;
  readonly takings: readonly Place[];
}

/**
 * Boundary tags of vmem(9) before the arena that their pages come from.
 *
 * A span takes two: its own and that of the free segment in it. Whoever needs one while its arena
 * has four or fewer first fills the arena up to five, and a bootstrap arena is filled when it is made.
 */
const tags = {
  limit: 200,
  ofSpan: 2,
  filled: 5,
  source:
    'kern/subr_vmem.c of NetBSD 6.99.16: STATIC_BT_COUNT, BT_MINRESERVE, bt_refill(), vmem_add1(), vmem_init()',
};

/**
 * Static reserves as numbers: a boot that works on this machine may not work on one with more
 * memory or more CPUs, and these are the numbers to look at.
 */
export function reservesOf(survey: Survey): Reserve[] {
  const kcpusets = survey
    .calls('kcpuset_create')
    .filter(({ index }) => index < (survey.run('kcpuset_sysinit')?.first.index ?? Infinity));
  const extents = survey.calls('extent_create').filter((one) => {
    const storage = argumentText(one.event, 'storage');
    return storage !== undefined && storage !== 'NULL';
  });
  return [
    stolenMemory(survey),
    stolenPages(survey),
    reserve(survey, 'extents with fixed storage', 'extents', extents, () => 1),
    {
      ...reserve(survey, 'early slots of kcpuset', 'slots', kcpusets, () => 1),
      limit: kcpusetSlots,
    },
    staticTags(survey),
  ].filter(({ takings }) => takings.length > 0);
}

/** Sums what is certain; `size` of a taking is undefined where the order does not say it. */
function reserve(
  survey: Survey,
  name: string,
  unit: string,
  takings: readonly Seen[],
  size: (taking: Seen) => number | undefined,
): Reserve {
  const certain = takings.filter(isMust);
  const sizes = certain.map(size);
  const unknown = sizes.filter((one) => one === undefined).length;
  return {
    name,
    used: sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    unit,
    isAtLeast: unknown > 0 || certain.some(({ event }) => event.certainty === 'loop'),
    unknown,
    conditional: takings.length - certain.length,
    limit: null,
    takings: takings.flatMap(({ index }) => placeOf(survey.order, index) ?? []),
  };
}

/** By size: uvm_pageboot_alloc(), or what a port calls instead. */
function stolenMemory(survey: Survey): Reserve {
  const outer = survey.seen.filter(
    ({ name, path }) =>
      (name === 'uvm_pageboot_alloc' || name === 'pmap_steal_memory') &&
      !path.includes('uvm_pageboot_alloc'),
  );
  const size = ({ event }: Seen): number | undefined => argumentNumber(event, 'size');
  return reserve(survey, 'memory stolen before page initialisation', 'bytes', outer, size);
}

/** Page by page, for page tables; the pages of uvm_pageboot_alloc() itself are in its size. */
function stolenPages(survey: Survey): Reserve {
  const end = survey.sets('uvm.page_init_done').at(0)?.index ?? Infinity;
  const pages = survey
    .calls('uvm_page_physget')
    .filter(({ index, event }) => index < end && event.function !== 'uvm_pageboot_alloc');
  return reserve(
    survey,
    'pages taken one by one before page initialisation',
    'pages',
    pages,
    () => 1,
  );
}

function staticTags(survey: Survey): Reserve {
  const meta = survey.sets('kmem_meta_arena').at(0) ?? survey.run('vmem_subsystem_init')?.last;
  const made = survey
    .calls('vmem_init')
    .filter(({ index, event }) => index <= (meta?.index ?? -1) && tagsOf(event.args) > 0);
  const name = 'static boundary tags until the meta arena exists';
  const one = reserve(survey, name, 'tags', made, ({ event }) => tagsOf(event.args));
  // What arenas take when they import from each other shows in no event.
  return { ...one, isAtLeast: true, limit: tags.limit, source: tags.source };
}

/** What making an arena moves out of the static tags: those in use, and those that it keeps. */
function tagsOf(args: Seen['event']['args']): number {
  const { size, flags } = args;
  const hasSpan = size !== undefined && size !== 0 && size !== null;
  const isBootstrap = /\bVM_BOOTSTRAP\b/.test(String(flags ?? ''));
  const used = hasSpan ? tags.ofSpan : 0;
  return used + (isBootstrap ? tags.filled : hasSpan ? tags.filled - 1 : 0);
}
