import type { Order, OrderReport } from '../../order/index.ts';
import { bringUp, bringUpText, listOrder, parseFamilies, whyObject } from '../../order/index.ts';
import type { Family } from '../../order/calls.ts';
import { families } from '../../order/calls.ts';
import { listingLegend } from '../defaults.ts';
import { InputError } from '../failure.ts';
import { nearest, unknownName } from '../nearest.ts';
import { reservesText, sleepersText } from './tables.ts';

/** The views of an order: which part is shown, and how. */
export interface ViewWords {
  readonly until?: string;
  readonly only?: string;
  readonly expand?: boolean;
  readonly why?: string;
  readonly bringUp?: boolean;
  readonly rulesOnly?: boolean;
  readonly sleepers?: boolean;
  readonly reserves?: boolean;
}

export const asksForView = (words: ViewWords): boolean =>
  words.until !== undefined ||
  words.only !== undefined ||
  words.expand === true ||
  words.why !== undefined ||
  words.bringUp === true ||
  words.rulesOnly === true ||
  showsTable(words);

/** Each view by its options; `--until`, `--only` and `--expand` shape one listing. */
const viewsOf = (words: ViewWords): readonly string[] => {
  const given: readonly (readonly [string, boolean])[] = [
    ['--why', words.why !== undefined],
    ['--bring-up', words.bringUp === true],
    ['--sleepers', words.sleepers === true],
    ['--reserves', words.reserves === true],
    ['--rules-only', words.rulesOnly === true],
    ['--until', words.until !== undefined],
    ['--only', words.only !== undefined],
    ['--expand', words.expand === true],
  ];
  return given.flatMap(([word, isGiven]) => (isGiven ? [word] : []));
};

const ofListing: ReadonlySet<string> = new Set(['--until', '--only', '--expand']);

/** Refuses two views at once, of which one would go unseen. */
export function checkOneView(words: ViewWords): void {
  const views = viewsOf(words);
  const alone = views.find((word) => !ofListing.has(word));
  const second = views.find((word) => word !== alone);
  if (alone === undefined || second === undefined) return;
  throw together(alone, second);
}

/** A comparison has its own form; of the views it takes the families. */
export function checkNoView(words: ViewWords): void {
  const view = viewsOf(words).find((word) => word !== '--only');
  if (view !== undefined) throw together('--diff', view);
}

const together = (a: string, b: string): InputError =>
  new InputError({
    code: 'bad-option',
    message: `${a} and ${b} are two views: found both, expected one`,
    hint: 'run bootproof once for each; --save FILE keeps the order for the second',
  });

/** The views that stand alone, without what the rules say. */
export const showsTable = ({ sleepers, reserves }: ViewWords): boolean =>
  sleepers === true || reserves === true;

/** The families that `--only` names. */
export function onlyOf(text: string | undefined): readonly Family[] | undefined {
  if (text === undefined) return undefined;
  const parsed = parseFamilies(text);
  if ('families' in parsed) return parsed.families;
  const [first = ''] = parsed.unknown;
  throw new InputError(unknownName('family of calls', first, families, families.join(', ')));
}

/** The view asked for, without the rules; empty for `--rules-only`. */
export function viewText(order: Order, report: OrderReport, words: ViewWords): string {
  if (words.rulesOnly === true) return '';
  if (showsTable(words)) {
    return words.sleepers === true ? sleepersText(order, report) : reservesText(order, report);
  }
  if (words.why !== undefined) return whyText(order, words.why);
  if (words.bringUp === true) return `${bringUpText(bringUp(order, report.findings)).join('\n')}\n`;
  checkUntil(order, words.until);
  const only = onlyOf(words.only);
  const { lines, hidden } = listOrder(order, {
    ...(words.until === undefined ? {} : { until: words.until }),
    ...(only === undefined ? {} : { only }),
    expand: words.expand === true,
  });
  return `${[...lines, ...(hidden === '' ? [] : [hidden]), listingLegend].join('\n')}\n`;
}

function whyText(order: Order, object: string): string {
  const lines = whyObject(order, object);
  if (lines.length > 0) return `${lines.join('\n')}\n`;
  const names = new Set(
    order.events.flatMap(({ object: one, args }) => [
      ...(one === null || one.startsWith('?') ? [] : [one]),
      ...(typeof args['wchan'] === 'string' ? [args['wchan']] : []),
    ]),
  );
  throw new InputError(
    unknownName('object in this order', object, [...names], '--expand lists every event'),
  );
}

function checkUntil(order: Order, until: string | undefined): void {
  if (until === undefined) return;
  const names = new Set(
    order.events.flatMap((event) => [
      event.call,
      event.function,
      ...event.stack.map((frame) => frame.function),
    ]),
  );
  if (names.has(until)) return;
  const near = nearest(until, [...names]);
  throw new InputError({
    code: 'unknown-name',
    message: `--until: no function "${until}" takes part in an event of this order`,
    ...(near.length > 0 && { hint: `nearest: ${near.join(', ')}` }),
  });
}
