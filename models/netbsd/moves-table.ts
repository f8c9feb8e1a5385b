import type { OrderEvent } from '../../src/order/order.ts';
import type { Era } from './eras.ts';
import { eras } from './eras.ts';
import type { MoveResult, Moves } from './moves.ts';
import { isHarmless, movesOf } from './moves.ts';
import type { PortName } from './orders.ts';

/**
 * The table of docs/moves.md: one row for each event, with the places at which it does no harm, and
 * what catches it at the others.
 */

/** Era C's two forms of enforcement, in the order in which the table names them. */
const forms: readonly { readonly name: string; readonly era: Era }[] = [
  { name: 'every growth', policies: 'c-explicit-order' },
  { name: 'page functions', policies: 'c-explicit-order-page-functions' },
].map(({ name, policies }) => {
  const era = eras.find((one) => one.policies.era === policies);
  if (era === undefined) throw new Error(`no era is called ${policies}`);
  return { name, era };
});

/** All moves of a port, under both forms of enforcement. */
export interface MovesOfPort {
  readonly port: PortName;
  readonly byForm: readonly { readonly name: string; readonly moves: Moves }[];
}

export function movesOfPort(port: PortName): MovesOfPort {
  return {
    port,
    byForm: forms.map(({ name, era }) => ({ name, moves: movesOf(era, port) })),
  };
}

/** The heading and the columns of a port's table. */
export function movesHead({ port, byForm }: MovesOfPort): string {
  const all = byForm.map(({ moves }) => moves.all.length);
  return [
    `## ${port}`,
    '',
    `${all[0] ?? 0} moves, each under ${all.length} forms of enforcement.`,
    '',
    '| # | event | harmless at | elsewhere |',
    '| --: | --- | --- | --- |',
  ].join('\n');
}

/** The row of one event: tries it at all places. */
export function movesRow(of: MovesOfPort, from: number): string {
  const first = of.byForm[0];
  if (first === undefined) return '';
  const { order, all } = first.moves;
  const event = order.events[from];
  const texts = all
    .filter((move) => move.from === from)
    .map((move) => ({
      to: move.to,
      text: textOf(of.byForm.map(({ name, moves }) => ({ name, result: moves.try(move) }))),
    }));
  const groups = new Map<string, number[]>();
  for (const { to, text } of texts) groups.set(text, [...(groups.get(text) ?? []), to]);
  const harmless = groups.get(harmlessText) ?? [];
  const caught = [...groups]
    .filter(([text]) => text !== harmlessText)
    .map(([text, places]) => `${rangesOf(places, from)}: ${text}`);
  const cells = [
    String(from),
    event === undefined ? '' : titleOf(event),
    harmless.length === 0 ? '–' : rangesOf(harmless, from),
    caught.length === 0 ? 'harmless everywhere' : caught.join('<br>'),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The whole table of a port. */
export function movesTable(of: MovesOfPort): string {
  const events = of.byForm[0]?.moves.events ?? [];
  return [movesHead(of), ...events.map((from) => movesRow(of, from))].join('\n');
}

/** `pool_init(pcache)`, `set kernel_map`: an event as the table speaks of it. */
export function titleOf(event: OrderEvent): string {
  if (event.call === 'set') return `\`set ${event.object ?? ''}\``;
  const of = event.args['wchan'] ?? event.args['entry'] ?? event.object ?? event.args['what'] ?? '';
  return `\`${event.call}(${String(of)})\``;
}

const harmlessText = 'harmless';

/** What came of a move: what was violated, and how it stopped; each by its form where they differ. */
function textOf(
  results: readonly { readonly name: string; readonly result: MoveResult }[],
): string {
  if (results.every(({ result }) => isHarmless(result))) return harmlessText;
  const violated = agreed(results, violatedText);
  const ended = agreed(results, endText);
  return [violated, ended].filter((text) => text !== '').join('; ');
}

function agreed(
  results: readonly { readonly name: string; readonly result: MoveResult }[],
  text: (result: MoveResult) => string,
): string {
  const texts = results.map(({ name, result }) => ({ name, text: text(result) }));
  const [first] = texts;
  if (first === undefined || texts.every((one) => one.text === first.text)) {
    return first?.text ?? '';
  }
  return texts.map((one) => `${one.name}: ${one.text === '' ? 'nothing' : one.text}`).join(' / ');
}

/** The needs by precondition, other properties with their objects. */
function violatedText(result: MoveResult): string {
  const byCites = new Map<string, Set<string>>();
  for (const { cites, fact } of result.needs) {
    byCites.set(cites, (byCites.get(cites) ?? new Set()).add(fact));
  }
  const needs = [...byCites]
    .sort(([a], [b]) => numberOf(a) - numberOf(b))
    .map(([cites, facts]) => `${cites} (${[...facts].sort().join(', ')})`);
  return [
    ...(needs.length === 0 ? [] : [`needs ${needs.join(', ')}`]),
    ...[...result.violated].map(([property, objects]) => `${property} of ${objects.join(', ')}`),
  ].join('; ');
}

function endText({ halt, completes }: MoveResult): string {
  if (halt !== null) return `stops: ${shortened(halt)}`;
  return completes ? '' : 'the boot never ends';
}

const numberOf = (cites: string): number => Number(cites.replace(/\D/g, ''));

/** Without the phases, which say again where the event was put. */
const shortened = (halt: string): string =>
  halt
    .replace(/ \(memory\.[^)]*\)/, '')
    .replace('; enforcement of era C, reconstruction', ' (enforced)')
    .replace(/^panic: /, '');

/** `0–4, 9`; an event's own place belongs to the range around it. */
function rangesOf(places: readonly number[], own: number): string {
  const ranges: { first: number; last: number }[] = [];
  for (const place of places) {
    const open = ranges.at(-1);
    const next = open === undefined ? -1 : open.last + 1;
    if (open !== undefined && (place === next || (next === own && place === own + 1))) {
      open.last = place;
    } else {
      ranges.push({ first: place, last: place });
    }
  }
  return ranges
    .map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`))
    .join(', ');
}
