import type { Reported } from '../report/reported.ts';
import { violationsOf } from '../report/judgement.ts';
import type { Violation } from '../report/judgement.ts';
import { renderDetails, renderTable } from '../report/table.ts';
import { renderViolation } from '../report/violation.ts';

/** What `bootproof check` prints for people: a table, and one model in detail or the news of many. */

/** A longer catalogue run shows one violation step by step and how to see the others. */
const shownInDetail = 1;

export function renderReport(
  reported: readonly Reported[],
  skipped: number,
  full: boolean,
): string {
  const parts = [renderTable(reported)];
  const [only] = reported;
  if (reported.length === 1 && only !== undefined) {
    parts.push(renderDetails(only, full));
    for (const violation of violationsOf(only.result)) {
      parts.push(renderViolation(only, violation, { full }));
    }
  } else {
    parts.push(totals(reported), ...someViolations(reported, full));
  }
  if (skipped > 0) parts.push(`interrupted: ${skipped} more not begun`);
  return `${parts.map((part) => part.replace(/^\n+/, '')).join('\n\n')}\n`;
}

/** What a run over many models comes to, in one line. */
function totals(reported: readonly Reported[]): string {
  const counts = new Map<string, number>();
  for (const { judgement } of reported) {
    counts.set(judgement.outcome, (counts.get(judgement.outcome) ?? 0) + 1);
  }
  const parts = [...counts].map(([outcome, count]) => `${count} ${outcome}`);
  const legend = counts.has('reproduced') ? '; reproduced: just the violations on record' : '';
  return `${reported.length} models: ${parts.join(', ')}${legend}`;
}

interface Shown {
  readonly model: Reported;
  readonly violation: Violation;
}

/**
 * Of many models: what nobody expected in full, else the first of what was reproduced, the
 * mission's before others; and the commands that show the rest.
 */
function someViolations(reported: readonly Reported[], full: boolean): string[] {
  const all = reported.flatMap((model) =>
    violationsOf(model.result).map((violation): Shown => ({ model, violation })),
  );
  const news = all.filter(({ model }) => model.judgement.outcome !== 'reproduced');
  const known = all
    .filter(({ model }) => model.judgement.outcome === 'reproduced')
    .sort((a, b) => rank(a) - rank(b));
  const shown = news.length > 0 ? news : known.slice(0, shownInDetail);
  const parts = shown.map(({ model, violation }) => renderViolation(model, violation, { full }));
  const others = [
    ...new Set(
      all
        .filter((one) => !shown.includes(one))
        .map(({ model }) => model.repeat)
        .filter((command) => !shown.some(({ model }) => model.repeat === command)),
    ),
  ];
  if (others.length > 0) {
    parts.push(
      ['the other violations, step by step:', ...others.map((one) => `  ${one}`)].join('\n'),
    );
  }
  return parts;
}

const rank = ({ violation, model }: Shown): number =>
  (violation.about === 'mission' ? 0 : 2) + (model.reconstruction === null ? 1 : 0);
