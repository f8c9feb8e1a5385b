import { modelForOrder } from '../order-choice.ts';
import { importFor } from '../order-model.ts';
import type { LoadCatalog } from '../catalogue.ts';
import type { Answer, Comparison, Order, OrderDiff, SharedChange } from '../../order/index.ts';
import {
  brokenText,
  compareMany,
  consequenceText,
  demandText,
  isAbout,
  isSameOrder,
} from '../../order/index.ts';
import { isRead } from '../../order/order.ts';
import type { Family } from '../../order/calls.ts';
import { isLockUse, meaningOf } from '../../order/calls.ts';
import { counted, wrap } from '../../report/text.ts';

/** The two sides of a comparison, a list of orders each: one a machine. */
export interface Sides {
  readonly a: readonly Order[];
  readonly b: readonly Order[];
}

/**
 * An order written by hand speaks at the level of the model; the extracted one beside it is
 * brought there, so that calls which the allocators make inside themselves are no differences.
 */
export async function sameLevel(sides: Sides, loadCatalog: LoadCatalog): Promise<Sides> {
  const all = [...sides.a, ...sides.b];
  if (all.every(isRead) || !all.some(isRead)) return sides;
  const catalog = await loadCatalog();
  const brought = (order: Order): Order => {
    const found = isRead(order) ? modelForOrder(order, catalog) : null;
    if (found === null || 'none' in found) return order;
    const imported = importFor(order, found.entry)?.order ?? order;
    const port = found.entry.name.slice(found.entry.name.lastIndexOf('/') + 1);
    return { ...imported, port };
  };
  return { a: sides.a.map(brought), b: sides.b.map(brought) };
}

/**
 * The events of some families alone; an order without any stays whole. Uses of locks bring nothing
 * up, and are compared only where locks are asked for.
 */
export function restricted(order: Order, only: readonly Family[] | undefined): Order {
  const events = order.events.filter((event) =>
    only === undefined ? !isLockUse(event) : only.includes(meaningOf(event).family),
  );
  return events.length === 0 ? order : { ...order, events, holes: [], probes: [] };
}

/** No event that brings something up differs, and no rule is broken that held. */
export const isSame = ({ byPort, broken }: Comparison): boolean =>
  broken.size === 0 && [...byPort.values()].every(isSameOrder);

/** Compares what is shown of two sides; the rules are asked of all that was read. */
export const compare = ({ a, b }: Sides, read: Sides): Comparison => compareMany(a, b, read);

/** Each change once, with its ports; then what became reachable and what that made necessary. */
export function diffText(comparison: Comparison): string {
  const { byPort, changes, onlyOne } = comparison;
  const lines: string[] = [];
  for (const [port, diff] of byPort) {
    const [eraA, eraB] = diff.eras;
    lines.push(`${port}: ${diff.a}  ->  ${diff.b}`);
    lines.push(`  era ${eraA ?? 'none'} -> ${eraB ?? 'none'}; ${countsText(diff)}`);
  }
  for (const port of onlyOne) lines.push(`${port}: only one side has it`);
  const isMany = byPort.size > 1;
  const told = changes.map((change) => {
    const { ports, at } = change;
    const where = isMany ? ` [${ports.join(', ')}]` : '';
    const says = `${changeText(change, comparison)}${where}`;
    return { says, at, key: `${says} ${at.file}:${at.line}` };
  });
  // One call to which many ways lead is one line: what LOCKDEBUG allocates behind every lock.
  const seen = new Set<string>();
  for (const { says, at, key } of told) {
    if (seen.has(key)) continue;
    seen.add(key);
    const others = told.filter((one) => one.key === key).length - 1;
    const way = [...at.stack.map((frame) => frame.function), at.function].join(' > ');
    const more = others > 0 ? `, and on ${counted(others, 'other way')}` : '';
    lines.push(...wrap(says, '', '    '), `    ${way} (${at.file}:${at.line})${more}`);
  }
  for (const [port, diff] of byPort) {
    const mark = isMany ? `${port}: ` : '';
    for (const answer of comparison.broken.get(port) ?? []) {
      lines.push(...wrap(`${mark}now ${brokenText(answer)}: ${answer.says}`, '', '    '));
    }
    const reachable = diff.reachable.map(({ event, before, was }) => {
      const what = `${event.call}(${event.object ?? ''}) can now run before ${before.object ?? before.call}`;
      return `${mark}${what} (it was ${was})`;
    });
    for (const says of new Set(reachable)) lines.push(...wrap(says, '', '    '));
    for (const one of diff.consequences) {
      lines.push(...wrap(`${mark}${consequenceText(one)}`, '', '    '));
    }
    for (const one of diff.demands) lines.push(...wrap(`${mark}${demandText(one)}`, '', '    '));
  }
  if (byPort.size > 0 && isSame(comparison)) lines.push('no difference that concerns order');
  return `${lines.join('\n')}\n`;
}

/** `pool_get(cache_pool) is new, and breaks rule grown`: the fault beside what made it. */
function changeText({ says, ports, at }: SharedChange, { broken }: Comparison): string {
  const answers = ports.flatMap((port) => broken.get(port) ?? []);
  const about = answers.filter((answer: Answer) => isAbout(answer, at.key)).map(brokenText);
  return about.length === 0 ? says : `${says}, and ${[...new Set(about)].join(', ')}`;
}

function countsText({ moved, added, removed, certainty, changed }: OrderDiff): string {
  return [
    `${counted(moved.length, 'event')} moved`,
    `${added.length} new`,
    `${removed.length} gone`,
    `${certainty.length} with another certainty`,
    `${changed.length} with another caller or other arguments`,
  ].join(', ');
}

/** The same for programs, of schema `bootproof/diff/1`. */
export function diffJson(comparison: Comparison): object {
  return {
    schema: 'bootproof/diff/1',
    same: isSame(comparison),
    ports: Object.fromEntries(comparison.byPort),
    changes: comparison.changes,
    broken: Object.fromEntries(comparison.broken),
    onlyOne: comparison.onlyOne,
  };
}
