import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Answer, Order, OrderReport, Waiver, Waivers } from '../../order/index.ts';
import { parseWaivers, waiverFor, waiversSchema } from '../../order/index.ts';
import { valueOf } from '../failure.ts';
import { checkFolder, readJson, readText, writeFiles } from '../files.ts';
import type { Io } from '../io.ts';
import { badOption } from '../values.ts';
import { numbered } from './report.ts';

/** The file of waivers: what a person has looked at and found false. */

export function readWaivers(path: string): Waivers {
  return valueOf(parseWaivers(readJson(path, readText(path)), path));
}

/** The waivers to apply; a file that need not be there yet when one is being written. */
export function waiversOf(path: string | undefined, isWriting: boolean): readonly Waiver[] {
  if (path === undefined) return [];
  if (isWriting && !existsSync(path)) return [];
  return readWaivers(path).waivers;
}

/**
 * Tells of waivers that no answer matches. No more than that: what was waived has gone, and an order
 * that got better, as a bisection meets it, is not bad input.
 */
export function warnOfUnused(path: string | undefined, report: OrderReport, io: Io): void {
  const { waived, stale, unused } = report.waived;
  if (path === undefined) return;
  for (const { rule, object } of unused) {
    io.err(`bootproof: ${path}: the waiver of ${rule}:${object} is unused, and can go\n`);
  }
  if (unused.length > 1 && waived.length + stale.length === 0) {
    io.err(`  none of its waivers speaks of ${report.title}: is it the file of another order?\n`);
  }
}

const shownMax = 12;

/** The answers that there are to waive: the range of their numbers, then each with its name. */
function choiceText(answers: readonly Answer[]): string {
  if (answers.length === 0)
    return 'the number of a violation or of an unproved answer, and this order has none';
  const range = answers.length === 1 ? 'the number 1' : `a number from 1 to ${answers.length}`;
  const named = answers.map(({ rule, object }, i) => `${i + 1} is ${rule}:${object}`);
  const more = named.length > shownMax ? ', …' : '';
  return `${range} or RULE:OBJECT: ${named.slice(0, shownMax).join(', ')}${more}`;
}

export interface WaiveWords {
  readonly waive: string;
  readonly waivers: string | undefined;
  readonly reason: string | undefined;
  readonly by: string | undefined;
}

/** Adds one waiver to the file; returns it. ANSWER is its number, or `rule:object`. */
export function writeWaiver(order: Order, report: OrderReport, words: WaiveWords): Waiver {
  const { waivers: path, reason } = words;
  if (path === undefined) throw badOption('--waive', words.waive, '--waivers FILE beside it');
  if (reason === undefined || reason.trim() === '') {
    throw badOption('--waive', words.waive, '--reason TEXT beside it');
  }
  checkFolder(dirname(path));
  const answers = numbered(report);
  const answer = /^\d+$/.test(words.waive)
    ? answers[Number(words.waive) - 1]
    : answers.find(({ rule, object }) => `${rule}:${object}` === words.waive);
  if (answer === undefined) {
    throw badOption('--waive', words.waive, choiceText(answers));
  }
  const waiver = waiverFor(order, answer, reason, words.by ?? 'unnamed');
  const earlier = waiversOf(path, true);
  const file: Waivers = { schema: waiversSchema, waivers: [...earlier, waiver] };
  const text = `${JSON.stringify(file, null, 2)}\n`;
  writeFiles(dirname(path), new Map([[basename(path), text]]));
  return waiver;
}
