import { argumentText } from '../calls.ts';
import type { RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { ask, guardsText, isMust } from './ask.ts';
import type { EraFit } from './era.ts';
import type { Seen, Survey } from './survey.ts';
import { objectOf } from './survey.ts';

/**
 * The kernel heap's arena (trees from 2012 on): three orders that were wrong in its first version.
 *
 * Its range must be reserved in kernel_map on every path, or map and arena both hand it out; page
 * tables must reach it before anything in it is used, because it does not pass uvm_map(), which is
 * where they are grown otherwise; and whoever asks how full it is must know that it may not exist
 * yet, because every page allocation asks.
 */
export function arenaReady(survey: Survey, fit: EraFit): RuleReport {
  const answers = new Answers(
    'heap arena',
    'The arena of the kernel heap is reserved in kernel_map, mapped as far as it reaches, and not read before it exists.',
  );
  const heap = survey.seen.find(
    ({ meaning, event }) =>
      meaning.kind === 'arena' &&
      meaning.role === 'declare' &&
      /^"?kmem"?$/.test(String(event.args['name'] ?? '')),
  );
  if (fit.era === 'A') {
    answers.add({
      verdict: 'not applicable',
      object: 'kmem_arena',
      says: 'in this design the heap lives in kernel maps, and its arena imports from them',
      at: null,
    });
    return answers.report();
  }
  if (fit.isHosted) {
    answers.add({
      verdict: 'not applicable',
      object: 'kmem_arena',
      says: 'memory comes from a host: the arena has a size and no range in a kernel map',
      at: null,
    });
    return answers.report();
  }
  if (heap === undefined) {
    answers.add({
      verdict: 'inconclusive',
      object: 'kmem_arena',
      says: 'the creation of the arena "kmem" was not found',
      at: null,
      holes: ['uvm_km_bootstrap() in uvm/uvm_km.c'],
    });
    return answers.report();
  }
  reserved(survey, answers, heap);
  tablesReach(survey, answers, heap);
  notReadBefore(survey, answers, heap);
  return answers.report();
}

/** A range has one owner: the arena's is taken out of kernel_map, whatever else is reserved. */
function reserved(survey: Survey, answers: Answers, heap: Seen): void {
  const object = "the arena's range";
  const reservations = survey.seen.filter(
    (one) =>
      ['uvm_map_prepare', 'uvm_map'].includes(one.name) &&
      one.index < heap.index &&
      isKernelMap(survey, objectOf(one)),
  );
  const base = argumentText(heap.event, 'base', 'addr');
  const size = argumentText(heap.event, 'size');
  const same = (one: Seen): boolean =>
    (base !== undefined && argumentText(one.event, 'start', 'startp') === base) ||
    (size !== undefined && argumentText(one.event, 'size') === size);
  const matching = reservations.filter(same);
  const suppliers = matching.length > 0 ? matching : lastOf(reservations);
  ask(survey, answers, {
    object,
    need: 'its range is reserved in kernel_map',
    who: `${heap.event.call}() creates the arena of the kernel heap`,
    use: heap,
    suppliers,
    expectedIn: 'uvm/uvm_km.c',
  });
}

/** Two reservations are made, the image's and then the arena's. */
const lastOf = (list: readonly Seen[]): Seen[] => (list.length > 1 ? list.slice(-1) : [...list]);

const isKernelMap = (survey: Survey, object: string | null): boolean =>
  object !== null && (object === 'kernel_map' || survey.aliases('kernel_map').includes(object));

/**
 * Only an order that lists calls of pmap_growkernel() can show that one is missing: where it is
 * merely seen on the way to other events, its other calls may have left no trace.
 */
function tablesReach(survey: Survey, answers: Answers, heap: Seen): void {
  const object = 'kernel page tables';
  const grows = survey.seen.filter(
    ({ path, name }) => name === 'pmap_growkernel' || path.includes('pmap_growkernel'),
  );
  const firstUse = survey.seen.find((one) => one.index > heap.index && takesHeap(survey, one));
  if (firstUse === undefined) return;
  const first = grows[0];
  if (first === undefined) {
    answers.add({
      verdict: 'not applicable',
      object,
      says: 'no call of pmap_growkernel() in this order: the port maps its heap from the start, or its calls take part in no event',
      at: null,
    });
    return;
  }
  if (grows.some(({ index }) => index > heap.index && index < firstUse.index))
    return answers.holds();
  const isListed = survey.calls('pmap_growkernel').length > 0;
  const must = isMust(firstUse) ? 'violation' : 'unproved';
  const place = placeOf(survey.order, first.index);
  answers.add({
    verdict: isListed ? must : 'inconclusive',
    object,
    says:
      `${firstUse.event.call}() takes addresses of the heap's arena, and no call of pmap_growkernel() ` +
      'is seen between the creation of the arena and this',
    at: placeOf(survey.order, firstUse.index),
    guards: firstUse.event.guards,
    holes: isListed ? [] : ['calls of pmap_growkernel() are not listed in this order'],
    ...(place !== null && { other: place }),
  });
}

/** Takes addresses out of the heap's arena, or makes an arena that does. */
function takesHeap(survey: Survey, one: Seen): boolean {
  if (one.name === 'vmem_subsystem_init') return true;
  if (one.meaning.role !== 'grow' || one.meaning.kind !== 'arena') return false;
  const object = objectOf(one);
  if (object === null) return false;
  const arenas = ['kmem_arena', 'kmem_va_arena', 'kmem_meta_arena', 'kmem_va_meta_arena'];
  return arenas.some((global) => {
    const isSet = survey.sets(global).some(({ index }) => index < one.index);
    return isSet && (object === global || survey.aliases(global).includes(object));
  });
}

/** Every page allocation asks whether the arena is short of addresses. */
function notReadBefore(survey: Survey, answers: Answers, heap: Seen): void {
  const object = 'kmem_arena';
  const exists = [...survey.sets('kmem_arena'), heap].toSorted((a, b) => a.index - b.index);
  const created = exists.at(-1)?.index ?? heap.index;
  const reads = survey.seen.filter(
    (one) => one.meaning.role === 'read' && isHeap(one) && one.index < created,
  );
  for (const read of reads) {
    ask(survey, answers, {
      object,
      need: 'kmem_arena is set',
      who: `${read.event.call}() in ${read.event.function}() looks into kmem_arena`,
      use: read,
      suppliers: exists,
    });
  }
  const pages = survey
    .calls('uvm_pagealloc')
    .filter(({ index }) => index < created && reads.every((read) => read.index !== index));
  const first = pages[0];
  if (reads.length > 0) return;
  if (first === undefined) {
    answers.note(
      'no page is allocated before the arena exists: on this port nothing asks how full it is too early',
    );
    return answers.holds();
  }
  const asked = survey.seen.some(({ path }) => path.includes('uvm_km_va_starved_p'));
  if (asked) return answers.holds();
  answers.add({
    verdict: 'inconclusive',
    object,
    says:
      `${pages.length} page allocations come before the arena exists, each asks how full it is, and ` +
      'this order does not follow uvm_km_va_starved_p()',
    at: placeOf(survey.order, first.index),
    guards: first.event.guards,
    holes: [
      `uvm_km_va_starved_p() in uvm/uvm_km.c; first asked if ${guardsText(first.event.guards)}`,
    ],
  });
}

function isHeap(one: Seen): boolean {
  const { object } = one.event;
  if (object !== null && /kmem_arena/.test(object)) return true;
  return one.path.includes('uvm_km_va_starved_p');
}
