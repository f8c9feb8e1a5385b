/**
 * The sizes of structures, as the reader computes them and as clang does.
 *
 *     npm run build && node scripts/extract-clang-layout.mjs TREE [ARCH] [FILE…]
 *
 * Without clang it says so and ends well.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLimits } from '../dist/src/extract/index.js';
import { Holes } from '../dist/src/extract/holes.js';
import { Program } from '../dist/src/extract/program/program.js';
import { Types } from '../dist/src/extract/program/types.js';
import { Interpreter } from '../dist/src/extract/trace/interpreter.js';
import { bootCritical, ClangTree, clangOrSkip } from './clang-tree.mjs';

const [root, arch = 'amd64', ...given] = process.argv.slice(2);
if (root === undefined) {
  console.error('usage: node scripts/extract-clang-layout.mjs TREE [ARCH] [FILE…]');
  process.exit(2);
}
const tree = new ClangTree(root, arch, clangOrSkip());
const reader = await tree.reader();
const holes = new Holes();
const { configuration, model } = tree;
const limits = defaultLimits;
const program = new Program({ tree: tree.tree, configuration, model, limits, holes, reader });
const types = new Types({
  model,
  struct: (tag, file) => program.struct(tag, file),
  typedef: (name, file) => program.typedef(name, file),
  constant: (expression, file) => interpreter.constant(expression, file),
});
const flags = () => reader.flags;
const interpreter = new Interpreter({ program, holes, limits, withLocks: false, flags, types });

/** The structures that a file sees whole, as `struct x`. */
function namesIn(file) {
  const layouts = tree.run(file, '-Xclang', '-fdump-record-layouts-complete');
  return [
    ...new Set(
      [...layouts.matchAll(/0 \| ((?:struct|union) (?!__NS|__va_list)\w+)$/gm)].map(
        ([, name]) => name,
      ),
    ),
  ];
}

/** Their sizes: clang's dump comes before the attributes behind a structure, an array's bound after. */
function clangSizes(file) {
  const names = namesIn(file);
  const probe = join(tree.folder, 'probe.c');
  const arrays = names.map((name, i) => `extern char bootproof_${i}[sizeof(${name})];`);
  writeFileSync(probe, [`#include "${join(tree.sys, file)}"`, ...arrays, ''].join('\n'));
  const ast = JSON.parse(tree.run(probe, '-Xclang', '-ast-dump=json'));
  const sizes = new Map();
  for (const { kind, name = '', type } of ast.inner) {
    const index = kind === 'VarDecl' ? /^bootproof_(\d+)$/.exec(name)?.[1] : undefined;
    const size = /^char\s?\[(\d+)\]$/.exec(type?.qualType ?? '')?.[1];
    if (index !== undefined && size !== undefined) sizes.set(names[Number(index)], Number(size));
  }
  return sizes;
}

const total = { files: 0, structures: 0, same: 0, unknown: 0 };
const seen = new Set();
try {
  const local = bootCritical.map((file) => file.replace('/amd64/amd64/', `/${arch}/${arch}/`));
  for (const file of given.length > 0 ? given : local) {
    if (program.unit(file) === null) continue;
    total.files++;
    for (const [name, theirs] of clangSizes(file)) {
      const tag = name.split(' ')[1];
      if (seen.has(tag)) continue;
      seen.add(tag);
      total.structures++;
      const ours = types.sizeOf({ k: 'struct', tag }, file);
      if (ours === theirs) total.same++;
      else if (ours === undefined) total.unknown++;
      if (ours !== theirs)
        console.log(`${file}: ${name}: ${ours ?? 'not known'} here, ${theirs} in clang`);
    }
  }
} finally {
  tree.remove();
}
console.log(
  `${total.files} files, ${total.structures} structures, ${total.same} of the same size, ${total.unknown} not known here`,
);
