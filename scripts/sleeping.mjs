/**
 * Writes docs/sleeping.md: what may sleep for memory before the pagedaemon exists, by port.
 *
 *     npm run build && node scripts/sleeping.mjs NETBSD-6.99.16/sys NETBSD-5.2/sys > docs/sleeping.md
 */
import { diskTree, extract, memoryCache } from '../dist/src/extract/index.js';
import { askRules, sleepingSites } from '../dist/src/order/index.js';

const trees = process.argv.slice(2);
if (trees.length === 0) {
  console.error('usage: node scripts/sleeping.mjs TREE... > docs/sleeping.md');
  process.exit(2);
}

/** Configurations in the order in which they are tried; evbarm has no GENERIC. */
const ports = [
  { arch: 'amd64', configs: ['GENERIC'] },
  { arch: 'i386', configs: ['GENERIC'] },
  { arch: 'evbarm', configs: ['RPI', 'INTEGRATOR'] },
  { arch: 'alpha', configs: ['GENERIC'] },
];

async function orderOf(tree, { arch, configs }, cache) {
  const faults = [];
  for (const config of configs) {
    const result = await extract(tree, { arch, config, cache, locks: true });
    if (result.ok) return result.value;
    faults.push(...result.diagnostics.map(({ message }) => message));
  }
  throw new Error(`${arch}: ${faults.join('; ')}`);
}

/** Rows of all ports by call site and phase, with a cell a port. */
function rowsOf(columns) {
  const rows = new Map();
  for (const [i, { sites }] of columns.entries()) {
    for (const site of sites) {
      const { function: name, file, line } = site.at;
      const key = `${site.when} ${site.call} ${file}:${line}`;
      const row = rows.get(key) ?? {
        ...site,
        name,
        place: `${file}:${line}`,
        cells: [],
        names: [],
      };
      const conditional = site.times - site.must;
      row.cells[i] = conditional === 0 ? `${site.times}` : `${site.times} (${conditional})`;
      row.names.push(...site.objects);
      rows.set(key, row);
    }
  }
  return [...rows.values()];
}

function table(rows, titles) {
  if (rows.length === 0) return 'None.\n';
  const head = ['call', 'for', 'in', ...titles];
  const lines = rows.map(({ call, names, name, place, cells }) => {
    const [first = '', ...others] = [...new Set(names)];
    const object = others.length === 0 ? first : `${first} and ${others.length} more`;
    const counts = titles.map((_, i) => cells[i] ?? '');
    return [`\`${call}\``, object === '' ? '' : `\`${object}\``, `\`${name}\` ${place}`, ...counts];
  });
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row), ''].join('\n');
}

const phases = [
  ['cold', 'While cold'],
  ['no reclaimer', 'After that, until the pagedaemon runs'],
];

console.log(`# What may sleep before the pagedaemon exists

An allocation that may sleep waits until memory is there. Before the pagedaemon runs nobody frees any: while
\`cold\` is set a sleep returns at once, and after that it lasts. None of these is a fault; each is a place
where a machine with too little memory stops, or goes round, without a word.

Written by \`node scripts/sleeping.mjs TREE...\`; for one tree and port \`bootproof extract --sleepers\` shows
the same. A row is a call site, a number how often boot comes by it, in parentheses how many of these hang on
a condition. Which calls may sleep, and what was read to know it: \`src/order/sleep.ts\`. Listed is what was
followed: attach routines, modules, sysctl nodes and networking are not (see [extract.md](extract.md)).`);

for (const path of trees) {
  const tree = diskTree(path);
  if (!tree.ok) throw new Error(JSON.stringify(tree.diagnostics));
  const cache = memoryCache();
  const columns = [];
  for (const port of ports) {
    const order = await orderOf(tree.value, port, cache);
    const { sleepers } = askRules(order);
    columns.push({ order, sleepers, sites: sleepingSites(sleepers) });
  }
  const [first] = columns;
  console.log(`\n## ${first.order.source.tree}\n`);
  const counts = columns.map(
    ({ order, sleepers, sites }) =>
      `${order.port} ${order.source.config}: ${sleepers.length} calls at ${sites.length} places`,
  );
  console.log(`${counts.join('; ')}.\n`);
  const rows = rowsOf(columns);
  const titles = columns.map(({ order }) => order.port);
  for (const [when, title] of phases) {
    const of = rows.filter((row) => row.when === when);
    console.log(`### ${title}\n\n${table(of, titles)}`);
  }
}
