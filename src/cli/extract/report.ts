import type { Answer, Order, OrderReport, RuleReport, Verdict } from '../../order/index.ts';
import { missingFileText } from '../../order/index.ts';
import { counted, grouped, listed, unique, wrap } from '../../report/text.ts';

/** What `extract` says of an order: the summary of the reading, and the answers of the rules. */

const holesShown = 3;

/** What the answers rest on, for standard error: events, holes by kind, axioms, era. */
export function summaryText(order: Order, report: OrderReport): string {
  const { events, mustEvents } = report;
  const holes = order.holes ?? [];
  const kinds = [...new Set(holes.map(({ kind }) => kind))];
  const { era, isHosted, reasons } = report.findings.era;
  return [
    `${order.title}: ${counted(events, 'event')}, ${grouped(mustEvents)} must, ` +
      `${grouped(events - mustEvents)} may`,
    era === null ? reasons.join('; ') : `era ${era}${isHosted ? ', memory from a host' : ''}`,
    `${counted(holes.length, 'hole')}${holes.length === 0 ? '' : ':'}`,
    ...kinds.map((kind) => {
      const of = holes.filter((hole) => hole.kind === kind);
      return `  ${of.length} ${kind}: ${listed(mostFirst(of.map(({ what }) => what)), holesShown)}`;
    }),
    `${counted((order.axioms ?? []).length, 'axiom')} (in the JSON)`,
  ]
    .flatMap((line) => wrap(line, line.startsWith(' ') ? '  ' : '', '    '))
    .map((line) => `${line}\n`)
    .join('');
}

/** Each name once with its count, the most frequent first: ninety cuts of one routine are one word. */
const mostFirst = (names: readonly string[]): string[] =>
  unique(names.toSorted((a, b) => timesOf(names, b) - timesOf(names, a)));

const timesOf = (names: readonly string[], wanted: string): number =>
  names.filter((name) => name === wanted).length;

const told: readonly Verdict[] = ['violation', 'unproved', 'inconclusive', 'not applicable'];

/** The answers that can be waived, in the order in which they are numbered. */
export const numbered = (report: OrderReport): readonly Answer[] =>
  report.waived.standing.filter(({ verdict }) => verdict === 'violation' || verdict === 'unproved');

/** Every rule with its counts; violations with their path, the rest in a line each. */
export function rulesText(report: OrderReport): string {
  const { findings, waived } = report;
  const standing = waived.standing;
  const numbers = new Map(numbered(report).map((answer, i) => [answer, i + 1]));
  const lines: string[] = [];
  for (const rule of findings.rules) {
    const of = standing.filter((answer) => answer.rule === rule.rule);
    const counts = told.flatMap((verdict) => {
      const count = of.filter((answer) => answer.verdict === verdict).length;
      if (count === 0) return [];
      return [verdict === 'violation' ? counted(count, verdict) : `${count} ${verdict}`];
    });
    const found = counts.length === 0 ? '' : `; ${counts.join(', ')}`;
    lines.push(...wrap(`${rule.rule}: ${heldText(rule)}${found}`, '', '    '));
    for (const answer of of) lines.push(...answerText(answer, numbers.get(answer)));
  }
  for (const { answer, waiver } of waived.waived) {
    lines.push(...wrap(`waived: ${answer.says} (${waiver.by}: ${waiver.reason})`, '  ', '    '));
  }
  for (const { answer } of waived.stale) {
    const why = 'the code under the waiver has changed, the answer stands';
    lines.push(...wrap(`stale waiver: ${answer.object}: ${why}`, '  ', '    '));
  }
  for (const one of waived.unused) {
    lines.push(...wrap(`unused waiver: ${one.rule}: ${one.object} (${one.reason})`, '  ', '    '));
  }
  lines.push(...conclusion(report));
  return `${lines.join('\n')}\n`;
}

function heldText({ asked, held, means, unasked }: RuleReport): string {
  if (means !== undefined && asked === held) return `${grouped(held)} ${means}`;
  const left = unasked === undefined ? '' : ` (not asked: ${unasked})`;
  return `${counted(asked, 'event')} asked, ${grouped(held)} hold${left}`;
}

function answerText(answer: Answer, number: number | undefined): string[] {
  const mark = number === undefined ? '' : `[${number}] `;
  const times = answer.times > 1 ? ` (${answer.times} times)` : '';
  const lines = wrap(`${mark}${answer.verdict}: ${answer.says}${times}`, '  ', '      ');
  if (answer.verdict === 'violation' && answer.at !== null) {
    for (const { function: name, file, line } of answer.at.stack) {
      lines.push(`      ${name} (${file}:${line})`);
    }
    lines.push(`      ${answer.at.function} (${answer.at.file}:${answer.at.line})`);
  }
  if (answer.holes.length > 0 && answer.verdict !== 'not applicable') {
    lines.push(...wrap(`not read: ${listed(answer.holes, 2)}`, '      ', '        '));
  }
  return lines;
}

function conclusion(report: OrderReport): string[] {
  const { exitCode, waived, holes, mustEvents, events, missing, findings } = report;
  const count = (verdict: Verdict): number =>
    waived.standing.filter((answer) => answer.verdict === verdict).length;
  const rests = `${grouped(mustEvents)} of ${grouped(events)} events are certain, ${counted(holes, 'hole')}`;
  const found = `${count('unproved')} unproved, ${count('inconclusive')} inconclusive (${rests})`;
  if (exitCode === 1) return [`${counted(count('violation'), 'violation')}, ${found}`];
  if (exitCode === 0) return [`no violation found, ${found}`];
  const lacking = findings.era.missing.map(({ name, file }) => `not met: ${name} (${file})`);
  const why = [...missing.map((one) => missingFileText(one)), ...lacking];
  return [
    ...wrap(`inconclusive: no violation found, and answers are open; ${found}`, '', '    '),
    ...why.flatMap((line) => wrap(line, '  ', '    ')),
  ];
}

/** The same for programs, of schema `bootproof/rules/1`. */
export function rulesJson(order: Order, report: OrderReport): object {
  const { era, reasons, missing } = report.findings.era;
  return {
    schema: 'bootproof/rules/1',
    title: order.title,
    exitCode: report.exitCode,
    fingerprint: report.fingerprint,
    events: report.events,
    mustEvents: report.mustEvents,
    holes: report.holes,
    missing: report.missing,
    era: { era, reasons, missing: missing.map(({ name, file }) => ({ name, file })) },
    rules: report.findings.rules.map(({ rule, sentence, asked, held, notes, unasked }) => ({
      ...{ rule, sentence, asked, held },
      ...(unasked !== undefined && { unasked }),
      answers: report.waived.standing.filter((answer) => answer.rule === rule),
      notes,
    })),
    waived: report.waived.waived,
    stale: report.waived.stale,
    unused: report.waived.unused,
    sleepers: report.findings.sleepers,
    reserves: report.findings.reserves,
  };
}
