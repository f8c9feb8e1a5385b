#!/usr/bin/env node
import { processIo } from './io.ts';
import { renderOwnBug, run } from './program.ts';
import { loadCatalog } from './rooms.ts';

/** The command: arguments in, exit code out. */

// Whoever reads us may stop reading (`bootproof list | head`); that is no error of anybody's.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
process.on('uncaughtException', (error) => {
  process.stderr.write(renderOwnBug(error));
  process.exit(70);
});

// Set, not exited with: what was printed into a pipe must still get through.
process.exitCode = await run(process.argv.slice(2), processIo(), loadCatalog);
