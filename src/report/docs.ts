import type { PropertyResult } from '../checker/result.ts';
import type { EventFacts, Origin, PhaseFacts } from '../boot/page-facts.ts';
import type { DocsInput, Page } from './docs-input.ts';
import type { Violation } from './judgement.ts';
import { namesOf, violationsOf } from './judgement.ts';
import { sequenceDiagram } from './sequence.ts';
import { statechart } from './statechart.ts';
import { stoppedText } from './table.ts';
import { counted, grouped, listed } from './text.ts';

/**
 * The executable specification: a page for each era and port, and an index. Every table and
 * diagram comes from the model that has just been checked; the same input gives the same bytes
 * (no times, no dates).
 */
export function renderDocs(input: DocsInput): ReadonlyMap<string, string> {
  const pages = [...input.pages].sort((a, b) => (fileOf(a) < fileOf(b) ? -1 : 1));
  const files = new Map([['index.md', indexPage(pages)]]);
  for (const page of pages) files.set(fileOf(page), pageText(page));
  return files;
}

const fileOf = ({ facts }: Page): string => `${facts.era}-${facts.port}.md`;

const generated = '<!-- Written by `bootproof docs`; do not edit. -->';

function indexPage(pages: readonly Page[]): string {
  const rows = pages.map((page) => {
    const { facts, reported } = page;
    const violated = violationsOf(reported.result).map((one) => one.property);
    return [
      `[${facts.era}](${fileOf(page)})`,
      facts.port,
      `${reported.judgement.outcome}${markOf(reported.reconstruction)}`,
      grouped(reported.result.states),
      violated.join(', '),
    ];
  });
  return document([
    '# How the allocators come up',
    '',
    'For each allocator design and port: the phases of boot, the order of calls, what is on the reclaim',
    'chains after each phase, and which claims hold. Each sentence is backed by a property that was',
    'checked when the page was written.',
    '',
    ...table(['Era', 'Port', 'Verdict', 'States', 'Violated'], rows),
    '',
    'Facts are marked *read* (in the source named), *inferred* (from what was read) or *reconstructed*',
    '(from a description; the text itself was never published).',
  ]);
}

function pageText({ facts, reported }: Page): string {
  const { result, judgement, reconstruction } = reported;
  const chart = statechart(facts.machine);
  const violations = violationsOf(result);
  const search =
    result.stoppedBy === undefined
      ? `${counted(result.states, 'state')}, ${counted(result.transitions, 'transition')}, all explored`
      : `${counted(result.states, 'state')}, ${stoppedText(result.stoppedBy)}`;
  return document([
    `# ${facts.title}`,
    '',
    `**${judgement.outcome}**${markOf(reconstruction)} · ${search} · depth ${result.depth}`,
    '',
    ...(reconstruction === null ? [] : [`Reconstruction: ${reconstruction}`, '']),
    ...facts.about.flatMap((paragraph) => [paragraph, '']),
    '## Phases',
    '',
    'Drawn from the machine that the check itself runs.',
    '',
    ...fenced('mermaid', chart.mermaid),
    '',
    ...within(chart.within),
    '## Order',
    '',
    `${facts.order.title}, from ${facts.order.source.tree} (${facts.order.origin}).`,
    '',
    ...orderTable(facts.events),
    '',
    '## Chains and allocators after each phase',
    '',
    ...facts.phases.flatMap(phaseText),
    '## Properties',
    '',
    ...propertyTable(result.properties),
    '',
    ...list('Environment', [...result.environment, ...reported.leftOut]),
    ...list('Assumptions', result.assumptions),
    ...(violations.length === 0 ? [] : ['## Violations', '']),
    ...violations.flatMap((violation) => violationText({ facts, reported }, violation)),
    '## What is known, and how',
    '',
    ...table(
      ['Fact', 'Known', 'Source'],
      facts.facts.map(({ text, origin, source }) => [text, originText(origin), source]),
    ),
  ]);
}

const markOf = (reconstruction: string | null): string =>
  reconstruction === null ? '' : ' (reconstruction)';

function orderTable(events: readonly EventFacts[]): string[] {
  return table(
    ['#', 'Event', 'In', 'Where', 'Makes available', 'Needs', 'Known'],
    events.map(({ event, makesAvailable, needs, origin }, i) => [
      String(i + 1),
      `\`${event.call === 'set' ? `${event.object ?? ''} =` : `${event.call}(${event.object ?? ''})`}\`` +
        (event.certainty === 'must' ? '' : ` *${event.certainty}*`),
      `\`${event.function}()\``,
      `${event.file}:${event.line}`,
      makesAvailable.join(', '),
      needs.join(', '),
      originText(origin),
    ]),
  );
}

function phaseText(phase: PhaseFacts): string[] {
  const chains = phase.chains.map(({ map, entries, cursor }) => [
    `\`${map}\``,
    entries.length === 0 ? '*empty*' : entries.map((entry) => `\`${entry}\``).join(', '),
    cursor === null ? 'head' : `\`${cursor}\``,
  ]);
  const allocators = phase.allocators.map(({ name, declared, bound, pools }) => [
    `\`${name}\``,
    declared === null ? 'none' : `\`${declared}\``,
    bound === null ? '*unbound*' : `\`${bound}\``,
    pools.map((pool) => `\`${pool}\``).join(', '),
  ]);
  return [
    `### ${phase.phase}`,
    '',
    `After ${phase.after}.`,
    '',
    ...table(['Chain of', 'Entries, in order', 'Cursor'], chains),
    '',
    ...table(['Allocator', 'Declares', 'Bound to', 'Pools'], allocators),
    '',
  ];
}

function propertyTable(properties: readonly PropertyResult[]): string[] {
  return table(
    ['Property', 'Claim', 'States it', 'About', 'Verdict', 'States where it says something'],
    properties.map((property) => {
      const violated = property.objects.filter((one) => one.verdict === 'VIOLATED');
      const count =
        violated.length === 0
          ? ''
          : ` for ${violated.length} of ${property.objects.length}: ${violated.map((one) => one.object).join(', ')}`;
      const reason = property.reason === undefined ? '' : `: ${property.reason}`;
      const premise = Math.max(0, ...property.objects.map((one) => one.premiseStates));
      return [
        `\`${property.name}\``,
        property.corollary === undefined
          ? property.sentence
          : `${property.sentence}; hence: ${property.corollary}`,
        property.cites,
        property.about,
        `${property.verdict}${count}${reason}`,
        property.verdict === 'NOT APPLICABLE' ? '' : grouped(premise),
      ];
    }),
  );
}

/** Steps of a run that a diagram shows; more than these nobody reads. */
const stepsInDiagram = 24;

function violationText({ reported }: Page, violation: Violation): string[] {
  const names = namesOf(violation);
  const first = violation.objects.find((one) => one.trace !== undefined);
  const recorded = reported.expected.find((one) => one.property === violation.property);
  const whose = names.length === 0 ? '' : ` for ${listed(names, names.length)}`;
  const lines = [
    `### ${violation.property}`,
    '',
    `Not true${whose}${markOf(reported.reconstruction)}: ${violation.sentence}.`,
    '',
  ];
  if (violation.breaks !== undefined) lines.push(`What breaks: ${violation.breaks}.`, '');
  if (recorded !== undefined) lines.push(`Recorded: ${recorded.why} (${recorded.source}).`, '');
  if (first?.trace !== undefined) {
    const whoseRun = first.object === '' ? '' : ` for ${first.object}`;
    const grain = reported.result.bound === 'grain' ? ' at this grain' : '';
    const minimal = first.trace.minimal ? `The shortest run${grain}` : 'A run, not shown minimal,';
    lines.push(
      `${minimal}${whoseRun}: ${counted(first.trace.steps.length, 'step')}.`,
      '',
      ...fenced('mermaid', sequenceDiagram(first.trace, reported.initial, stepsInDiagram)),
      '',
    );
  }
  return lines;
}

function within(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [
    'What each state accepts and stays:',
    '',
    ...lines.map((line) => `- ${escaped(line)}`),
    '',
  ];
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  return [`${title}:`, '', ...items.map((item) => `- ${escaped(item)}`), ''];
}

const originText = (origin: Origin): string => (origin === 'read' ? 'read' : `*${origin}*`);

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ['None.'];
  const line = (cells: readonly string[]): string => `| ${cells.map(cellText).join(' | ')} |`;
  return [line(heads), `| ${heads.map(() => '---').join(' | ')} |`, ...rows.map(line)];
}

const cellText = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const escaped = (text: string): string =>
  text.replace(/[<>]/g, (sign) => (sign === '<' ? '&lt;' : '&gt;'));

const fenced = (language: string, text: string): string[] => [`\`\`\`${language}`, text, '```'];

function document(lines: readonly string[]): string {
  return `${[lines[0] ?? '', '', generated, ...lines.slice(1)].join('\n').trimEnd()}\n`;
}
