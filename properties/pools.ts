import type { PropertyObject } from '../src/base/model.ts';
import type { Ref } from '../src/base/plain.ts';
import { ref } from '../src/base/plain.ts';
import type { ReadView } from '../src/base/view.ts';
import type { BootParts } from '../src/boot/boot-model.ts';
import { declaredMapOf } from '../src/boot/configure.ts';
import type { MapName } from '../src/kernel/spec.ts';

/** A pool that may take address space of a map, with the map that its allocator declares. */
export interface DeclaringPool extends PropertyObject {
  readonly pool: Ref<'pool'>;
  readonly map: Ref<'map'>;
}

/**
 * The pools whose allocator declares a map that this boot creates.
 *
 * Asks for the declaration, never for what was bound or registered: the fault we are after loses
 * just these, and over bound maps it would hold of nothing.
 */
export function declaringPools({ kernel }: BootParts): readonly DeclaringPool[] {
  const created = new Set<MapName>(kernel.spec.maps.map((map) => map.name));
  return kernel.spec.pools.flatMap(({ name }) => {
    const map = declaredMapOf(kernel.spec, name);
    return map === null || !created.has(map)
      ? []
      : [
          {
            name,
            pool: ref('pool', name),
            map: ref('map', map),
            whenViolated: `${name} is not on the reclaim chain of ${map}, which its allocator declares`,
          },
        ];
  });
}

/** How often a pool's entry is on its declared map's reclaim chain. */
export function timesOnChain(parts: BootParts, object: DeclaringPool, view: ReadView): number {
  return view.observe(parts.kernel.cells.chains.at(object.map), 'count', object.pool);
}

/** The map that an object's pool declares has a reclaim chain, so that it can run it when short of space. */
export function mapIsUp(parts: BootParts, object: DeclaringPool, view: ReadView): boolean {
  return view.observe(parts.kernel.cells.chains.at(object.map), 'isSetUp');
}

export function isInitialised(parts: BootParts, object: DeclaringPool, view: ReadView): boolean {
  return view.observe(parts.kernel.cells.pools.at(object.pool), 'initialised');
}
