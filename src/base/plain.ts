import { InternalError } from './assert.ts';

/**
 * What a state is made of: null, booleans, safe integers, strings, arrays and plain records.
 *
 * Nothing else has one canonical text, and two states are the same state exactly when their texts
 * are. (State types are written as `type`, not `interface`: an interface has no index signature.)
 */
export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

/** A name of another component, as `kind:name`: state never holds the component itself. */
export type Ref<Kind extends string> = `${Kind}:${string}`;

/** The reference to component `name` of family `kind`. */
export function ref<const Kind extends string>(kind: Kind, name: string): Ref<Kind> {
  return `${kind}:${name}`;
}

/** The name inside a reference, without its kind. */
export function nameOf(reference: Ref<string>): string {
  return reference.slice(reference.indexOf(':') + 1);
}

/** `Value` with every part writable: what an operation edits before it is stored. */
export type Draft<Value> = Value extends readonly (infer Item)[]
  ? Value extends readonly [unknown, ...unknown[]]
    ? { -readonly [K in keyof Value]: Draft<Value[K]> }
    : Draft<Item>[]
  : Value extends object
    ? { -readonly [K in keyof Value]: Draft<Value[K]> }
    : Value;

/**
 * The canonical text of a value: keys sorted, no spaces, equal texts exactly for equal values.
 *
 * A record's key whose value is `undefined` counts as absent.
 *
 * @throws InternalError naming the path of the first part that is not plain
 */
export function encode(value: unknown, path = 'value'): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
        throw notPlain(path, Object.is(value, -0) ? '-0' : String(value), 'a safe integer');
      }
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return encodeArray(value, path);
      return encodeRecord(value, path);
    default:
      throw notPlain(path, typeof value, 'null, boolean, integer, string, array or record');
  }
}

function encodeArray(value: readonly unknown[], path: string): string {
  let text = '[';
  for (let i = 0; i < value.length; i++) {
    if (i > 0) text += ',';
    text += encode(value[i], `${path}[${i}]`);
  }
  return `${text}]`;
}

function encodeRecord(value: object, path: string): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw notPlain(path, `an instance of ${value.constructor.name}`, 'a plain record');
  }
  let text = '{';
  for (const [key, part] of Object.entries(value).sort(byKey)) {
    if (part === undefined) continue;
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(key)}:${encode(part, `${path}.${key}`)}`;
  }
  return `${text}}`;
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

function notPlain(path: string, found: string, expected: string): InternalError {
  return new InternalError(
    `${path}: found ${found}, expected ${expected}: it cannot be part of a state`,
  );
}

/** A copy that shares nothing with `value`, free to be edited. */
export function draftOf<Value>(value: Value): Draft<Value>;
export function draftOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((part) => draftOf<unknown>(part));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => [key, draftOf<unknown>(part)]),
  );
}

/** Freezes a value through and through, so that whoever changes a stored state is caught. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze<unknown>(part);
  }
  return value;
}
