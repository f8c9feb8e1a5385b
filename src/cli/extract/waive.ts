import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Order, OrderReport, Waiver, Waivers } from '../../order/index.ts';
import { parseWaivers, waiverFor, waiversSchema } from '../../order/index.ts';
import { InputError, valueOf } from '../failure.ts';
import { checkFolder, readJson, readText, writeFiles } from '../files.ts';
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

/** Refuses a file none of whose waivers speaks of this order: it belongs to another one. */
export function checkWaiversFit(path: string | undefined, report: OrderReport): void {
  const { waived, stale, unused } = report.waived;
  if (path === undefined || unused.length === 0) return;
  if (waived.length + stale.length > 0) return;
  throw new InputError({
    code: 'bad-order',
    message: `none of its ${unused.length} waivers speaks of ${report.title}`,
    at: path,
    hint: 'it was written for another order, or everything that it waived has gone',
  });
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
    const known = answers.map(({ rule, object }, i) => `${i + 1} (${rule}:${object})`);
    throw badOption('--waive', words.waive, known.slice(0, 12).join(', ') || 'nothing to waive');
  }
  const waiver = waiverFor(order, answer, reason, words.by ?? 'unnamed');
  const earlier = waiversOf(path, true);
  const file: Waivers = { schema: waiversSchema, waivers: [...earlier, waiver] };
  const text = `${JSON.stringify(file, null, 2)}\n`;
  writeFiles(dirname(path), new Map([[basename(path), text]]));
  return waiver;
}
