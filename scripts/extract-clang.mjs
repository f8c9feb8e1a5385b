/**
 * The direct calls of each function, as the reader sees them and as clang does.
 *
 *     npm run build && node scripts/extract-clang.mjs TREE [FILE…]
 *
 * For amd64 GENERIC of NetBSD 6.99.16. Writes only into a temporary folder: the headers that
 * config(1) would generate, and links to the tree's own. Without clang it says so and ends well.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cParser } from '../dist/src/extract/c/parser.js';
import { loadConfiguration } from '../dist/src/extract/config/load.js';
import { dataModel } from '../dist/src/extract/cpp/predefined.js';
import { defaultLimits, diskTree } from '../dist/src/extract/index.js';
import { FreshUnits } from '../dist/src/extract/program/unit-reader.js';

const [root, ...given] = process.argv.slice(2);
if (root === undefined) {
  console.error('usage: node scripts/extract-clang.mjs TREE [FILE…]');
  process.exit(2);
}
const clang = ['clang', ...[19, 18, 17, 16, 15, 14, 13].map((n) => `clang-${n}`)].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
if (clang === undefined) {
  console.log('clang is not installed: the comparison is skipped');
  process.exit(0);
}

const bootCritical = [
  ...['arch/amd64/amd64/machdep.c', 'arch/x86/x86/pmap.c', 'arch/x86/x86/x86_machdep.c'],
  ...['arch/x86/x86/cpu.c', 'arch/x86/x86/consinit.c', 'kern/init_main.c', 'kern/kern_cpu.c'],
  ...['kern/kern_malloc.c', 'kern/kern_mutex_obj.c', 'kern/kern_timeout.c', 'kern/subr_extent.c'],
  ...['kern/subr_kcpuset.c', 'kern/subr_kmem.c', 'kern/subr_percpu.c', 'kern/subr_pool.c'],
  ...['kern/subr_pserialize.c', 'kern/subr_vmem.c', 'kern/uipc_mbuf.c', 'kern/vfs_bio.c'],
  ...['uvm/uvm_amap.c', 'uvm/uvm_anon.c', 'uvm/uvm_aobj.c', 'uvm/uvm_glue.c', 'uvm/uvm_init.c'],
  ...['uvm/uvm_km.c', 'uvm/uvm_map.c', 'uvm/uvm_page.c', 'uvm/uvm_pager.c', 'uvm/uvm_pdaemon.c'],
];

// Macros that stay calls here, and what clang makes of them; compiler's own functions.
const notCompared =
  /^(?:__builtin_.*|KD?ASSERT(?:MSG)?|kern_assert|curcpu|curlwp|x86_cur(?:cpu|lwp)|spl0|_?spllower)$/;

const tree = diskTree(root);
if (!tree.ok) throw new Error(JSON.stringify(tree.diagnostics));
const loaded = loadConfiguration(tree.value, { arch: 'amd64' }, defaultLimits);
if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
const configuration = loaded.value;
const reader = new FreshUnits(
  tree.value,
  configuration,
  dataModel(configuration),
  defaultLimits,
  await cParser(),
);

/** Direct calls in a piece of the intermediate form, counted by name. */
function ourCalls(node, counts = new Map()) {
  if (Array.isArray(node)) for (const one of node) ourCalls(one, counts);
  else if (node !== null && typeof node === 'object') {
    if (node.k === 'call' && node.f.k === 'id') add(counts, node.f.n);
    for (const value of Object.values(node)) ourCalls(value, counts);
  }
  return counts;
}

function add(counts, name) {
  if (!notCompared.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function clangCalls(node, counts = new Map()) {
  if (node.kind === 'CallExpr') {
    let callee = node.inner?.[0];
    while (callee?.kind === 'ImplicitCastExpr' || callee?.kind === 'ParenExpr')
      callee = callee.inner?.[0];
    const target = callee?.referencedDecl;
    if (target?.kind === 'FunctionDecl') add(counts, target.name);
  }
  for (const inner of node.inner ?? []) clangCalls(inner, counts);
  return counts;
}

const folder = mkdtempSync(join(tmpdir(), 'extract-clang-'));
const sys = resolve(root);
const links = { machine: 'amd64', amd64: 'amd64', i386: 'i386', x86: 'x86' };
for (const [name, arch] of Object.entries(links)) {
  symlinkSync(join(sys, 'arch', arch, 'include'), join(folder, name));
}
for (const [name, text] of configuration.headers) {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function clangUnit(file) {
  const defines = [...configuration.defines].map(([name, value]) => `-D${name}=${value}`);
  const includes = [folder, join(sys, '../common/include'), join(sys, 'arch'), sys];
  const done = spawnSync(
    clang,
    [
      ...['-target', 'x86_64-unknown-netbsd', '-nostdinc', '-ffreestanding', '-fno-builtin', '-w'],
      ...['-std=gnu99', '-fsyntax-only', '-Xclang', '-ast-dump=json', '-ferror-limit=0'],
      ...['-D_KERNEL', '-D_KERNEL_OPT', '-DMAXUSERS=64', ...defines],
      ...includes.map((one) => `-I${one}`),
      join(sys, file),
    ],
    { maxBuffer: 1 << 29, encoding: 'latin1' },
  );
  const errors = /(\d+) errors? generated/.exec(done.stderr)?.[1] ?? '0';
  const first = /(?:fatal )?error: .*/.exec(done.stderr)?.[0];
  return { ast: JSON.parse(done.stdout), errors: Number(errors), first };
}

const total = { files: 0, functions: 0, same: 0, calls: 0, found: 0, extra: 0 };
const missing = new Map();
const surplus = new Map();
try {
  for (const file of given.length > 0 ? given : bootCritical) {
    const unit = reader.unit(file);
    if (unit === null) continue;
    const { ast, errors, first } = clangUnit(file);
    if (errors > 0) console.log(`${file}: clang has ${errors} errors, the first: ${first}`);
    const bodies = new Map(
      ast.inner
        .filter((one) => one.kind === 'FunctionDecl')
        .filter((one) => one.inner?.some(({ kind }) => kind === 'CompoundStmt'))
        .map((one) => [one.name, clangCalls(one)]),
    );
    total.files++;
    for (const { name, body } of unit.declared.functions) {
      const theirs = bodies.get(name);
      if (theirs === undefined) continue;
      const ours = ourCalls(body);
      total.functions++;
      let isSame = true;
      for (const callee of new Set([...ours.keys(), ...theirs.keys()])) {
        const [a, b] = [ours.get(callee) ?? 0, theirs.get(callee) ?? 0];
        total.calls += b;
        total.found += Math.min(a, b);
        total.extra += Math.max(0, a - b);
        if (a === b) continue;
        isSame = false;
        const list = a < b ? missing : surplus;
        list.set(callee, (list.get(callee) ?? 0) + Math.abs(a - b));
      }
      if (isSame) total.same++;
    }
  }
} finally {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  rmSync(folder, { recursive: true });
}

const share = ((100 * total.found) / total.calls).toFixed(2);
console.log(
  `${total.files} files, ${total.functions} functions, ${total.same} with the same calls; ` +
    `${total.found} of ${total.calls} calls that ${clang} sees are found (${share} %), ${total.extra} more are seen`,
);
const shown = (list) =>
  [...list]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 20)
    .map(([name, count]) => `${name} ×${count}`)
    .join(', ') || 'none';
console.log(`not found: ${shown(missing)}`);
console.log(`seen here only: ${shown(surplus)}`);
