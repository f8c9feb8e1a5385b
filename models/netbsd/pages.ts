import type { BootModel } from '../../src/boot/build.ts';
import { pageOf } from '../../src/boot/page.ts';
import type { PageFacts } from '../../src/boot/page-facts.ts';
import type { Era } from './eras.ts';
import type { PortName } from './orders.ts';
import type { Port } from './ports/port.ts';

const mail = 'tech-kern, Lars Heidieker, January 2011';

/** What each design does, in plain words. */
const about: { readonly [era: string]: readonly string[] } = {
  'a-deferred-queue': [
    'A pool may be described before anything can be allocated. Its pool_allocator declares a map by the address of a pointer that is still NULL then, and waits in `pa_deferinitq`. pool_subsystem_init, nearly the last step of uvm_init, takes each allocator off the queue, binds it to its map, and puts all of its pools on that map’s reclaim chain.',
    'When the map runs short of address space, uvm_map_prepare runs the chain once, and each pool on it gives back its idle pages.',
  ],
  'b-lost-callbacks-h1': [
    'The queue is gone. An allocator that meets a NULL map at its first pool_init is marked initialised and never looked at again: neither its early pools nor any later one gets a callback, and it never counts as starved.',
    'Nothing crashes. Some memory is just never asked for again.',
  ],
  'b-lost-callbacks-h2': [
    'The queue is gone. An allocator finds its map at the next pool_init, or in pool_subsystem_init, but the pools that it already has are not walked: only those that came early are lost.',
  ],
  'c-explicit-order': [
    'pool_subsystem_init is split. After pool_subsystem_bootstrap static pools may be described; after pool_subsystem_init, which comes when both maps exist and walks every allocator, memory may be allocated. That is enforced: growing a pool before is an assertion.',
  ],
  'c-explicit-order-page-functions': [
    'The order of the other form, but the assertion is in the three standard page functions: a pool with an allocator of its own may still grow early.',
  ],
};

/** The page of one era on one port; `model` is its boot with nobody else in it. */
export function bootPage(era: Era, name: PortName, port: Port, model: BootModel): PageFacts {
  return pageOf(model, {
    era: era.policies.era,
    port: name,
    title: `${name}: ${era.title}`,
    about: about[era.policies.era] ?? [],
    facts: [...policyFacts(era), ...portFacts(port)],
  });
}

function policyFacts({ policies }: Era): PageFacts['facts'] {
  const published = policies.reconstruction === null;
  const origin = published ? ('read' as const) : ('reconstructed' as const);
  const source = published ? 'sys/kern/subr_pool.c 1.170.4.1' : mail;
  return [
    { text: `an allocator without a map: ${policies.unboundAllocator}`, origin, source },
    { text: `pool_subsystem_init: ${policies.subsystemInit}`, origin, source },
    { text: `header and group pools are made in: ${policies.headerPools}`, origin, source },
    { text: `enforcement: ${policies.enforcement}`, origin, source },
    {
      text: `pool_put releases an emptied page: ${policies.putReleases}`,
      origin: 'read',
      source: 'sys/kern/subr_pool.c 1.170.4.1 pool_do_put(), line 1272',
    },
  ];
}

function portFacts(port: Port): PageFacts['facts'] {
  const read = (text: string, at: string): PageFacts['facts'][number] => ({
    text,
    origin: 'read',
    source: `sys/${at}`,
  });
  return [
    read(`a page is ${port.pageBytes} bytes`, port.sources.pageBytes),
    read(
      port.directMap
        ? 'pool pages are direct-mapped (PMAP_MAP_POOLPAGE) and take no map space'
        : 'pool pages take map space (no PMAP_MAP_POOLPAGE)',
      port.sources.directMap,
    ),
    read(port.multiprocessor ? 'multiprocessor' : 'one processor', port.sources.multiprocessor),
    read('interrupts open', port.interrupts.opened),
    ...(port.secondaryCpus === null
      ? []
      : [read('other CPUs are released', port.secondaryCpus.released)]),
    ...port.ownAllocators.map((own) =>
      read(`${own.name} (${own.pools.join(', ')}): ${own.before}; afterwards ${own.after}`, own.at),
    ),
    ...(port.earlyLowWater === null
      ? []
      : [
          read(
            `${port.earlyLowWater.pool} is given a low-water mark of ${port.earlyLowWater.items} items, ${port.earlyLowWater.pages} pages from ${port.earlyLowWater.source}, in pmap_init`,
            port.earlyLowWater.at,
          ),
        ]),
    ...(port.pae === null ? [] : [read(`PAE: ${port.pae.note}`, port.pae.at)]),
  ];
}
