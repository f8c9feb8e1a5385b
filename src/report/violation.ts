import type { Plain } from '../base/plain.ts';
import type { Change, Trace, TraceStep } from '../checker/result.ts';
import { brief, describeChange, isList, isRecord } from './changes.ts';
import type { ChainView } from './chain.ts';
import { chainCell, chainText, chainsAlong } from './chain.ts';
import type { Violation, ViolatedObject } from './judgement.ts';
import { namesOf } from './judgement.ts';
import { callsOf, shortLocation, startOf } from './places.ts';
import type { Reported } from './reported.ts';
import { traceKey } from './reported.ts';
import type { Column } from './text.ts';
import { counted, cut, layOut, listed, pageWidth, wrap } from './text.ts';

/**
 * One violated property as a person reads it: what should hold and for whom it does not, what
 * breaks in the field, the shortest run in ddb's vocabulary, and the command that repeats it.
 */
export function renderViolation(
  model: Reported,
  violation: Violation,
  options: { readonly full: boolean },
): string {
  const names = namesOf(violation);
  const mark = model.reconstruction === null ? '' : ' (reconstruction)';
  const whose = names.length === 0 ? '' : ` for ${listed(names, options.full ? names.length : 1)}`;
  const lines = wrap(
    `${model.result.model}${mark}: ${violation.property} is VIOLATED${whose}`,
    '',
    '  ',
  );
  lines.push(...wrap(violation.sentence, '  ', '  '));
  const recorded = model.expected.find((one) => one.property === violation.property);
  if (violation.corollary !== undefined) {
    lines.push(...wrap(`hence not: ${violation.corollary}`, '  ', '    '));
  }
  if (violation.breaks !== undefined) {
    lines.push(...wrap(`what breaks: ${violation.breaks}`, '  ', '    '));
  }
  if (recorded !== undefined) {
    lines.push(...wrap(`recorded: ${recorded.why} (${recorded.source})`, '  ', '    '));
  }
  const shown = options.full ? violation.objects : violation.objects.slice(0, 1);
  for (const one of shown) {
    if (one.trace === undefined) continue;
    lines.push('', `  repeat: ${repeatCommand(model, violation.property, one)}`, '');
    const common = options.full ? 0 : commonLength(violation.objects);
    lines.push(...renderTrace(one.trace, model.initial, { ...options, common }));
  }
  return lines.join('\n');
}

function repeatCommand(model: Reported, property: string, one: ViolatedObject): string {
  const saved = model.saved.get(traceKey(property, one.object));
  if (saved !== undefined) return `bootproof replay ${shellWord(saved)}`;
  const isBuiltIn = property === 'deadlock' || property === 'stuck';
  return isBuiltIn ? model.repeat : `${model.repeat} --property ${shellWord(property)}`;
}

/** Quoted where a shell would take it apart. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export interface TraceOptions {
  readonly full: boolean;
  /** Steps at the beginning that other traces of the same property share. */
  readonly common: number;
}

/** How many steps of a folded part are still shown on each side. */
const foldKeeps = 2;
/** What a run may have before its beginning is folded even where nothing is common. */
const stepsShownMax = 40;

/** The numbered steps of a run. */
export function renderTrace(
  trace: Trace,
  initial: ReadonlyMap<string, Plain>,
  options: TraceOptions,
): string[] {
  const columns: Column[] = [
    { head: '  step', align: 'right' },
    { head: 'who', align: 'left' },
    { head: 'cpu', align: 'right' },
    { head: 'ipl', align: 'left' },
    { head: 'what it does', align: 'left' },
    { head: 'where', align: 'left' },
  ];
  const last = trace.steps.length - 1;
  const cpus = cpusAlong(trace, initial);
  const chains = chainsAlong(trace, initial);
  const rows = trace.steps.map((step, i) => {
    return [
      `${i === last ? '→ ' : ''}${i + 1}`,
      step.process,
      cpus[i]?.cpu ?? '',
      cpus[i]?.ipl ?? '',
      cut(stepText(step), 46),
      shortLocation(startOf(step.path)),
    ];
  });
  const used = columns.map((_, column) => rows.some((row) => row[column] !== ''));
  const keep = <T>(cells: readonly T[]): T[] => cells.filter((_, column) => used[column]);
  const [head = '', ...table] = layOut(keep(columns), rows.map(keep));
  const fold = options.full ? null : foldOf(trace.steps.length, options.common);
  const lines = [head];
  table.forEach((line, i) => {
    if (fold !== null && i >= fold.from && i < fold.to) {
      if (i === fold.from) {
        lines.push(
          `     …  ${counted(fold.to - fold.from, 'step')} ${fold.why} (--full shows them)`,
        );
      }
      return;
    }
    lines.push(line);
    const step = trace.steps[i];
    if (step !== undefined) lines.push(...changeLines(step, chains[i] ?? [], options));
  });
  if (trace.loopsTo !== undefined) {
    lines.push(`     ↺  goes back to where step ${trace.loopsTo + 1} began, for ever`);
  }
  lines.push(
    `  ${counted(trace.steps.length, 'step')}${trace.minimal ? ', the fewest possible' : ', not shown minimal'}`,
  );
  return lines.map((line) =>
    line.length > pageWidth && !options.full ? cut(line, pageWidth) : line,
  );
}

/** Changes of a step that are shown before the rest is only counted. */
const changesShownMax = 6;

/** What a step changed, and the chains that it changed as they then stand. */
function changeLines(
  step: TraceStep,
  chains: readonly ChainView[],
  options: TraceOptions,
): readonly string[] {
  const changes = options.full ? step.changes : step.changes.filter(isTelling);
  const texts = changes.map(describeChange);
  const shown = options.full
    ? texts
    : texts.slice(0, changesShownMax).map((text) => cut(text, 240));
  const changed = new Set(step.changes.map((change) => change.cell));
  for (const chain of chains) {
    if (changed.has(chainCell(chain.map))) shown.push(chainText(chain));
  }
  const more = texts.length - changesShownMax;
  if (!options.full && more > 0) shown.push(`and ${counted(more, 'more change')}`);
  const indent = ' '.repeat(8);
  return shown.flatMap((text) => wrap(text, indent, `${indent}  `));
}

/** The calls that a step passes, and what was chosen in it. */
function stepText(step: TraceStep): string {
  const choices = step.choices.length === 0 ? '' : `[${step.choices.join(', ')}]`;
  return [callsOf(step.path).join(' → '), choices].filter((part) => part !== '').join(' ');
}

function foldOf(
  length: number,
  common: number,
): { readonly from: number; readonly to: number; readonly why: string } | null {
  if (common > 2 * foldKeeps + 1) {
    const to = Math.min(common, length) - foldKeeps;
    if (to > foldKeeps) return { from: foldKeeps, to, why: 'that the other runs have too' };
  }
  if (length > stepsShownMax) {
    return { from: foldKeeps, to: length - stepsShownMax + foldKeeps, why: 'before these' };
  }
  return null;
}

/** How many steps all runs of a property begin with. */
function commonLength(objects: readonly ViolatedObject[]): number {
  const traces = objects.flatMap((one) => (one.trace === undefined ? [] : [one.trace]));
  const [first, ...others] = traces;
  if (first === undefined || others.length === 0) return 0;
  let length = 0;
  const same = (a: TraceStep | undefined, b: TraceStep | undefined): boolean =>
    a?.process === b?.process && a?.choices.join('\n') === b?.choices.join('\n');
  while (
    length < first.steps.length - 1 &&
    others.every((other) => same(other.steps[length], first.steps[length]))
  ) {
    length++;
  }
  return length;
}

/**
 * Whether a change is worth its line: where a thread stands in its C code and on which CPU is in
 * the step's own line, and a chain is shown as a whole.
 */
function isTelling({ cell }: Change): boolean {
  return !/^(cpu|thread)\//.test(cell) && !/^map\/[^/]+\/chain$/.test(cell);
}

/** CPU and IPL at each step: of the CPU on whose top the stepping process stands. */
function cpusAlong(
  trace: Trace,
  initial: ReadonlyMap<string, Plain>,
): readonly { readonly cpu: string; readonly ipl: string }[] {
  const tops = new Map<string, Top>();
  const note = (cell: string, value: Plain): void => {
    if (cell.startsWith('cpu/')) tops.set(cell, topOf(value));
  };
  for (const [cell, value] of initial) note(cell, value);
  return trace.steps.map((one) => {
    const on = [...tops].find(([, top]) => top.thread === `thread:${one.process}`);
    for (const change of one.changes) note(change.cell, change.after);
    return on === undefined
      ? { cpu: '', ipl: '' }
      : { cpu: on[0].replace(/^cpu\/(cpu)?/, ''), ipl: on[1].ipl };
  });
}

interface Top {
  readonly thread: string;
  readonly ipl: string;
}

/** The topmost context of a CPU: whoever steps there, and at which level. */
function topOf(cpu: Plain): Top {
  const contexts = isRecord(cpu) ? cpu['contexts'] : undefined;
  const top = isList(contexts) ? contexts.at(-1) : undefined;
  if (!isRecord(top)) return { thread: '', ipl: '' };
  return {
    thread: brief(top['thread']) === '-' ? '' : String(top['thread']),
    ipl: brief(top['ipl']),
  };
}
