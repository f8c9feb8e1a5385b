/**
 * A kernel tree as clang sees it, and as the reader does: for comparing the two.
 *
 * Writes only into a temporary folder: the headers that config(1) would generate, and links to the
 * tree's own.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cParser } from '../dist/src/extract/c/parser.js';
import { loadConfiguration } from '../dist/src/extract/config/load.js';
import { dataModel } from '../dist/src/extract/cpp/predefined.js';
import { defaultLimits, diskTree } from '../dist/src/extract/index.js';
import { FreshUnits } from '../dist/src/extract/program/unit-reader.js';

export const bootCritical = [
  ...['arch/amd64/amd64/machdep.c', 'arch/x86/x86/pmap.c', 'arch/x86/x86/x86_machdep.c'],
  ...['arch/x86/x86/cpu.c', 'arch/x86/x86/consinit.c', 'kern/init_main.c', 'kern/kern_cpu.c'],
  ...['kern/kern_malloc.c', 'kern/kern_mutex_obj.c', 'kern/kern_timeout.c', 'kern/subr_extent.c'],
  ...['kern/subr_kcpuset.c', 'kern/subr_kmem.c', 'kern/subr_percpu.c', 'kern/subr_pool.c'],
  ...['kern/subr_pserialize.c', 'kern/subr_vmem.c', 'kern/uipc_mbuf.c', 'kern/vfs_bio.c'],
  ...['uvm/uvm_amap.c', 'uvm/uvm_anon.c', 'uvm/uvm_aobj.c', 'uvm/uvm_glue.c', 'uvm/uvm_init.c'],
  ...['uvm/uvm_km.c', 'uvm/uvm_map.c', 'uvm/uvm_page.c', 'uvm/uvm_pager.c', 'uvm/uvm_pdaemon.c'],
];

/** The newest clang that is installed; without one it says so and ends the script well. */
export function clangOrSkip() {
  const clang = ['clang', ...[19, 18, 17, 16, 15, 14, 13].map((n) => `clang-${n}`)].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (clang !== undefined) return clang;
  console.log('clang is not installed: the comparison is skipped');
  process.exit(0);
}

const targets = {
  amd64: { triple: 'x86_64-unknown-netbsd', links: ['amd64', 'i386', 'x86'] },
  i386: { triple: 'i486-unknown-netbsd', links: ['i386', 'x86'] },
};

/** One configuration of a tree, to be read by both. */
export class ClangTree {
  constructor(root, arch, clang) {
    this.clang = clang;
    this.arch = arch;
    this.sys = resolve(root);
    const tree = diskTree(root);
    if (!tree.ok) throw new Error(JSON.stringify(tree.diagnostics));
    this.tree = tree.value;
    const loaded = loadConfiguration(this.tree, { arch }, defaultLimits);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
    this.configuration = loaded.value;
    this.model = dataModel(this.configuration);
    this.folder = mkdtempSync(join(tmpdir(), 'extract-clang-'));
    symlinkSync(join(this.sys, 'arch', arch, 'include'), join(this.folder, 'machine'));
    for (const name of targets[arch].links) {
      symlinkSync(join(this.sys, 'arch', name, 'include'), join(this.folder, name));
    }
    for (const [name, text] of this.configuration.headers) {
      mkdirSync(join(this.folder, name, '..'), { recursive: true });
      writeFileSync(join(this.folder, name), text);
    }
  }

  async reader() {
    const { tree, configuration, model } = this;
    return new FreshUnits(tree, configuration, model, defaultLimits, await cParser());
  }

  /** Runs clang on a file; the first error and their count come with what it prints. */
  run(file, ...wanted) {
    const defines = [...this.configuration.defines].map(([name, value]) => `-D${name}=${value}`);
    const { sys } = this;
    const includes = [this.folder, join(sys, '../common/include'), join(sys, 'arch'), sys];
    const done = spawnSync(
      this.clang,
      [
        ...['-target', targets[this.arch].triple, '-nostdinc', '-ffreestanding', '-fno-builtin'],
        ...['-w', '-std=gnu99', '-fsyntax-only', '-ferror-limit=0', ...wanted],
        ...['-D_KERNEL', '-D_KERNEL_OPT', '-DMAXUSERS=64', ...defines],
        ...includes.map((one) => `-I${one}`),
        resolve(sys, file),
      ],
      { maxBuffer: 1 << 29, encoding: 'latin1' },
    );
    if (done.error !== undefined) throw done.error;
    const errors = Number(/(\d+) errors? generated/.exec(done.stderr)?.[1] ?? '0');
    const first = /(?:fatal )?error: .*/.exec(done.stderr)?.[0];
    if (errors > 0) console.log(`${file}: clang has ${errors} errors, the first: ${first}`);
    return done.stdout;
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}
