import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceTree } from '../src/extract/index.ts';
import { diskTree, extract } from '../src/extract/index.ts';
import { cacheFor } from '../src/cli/extract/disk-cache.ts';

/**
 * How fast a boot order is read from a kernel tree: cold, again, and with one file edited.
 *
 * CPU time of whole processes, start of Node included; the three interleaved, medians of the rounds.
 * The edit is a comment more in the text that is read: nothing is written into the tree.
 *
 * BOOTPROOF_TREE=/usr/src/sys npm run bench:extract [-- --arch amd64] [--rounds 5]
 */

const readings = ['cold, entries written', 'nothing changed', 'one file edited'] as const;
const editedFile = 'uvm/uvm_km.c';

interface Cost {
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly events: number;
}

const root = process.env['BOOTPROOF_TREE'];
const arch = argument('--arch') ?? 'amd64';
const cacheFolder = argument('--cache');

if (root === undefined) {
  process.stdout.write('Skipped: BOOTPROOF_TREE does not say where a kernel tree is.\n');
} else if (cacheFolder !== undefined) {
  process.stdout.write(JSON.stringify(await cost(root, cacheFolder, argument('--edit'))));
} else {
  process.stdout.write(table(rounds(root, Number(argument('--rounds') ?? 5))));
}

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

/** One reading in this process. */
async function cost(path: string, folder: string, edit: string | undefined): Promise<Cost> {
  const tree = diskTree(path);
  if (!tree.ok) throw new Error(tree.diagnostics[0]?.message);
  const cache = cacheFor(folder, path);
  if (cache === null) throw new Error('a reading is measured with its cache');
  const order = await extract(edit === undefined ? tree.value : edited(tree.value, edit), {
    arch,
    cache,
  });
  if (!order.ok) throw new Error(order.diagnostics[0]?.message);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMegabytes: maxRSS / 1024,
    events: order.value.events.length,
  };
}

function edited(tree: SourceTree, edit: string): SourceTree {
  return {
    ...tree,
    read(path) {
      const text = tree.read(path);
      return path === editedFile && text !== null ? `${text}\n/* ${edit} */\n` : text;
    },
  };
}

function rounds(path: string, count: number): readonly (readonly Cost[])[] {
  const costs: Cost[][] = [[], [], []];
  for (let round = 1; round <= count; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'bootproof-bench-'));
    try {
      costs.forEach((list, i) => {
        const edit = i === 2 ? ['--edit', `round ${round}`] : [];
        const words = [import.meta.filename, '--arch', arch, '--cache', folder, ...edit];
        const env = { ...process.env, BOOTPROOF_TREE: path };
        list.push(JSON.parse(execFileSync('node', words, { encoding: 'utf8', env })));
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
    process.stderr.write(`round ${round} of ${count}\n`);
  }
  const events = new Set(costs.flat().map((one) => one.events));
  if (events.size !== 1) throw new Error(`the readings differ: ${[...events].join(', ')} events`);
  return costs;
}

function table(costs: readonly (readonly Cost[])[]): string {
  const rows = costs.map((list, i) => {
    const cpu = median(list.map((one) => one.cpuSeconds));
    const peak = median(list.map((one) => one.peakMegabytes));
    return `| ${readings[i]} | ${cpu.toFixed(2)} | ${peak.toFixed(0)} |`;
  });
  return [
    `${arch}: ${costs[0]?.[0]?.events} events; medians of ${costs[0]?.length} interleaved rounds,`,
    `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}.`,
    '',
    '| reading | CPU s | peak MB |',
    '|---|---:|---:|',
    ...rows,
    '',
  ].join('\n');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
