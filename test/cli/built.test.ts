import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The built program as a process: start-up, pipes, signals. `npm run build` makes it. */
const main = 'dist/src/cli/main.js';

/** A model of a user's own with `2^20` states: long enough to interrupt. */
const large = './test/cli/own-model.js#large';

describe.skipIf(!existsSync(main))('the built program', () => {
  it('knows its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const ran = spawnSync('node', [main, '--version'], { encoding: 'utf8' });
    expect(ran.stdout).toBe(`${version}\n`);
  });

  it('says what it can do, without loading a checker or a model', () => {
    const ran = spawnSync('node', ['--trace-exit', main, 'check', '--help'], { encoding: 'utf8' });
    expect(ran.status).toBe(0);
    expect(ran.stdout).toContain('--trace-dir <DIR>');
  });

  it('survives a reader who stops reading', async () => {
    const child = spawn('node', [main, 'check', large, '--states-max', '20', '--full']);
    child.stdout.destroy();
    let errors = '';
    child.stderr.on('data', (data) => void (errors += String(data)));
    await new Promise((resolve) => child.on('exit', resolve));
    expect(errors).toBe('');
  });

  it('ends an interrupted search as INCOMPLETE, with what is known so far', async () => {
    const child = spawn('node', [main, 'check', large]);
    let output = '';
    child.stdout.on('data', (data) => void (output += String(data)));
    setTimeout(() => child.kill('SIGINT'), 700);
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(3);
    expect(output).toMatch(/own\/large +INCOMPLETE/);
    expect(output).toMatch(/interrupted at [\d,]+ states/);
  });

  it('tells whose code of a model of one’s own went wrong, and where, with exit code 2', () => {
    const ran = spawnSync('node', [main, 'check', './test/cli/own-model.js#broken'], {
      encoding: 'utf8',
    });
    expect(ran.stderr).toContain('process hand 0: a mistake in the model');
    expect(ran.stderr).toMatch(/at test\/cli\/own-model\.js:\d+\n/);
    expect(ran.stderr).not.toContain('a bug');
    expect(ran.status).toBe(2);
    expect(ran.stdout).toBe('');
  });
});
