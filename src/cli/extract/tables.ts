import type { Order, OrderReport, Reserve, SleepingSite } from '../../order/index.ts';
import { sleepingSites } from '../../order/index.ts';
import { counted, cut, grouped, layOut, listed, unique, wrap } from '../../report/text.ts';

/** Tables of an order for a terminal: what may sleep too early, and what reserves are taken from. */

const phases: readonly (readonly [SleepingSite['when'], string])[] = [
  ['cold', 'while cold: a sleep returns at once'],
  ['no reclaimer', 'after that, until the pagedaemon runs: it sleeps, and nobody frees memory'],
];

/** Every call that may sleep for memory before the pagedaemon exists, a line a call site. */
export function sleepersText({ title }: Order, { findings }: OrderReport): string {
  const { sleepers } = findings;
  const sites = sleepingSites(sleepers);
  const lines = wrap(
    `${title}: ${counted(sleepers.length, 'call')} at ${counted(sites.length, 'place')} may sleep ` +
      'for memory before the pagedaemon exists',
    '',
    '    ',
  );
  for (const [when, says] of phases) {
    const of = sites.filter((site) => site.when === when);
    if (of.length > 0) lines.push('', says, ...layOut(columns, of.map(rowOf)));
  }
  const notes = findings.rules.flatMap(({ rule, notes: all }) => (rule === 'sleeping' ? all : []));
  const unknown = notes.filter(({ says }) => says.includes('not known'));
  lines.push('', ...unknown.map(({ says }) => says), legend);
  return `${lines.join('\n')}\n`;
}

const legend = '#: the first of them in the listing; m: how many of them hang on a condition';

const columns = [
  { head: '#', align: 'right' },
  { head: 'times', align: 'right' },
  { head: 'm', align: 'right' },
  { head: 'call', align: 'left' },
  { head: 'object', align: 'left' },
  { head: 'in', align: 'left' },
] as const;

function rowOf({ at, call, objects, times, must }: SleepingSite): string[] {
  const conditional = times - must;
  return [
    String(at.event),
    String(times),
    conditional === 0 ? '' : String(conditional),
    call,
    cut(listed(objects, 1).replace(/^none$/, ''), 26),
    `${cut(at.function, 20)} ${at.file.split('/').at(-1) ?? ''}:${at.line}`,
  ];
}

/** What boot takes from reserves that nothing refills, as numbers. */
export function reservesText({ title }: Order, { findings }: OrderReport): string {
  const lines = [`${title}: what boot takes from reserves that nothing refills`];
  for (const one of findings.reserves) {
    lines.push(...wrap(reserveText(one), '', '    '));
    const places = one.takings.map(
      ({ function: name, call, file, line }) => `${call}() in ${name} (${file}:${line})`,
    );
    lines.push(...unique(places).map((place) => `    ${place}`));
    if (one.source !== undefined) lines.push(...wrap(`figures: ${one.source}`, '    ', '      '));
  }
  return `${lines.join('\n')}\n`;
}

function reserveText({
  name,
  used,
  unit,
  isAtLeast,
  unknown,
  conditional,
  limit,
}: Reserve): string {
  const of = limit === null ? '' : ` of ${grouped(limit)}`;
  const more = [
    ...(unknown > 0 ? [`the size of ${counted(unknown, 'taking')} is not known`] : []),
    ...(conditional > 0 ? [`${counted(conditional, 'taking')} more on a condition`] : []),
  ];
  const why = more.length === 0 ? '' : ` (${more.join('; ')})`;
  const amount =
    used === 0 && unknown > 0 ? 'some' : `${isAtLeast ? 'at least ' : ''}${grouped(used)}`;
  return `${name}: ${amount}${of} ${unit}${why}`;
}
