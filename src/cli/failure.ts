import type { Diagnostic, Result } from '../base/diagnostic.ts';

/**
 * Ends a command because of its input. Thrown inside this room only: each `Result` that another
 * room returns is opened here, at the one place that prints and sets the exit code.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly diagnostics: readonly Diagnostic[];
  constructor(...diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((one) => one.message).join('; '));
    this.diagnostics = diagnostics;
  }
}

/** The value of a result, or the end of the command. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new InputError(...result.diagnostics);
}

const diagnosticsMax = 10;

/** `bootproof: order.json: events.3.line: found "x", expected number` with what to do about it. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const shown = diagnostics.slice(0, diagnosticsMax);
  const lines = shown.flatMap(({ at, message, hint }, i) => [
    `bootproof: ${at === undefined ? '' : `${at}: `}${message}`,
    // The same advice for each of several faults is said once.
    ...(hint === undefined || shown[i + 1]?.hint === hint ? [] : [`  ${hint}`]),
  ]);
  const more = diagnostics.length - shown.length;
  if (more > 0) lines.push(`bootproof: and ${more} more`);
  return `${lines.join('\n')}\n`;
}
