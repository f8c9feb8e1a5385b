import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedOrder } from './generated-order.ts';
import { portNames } from '../models/netbsd/orders.ts';

/**
 * For developers: `node dist/bench/boot-orders.js /usr/src/sys` writes models/netbsd/orders/a: the
 * boot order of each port as it is read out of a NetBSD 5.2 tree, with the decisions of its review.
 * With `--check` nothing is written and the exit code says whether the files are what would be.
 */
const [tree = '/usr/src/sys', ...flags] = process.argv.slice(2);

let different = 0;
for (const port of portNames) {
  const path = join('models', 'netbsd', 'orders', 'a', `${port}.json`);
  const text = `${JSON.stringify(await generatedOrder(tree, port), null, 2)}\n`;
  const isSame = readFileSync(path, 'utf8') === text;
  if (!isSame) different++;
  if (!isSame && !flags.includes('--check')) writeFileSync(path, text);
  console.log(`${path}: ${isSame ? 'as it was' : 'differs'}`);
}
if (flags.includes('--check') && different > 0) process.exitCode = 1;
