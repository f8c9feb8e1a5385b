import { Command, CommanderError } from 'commander';
import { InternalError } from '../base/assert.ts';
import { bisectVerdict } from '../order/bisect.ts';
import { InputError, renderDiagnostics } from './failure.ts';
import { defaultFuzzRuns, defaultMemoryMax, docsFolder, listingLegend } from './defaults.ts';
import type { CheckWords } from './commands/check.ts';
import type { DocsWords } from './commands/docs.ts';
import type { ExtractWords } from './commands/extract.ts';
import type { FuzzWords } from './commands/fuzz.ts';
import type { ReplayWords } from './commands/replay.ts';
import type { LoadCatalog } from './catalogue.ts';
import type { Io } from './io.ts';

/**
 * The command line: which commands and options there are, and what they say of themselves.
 *
 * Each command's code, the checker and the models are loaded when the command runs, not before.
 */

/** Runs one command line to its exit code. Whatever goes wrong is told on standard error. */
export async function run(
  words: readonly string[],
  io: Io,
  loadCatalog: LoadCatalog,
): Promise<number> {
  // Stays null where no command came to an end of its own: help answers no question.
  let code: number | null = null;
  const program = commands(io, loadCatalog, (found) => void (code = found));
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    code = codeOfFailure(error, io);
  }
  if (isBisection(words)) return bisectVerdict(code ?? exitCodes.inconclusive);
  return code ?? exitCodes.told;
}

function codeOfFailure(error: unknown, io: Io): number | null {
  // Help and the version come by this way, too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? null : exitCodes.usage;
  if (error instanceof InputError) {
    io.err(renderDiagnostics(error.diagnostics));
    const isOpen = error.diagnostics.every((one) => one.code === 'no-answer');
    return isOpen ? exitCodes.inconclusive : exitCodes.usage;
  }
  io.err(renderOwnBug(error));
  return exitCodes.ownBug;
}

export const exitCodes = { told: 0, usage: 2, inconclusive: 5, ownBug: 70 } as const;

/**
 * Asked of the words themselves, not of what became of them: a word that the parser refuses, and
 * an error that nobody catches, must not read *bad* to git either.
 */
export const isBisection = (words: readonly string[]): boolean => words.includes('--bisect');

export function renderOwnBug(error: unknown): string {
  const what = error instanceof InternalError ? 'an assertion of its own failed' : 'an error';
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `bootproof: ${what}: this is a bug of bootproof, or of the code of a model\n${trace}\n`;
}

const checkHelp = `
MODEL is a name or a pattern ('netbsd/*/i386'), or a module of your own: ./my-model.js#name.
Without one, every model of the default catalogue is checked.

exit code  0 PASS, or violated exactly as recorded   3 INCOMPLETE: a bound was hit
           1 VIOLATED, or not as recorded            4 VACUOUS: it says nothing
           2 bad usage or input                      5 INCONCLUSIVE: the order has holes
          70 a bug of bootproof itself
           with several models, the first of 70, 2, 1, 5, 3, 4, 0 that occurs`;

const replayHelp = `
exit code  0 it comes out byte for byte   1 it differs: the first difference is shown   2 bad input
           3 it is as recorded, but whether anything helps from its end took too much to find out`;

const fuzzHelp = `
exit code  0 nothing that is not recorded   1 a violation that is not recorded   2 bad usage`;

const extractHelp = `
Attach code is not followed in order: hardware decides which of it runs. Each attach function of the
configuration is listed once, where autoconfiguration stands. Nothing is built, run or written
into the tree. In a pipe the order is printed as JSON: bootproof extract … | bootproof check --order -

listing    ${listingLegend}

exit code  0 no rule is violated, and no answer is open        1 a violation (--diff: a difference)
             (--diff: no difference)                           2 bad usage or input
           5 inconclusive: the answer lies in what was not read, a selected file is missing, no
             era fits, or an anchor of the boot was not met
           the first of 2, 1, 5, 0 that occurs; unproved answers alone are 0`;

function commands(io: Io, loadCatalog: LoadCatalog, done: (code: number) => void): Command {
  const program = new Command('bootproof')
    .description('Checks the order in which a kernel brings up its memory allocators.')
    .version('0.1.0')
    .exitOverride()
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ writeOut: io.out, writeErr: (text) => io.err(asOurs(text)) })
    .showSuggestionAfterError()
    .helpCommand(false);

  const inherit = (command: Command): Command => command.copyInheritedSettings(program);

  inherit(program.command('check'))
    .description('check models: every state, every property, a shortest run for each violation')
    .argument('[MODEL...]', 'names, patterns or paths')
    .option('--property <NAME>', 'only this property (may be repeated; patterns)', collect)
    .option('--cpus <N>', 'CPUs that run')
    .option('--interrupts <N>', 'interrupts that may arrive')
    .option('--pages <N>', 'pages of physical memory')
    .option('--failures <N>', 'allocations that may fail although memory is there')
    .option('--preemption <on|off>', 'whether a thread may lose its CPU at a preemption point')
    .option('--grain <fine|sleep>', 'where a step may end; only fine can PASS')
    .option(
      '--order <FILE>',
      'check this boot order (- for standard input); without MODEL, its era’s',
    )
    .option('--waivers <FILE>', 'of --order: answers of the rules that a person has found false')
    .option('--against <TREE>', 'no check: which modelled routines read differently in this tree')
    .option('--states-max <N>', 'stop after so many states')
    .option('--depth-max <N>', 'stop after so many steps')
    .option('--time-limit <TIME>', 'stop after 30s, 500ms, 2m')
    .option('--memory-max <SIZE>', 'stop at 512M, 4G', defaultMemoryMax)
    .option('--strict', 'a violation is a violation, even one that is recorded')
    .option('--bisect', 'exit codes for git bisect run: 0, 1, else 125, bad input too')
    .option(
      '--trace-dir <DIR>',
      'save the run of each violation in this folder; with --full, witnesses',
    )
    .option('--full', 'show every step of every trace')
    .option('--json', 'print one JSON object (docs/json.md)')
    .option('--quiet', 'print nothing; the exit code says it')
    .addHelpText('after', checkHelp)
    .action(async (names: string[], words: CheckWords) => {
      const { checkCommand } = await import('./commands/check.ts');
      done(await checkCommand(names, words, loadCatalog, io));
    });

  inherit(program.command('list'))
    .description('list the models of the catalogue')
    .argument('[MODEL...]', 'names or patterns')
    .option('--json', 'print one JSON object')
    .action(async (names: string[], words: { json?: boolean }) => {
      const { listCommand } = await import('./commands/list.ts');
      done(await listCommand(names, words, loadCatalog, io));
    });

  inherit(program.command('replay'))
    .description('run a saved trace again, step by step, by names')
    .argument('<TRACE>', 'a file that check --trace-dir has written')
    .option('--model <MODEL>', 'for a model of your own: ./my-model.js#name')
    .option('--full', 'show every step')
    .option('--json', 'print one JSON object')
    .option('--quiet', 'print nothing; the exit code says it')
    .addHelpText('after', replayHelp)
    .action(async (path: string, words: ReplayWords) => {
      const { replayCommand } = await import('./commands/replay.ts');
      done(await replayCommand(path, words, loadCatalog, io));
    });

  inherit(program.command('fuzz'))
    .description('random runs: long schedules, generated orders and policies')
    .argument('[MODEL...]', 'names or patterns')
    .option('--schedules', 'random runs of the models as they are (the default)')
    .option('--configurations', 'the same, of other sizes and environments')
    .option('--orders', 'generated changes of their boot orders, until a callback is lost')
    .option('--policies', 'with --orders: generated policies of the allocators, too')
    .option('--seed <N>', 'repeat a run; a fresh seed is printed otherwise')
    .option('--path <PATH>', 'repeat one failure of a run')
    .option('--runs <N>', 'how many', String(defaultFuzzRuns))
    .option('--time-limit <TIME>', 'stop after 30s, 500ms, 2m')
    .option('--json', 'print one JSON object')
    .addHelpText('after', fuzzHelp)
    .action(async (names: string[], words: FuzzWords) => {
      const { fuzzCommand } = await import('./commands/fuzz.ts');
      done(await fuzzCommand(names, words, loadCatalog, io));
    });

  inherit(program.command('docs'))
    .description('write the executable specification as Markdown, from a check that it runs')
    .option('--out <DIR>', 'where to', docsFolder)
    .option('--check', 'write nothing; compare, and name the pages that are stale')
    .option('--json', 'print one JSON object')
    .action(async (words: DocsWords) => {
      const { docsCommand } = await import('./commands/docs.ts');
      done(await docsCommand(words, await loadCatalog(), io));
    });

  inherit(program.command('extract'))
    .description('read the boot order out of a C kernel tree, and ask the rules about it')
    .argument(
      '<TREE...>',
      'the folder of the kernel sources: /usr/src/sys; or the file of an order',
    )
    .option('--arch <ARCH>', 'the port: i386, amd64, …; with --diff a list')
    .option(
      '--config <NAME>',
      'the kernel configuration; GENERIC where there is one; the components of rump',
    )
    .option(
      '--option <NAME[=VALUE]>',
      'set a kernel option, or a make variable of rump (may be repeated)',
      collect,
    )
    .option('--until <FUNCTION>', 'list up to the end of this function')
    .option('--only <FAMILIES>', 'list only these: pool,vmem,map,page,kmem,callback,…')
    .option('--expand', 'list every event, and what happens inside calls')
    .option('--why <OBJECT>', 'everything that happens to one object, with the way to it')
    .option('--bring-up', 'what may be called in which routine of boot')
    .option('--sleepers', 'what may sleep for memory before the pagedaemon exists')
    .option('--reserves', 'what boot takes from reserves that nothing refills')
    .option('--rules-only', 'only what the rules say')
    .option('--save <FILE>', 'write the order into this file')
    .option('--waivers <FILE>', 'answers that a person has found false, with reasons')
    .option('--waive <ANSWER>', 'add this answer to the waivers: its number, or rule:object')
    .option('--reason <TEXT>', 'why the answer is false')
    .option('--by <NAME>', 'who says so')
    .option('--diff', 'compare two trees or orders, or one tree with other options')
    .option('--with <NAME[=VALUE]>', 'of --diff: set this option on the second side', collect)
    .option('--without <NAME>', 'of --diff: take this option out on the second side', collect)
    .option('--cache <DIR>', 'where readings are kept; else the user’s cache folder')
    .option('--no-cache', 'read everything again, and keep nothing')
    .option('--bisect', 'exit codes for git bisect run: 0, 1, else 125, bad input too')
    .option('--json', 'print the order as JSON, as check --order reads it; with a view, the rules')
    .option('--quiet', 'print nothing; the exit code says it')
    .addHelpText('after', extractHelp)
    .action(async (paths: string[], words: ExtractWords) => {
      const { extractCommand } = await import('./commands/extract.ts');
      done(await extractCommand(paths, words, loadCatalog, io));
    });

  return program;
}

const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  value,
];

/** The parser's own messages, in the form of all others. */
function asOurs(text: string): string {
  return text.replace(/^error: /, 'bootproof: ');
}
