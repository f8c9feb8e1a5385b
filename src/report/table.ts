import { match } from 'ts-pattern';
import type { PropertyResult } from '../checker/result.ts';
import type { Violation } from './judgement.ts';
import { namesOf, violationsOf } from './judgement.ts';
import type { Reported } from './reported.ts';
import type { Column } from './text.ts';
import { counted, grouped, layOut, listed, secondsText, wrap } from './text.ts';

/**
 * All models in one table: a line each with verdict and size, below it a line for each thing that
 * a reader must know: what is violated and for which objects, what was never reached, which bound
 * stopped the search.
 */
export function renderTable(models: readonly Reported[]): string {
  const columns: readonly Column[] = [
    { head: 'model', align: 'left' },
    { head: 'verdict', align: 'left' },
    { head: 'states', align: 'right' },
    { head: 'transitions', align: 'right' },
    { head: 'depth', align: 'right' },
    { head: 'seconds', align: 'right' },
    { head: '', align: 'left' },
  ];
  const rows = models.map(({ result, judgement, reconstruction }) => [
    result.model,
    judgement.outcome,
    grouped(result.states),
    grouped(result.transitions),
    grouped(result.depth),
    secondsText(result.cost.seconds),
    reconstruction === null ? '' : 'reconstruction',
  ]);
  const [head = '', ...lines] = layOut(columns, rows);
  const below = models.map((one) => notesOf(one).flatMap((note) => wrap(note, '    ', '      ')));
  return [head, ...lines.flatMap((line, i) => [line, ...(below[i] ?? [])])].join('\n');
}

/** What stands below a model's line. */
function notesOf({ result, judgement, reconstruction }: Reported): string[] {
  const notes: string[] = [];
  const mark = reconstruction === null ? '' : ' (reconstruction)';
  // An open verdict is explained before the violations that it does not take for proved.
  const isOpen = judgement.outcome === 'INCONCLUSIVE';
  if (isOpen && judgement.reason !== undefined) notes.push(judgement.reason);
  const violated = isOpen ? 'if those conditions hold, violated' : 'violated';
  for (const group of bySameObjects(violationsOf(result))) {
    notes.push(`${violated}: ${violationText(group, result.properties)}${mark}`);
  }
  for (const surprise of judgement.surprises) notes.push(`not as recorded: ${surprise}`);
  if (!isOpen && judgement.reason !== undefined) notes.push(judgement.reason);
  if (result.stoppedBy !== undefined) notes.push(stoppedText(result.stoppedBy));
  const { neverStepped, mustNeverPassed } = result.coverage;
  if (result.stoppedBy === undefined) {
    if (neverStepped.length > 0) notes.push(`never stepped: ${listed(neverStepped, 8)}`);
    if (mustNeverPassed.length > 0) notes.push(`never ran: ${listed(mustNeverPassed, 4)}`);
  }
  for (const property of result.properties) {
    if (property.verdict !== 'VACUOUS') continue;
    const objects = property.objects.filter((one) => one.verdict === 'VACUOUS');
    const names = objects.map((one) => one.object).filter((name) => name !== '');
    const whose = names.length === 0 ? '' : ` for ${listed(names, 6)}`;
    notes.push(`${property.name} speaks of no reachable state${whose}`);
  }
  return notes;
}

/** Violations of the same objects together: one fault often breaks several claims. */
function bySameObjects(violations: readonly Violation[]): readonly (readonly Violation[])[] {
  const groups = new Map<string, Violation[]>();
  for (const violation of violations) {
    const key = violation.objects.map((one) => one.object).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), violation]);
  }
  return [...groups.values()];
}

function violationText(group: readonly Violation[], properties: readonly PropertyResult[]): string {
  const [first] = group;
  const names = first === undefined ? [] : namesOf(first);
  const of = properties.find((one) => one.name === first?.property)?.objects.length ?? 0;
  const count = names.length === 0 ? '' : ` for ${names.length} of ${of}: ${listed(names, 20)}`;
  return `${listed(
    group.map((one) => one.property),
    8,
  )}${count}`;
}

export function stoppedText(stop: NonNullable<Reported['result']['stoppedBy']>): string {
  const { limit, reached } = stop;
  return match(stop.bound)
    .with(
      'statesMax',
      () => `stopped by --states-max ${grouped(limit)} at ${counted(reached, 'state')}`,
    )
    .with('depthMax', () => `stopped by --depth-max ${grouped(limit)}`)
    .with('timeLimitMs', () => `stopped by --time-limit ${limit / 1000}s`)
    .with('memoryMaxBytes', () => `stopped by --memory-max at ${megabytes(reached)}`)
    .with('grain', () => `bounded by --grain sleep: steps end only where a thread may sleep`)
    .with('interrupted', () => `interrupted at ${counted(reached, 'state')}`)
    .exhaustive();
}

const megabytes = (bytes: number): string => `${grouped(Math.round(bytes / 1e6))} MB`;

/** Everything about one model but its traces: all properties, environment, assumptions, coverage. */
export function renderDetails(model: Reported, full: boolean): string {
  const { result, reconstruction } = model;
  const lines: string[] = [];
  if (reconstruction !== null) lines.push(...wrap(`reconstruction: ${reconstruction}`, '', '  '));
  const columns: readonly Column[] = [
    { head: 'property', align: 'left' },
    { head: 'verdict', align: 'left' },
    { head: 'objects', align: 'right' },
  ];
  const rows = result.properties.map((property) => {
    const violated = property.objects.filter((one) => one.verdict === 'VIOLATED').length;
    const of = property.objects.length;
    return [property.name, property.verdict, violated > 0 ? `${violated} of ${of}` : String(of)];
  });
  const [head, ...table] = layOut(columns, rows);
  lines.push('', head ?? '');
  table.forEach((line, i) => {
    const property = result.properties[i];
    if (property === undefined) return;
    lines.push(...wrap(claimOf(property), `${line}  `, ' '.repeat(line.length + 2)));
  });
  lines.push(...section('environment', [...result.environment, ...model.leftOut]));
  lines.push(...section('assumptions', result.assumptions));
  const { mayNeverPassed } = result.coverage;
  if (result.stoppedBy === undefined && mayNeverPassed.length > 0) {
    if (full) lines.push(...section('never passed', mayNeverPassed));
    else
      lines.push(
        '',
        `never passed: ${counted(mayNeverPassed.length, 'place')} (--full lists them)`,
      );
  }
  return lines.join('\n');
}

function claimOf(property: PropertyResult): string {
  const sanity = property.about === 'model sanity' ? ' [model sanity]' : '';
  const reason = property.reason === undefined ? '' : `: ${property.reason}`;
  return `${property.sentence} (${property.cites})${sanity}${reason}`;
}

function section(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return ['', title, ...items.flatMap((item) => wrap(item, '  ', '    '))];
}
