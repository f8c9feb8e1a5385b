import { argumentNumber, argumentText } from '../calls.ts';
import type { Place } from './answer.ts';
import { placeOf } from './answer.ts';
import { kcpusetSlots } from './facilities.ts';
import type { Seen, Survey } from './survey.ts';

/** What boot takes from a reserve that nothing refills. */
export interface Reserve {
  readonly name: string;
  /** Sum of what is known, in `unit`. */
  readonly used: number;
  readonly unit: string;
  /** How many takings have a size that the order does not say. */
  readonly unknown: number;
  /** What there is; null where no fixed number bounds it. */
  readonly limit: number | null;
  readonly takings: readonly Place[];
}

/** Boundary tags that vmem has in static storage, and those it keeps back for each arena. */
const staticTags = 200;

/**
 * Static reserves as numbers: a boot that works on this machine may not work on one with more
 * memory or more CPUs, and these are the numbers to look at.
 */
export function reservesOf(survey: Survey): Reserve[] {
  const places = (list: readonly Seen[]): Place[] =>
    list.flatMap(({ index }) => placeOf(survey.order, index) ?? []);
  const stolen = survey.seen.filter(
    ({ name }) => name === 'uvm_pageboot_alloc' || name === 'pmap_steal_memory',
  );
  const outer = stolen.filter(({ path }) => !path.includes('uvm_pageboot_alloc'));
  const sizes = outer.map(({ event }) => argumentNumber(event, 'size'));
  const known = sizes.filter((size) => size !== undefined);
  const pages: Reserve = {
    name: 'memory stolen before page initialisation',
    used: known.reduce((sum, size) => sum + size, 0),
    unit: 'bytes',
    unknown: outer.length - known.length,
    limit: null,
    takings: places(outer),
  };
  const extents = survey.calls('extent_create').filter((one) => {
    const storage = argumentText(one.event, 'storage');
    return storage !== undefined && storage !== 'NULL';
  });
  const kcpusets = survey
    .calls('kcpuset_create')
    .filter(({ index }) => index < (survey.run('kcpuset_sysinit')?.first.index ?? Infinity));
  return [
    pages,
    count('extents with fixed storage', extents, null, 'extents'),
    count('early slots of kcpuset', kcpusets, kcpusetSlots, 'slots'),
    ...tags(),
  ].filter(({ takings }) => takings.length > 0);

  function count(name: string, list: readonly Seen[], limit: number | null, unit: string): Reserve {
    return { name, used: list.length, unit, unknown: 0, limit, takings: places(list) };
  }

  function tags(): Reserve[] {
    if (survey.run('vmem_subsystem_init') === null) return [];
    const meta = survey.sets('kmem_meta_arena').at(0) ?? survey.run('vmem_subsystem_init')?.last;
    const takers = survey.seen.filter(
      ({ index, name, event }) =>
        index <= (meta?.index ?? 0) &&
        (name === 'vmem_add' || (name === 'vmem_init' && argumentNumber(event, 'size') !== 0)),
    );
    // A static span takes two tags: its own and that of the free segment in it.
    const reserve = count(
      'static boundary tags until the meta arena exists',
      takers,
      staticTags,
      'tags',
    );
    return [{ ...reserve, used: 2 * takers.filter(({ name }) => name === 'vmem_init').length }];
  }
}
