#!/usr/bin/env node
import { processIo } from './io.ts';
import { bisectVerdict } from '../order/bisect.ts';
import { exitCodes, isBisection, renderOwnBug, run } from './program.ts';
import { loadCatalog } from './rooms.ts';

/** The command: arguments in, exit code out. */

const words = process.argv.slice(2);

// Whoever reads us may stop reading (`bootproof list | head`); that is no error of anybody's.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
process.on('uncaughtException', (error) => {
  process.stderr.write(renderOwnBug(error));
  process.exit(isBisection(words) ? bisectVerdict(exitCodes.ownBug) : exitCodes.ownBug);
});

// Set, not exited with: what was printed into a pipe must still get through.
process.exitCode = await run(words, processIo(), loadCatalog);
