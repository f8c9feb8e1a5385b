import { argumentText } from '../calls.ts';
import type { Answer, RuleReport } from './answer.ts';
import { Answers, holeText, placeOf } from './answer.ts';
import { ask, guardsText, holesBefore, isMust } from './ask.ts';
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
  const arena = rangeOf(heap, ['base', 'addr']);
  const reservations = survey.seen.filter(
    (one) =>
      ['uvm_map_prepare', 'uvm_map'].includes(one.name) &&
      one.index < heap.index &&
      isKernelMap(survey, objectOf(one)),
  );
  const suppliers = reservations.filter(
    (one) => !isOther(rangeOf(one, ['start', 'startp']), arena),
  );
  const object = "the arena's range";
  const who = `${heap.event.call}() creates the arena of the kernel heap`;
  const need = 'its range is reserved in kernel_map';
  if (suppliers.length > 0) {
    const expectedIn = 'uvm/uvm_km.c';
    ask(survey, answers, { object, need, who, use: heap, suppliers, expectedIn });
    return;
  }
  const isSure = reservations.every((one) => isElsewhere(rangeOf(one, ['start', 'startp']), arena));
  answers.add({ object, ...unreserved(survey, heap, { arena, who, isSure }) });
}

/** Nothing reserves the range: wrong if it lies in the map, and nothing was passed over since the map was set up. */
function unreserved(
  survey: Survey,
  heap: Seen,
  { arena, who, isSure }: { arena: Range; who: string; isSure: boolean },
): Pick<Answer, 'verdict' | 'says' | 'at'> & Partial<Pick<Answer, 'other' | 'holes'>> {
  const at = placeOf(survey.order, heap.index);
  const setup = survey.seen.findLast(
    (one) =>
      /^uvm_map_setup/.test(one.name) &&
      one.index < heap.index &&
      isKernelMap(survey, objectOf(one)),
  );
  const other = setup === undefined ? null : placeOf(survey.order, setup.index);
  const where = other === null ? {} : { other };
  const says = `${who}, and nothing reserves its range in kernel_map`;
  const hiding = holesBefore(survey, heap.index).filter(
    ({ before }) => before === undefined || setup === undefined || before > setup.index,
  );
  if (setup === undefined || hiding.length > 0) {
    const holes = [...hiding.slice(0, 4).map(holeText), 'not found in uvm/uvm_km.c'];
    return {
      verdict: 'inconclusive',
      says: `${says}; it may happen in what was not read`,
      at,
      holes,
    };
  }
  const [vmin, base, vmax] = [numberOf(setup, 'vmin'), arena.start, numberOf(setup, 'vmax')];
  const isKnown = vmin !== undefined && vmax !== undefined && typeof base === 'bigint';
  if (!isKnown) {
    return {
      verdict: 'unproved',
      says: `${says}; a fault if it lies within the map`,
      at,
      ...where,
    };
  }
  const map = `${hex(vmin)} to ${hex(vmax)}`;
  if (base < vmin || base >= vmax) {
    const outside = `its range begins at ${hex(base)}, outside of kernel_map (${map})`;
    return { verdict: 'not applicable', says: outside, at, ...where };
  }
  const both = `it begins at ${hex(base)}, within the map (${map}), so both hand it out`;
  return {
    verdict: isSure && isMust(heap) ? 'violation' : 'unproved',
    says: `${says}: ${both}`,
    at,
    ...where,
  };
}

interface Range {
  /** A number where it is known, else as it was written; undefined where it was not told. */
  readonly start: bigint | string | undefined;
  readonly size: bigint | string | undefined;
}

const rangeOf = (one: Seen, start: readonly string[]): Range => ({
  start: numberOf(one, ...start) ?? argumentText(one.event, ...start),
  size: numberOf(one, 'size') ?? argumentText(one.event, 'size'),
});

/** Whether a reservation is of another range, by its numbers where they are known, else as written. */
function isOther(range: Range, arena: Range): boolean {
  if (isElsewhere(range, arena)) return true;
  const differs = (a: Range['start'], b: Range['start']): boolean =>
    a !== undefined && b !== undefined && a !== b;
  return differs(range.start, arena.start) && differs(range.size, arena.size);
}

function isElsewhere({ start, size }: Range, arena: Range): boolean {
  if (typeof start !== 'bigint' || typeof size !== 'bigint') return false;
  if (typeof arena.start !== 'bigint') return false;
  return arena.start < start || arena.start >= start + size;
}

/** An address or a size given as a number; large ones are written in hexadecimal. */
function numberOf(one: Seen, ...names: readonly string[]): bigint | undefined {
  const value = argumentText(one.event, ...names);
  return value !== undefined && /^(\d+|0x[0-9a-f]+)$/.test(value) ? BigInt(value) : undefined;
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

const isKernelMap = (survey: Survey, object: string | null): boolean =>
  object !== null && (object === 'kernel_map' || survey.aliases('kernel_map').includes(object));

/**
 * Whether the port grows page tables at all is a fact of its headers. Without that fact, only an
 * order that lists calls of pmap_growkernel() can show that one is missing: where it is merely seen
 * on the way to other events, its other calls may have left no trace.
 */
function tablesReach(survey: Survey, answers: Answers, heap: Seen): void {
  const object = 'kernel page tables';
  const grows = survey.seen.filter(
    ({ path, name }) => name === 'pmap_growkernel' || path.includes('pmap_growkernel'),
  );
  const firstUse = survey.seen.find((one) => one.index > heap.index && takesHeap(survey, one));
  if (firstUse === undefined) return;
  const first = grows[0];
  const fact = survey.order.facts?.['PMAP_GROWKERNEL'];
  if (first === undefined && typeof fact !== 'string') {
    answers.add({
      verdict: 'not applicable',
      object,
      says:
        fact === null
          ? 'the port does not define PMAP_GROWKERNEL: it maps its heap from the start'
          : 'no call of pmap_growkernel() in this order: the port maps its heap from the start, or its calls take part in no event',
      at: null,
    });
    return;
  }
  if (grows.some(({ index }) => index > heap.index && index < firstUse.index))
    return answers.holds();
  const isListed = typeof fact === 'string' || survey.calls('pmap_growkernel').length > 0;
  const must = isMust(firstUse) ? 'violation' : 'unproved';
  const place = first === undefined ? null : placeOf(survey.order, first.index);
  const has = typeof fact === 'string' ? `, though the port has it (PMAP_GROWKERNEL, ${fact})` : '';
  answers.add({
    verdict: isListed ? must : 'inconclusive',
    object,
    says:
      `${firstUse.event.call}() takes addresses of the heap's arena, and no call of pmap_growkernel() ` +
      `is seen between the creation of the arena and this${has}`,
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
