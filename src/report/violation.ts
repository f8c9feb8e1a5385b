import type { Plain } from '../base/plain.ts';
import type { Change, Trace, TraceStep } from '../checker/result.ts';
import { brief, describeChange, describePhase, isList, isRecord } from './changes.ts';
import type { ChainView } from './chain.ts';
import { chainCell, chainOf, chainText, chainsAlong, chainsAtEnd } from './chain.ts';
import type { Violation, ViolatedObject } from './judgement.ts';
import { isEnd, namesOf } from './judgement.ts';
import { callsOf, parsePlace, shortLocation, startOf } from './places.ts';
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
    const about = one.object;
    const atGrain = model.result.bound === 'grain';
    lines.push(...renderTrace(one.trace, model.initial, { ...options, common, about, atGrain }));
    if (one.says !== undefined) lines.push(...wrap(`so: ${one.says}`, '  ', '    '));
  }
  return lines.join('\n');
}

function repeatCommand(model: Reported, property: string, one: ViolatedObject): string {
  const saved = model.saved.get(traceKey(property, one.object));
  if (saved !== undefined) {
    const own = model.path === null ? '' : ` --model ${shellWord(model.path)}`;
    return `bootproof replay ${shellWord(saved)}${own}`;
  }
  return isEnd(property) ? model.repeat : `${model.repeat} --property ${shellWord(property)}`;
}

/** Quoted where a shell would take it apart. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export interface TraceOptions {
  readonly full: boolean;
  /** Steps at the beginning that the other runs of the same property share. */
  readonly common: number;
  /** What the run is about: steps that touch it are never folded away. */
  readonly about: string;
  /** Of a model at a bounded grain, whose steps are several of the machine's. */
  readonly atGrain: boolean;
}

/** Runs that are no longer than this are shown whole. */
const shownWhole = 12;
/** Steps at both ends that are always shown. */
const endsShown = 2;
/** Steps shown of a long run, and a gap that is not worth a line. */
const stepsShownMax = 40;
const gapMax = 1;

/** The numbered steps of a run. */
export function renderTrace(
  trace: Trace,
  initial: ReadonlyMap<string, Plain>,
  options: TraceOptions,
): string[] {
  const [head = '', ...table] = stepTable(trace, initial);
  const chains = chainsAlong(trace, initial);
  const shown = options.full ? null : stepsShown(trace, options);
  const lines = [head];
  let folded = 0;
  const unfold = (): void => {
    if (folded > 0) lines.push(`     …  ${counted(folded, 'step')} (--full shows them)`);
    folded = 0;
  };
  table.forEach((line, i) => {
    if (shown !== null && !shown.has(i)) {
      folded++;
      return;
    }
    unfold();
    lines.push(line);
    const step = trace.steps[i];
    if (step !== undefined) lines.push(...changeLines(step, chains[i] ?? [], options));
  });
  const indent = ' '.repeat(8);
  lines.push(...lastPlaces(trace, indent));
  const lastChanged = new Set(trace.steps.at(-1)?.changes.map((change) => change.cell));
  for (const chain of chainsAtEnd(trace, initial)) {
    if (lastChanged.has(chainCell(chain.map))) continue;
    lines.push(...wrap(chainText(chain), indent, `${indent}  `));
  }
  if (trace.loopsTo !== undefined) {
    lines.push(`     ↺  goes back to where step ${trace.loopsTo + 1} began, for ever`);
  }
  const fewest = options.atGrain ? 'the fewest at this grain' : 'the fewest possible';
  const minimal = trace.minimal ? fewest : 'not shown minimal';
  lines.push(`  ${counted(trace.steps.length, 'step')}, ${minimal}`);
  return lines.map((line) => (options.full ? line : cut(line, pageWidth)));
}

/** The last step is the one that people ask about: every place that it passed, and where it ended. */
function lastPlaces(trace: Trace, indent: string): readonly string[] {
  const last = trace.steps.at(-1);
  if (last === undefined) return [];
  const places = last.path.map(parsePlace).filter((place) => (place.line ?? 0) > 0);
  const passed = places.map((place) => `${place.function}() ${shortLocation(place)}`);
  const ends = last.changes.flatMap(({ cell, after }) =>
    cell === `thread/${last.process}` ? (standsAt(after) ?? []) : [],
  );
  return [
    ...(passed.length > 1 ? [`passes ${passed.join('; ')}`] : []),
    ...ends.map((at) => `then stands at ${at}`),
  ].flatMap((text) => wrap(text, indent, `${indent}  `));
}

/** `uvm_map_prepare, poll`: the innermost routine of a thread's stack and the label it goes on at. */
function standsAt(thread: Plain): string | null {
  if (!isRecord(thread) || !isList(thread['stack'])) return null;
  const top = thread['stack'].at(-1);
  if (top === undefined || !isRecord(top)) return null;
  return `${String(top['routine'])}(), ${String(top['at'])}`;
}

const whoWidth = 20;
const whatColumn = 4;
const whatWidthMin = 30;

/** A line for each step: who, on which CPU, at which level, what, where; empty columns left out. */
function stepTable(trace: Trace, initial: ReadonlyMap<string, Plain>): readonly string[] {
  const columns: readonly Column[] = [
    { head: '  step', align: 'right' },
    { head: 'who', align: 'left' },
    { head: 'cpu', align: 'right' },
    { head: 'ipl', align: 'left' },
    { head: 'what it does', align: 'left' },
    { head: 'where', align: 'left' },
  ];
  const cpus = cpusAlong(trace, initial);
  const rows = trace.steps.map((step, i) => [
    `${i === trace.steps.length - 1 ? '→ ' : ''}${i + 1}`,
    cut(step.process, whoWidth),
    cpus[i]?.cpu ?? '',
    cpus[i]?.ipl ?? '',
    stepText(step),
    shortLocation(startOf(step.path)),
  ]);
  const widthOf = (column: number): number =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0));
  // What a step does gets the room that the other columns leave.
  const others = [0, 1, 2, 3, 5].reduce((sum, column) => sum + widthOf(column) + 3, 0);
  const room = Math.max(whatWidthMin, pageWidth - others);
  for (const row of rows) row[whatColumn] = cut(row[whatColumn] ?? '', room);
  const isUsed = columns.map((_, column) => rows.some((row) => row[column] !== ''));
  const keep = <T>(cells: readonly T[]): T[] => cells.filter((_, column) => isUsed[column]);
  return layOut(keep(columns), rows.map(keep));
}

/**
 * The steps of a long run that tell its story: both ends, what touches the object that it is
 * about, the phases of boot, whoever comes in, and, where the other runs no longer do the same,
 * choices and changes of a chain.
 */
function stepsShown(trace: Trace, { common, about }: TraceOptions): ReadonlySet<number> {
  const { steps } = trace;
  const isWhole = steps.length <= shownWhole;
  const touches = mentionOf(about);
  const kept = steps.map((step, i) => {
    if (isWhole || i < endsShown || i >= steps.length - endsShown) return true;
    const isSwitch = step.process !== steps[i - 1]?.process;
    if (isSwitch || touches(step) || step.changes.some(isPhase)) return true;
    if (i < common) return false;
    const isChain = step.changes.some((change) => chainOf(change.cell, change.after) !== null);
    return isChain || step.choices.length > 0;
  });
  const shown = new Set<number>();
  kept.forEach((isKept, i) => {
    if (isKept) shown.add(i);
  });
  for (const i of [...shown]) {
    for (let gap = 1; gap <= gapMax; gap++) if (shown.has(i + gap + 1)) shown.add(i + gap);
  }
  const surplus = shown.size - stepsShownMax;
  if (surplus <= 0) return shown;
  const all = [...shown].sort((a, b) => a - b);
  return new Set([...all.slice(0, endsShown), ...all.slice(endsShown + surplus)]);
}

/** Whether a step speaks of `name`: in its calls, its changes, or as the one who takes it. */
function mentionOf(name: string): (step: TraceStep) => boolean {
  if (name === '' || name === 'all') return () => false;
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(?<![\\w-])${word}(?![\\w-])`);
  return (step) =>
    name.includes(step.process) ||
    step.path.some((place) => pattern.test(place)) ||
    step.changes.some((change) => pattern.test(describeChange(change)));
}

/** Changes of a step that are shown before the rest is only counted. */
const changesShownMax = 6;

/** What a step changed, and the chains that it changed as they then stand. */
function changeLines(
  step: TraceStep,
  chains: readonly ChainView[],
  options: TraceOptions,
): readonly string[] {
  const changed = new Set(step.changes.map((change) => change.cell));
  const chainTexts = chains
    .filter((chain) => changed.has(chainCell(chain.map)))
    .map((chain) => chainText(chain));
  const indent = ' '.repeat(8);
  const lines = (texts: readonly string[]): readonly string[] =>
    texts.flatMap((text) => wrap(text, indent, `${indent}  `));
  if (options.full) return lines([...step.changes.map(describeChange), ...chainTexts]);
  const texts = summary(step.changes);
  const more = texts.length - changesShownMax;
  return lines([
    ...texts.slice(0, changesShownMax).map((text) => cut(text, 180)),
    ...(more > 0 ? [`and ${counted(more, 'more change')}`] : []),
    ...chainTexts,
  ]);
}

/** The changes of a step in a few lines: what came and went by name, the rest part by part. */
function summary(changes: readonly Change[]): readonly string[] {
  const telling = changes.filter(isTelling);
  const phases = changes.filter(isBoot).flatMap((change) => describePhase(change) ?? []);
  const named = (list: readonly Change[]): string =>
    listed(
      list.map(({ cell }) => cell),
      3,
    );
  const come = telling.filter((change) => change.before === null);
  const gone = telling.filter((change) => change.after === null);
  return [
    ...phases,
    ...(come.length === 0 ? [] : [`now there: ${named(come)}`]),
    ...(gone.length === 0 ? [] : [`no longer there: ${named(gone)}`]),
    ...telling
      .filter((change) => change.before !== null && change.after !== null)
      .map(describeChange),
  ];
}

/** The calls that a step passes, and what was chosen in it. */
function stepText(step: TraceStep): string {
  const calls = callsOf(step.path).join('; ');
  const choices = step.choices.length === 0 ? '' : `[${step.choices.join(', ')}]`;
  return [calls, choices].filter((part) => part !== '').join(' ');
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
function isTelling(change: Change): boolean {
  const { cell } = change;
  return !isBoot(change) && !/^(cpu|thread)\//.test(cell) && !/^map\/[^/]+\/chain$/.test(cell);
}

const isPhase = (change: Change): boolean => isBoot(change) && describePhase(change) !== null;

/** The cell of the boot process: its phases are told in words, its count of events is not. */
const isBoot = ({ cell, after }: Change): boolean =>
  cell === 'boot' && isRecord(after) && 'phase' in after;

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

/** Interrupt priority levels by rank, lowest first, as the kernel's own table has them. */
const levels = ['NONE', 'SOFTCLOCK', 'SOFTBIO', 'SOFTNET', 'SOFTSERIAL', 'VM', 'SCHED', 'HIGH'];

export function iplText(rank: Plain | undefined): string {
  return typeof rank === 'number' ? (levels[rank] ?? String(rank)) : '';
}

/** The topmost context of a CPU: whoever steps there, and at which level. */
function topOf(cpu: Plain): Top {
  const contexts = isRecord(cpu) ? cpu['contexts'] : undefined;
  const top = isList(contexts) ? contexts.at(-1) : undefined;
  if (!isRecord(top)) return { thread: '', ipl: '' };
  return {
    thread: brief(top['thread']) === '-' ? '' : String(top['thread']),
    ipl: iplText(top['ipl']),
  };
}
