/**
 * Known defects of boot order, planted in real kernel trees, and what the rules say of each.
 *
 *     npm run build && node scripts/extract-demos.mjs TREE [OLDER-TREE [DEFECT]]
 *
 * TREE is a checkout of NetBSD 6.99.16, OLDER-TREE one of 5.2. Nothing is written: a defect is a
 * small edit, found by its shape, in a view of the tree that holds the changed file in memory.
 */
import { diskTree, extract, memoryCache } from '../dist/src/extract/index.js';
import { checkOrder, consequencesOf } from '../dist/src/order/index.js';

const [newer, older, wanted] = process.argv.slice(2);
if (newer === undefined) {
  console.error('usage: node scripts/extract-demos.mjs TREE [OLDER-TREE [DEFECT]]');
  process.exit(2);
}

const kernelMemory = 'uvm/uvm_km.c';
const growth = /#ifdef PMAP_GROWKERNEL\n(?:(?!#ifdef)[\s\S])*?pmap_growkernel[\s\S]*?#endif\n/;
const nullTest = /\tif \(kmem_arena == NULL\)\n\t\treturn false;\n/;
const creation = /\tkmem_arena = vmem_init\(&kmem_arena_store/;

/** Takes `pattern` out of a text; a plant that finds nothing is an error of this script. */
function edit(text, pattern, replacement, what) {
  if (!pattern.test(text)) throw new Error(`${what}: ${pattern} was not found`);
  return text.replace(pattern, replacement);
}

/** Grows page tables once more, before the arena is made: asks for pages earlier than the tree does. */
const grownEarlier = (text) => {
  const [block] = growth.exec(text) ?? [''];
  return edit(text, creation, (start) => `${block}\n${start}`, 'B03');
};

const plants = [
  {
    name: 'B09: pmap_growkernel() without its guard',
    file: 'arch/x86/x86/pmap.c',
    ports: ['amd64', 'i386'],
    rule: 'initialised',
    plant: (text) => edit(text, /invalidate && pmap_initialized/, 'invalidate', 'B09'),
  },
  {
    name: 'B03: no NULL test in the starvation predicate',
    file: kernelMemory,
    ports: ['amd64', 'i386', 'evbarm', 'alpha'],
    rule: 'page demand',
    plant: (text) => edit(text, nullTest, '', 'B03'),
  },
  {
    name: 'page tables also grown before the arena exists, with the NULL test',
    file: kernelMemory,
    ports: ['amd64', 'i386'],
    rule: 'heap arena',
    plant: grownEarlier,
  },
  {
    name: 'B03: the same, without the NULL test',
    file: kernelMemory,
    ports: ['amd64', 'i386', 'alpha'],
    rule: null,
    plant: (text) => edit(grownEarlier(text), nullTest, '', 'B03'),
  },
  {
    name: "B04: the arena's range reserved only together with the kernel's image",
    file: kernelMemory,
    ports: ['amd64', 'i386', 'alpha'],
    rule: 'heap arena',
    plant: (text) =>
      edit(
        text,
        /\t\} else \{\n\t\tkmembase = base;\n\t\}\n([\s\S]*?could not reserve kernel kmem"\);\n)/,
        (_, reservation) => `${reservation}\t} else {\n\t\tkmembase = base;\n\t}\n`,
        'B04',
      ),
  },
  {
    name: 'B05: page tables are not grown for the arena',
    file: kernelMemory,
    ports: ['amd64', 'i386', 'alpha'],
    rule: 'heap arena',
    plant: (text) => edit(text, growth, '', 'B05'),
  },
  {
    name: 'uvm_map_init_caches() and pmap_init() swapped',
    file: 'uvm/uvm_init.c',
    ports: ['amd64', 'i386', 'evbarm', 'alpha'],
    rule: null,
    plant: (text) =>
      edit(
        text,
        /\tuvm_map_init_caches\(\);([\s\S]*?)\tpmap_init\(\);/,
        '\tpmap_init();$1\tuvm_map_init_caches();',
        'swap',
      ),
  },
  {
    name: "rump: pool_subsystem_init() behind the heap's arenas",
    file: 'rump/librump/rumpkern/vm.c',
    ports: ['rump'],
    rule: null,
    plant: (text) =>
      edit(
        text,
        /(\tpool_subsystem_init\(\);\n)([\s\S]*?)(\n\tpool_cache_bootstrap\(&pagecache)/,
        '$2$1$3',
        'rump',
      ),
  },
  {
    name: 'rump: mutex_obj_init() and callout_startup() swapped',
    file: 'rump/librump/rumpkern/rump.c',
    ports: ['rump'],
    rule: null,
    plant: (text) =>
      edit(
        text,
        /\tmutex_obj_init\(\);\n\tcallout_startup\(\);/,
        '\tcallout_startup();\n\tmutex_obj_init();',
        'rump',
      ),
  },
];

/** The tree, with one file that reads differently. */
function overlay(tree, path, text) {
  return {
    ...tree,
    read: (name) => (name === path ? text : tree.read(name)),
    size: (name) => (name === path ? text.length : tree.size(name)),
    stamp: (name) => (name === path ? null : (tree.stamp?.(name) ?? null)),
  };
}

function open(path) {
  const tree = diskTree(path);
  if (!tree.ok) throw new Error(JSON.stringify(tree.diagnostics));
  return tree.value;
}

// What a plant leaves as it was is read once.
const cache = memoryCache();

async function orderOf(tree, arch) {
  const result = await extract(tree, { arch, cache });
  if (!result.ok) throw new Error(`${arch}: ${JSON.stringify(result.diagnostics)}`);
  return result.value;
}

const key = (rule, { verdict, object, says }) => `${rule} ${verdict} ${object} ${says}`;

/** What is not simply right, of all rules or of one. */
function answersOf(order, wanted) {
  return checkOrder(order).findings.rules.flatMap(({ rule, answers }) =>
    answers
      .filter(({ verdict }) => /violation|unproved|inconclusive/.test(verdict))
      .filter(() => wanted === null || wanted === rule)
      .map((answer) => ({ rule, key: key(rule, answer), ...answer })),
  );
}

function show({ rule, verdict, says, at }) {
  const place = at === null ? '' : ` at ${at.file}:${at.line}`;
  console.log(`    ${verdict} (${rule}): ${says}${place}`);
}

const plain = new Map();
const tree = open(newer);
async function plainOrder(arch) {
  const known = plain.get(arch) ?? (await orderOf(tree, arch));
  plain.set(arch, known);
  return known;
}

if (older !== undefined && wanted === undefined) {
  console.log("x86's pmap caches: from pmap_bootstrap() to pmap_init()");
  const before = open(older);
  for (const arch of ['i386', 'amd64']) {
    for (const one of consequencesOf(await orderOf(before, arch), await plainOrder(arch))) {
      if (!one.object.startsWith('pmap')) continue;
      const from = `${one.initialisedInA.file}:${one.initialisedInA.line}`;
      const to = `${one.initialisedInB.file}:${one.initialisedInB.line}`;
      console.log(
        `  ${arch}: ${one.object} moved from ${from} to ${to}, behind ${one.routine}(); its use there is ${one.now}`,
      );
    }
  }
}

for (const { name, file, ports, rule, plant } of plants) {
  if (wanted !== undefined && !name.startsWith(wanted)) continue;
  console.log(`\n${name}`);
  const planted = overlay(tree, file, plant(tree.read(file)));
  for (const arch of ports) {
    const before = new Set(answersOf(await plainOrder(arch), rule).map((one) => one.key));
    const after = answersOf(await orderOf(planted, arch), rule);
    const fresh = after.filter((one) => !before.has(one.key));
    const word = ['violation', 'unproved', 'inconclusive'].find((verdict) =>
      fresh.some((one) => one.verdict === verdict),
    );
    console.log(`  ${arch}: ${word ?? 'nothing new'}`);
    for (const one of fresh.slice(0, 3)) show(one);
    if (fresh.length > 3) console.log(`    and ${fresh.length - 3} more`);
  }
}
