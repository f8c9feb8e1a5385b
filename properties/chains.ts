import type { Property } from '../src/base/model.ts';
import { always } from '../src/base/model.ts';
import type { Ref } from '../src/base/plain.ts';
import { nameOf, ref } from '../src/base/plain.ts';
import type { BootParts } from '../src/boot/boot-model.ts';

const allocators = (parts: BootParts): readonly { name: string; at: Ref<'allocator'> }[] =>
  parts.kernel.cells.allocators.refs.map((at) => ({ name: nameOf(at), at }));

/** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pa_reclaim_register() */
export const boundOnce = (parts: BootParts): Property =>
  always({
    name: 'bound-once',
    sentence: 'a backing map, once found, is the declared one and stays',
    cites: 'INV-21',
    about: 'kernel',
    objects: allocators(parts),
    holds: ({ name, at }, view) => {
      const found = view.observe(parts.kernel.cells.allocators.at(at), 'backingMap');
      const spec = parts.kernel.spec.allocators.find((one) => one.name === name);
      const declared = spec?.declares ?? spec?.boundFromTheStart ?? null;
      return found === null || (declared !== null && found === ref('map', declared));
    },
  });

const noQueue = (parts: BootParts): { notApplicable: string } | Record<never, never> =>
  parts.kernel.spec.policies.unboundAllocator === 'queue'
    ? {}
    : { notApplicable: 'this era has no deferred queue' };

/** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pa_reclaim_register() */
export const deferredExactly = (parts: BootParts): Property =>
  always({
    name: 'deferred-exactly',
    sentence:
      'an allocator waits in pa_deferinitq exactly while it is used and its map is not there',
    cites: 'INV-22',
    about: 'kernel',
    ...noQueue(parts),
    objects: allocators(parts),
    holds: ({ name, at }, view) => {
      const cell = parts.kernel.cells.allocators.at(at);
      const spec = parts.kernel.spec.allocators.find((one) => one.name === name);
      const waits =
        view.observe(cell, 'initialised') &&
        (spec?.declares ?? null) !== null &&
        !view.observe(cell, 'bound');
      return view.observe(parts.kernel.cells.deferQueue, 'has', at) === waits;
    },
  });

/** @source NetBSD sys/kern/subr_pool.c 1.170.4.1 pool_subsystem_init() */
export const queueFlushed = (parts: BootParts): Property =>
  always({
    name: 'queue-flushed',
    sentence: 'after pool_subsystem_init the deferred queue is empty and stays empty',
    cites: 'INV-23',
    about: 'kernel',
    ...noQueue(parts),
    objects: [{ name: 'pa_deferinitq' }],
    premise: (_, view) => view.observe(parts.boot, 'isPast', parts.subsystemInit),
    holds: (_, view) => view.observe(parts.kernel.cells.deferQueue, 'isEmpty'),
  });

/** callback_register does not look for duplicates; a second one would corrupt the queue. */
export const noDuplicates = (parts: BootParts): Property =>
  always({
    name: 'no-duplicate-callbacks',
    sentence: 'no callback entry is queued twice',
    cites: 'INV-24',
    about: 'kernel',
    objects: parts.kernel.cells.chains.refs.map((at) => ({ name: nameOf(at), at })),
    holds: ({ at }, view) => {
      const queue = view.observe(parts.kernel.cells.chains.at(at), 'queue');
      return new Set(queue).size === queue.length;
    },
  });

/** A destroyed pool is remembered by nobody. Premise-free: a pool that is not there was destroyed or never made. */
export const forgottenWhenGone = (parts: BootParts): Property =>
  always({
    name: 'forgotten-when-gone',
    sentence: 'a pool that does not exist is on no chain and on no pa_list',
    cites: 'INV-25',
    about: 'kernel',
    objects: parts.kernel.cells.pools.refs.map((at) => ({ name: nameOf(at), at })),
    holds: ({ at }, view) =>
      view.observe(parts.kernel.cells.pools.at(at), 'initialised') ||
      (parts.kernel.cells.chains.cells.every((chain) => !view.observe(chain, 'holds', at)) &&
        parts.kernel.cells.allocators.cells.every((one) => !view.observe(one, 'has', at))),
  });

/** Told rather than left out: the model has no second number that could disagree. */
export const callbackCount = (): Property =>
  always({
    name: 'callback-count',
    sentence: 'the callback count of a head is the length of its queue',
    cites: 'INV-26',
    about: 'model sanity',
    notApplicable: 'ch_nentries is not stored: it is the length of the queue',
    objects: [],
    holds: () => true,
  });
