/**
 * Where a step was: the places it passed, as the C function, label, file and line that they name.
 *
 * A place is written `pool_grow.header sys/kern/subr_pool.c:1150` (a routine's label) or
 * `pool_init(pmap_cache) sys/arch/x86/x86/pmap.c:1394` (an event of the boot order). A model that
 * is not of a kernel may write what it likes: then the whole text counts as the function.
 */
export interface Place {
  /** The C function, without parentheses; or the place's whole text. */
  readonly function: string;
  readonly label: string | null;
  /** What the call is about, as written between the parentheses. */
  readonly object: string | null;
  readonly file: string | null;
  readonly line: number | null;
}

export function parsePlace(text: string): Place {
  const located = /^(.*\S)\s+(\S+):(\d+)$/.exec(text);
  const what = located?.[1] ?? text;
  const file = located?.[2] ?? null;
  const line = located?.[3] === undefined ? null : Number(located[3]);
  const call = /^([A-Za-z_]\w*)\((.*)\)$/.exec(what);
  if (call?.[1] !== undefined) {
    const object = call[2] === undefined || call[2] === '' ? null : call[2];
    return { function: call[1], label: null, object, file, line };
  }
  const label = /^([A-Za-z_]\w*)\.([\w-]+)$/.exec(what);
  if (label?.[1] !== undefined && file !== null) {
    return { function: label[1], label: label[2] ?? null, object: null, file, line };
  }
  return { function: what, label: null, object: null, file, line };
}

/** `subr_pool.c:1150`; empty where the place has no file. */
export function shortLocation(place: Place): string {
  if (place.file === null) return '';
  const name = place.file.slice(place.file.lastIndexOf('/') + 1);
  return place.line === null ? name : `${name}:${place.line}`;
}

/** `pool_init(pmap_cache)`, `pool_get()`; a text that is no C name stays as it is. */
export function callText(place: Place): string {
  if (place.file === null && place.label === null && place.object === null) return place.function;
  return /^[A-Za-z_]\w*$/.test(place.function)
    ? `${place.function}(${place.object ?? ''})`
    : place.function;
}
