import type { OrderEvent } from '../order/order.ts';
import type { MapNames } from './import-names.ts';

/** A call for memory as the model binds it, or why it cannot. */
export type ImportedMemory =
  | { readonly event: OrderEvent; readonly assumed: readonly string[] }
  | { readonly irrelevant: string }
  | { readonly unknown: string };

const oneLine = (
  event: OrderEvent,
  args: OrderEvent['args'],
  assumed: readonly string[] = [],
): ImportedMemory => ({ event: { ...event, args }, assumed });

/** `size` if the order gives it; without it the model takes one page. */
function sized(event: OrderEvent, name = 'size'): { args: OrderEvent['args']; assumed: string[] } {
  const given = event.args[name];
  if (typeof given === 'number' && Number.isSafeInteger(given)) {
    return { args: { size: given }, assumed: [] };
  }
  if (given === undefined) return { args: {}, assumed: [] };
  const text = String(given).replace(/^\?/, '');
  const where = `${event.function} (${event.file}:${event.line})`;
  return { args: {}, assumed: [`${event.call} in ${where}: ${text} is taken to be one page`] };
}

/** kmem_alloc and its kin, malloc, and what is made of them. */
export function importHeap(event: OrderEvent, pointerBytes: number): ImportedMemory {
  const flags = String(event.args['flags'] ?? event.args['kmflags'] ?? '');
  switch (event.call) {
    case 'hashinit': {
      const { args, assumed } = hashSize(event, pointerBytes);
      const canSleep = event.args['waitok'] !== 0;
      const name = canSleep ? 'KM_SLEEP' : 'KM_NOSLEEP';
      return oneLine({ ...event, call: 'kmem_alloc' }, { ...args, flags: name }, assumed);
    }
    case 'percpu_alloc': {
      const { args, assumed } = sized(event);
      return oneLine({ ...event, call: 'kmem_alloc' }, { ...args, flags: 'KM_SLEEP' }, assumed);
    }
    case 'malloc':
    case 'kern_malloc': {
      const { args, assumed } = sized(event);
      return oneLine({ ...event, call: 'malloc' }, { ...args, flags }, assumed);
    }
    default: {
      const { args, assumed } = sized(event);
      return oneLine({ ...event, call: 'kmem_alloc' }, { ...args, flags }, assumed);
    }
  }
}

/** A power of two of list heads. @source NetBSD sys/kern/subr_hash.c 1.3 hashinit() */
function hashSize(
  event: OrderEvent,
  pointerBytes: number,
): { args: OrderEvent['args']; assumed: string[] } {
  const { elements, htype } = event.args;
  if (typeof elements !== 'number' || elements < 1 || elements > 1 << 24) {
    return sized(event, 'elements');
  }
  const heads = 2 ** Math.ceil(Math.log2(elements));
  const words = htype === 2 ? 2 : 1;
  return { args: { size: heads * words * pointerBytes }, assumed: [] };
}

/** Calls on kernel maps. */
export function importMap(event: OrderEvent, index: number, maps: MapNames): ImportedMemory {
  if (event.call === 'uvm_km_suballoc') return importSubmap(event, index, maps);
  const map = maps.nameOf(event.object);
  if (map === null) {
    return event.call === 'uvm_map_setup_kernel'
      ? { irrelevant: 'part of making a submap that the model has no name for' }
      : { unknown: `the map ${event.object ?? '?'} is not one of the model` };
  }
  const named = { ...event, object: map };
  switch (event.call) {
    case 'uvm_map_setup_kernel':
      return oneLine(named, { intrsafe: hasBit(event.args['flags'], 2) });
    case 'uvm_km_vacache_init':
      return oneLine(named, { name: String(event.args['name'] ?? `kva${map}`) });
    case 'callback_register': {
      const entry = event.args['entry'] ?? event.args['ce'];
      return oneLine(named, { entry: String(entry ?? '?') });
    }
    default: {
      const { args, assumed } = sized(event);
      const flags = event.args['flags'];
      return oneLine(named, { ...args, ...(typeof flags === 'string' ? { flags } : {}) }, assumed);
    }
  }
}

function importSubmap(event: OrderEvent, index: number, maps: MapNames): ImportedMemory {
  const made = maps.madeBy(index);
  const { args, assumed } = sized(event);
  if (event.args['parent'] !== undefined) return { event, assumed: [] };
  if (maps.nameOf(event.object) !== 'kernel_map') {
    return { unknown: `a submap of ${event.object ?? '?'}, which is not kernel_map` };
  }
  if (made === null) {
    const what = `a submap without a name in the model (${event.file}:${event.line})`;
    return oneLine(
      { ...event, call: 'uvm_km_alloc', object: 'kernel_map' },
      { ...args, flags: 'UVM_KMF_VAONLY' },
      [...assumed, `${what} is taken as a range of kernel_map`],
    );
  }
  const isStatic = typeof event.args['submap'] === 'string';
  return oneLine(
    { ...event, object: made },
    {
      ...args,
      parent: 'kernel_map',
      intrsafe: hasBit(event.args['flags'], 2),
      storage: isStatic ? 'static' : 'malloc',
    },
    made === 'kmem_map' || assumed.length === 0
      ? []
      : [`the size of ${made} is not read, and is taken to be 1 MB`],
  );
}

const hasBit = (flags: unknown, bit: number): boolean =>
  typeof flags === 'number' && Math.floor(flags / bit) % 2 === 1;
