/**
 * The table of docs/extract.md: every port that is read, on one tree or several.
 *
 *     npm run build && node scripts/extract-ports.mjs NAME=TREE [NAME=TREE…] > table
 *
 * Each reading is a process of its own, without a cache; CPU time is user time of the process.
 */
import { spawnSync } from 'node:child_process';
import { isLockUse } from '../dist/src/order/calls.js';

const ports = [
  ...['amd64 GENERIC', 'i386 GENERIC', 'evbarm', 'alpha GENERIC', 'sparc64 GENERIC'],
  ...['sparc GENERIC', 'vax GENERIC', 'hp300 GENERIC', 'pmax GENERIC', 'evbmips MALTA'],
  ...['macppc GENERIC', 'hp700 GENERIC', 'ia64', 'usermode', 'rump rumpkern'],
  ...['rump rumpkern,rumpvfs', 'amd64 XEN3_DOMU', 'i386 XEN3_DOMU'],
];

const trees = process.argv.slice(2).map((argument) => argument.split('='));
if (trees.length === 0 || trees.some(([, tree]) => tree === undefined)) {
  console.error('usage: node scripts/extract-ports.mjs NAME=TREE [NAME=TREE…]');
  process.exit(2);
}

function row(name, tree, port) {
  const [arch, config] = port.split(' ');
  const chosen = config === undefined ? [] : ['--config', config];
  const done = spawnSync(
    process.execPath,
    ['dist/src/cli/main.js', 'extract', '--arch', arch, ...chosen, tree, '--json', '--no-cache'],
    { maxBuffer: 1 << 28, encoding: 'utf8' },
  );
  const seconds = childSeconds();
  if (done.stdout === '') {
    const why = done.stderr
      .trim()
      .split('\n')[0]
      .replace(/; known are .*/, '');
    return [name, port, why, '', '', '', '', '', seconds];
  }
  const { source, events, holes } = JSON.parse(done.stdout);
  const brings = events.filter((event) => !isLockUse(event));
  const of = (...kinds) => brings.filter(({ certainty }) => kinds.includes(certainty)).length;
  const among = (...kinds) => holes.filter(({ kind }) => kinds.includes(kind)).length;
  return [
    ...[name, `${arch} ${source.config}`, brings.length, of('must'), of('may')],
    ...[of('loop', 'loop0'), events.length - brings.length],
    `${among('unresolved call')} / ${among('cut')} / ${among('opaque function', 'missing definition')} / ${among('parse error')}`,
    seconds,
  ];
}

/** User time of the children that have ended since; Linux counts them in a file of its own. */
function childSeconds() {
  const times = spawnSync('cat', [`/proc/${process.pid}/stat`], { encoding: 'utf8' }).stdout;
  const ticks = Number(times.slice(times.lastIndexOf(')') + 2).split(' ')[13]);
  const used = (ticks - childTicks) / 100;
  childTicks = ticks;
  return used.toFixed(1);
}
let childTicks = 0;

const head = ['tree', 'port and configuration', 'events', 'must', 'may', 'loop', 'uses of locks'];
console.log(`| ${[...head, 'holes: unresolved / cut / no C body / parse', 'CPU s'].join(' | ')} |`);
console.log(`|${' --- |'.repeat(9)}`);
for (const [name, tree] of trees) {
  for (const port of ports) console.log(`| ${row(name, tree, port).join(' | ')} |`);
}
