import type { Property, PropertyObject } from '../src/base/model.ts';
import { always } from '../src/base/model.ts';
import { ref } from '../src/base/plain.ts';
import type { BootParts } from '../src/boot/boot-model.ts';
import { allocatorOf } from '../src/boot/configure.ts';
import type { Need } from '../src/boot/needs.ts';
import type { ReadView } from '../src/base/view.ts';

interface NeedOfEvent extends PropertyObject {
  readonly need: Need;
  readonly starts: (view: ReadView) => boolean;
}

/**
 * No operation starts before everything that it may call is up.
 *
 * One object for each event and need, so that the verdict names the need that failed. What growing
 * takes is asked once for a pool, at its first call, about every call that then grows it.
 */
export function needs(parts: BootParts): Property {
  const titles = titlesOf(parts);
  return always<NeedOfEvent>({
    name: 'needs',
    sentence: 'no operation starts before everything in its need set is up',
    cites: 'PRE-1 to PRE-16',
    about: 'mission',
    breaks: 'the operation meets a NULL map, a pool that was never described, or no memory at all',
    objects: parts.needs.flatMap(({ needs: plain, growth, starts, grows }, i) => [
      ...plain.map((need) => ({ name: named(titles[i], need), need, starts })),
      ...growth.map((need) => ({ name: named(titles[i], need), need, starts: grows })),
    ]),
    premise: ({ starts }, view) => starts(view),
    holds: ({ need }, view) => need.isUp(view),
  });
}

const named = (title: string | undefined, { fact, cites }: Need): string =>
  `${title ?? ''}: ${fact} (${cites})`;

/** A line that is passed more than once, from several callers, is numbered from its second time on. */
function titlesOf(parts: BootParts): readonly string[] {
  const times = new Map<string, number>();
  return parts.needs.map((of) => {
    const { call, file, line } = of.event;
    const object = String(parts.events[of.index]?.told['object'] ?? of.event.object ?? '');
    const place = `${file}:${line}`;
    const time = (times.get(`${call}(${object}) ${place}`) ?? 0) + 1;
    times.set(`${call}(${object}) ${place}`, time);
    return `${call}(${object})${time === 1 ? '' : ` #${time}`} ${place}`;
  });
}

/**
 * The mission's first sentence. Alone it is neither necessary (ports with a direct map grow pools
 * without maps) nor sufficient (kernel_map's vacache needs kmem_map): `needs` is the whole truth.
 */
export const mapsBeforePools = (parts: BootParts): Property => {
  const { kernel } = parts;
  const standard = kernel.spec.pools.filter(
    ({ name }) => allocatorOf(kernel.spec, name)?.standard === true,
  );
  return always({
    name: 'maps-before-pools',
    sentence: 'no pool on a standard allocator grows before the kernel maps exist',
    cites: 'PRE-2',
    about: 'mission',
    corollary: 'no pool allocates before the kernel maps exist',
    breaks: 'a page function dereferences a NULL map',
    ...(kernel.spec.directMap
      ? { notApplicable: 'pool pages of a direct-mapped port take no map space' }
      : {}),
    objects: standard.map(({ name }) => ({ name })),
    holds: ({ name }, view) =>
      !view.observe(kernel.cells.pools.at(ref('pool', name)), 'hasPages') ||
      (view.observe(kernel.cells.globals, 'published', 'kernel_map') &&
        view.observe(kernel.cells.globals, 'published', 'kmem_map')),
  });
};
