import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from './sample.ts';

/** SPIN on the toy boot: compiled once, run as often as wanted, each run in a process of its own. */

export const hasSpin = [
  ['spin', '-V'],
  ['cc', '--version'],
].every(([tool = '', flag = '']) => spawnSync(tool, [flag]).status === 0);

/** Where the Promela source is, seen from the compiled benchmark. */
const source = join(import.meta.dirname, '..', '..', 'bench', 'toy-boot.pml');

export const compileFlags = '-O2 -DSAFETY -DNOREDUCE';

/** @returns how to run it: once for each call */
export function compiledSpin(
  [cpus, pools, pages]: readonly [number, number, number],
  search: 'depth first' | 'breadth first',
): { run(): Sample; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bootproof-spin-'));
  // Tables and stack just large enough: larger ones cost SPIN time.
  const [tableBits, depthMax] = cpus > 4 ? [25, 20_000_000] : [22, 1_000_000];
  const sizes = [`-DOTHERS=${cpus - 1}`, `-DPOOLS=${pools}`, `-DPAGES=${pages}`];
  execFileSync('spin', [...sizes, '-a', source], { cwd: folder });
  const flags = search === 'breadth first' ? ['-DBFS'] : [];
  execFileSync('cc', [...compileFlags.split(' '), '-w', ...flags, '-o', 'pan', 'pan.c'], {
    cwd: folder,
  });
  return {
    run() {
      // `times` prints the CPU time of the shell, then of what it has waited for.
      const script = `./pan -m${depthMax} -w${tableBits}; times`;
      const output = execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
      const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? NaN);
      const states = number(/(\d+) states, stored/);
      const megabytes = number(/([\d.]+)\s+actual memory usage for states/);
      return {
        states,
        // SPIN counts the way into the initial state.
        transitions: number(/(\d+) transitions \(=/) - 1,
        cpuSeconds: cpuSecondsOf(output.trimEnd().split('\n').at(-1) ?? ''),
        bytesPerState: Math.round((megabytes * 2 ** 20) / states),
      };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Of a line like `0m1.788s 0m0.110s`. */
function cpuSecondsOf(line: string): number {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
