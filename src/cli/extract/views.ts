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
    const tables = [
      ...(words.sleepers === true ? [sleepersText(order, report)] : []),
      ...(words.reserves === true ? [reservesText(order, report)] : []),
    ];
    return tables.join('\n');
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
