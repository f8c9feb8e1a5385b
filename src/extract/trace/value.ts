/**
 * What the interpreter knows of a C value: an integer, an address, a literal, or nothing.
 *
 * Addresses are symbolic, `&` and the path of what they point at; that is all a boot order needs
 * to say which pool a call is about. `undefined` is *not known*, and spreads.
 */
export type Value = bigint | string | undefined;

/** The address of the object at `path`. */
export function addressOf(path: string): string {
  return `&${path}`;
}

/** The path that an address points at; undefined for anything else. */
export function pointee(value: Value): string | undefined {
  return typeof value === 'string' && value.startsWith('&') ? value.slice(1) : undefined;
}

/** A string literal as a value. */
export function literal(text: string): string {
  return `"${text}`;
}

export function literalText(value: Value): string | undefined {
  return typeof value === 'string' && value.startsWith('"') ? value.slice(1) : undefined;
}

/** Whether a value counts as true; undefined where that is not known. */
export function truth(value: Value): boolean | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? true : value !== 0n;
}

export function fromBoolean(value: boolean | undefined): Value {
  return value === undefined ? undefined : value ? 1n : 0n;
}

/**
 * The element that lies `by` elements after an address; unknown steps lead to any element, and so
 * do steps that leave the object: start code reaches its variables at a distance from where they
 * were linked.
 */
export function stepped(path: string, by: bigint | undefined): string {
  const element = /^(.*)\[(-?\d+|\*)\]$/s.exec(path);
  if (by === undefined) return element === null ? `${path}[*]` : `${element[1]}[*]`;
  if (by === 0n) return path;
  if (element?.[2] === '*') return path;
  const index = BigInt(element?.[2] ?? '0') + by;
  return `${element?.[1] ?? path}[${index < 0n ? '*' : index}]`;
}

/** An integer cut to the width of its type. */
export function wrapped(value: bigint, size: number, signed: boolean): bigint {
  const bits = size * 8;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** The object that a path lies in: its variable, static ones with their file, or a heap object. */
export function rootOf(path: string): string {
  return /^@?[^.[@]*(?:@[^@[\]]*?\.[chsS](?=$|[.[]))?/.exec(path)?.[0] ?? path;
}
