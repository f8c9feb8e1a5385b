import type { Plain } from '../base/plain.ts';
import type { Trace, TraceStep } from '../checker/result.ts';
import { describeChange, describePhase } from './changes.ts';
import { chainText, chainsAlong } from './chain.ts';
import { callsOf, shortLocation, startOf } from './places.ts';
import { cut } from './text.ts';

/** A run as a Mermaid sequence diagram: who steps, into which C file, and what it changes. */
export function sequenceDiagram(
  trace: Trace,
  initial: ReadonlyMap<string, Plain>,
  stepsMax: number,
): string {
  const skipped = Math.max(0, trace.steps.length - stepsMax);
  const chains = chainsAlong(trace, initial);
  const processes = [...new Set(trace.steps.slice(skipped).map((step) => step.process))];
  const files = [...new Set(trace.steps.slice(skipped).map(fileOf))].filter((file) => file !== '');
  const ids = new Map([...processes, ...files].map((name, i) => [name, `p${i}`]));
  const id = (name: string): string => ids.get(name) ?? 'p0';
  const lines = ['sequenceDiagram'];
  for (const name of processes) lines.push(`  actor ${id(name)} as ${plainText(name)}`);
  for (const name of files) lines.push(`  participant ${id(name)} as ${plainText(name)}`);
  if (skipped > 0) {
    lines.push(`  Note over ${id(processes[0] ?? '')}: steps 1 to ${skipped} are left out`);
  }
  trace.steps.forEach((step, i) => {
    if (i < skipped) return;
    const file = fileOf(step);
    const who = id(step.process);
    const to = file === '' ? who : id(file);
    const where = shortLocation(startOf(step.path));
    const calls = callsOf(step.path);
    const choices = step.choices.length === 0 ? '' : ` (${step.choices.join(', ')})`;
    const what = `${calls[0] ?? step.process}${calls.length > 1 ? ` and ${calls.length - 1} more` : ''}`;
    lines.push(`  ${who}->>${to}: ${i + 1} ${plainText(`${what}${choices} ${where}`)}`);
    const shown = (chains[i] ?? []).map((chain) => chainText(chain));
    const notes = shown.length > 0 ? shown : noteOf(step);
    for (const note of notes) lines.push(`  Note right of ${to}: ${plainText(cut(note, 160))}`);
  });
  return lines.join('\n');
}

/** One change of a step: a phase of the boot that it enters, else the first thing beside the boot. */
function noteOf({ changes }: TraceStep): readonly string[] {
  const phases = changes.flatMap((change) => describePhase(change) ?? []);
  if (phases.length > 0) return phases.slice(0, 1);
  return changes
    .filter((change) => change.cell !== 'boot')
    .slice(0, 1)
    .map(describeChange);
}

function fileOf(step: TraceStep): string {
  const file = startOf(step.path)?.file ?? '';
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Text without the characters that mean something to Mermaid. */
function plainText(text: string): string {
  return text
    .replace(/[;#<>{}"]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
