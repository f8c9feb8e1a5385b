/**
 * The third way of going wrong: we are wrong ourselves.
 *
 * A fault of the modelled kernel is a value (an outcome), a fault of the user's input is a
 * `Diagnostic`; what must hold whatever both of them do is asserted here. Nobody catches an
 * `InternalError` but the command, which ends with exit code 70.
 */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Throws an `InternalError` unless `condition` holds; `why` says why it must. */
export function assert(condition: boolean, why: string): asserts condition {
  if (!condition) throw new InternalError(why);
}

/** The value, which cannot be missing here; `why` says why not. */
export function present<T>(value: T | undefined | null, why: string): T {
  if (value === undefined || value === null) throw new InternalError(why);
  return value;
}
