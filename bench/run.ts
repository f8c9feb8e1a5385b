import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Contender, Line, Sample } from './sample.ts';
import { modelOfCatalogue } from './catalogue.ts';
import { disagreement, lineOf } from './sample.ts';
import { compiledSpin, compileFlags, hasSpin } from './spin.ts';

/**
 * How fast the search is, beside others on the same model.
 *
 * CPU time of whole processes, rounds interleaved so that a busy moment meets everybody, medians.
 * Counts must be equal first. Writes bench/results.json and bench/results.md.
 *
 * npm run bench [-- --big] [-- --rounds N]
 */

const isBig = process.argv.includes('--big');
const roundsAt = process.argv.indexOf('--rounds');
const rounds = roundsAt < 0 ? 5 : Number(process.argv[roundsAt + 1]);
const size = isBig ? ([5, 4, 3] as const) : ([4, 4, 3] as const);
const small = [3, 3, 2] as const;
const catalogueName = 'netbsd/a-deferred-queue/i386';

const skipped: string[] = [];
const contenders: Contender[] = [];
const cleanups: (() => void)[] = [];
const enter = (tool: string, model: string, run: () => Sample): void => {
  contenders.push({ tool, model, run, samples: [] });
};
const child = (script: string, ...args: readonly (string | number)[]): Sample => {
  const path = join(import.meta.dirname, script);
  return JSON.parse(execFileSync('node', [path, ...args.map(String)], { encoding: 'utf8' }));
};

const toy = `toy boot ${size.join(',')}`;
enter('bootproof', toy, () => child('explore.js', 'toy', ...size));
if (hasSpin) {
  for (const search of ['depth first', 'breadth first'] as const) {
    const spin = compiledSpin(size, search);
    enter(`SPIN, ${search}`, toy, () => spin.run());
    cleanups.push(() => spin.remove());
  }
} else {
  skipped.push('SPIN: spin or cc is not installed');
}
const smallToy = `toy boot ${small.join(',')}`;
enter('bootproof', smallToy, () => child('explore.js', 'toy', ...small));
enter('@xstate/graph', smallToy, () => child('xstate-graph.js', ...small));
if ((await modelOfCatalogue(catalogueName)) !== undefined) {
  enter('bootproof', catalogueName, () => child('explore.js', 'model', catalogueName));
} else {
  skipped.push(`${catalogueName}: not in the catalogue`);
}

try {
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) contender.samples.push(contender.run());
    process.stderr.write(`round ${round} of ${rounds}\n`);
  }
} finally {
  for (const cleanup of cleanups) cleanup();
}

const wrong = disagreement(contenders);
if (wrong !== undefined) throw new Error(wrong);
const lines = contenders.map(lineOf);
const report = { rounds, node: process.version, cpu: cpus()[0]?.model ?? '', lines, skipped };
const folder = join(import.meta.dirname, '..', '..', 'bench');
writeFileSync(join(folder, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(folder, 'results.md'), markdown(lines));
process.stdout.write(markdown(lines));

function markdown(all: readonly Line[]): string {
  const rows = all.map((line) => {
    const own = all.find(({ tool, model }) => tool === 'bootproof' && model === line.model);
    const ratio = (own?.statesPerCpuSecond ?? NaN) / line.statesPerCpuSecond;
    const cells = [
      line.model,
      line.tool,
      line.states,
      line.transitions ?? '–',
      line.cpuSeconds.toFixed(2),
      line.statesPerCpuSecond,
      line.bytesPerState,
      line.runs ?? '–',
      line === own ? '–' : `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '# Benchmark',
    '',
    `Written by \`npm run bench\`: CPU seconds of whole processes, medians of ${rounds} interleaved`,
    `rounds, Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}; SPIN compiled with`,
    `\`${compileFlags}\`. Counts were equal before anything was compared. Bytes a state are what`,
    'the tool says that its state tables take, without code and values (@xstate/graph: resident',
    'memory of the process). The last column says how many times as many states a CPU second',
    'bootproof explores.',
    '',
    '| model | tool | states | transitions | CPU s | states/CPU s | bytes/state | code runs | ratio |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|',
    ...rows,
    '',
    ...skipped.map((reason) => `Skipped: ${reason}.`),
    '',
  ].join('\n');
}
