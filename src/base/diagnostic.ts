/**
 * What is wrong with an input, told to the person who gave it: what was found, where, what was
 * expected, what to do. Returned across rooms, never thrown; the command prints it on stderr and
 * ends with exit code 2, or 5 where the input was read and gives no answer.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  /** What was found, and what was expected. */
  readonly message: string;
  /** Where: a file and line, a field's path, an option. */
  readonly at?: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Each kind of bad input, with one line of meaning. */
export const diagnosticCodes = {
  'unknown-name': 'a model, property, pool or option of that name does not exist',
  'bad-option': 'an option has a value that it cannot take, or two options contradict each other',
  'bad-order': 'a boot order is not of the schema, or contradicts itself',
  'bad-trace': 'a trace file is not of the schema, or belongs to another model',
  'bad-model': 'a module does not export a model, or the model cannot be built',
  'bad-tree': 'a source tree is not a kernel tree, or a file it needs cannot be read',
  'no-answer': 'a source tree was read to its end, and what every boot has was not met in it',
  unreadable: 'a file or folder cannot be read',
  unwritable: 'a file or folder cannot be written',
} as const;

export type DiagnosticCode = keyof typeof diagnosticCodes;

/** Either a value, or why there is none. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export const bad = <T = never>(...diagnostics: readonly Diagnostic[]): Result<T> => ({
  ok: false,
  diagnostics,
});
