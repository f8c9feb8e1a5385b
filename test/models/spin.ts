import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a Promela model of this folder in SPIN, where SPIN and a C compiler are installed. */

export const hasSpin = ['spin', 'cc'].every(
  (tool) => spawnSync(tool, [tool === 'spin' ? '-V' : '--version']).status === 0,
);

export interface SpinResult {
  readonly states: number;
  readonly transitions: number;
  readonly errors: number;
  readonly output: string;
}

/** @param flags how to compile the verifier, besides `-DSAFETY -DNOREDUCE` */
export function runSpin(file: string, flags: readonly string[]): SpinResult {
  const folder = mkdtempSync(join(tmpdir(), 'spin-'));
  try {
    copyFileSync(join(import.meta.dirname, file), join(folder, file));
    execFileSync('spin', ['-a', file], { cwd: folder });
    const compile = ['-O2', '-w', '-DSAFETY', '-DNOREDUCE', ...flags, '-o', 'pan', 'pan.c'];
    execFileSync('cc', compile, { cwd: folder });
    const output = execFileSync('./pan', { cwd: folder, encoding: 'utf8' });
    const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? NaN);
    return {
      states: number(/(\d+) states, stored/),
      transitions: number(/(\d+) transitions \(=/),
      errors: number(/errors: (\d+)/),
      output,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
