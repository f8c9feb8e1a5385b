/**
 * Where a step was: the places it passed, as the C function, file and line that they name.
 *
 * A place is `pool_grow.header sys/kern/subr_pool.c:1150` (a label of a routine) or
 * `pmap_bootstrap.pool_init(pvpl) sys/arch/x86/x86/pmap.c:1394` (an event of the boot order: the
 * function it stands in, and the call). A model that is not of a kernel may write what it likes:
 * then the whole text counts as the function.
 */
export interface Place {
  /** The C function, without parentheses; or the place's whole text. */
  readonly function: string;
  /** The label in it, or the call: `header`, `pool_init(pvpl)`, `set kernel_map`. */
  readonly label: string | null;
  readonly file: string | null;
  readonly line: number | null;
}

export function parsePlace(text: string): Place {
  const [, what = text, file = null, line] = /^(.*\S)\s+(\S+):(\d+)$/.exec(text) ?? [];
  const [, name = what, label = null] = /^([A-Za-z_]\w*)\.(.+)$/.exec(what) ?? [];
  if (file === null) return { function: text, label: null, file, line: null };
  return { function: name, label, file, line: Number(line) };
}

/** The place at which a step began; places on line 0 are the model's own and stand in no C file. */
export function startOf(path: readonly string[]): Place | null {
  const places = path.map(parsePlace);
  return places.find((place) => place.line !== 0) ?? places[0] ?? null;
}

/** `subr_pool.c:1150`; empty where the place has no file. */
export function shortLocation(place: Place | null): string {
  if (place === null || place.file === null) return '';
  return `${place.file.slice(place.file.lastIndexOf('/') + 1)}:${place.line}`;
}

/** `pool_init(pvpl)`, `kernel_map =`, `pool_get()`; a text that is no place stays as it is. */
export function callText(place: Place): string {
  if (place.file === null) return place.function;
  if (place.label?.startsWith('set ') === true) return `${place.label.slice(4)} =`;
  if (place.label?.includes('(') === true) return place.label;
  return /^[A-Za-z_]\w*$/.test(place.function) ? `${place.function}()` : place.function;
}

/** What a step did, call by call, without repetitions. */
export function callsOf(path: readonly string[]): readonly string[] {
  const calls: string[] = [];
  for (const place of path.map(parsePlace)) {
    if (place.line === 0) continue;
    const text = callText(place);
    const before = calls.at(-1);
    // A call of the boot order goes on in the routine that it calls: once is enough.
    if (before === text || before?.startsWith(text.slice(0, -1)) === true) continue;
    calls.push(text);
  }
  return calls;
}
