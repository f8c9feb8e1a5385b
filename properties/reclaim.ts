import type { Property, PropertyObject } from '../src/base/model.ts';
import { always, recoverable } from '../src/base/model.ts';
import type { ReadView } from '../src/base/view.ts';
import type { BootParts, Requester } from '../src/boot/boot-model.ts';
import { idlePagesWouldDo } from './would-fit.ts';

interface Within extends PropertyObject {
  readonly requester: Requester;
  readonly searches: number;
}

/** The numbers of searches that are asked about; the smallest that passes is the answer. */
const searchesAsked = [1, 2];

/**
 * If a request would fit with all idle pages of declared pools gone, it succeeds within k failed
 * searches: each failed search runs the map's reclaim chain once.
 *
 * A request that nobody can satisfy is not its fault: idle pages are asked for where a search has
 * failed. They must have been idle at the search, too: so this is asked only where the request is
 * alone, and nobody puts pages back between its search and the question.
 *
 * @source NetBSD sys/uvm/uvm_map.c 1.263.4.5 uvm_map_prepare()
 */
export const reclaimable = (parts: BootParts): Property => {
  const wouldFit = idlePagesWouldDo(parts);
  const counted = parts.requesters.filter((requester) => requester.counted);
  return always<Within>({
    name: 'reclaimable',
    sentence: 'a request that idle pages could satisfy fails no more than k searches',
    cites: 'INV-60',
    about: 'mission',
    breaks: 'memory that nobody uses is not given to those who wait for it',
    ...(counted.length > 0
      ? noMapSpace(parts)
      : { notApplicable: 'no request in this model counts its searches' }),
    objects: counted.flatMap((requester) =>
      searchesAsked.map((searches) => ({
        name: `${requester.name} within ${searches}`,
        requester,
        searches,
      })),
    ),
    premise: ({ requester }, view) => failedSearches(parts, requester, view) > 0,
    holds: ({ requester, searches }, view) =>
      failedSearches(parts, requester, view) <= searches || !wouldFit(requester, view),
  });
};

/**
 * From each state in which a request is unanswered and idle pages would do, it can still get its
 * memory. No fairness is assumed: this fails only where nothing that may happen helps.
 */
export const noSleepForEver = (parts: BootParts): Property => {
  const wouldFit = idlePagesWouldDo(parts);
  return recoverable({
    name: 'no-sleep-for-ever',
    sentence:
      'a request that idle pages of pools that declare the map would satisfy can still be served',
    cites: 'INV-60',
    about: 'mission',
    breaks: 'the thread sleeps for ever, and nothing says why',
    ...withoutSleepers(parts),
    objects: sleepers(parts),
    premise: (requester, view) => isUnanswered(parts, requester, view) && wouldFit(requester, view),
    holds: (requester, view) => isServed(parts, requester, view),
  });
};

/**
 * The same, of each single state. NetBSD 5.x does not satisfy it: one run of the chain may leave
 * the chunks that it emptied in the vacache, and the sleeper does not ask again by itself.
 */
export const noSleepBesideIdlePages = (parts: BootParts): Property => {
  const wouldFit = idlePagesWouldDo(parts);
  return always({
    name: 'no-sleep-beside-idle-pages',
    sentence:
      'no thread sleeps for address space while idle pages of pools that declare the map would do',
    cites: 'INV-62',
    about: 'kernel',
    breaks: 'a request waits for a lock of the map by somebody else, however long that takes',
    ...withoutSleepers(parts),
    objects: sleepers(parts),
    holds: (requester, view) => !isAsleep(parts, requester, view) || !wouldFit(requester, view),
  });
};

/**
 * From each state in which a thread waits for a page, it can still get its memory. Nothing wakes a
 * waiter but the pagedaemon's own turn; where RAM is simply too small for all that is asked, this is
 * violated, too, and rightly.
 *
 * @source NetBSD sys/uvm/uvm_pdaemon.c 1.93.4.2 uvm_wait(), uvm_pageout()
 */
export const pageWaitersServed = (parts: BootParts): Property =>
  recoverable({
    name: 'page-waiters-served',
    sentence: 'a thread that waits for a page in uvm_wait can still be served',
    cites: 'PRE-17',
    about: 'mission',
    breaks: 'the thread sleeps for ever on uvmexp.free',
    ...withoutSleepers(parts),
    objects: sleepers(parts),
    premise: ({ thread }, view) =>
      view.observe(parts.kernel.cells.wchans.at('wchan:uvmexp.free'), 'holds', thread),
    holds: (requester, view) => isServed(parts, requester, view),
  });

/** A request that was refused once succeeds when it is made again: the first run of the chain was not in vain. */
export const secondAttempt = (parts: BootParts): Property =>
  always({
    name: 'second-attempt',
    sentence: 'a refused request succeeds when it is made a second time',
    cites: 'INV-60',
    about: 'mission',
    breaks: 'KM_NOSLEEP is answered NULL for ever beside idle memory',
    objects: parts.requesters,
    premise: ({ thread }, view) => view.observe(parts.kernel.cells.threads.at(thread), 'isDone'),
    holds: (requester, view) => isServed(parts, requester, view),
  });

/** Where pool pages take no map space, idle pools cannot stand in a request's way. */
export const servedAtOnce = (parts: BootParts): Property =>
  always({
    name: 'served-at-once',
    sentence: 'a request finds space at its first search',
    cites: 'INV-60',
    about: 'mission',
    objects: parts.requesters,
    premise: ({ thread }, view) => view.observe(parts.kernel.cells.threads.at(thread), 'isDone'),
    holds: (requester, view) =>
      isServed(parts, requester, view) && failedSearches(parts, requester, view) === 0,
  });

const noMapSpace = (parts: BootParts): { notApplicable: string } | Record<never, never> =>
  parts.kernel.spec.directMap
    ? { notApplicable: 'pool pages of a direct-mapped port take no map space' }
    : {};

const withoutSleepers = (parts: BootParts): { notApplicable: string } | Record<never, never> =>
  sleepers(parts).length > 0
    ? noMapSpace(parts)
    : { notApplicable: 'no request in this model may sleep' };

const sleepers = (parts: BootParts): readonly Requester[] =>
  parts.requesters.filter((requester) => requester.sleeps);

function failedSearches(parts: BootParts, requester: Requester, view: ReadView): number {
  return view.observe(parts.kernel.cells.threads.at(requester.thread), 'failedSearches');
}

/** It has drained the map once and polls: the timestamp unmoved, WANTVA still set. */
function isAsleep(parts: BootParts, { thread, map }: Requester, view: ReadView): boolean {
  return (
    view.observe(parts.kernel.cells.threads.at(thread), 'isAt', 'uvm_map_prepare', 'poll') &&
    view.observe(parts.kernel.cells.mapControl.at(map), 'unchanged', thread)
  );
}

function isUnanswered(parts: BootParts, { thread }: Requester, view: ReadView): boolean {
  const cell = parts.kernel.cells.threads.at(thread);
  return view.observe(cell, 'phase') === 'running' && view.observe(cell, 'answer') === null;
}

function isServed(parts: BootParts, { thread }: Requester, view: ReadView): boolean {
  return view.observe(parts.kernel.cells.threads.at(thread), 'answer') === 'memory';
}
