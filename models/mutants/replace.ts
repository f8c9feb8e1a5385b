import { present } from '../../src/base/assert.ts';
import type { Plain, Ref } from '../../src/base/plain.ts';
import type { Label, Next, Routine } from '../../src/base/routine.ts';
import type { View } from '../../src/base/view.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';

/**
 * A routine of the kernel with one label changed: how a mutant is one line away from right.
 *
 * The changed label may run the original one, before or after what it does itself, so that a
 * mutant holds its mistake and nothing else.
 */

/** A frame as a mutant sees it: it changes routines whose locals only their own files know. */
export interface AnyFrame {
  [local: string]: Plain | undefined;
}

export interface ChangedLabel {
  readonly frame: AnyFrame;
  readonly view: View;
  readonly answer: Plain;
  readonly self: Ref<'thread'>;
  /** What the kernel's own label does here. */
  original(): Next;
}

/** `kernel`'s routine `name`, with label `at` doing `run`; `more` are labels that it goes on at. */
export function withLabel(
  kernel: Kernel,
  name: string,
  at: string,
  run: (label: ChangedLabel) => Next,
  more: { readonly [at: string]: (label: ChangedLabel) => Next } = {},
): Routine {
  const own = present(kernel.routines.get(name), `the kernel has ${name}`);
  const original = present(own.labels[at], `${name} has ${at}`);
  const labels: { [at: string]: Label<never> } = {
    ...own.labels,
    [at]: changed(original, run),
  };
  for (const [where, body] of Object.entries(more)) labels[where] = changed(original, body);
  return { ...own, labels };
}

type LooseRun = (frame: AnyFrame, view: View, answer: Plain, self: Ref<'thread'>) => Next;

function changed(original: Label<never>, run: (label: ChangedLabel) => Next): Label<never> {
  // The original gets its own frame back, changed in nothing that it would not change itself.
  const own = original.run as unknown as LooseRun;
  const body: LooseRun = (frame, view, answer, self) =>
    run({ frame, view, answer, self, original: () => own(frame, view, answer, self) });
  return { line: original.line, run: body };
}
