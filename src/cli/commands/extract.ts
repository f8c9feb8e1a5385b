import { basename, dirname } from 'node:path';
import type { Order, OrderReport } from '../../order/index.ts';
import { checkOrder } from '../../order/index.ts';
import type { LoadCatalog } from '../catalogue.ts';
import { compare, diffJson, diffText, isSame, restricted, sameLevel } from '../extract/diff.ts';
import type { Sides } from '../extract/diff.ts';
import type { CacheWord } from '../extract/disk-cache.ts';
import { rulesJson, rulesText, summaryText } from '../extract/report.ts';
import type { KernelOptions } from '../extract/source.ts';
import { isTree, optionsOf, readTree, warnOfOptions } from '../extract/source.ts';
import type { ViewWords } from '../extract/views.ts';
import {
  asksForView,
  checkNoView,
  checkOneView,
  onlyOf,
  showsTable,
  viewText,
} from '../extract/views.ts';
import { waiversOf, warnOfUnused, writeWaiver } from '../extract/waive.ts';
import { InputError } from '../failure.ts';
import { checkFile, writeFiles } from '../files.ts';
import type { Io } from '../io.ts';
import { badOption } from '../values.ts';
import { orderFile } from '../order-file.ts';

/** The options of `bootproof extract`, as the argument parser leaves them. */
export interface ExtractWords extends ViewWords {
  readonly arch?: string;
  readonly config?: string;
  readonly option?: readonly string[];
  readonly diff?: boolean;
  readonly with?: readonly string[];
  readonly without?: readonly string[];
  readonly save?: string;
  readonly waivers?: string;
  readonly waive?: string;
  readonly reason?: string;
  readonly by?: string;
  readonly cache?: CacheWord;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * `bootproof extract --arch ARCH TREE`: the order that is really there, and what the rules say of
 * it. With `--diff`, what changed between two orders, trees, or option sets of one tree.
 */
export async function extractCommand(
  paths: readonly string[],
  words: ExtractWords,
  loadCatalog: LoadCatalog,
  io: Io,
): Promise<number> {
  return words.diff === true
    ? compareSides(paths, words, loadCatalog, io)
    : extractOne(paths, words, io);
}

async function extractOne(paths: readonly string[], words: ExtractWords, io: Io): Promise<number> {
  const [path] = paths;
  if (path === undefined || paths.length !== 1) {
    throw new InputError({
      code: 'bad-option',
      message: `found ${paths.length} trees, expected one`,
      hint: 'two are compared with --diff',
    });
  }
  if ((words.with ?? words.without) !== undefined) {
    const word = words.with === undefined ? '--without' : '--with';
    const value = (words.with ?? words.without ?? []).join(' ');
    throw badOption(word, value, '--diff beside it (--option sets one for a single reading)');
  }
  onlyOf(words.only);
  checkOneView(words);
  // Whatever will be written is tried before anything is read.
  if (words.save !== undefined) checkFile(words.save);
  const waivers = waiversOf(words.waivers, words.waive !== undefined);
  const options = optionsOf(words.option ?? []);
  const order = await readSide(path, words.arch, options, words, io);
  const report = checkOrder(order, { waivers });
  if (words.waive !== undefined)
    writeWaiver(order, report, { ...waiveWords(words), waive: words.waive });
  const told =
    words.waive === undefined
      ? report
      : checkOrder(order, { waivers: waiversOf(words.waivers, false) });
  // Everything that can be refused is, before a file appears.
  const out = outputOf(order, told, words, io);
  if (words.save !== undefined) save(words.save, order);
  if (words.quiet !== true) {
    io.err(summaryText(order, told));
    warnOfOptions([order], io);
    warnOfUnused(words.waivers, told, io);
  }
  io.out(out);
  return told.exitCode;
}

const waiveWords = ({ waivers, reason, by }: ExtractWords) => ({ waivers, reason, by });

/** The order as JSON in a pipe; a person gets the listing and the rules, or the view asked for. */
function outputOf(order: Order, report: OrderReport, words: ExtractWords, io: Io): string {
  const isView = asksForView(words);
  if (words.json === true && isView) {
    return `${JSON.stringify(rulesJson(order, report), null, 2)}\n`;
  }
  if (words.quiet === true) return '';
  if (words.json === true || (!isView && words.save === undefined && io.isTerminal !== true)) {
    return `${JSON.stringify(order, null, 2)}\n`;
  }
  const view = viewText(order, report, words);
  const isAlone = words.why !== undefined || words.bringUp === true || showsTable(words);
  if (isAlone) return view;
  const isPart = words.until !== undefined || words.only !== undefined;
  const head = isPart ? 'the rules, asked of the whole order:\n' : '';
  return `${view}${view === '' ? '' : '\n'}${head}${rulesText(report)}`;
}

function save(path: string, order: Order): void {
  writeFiles(dirname(path), new Map([[basename(path), `${JSON.stringify(order, null, 2)}\n`]]));
}

/** An order from a file, or read out of a tree. */
function readSide(
  path: string,
  arch: string | undefined,
  options: KernelOptions,
  words: ExtractWords,
  io: Io,
): Promise<Order> {
  if (path === '-' || !isTree(path)) return orderFile(path, io);
  const { config, cache, quiet } = words;
  return readTree(path, { arch, config, options, cache, isQuiet: quiet === true }, io);
}

async function compareSides(
  paths: readonly string[],
  words: ExtractWords,
  loadCatalog: LoadCatalog,
  io: Io,
): Promise<number> {
  const [first, second = first] = paths;
  const isTwice = paths.length === 1;
  const hasChange = (words.with ?? words.without) !== undefined;
  if (first === undefined || second === undefined || paths.length > 2 || isTwice !== hasChange) {
    throw new InputError({
      code: 'bad-option',
      message: `--diff: found ${paths.length} paths${hasChange ? ' and other options' : ''}, expected two paths, or one tree with --with or --without`,
    });
  }
  const only = onlyOf(words.only);
  checkNoView(words);
  const before = optionsOf(words.option ?? []);
  const after = optionsOf(words.with ?? [], words.without, before);
  const read = await sides(first, second, { before, after }, words, io);
  if (words.quiet !== true) warnOfOptions([...read.a, ...read.b], io);
  const leveled = await sameLevel(read, loadCatalog);
  const shown = {
    a: leveled.a.map((order) => restricted(order, only)),
    b: leveled.b.map((order) => restricted(order, only)),
  };
  const comparison = compare(shown, read);
  if (words.json === true) io.out(`${JSON.stringify(diffJson(comparison), null, 2)}\n`);
  else if (words.quiet !== true) io.out(diffText(comparison));
  if (comparison.byPort.size === 0) return 5;
  return isSame(comparison) ? 0 : 1;
}

/** Both sides on every machine of the list; a file stands for its own machine. */
async function sides(
  first: string,
  second: string,
  options: { readonly before: KernelOptions; readonly after: KernelOptions },
  words: ExtractWords,
  io: Io,
): Promise<Sides> {
  const list = (words.arch ?? '').split(',').filter((arch) => arch !== '');
  const side = async (path: string, set: KernelOptions): Promise<Order[]> => {
    if (path === '-' || !isTree(path)) return [await orderFile(path, io)];
    const orders: Order[] = [];
    for (const arch of list.length === 0 ? [undefined] : list) {
      orders.push(await readSide(path, arch, set, words, io));
    }
    return orders;
  };
  return { a: await side(first, options.before), b: await side(second, options.after) };
}
