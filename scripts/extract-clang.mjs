/**
 * The direct calls of each function, as the reader sees them and as clang does.
 *
 *     npm run build && node scripts/extract-clang.mjs TREE [FILE…]
 *
 * For amd64 GENERIC of NetBSD 6.99.16. Without clang it says so and ends well.
 */
import { bootCritical, ClangTree, clangOrSkip } from './clang-tree.mjs';

const [root, ...given] = process.argv.slice(2);
if (root === undefined) {
  console.error('usage: node scripts/extract-clang.mjs TREE [FILE…]');
  process.exit(2);
}
const clang = clangOrSkip();

// Macros that stay calls here, and what clang makes of them; compiler's own functions.
const notCompared =
  /^(?:__builtin_.*|KD?ASSERT(?:MSG)?|kern_assert|curcpu|curlwp|x86_cur(?:cpu|lwp)|spl0|_?spllower)$/;

const tree = new ClangTree(root, 'amd64', clang);
const reader = await tree.reader();

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

const total = { files: 0, functions: 0, same: 0, calls: 0, found: 0, extra: 0 };
const missing = new Map();
const surplus = new Map();
try {
  for (const file of given.length > 0 ? given : bootCritical) {
    const unit = reader.unit(file);
    if (unit === null) continue;
    const ast = JSON.parse(tree.run(file, '-Xclang', '-ast-dump=json'));
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
  tree.remove();
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
