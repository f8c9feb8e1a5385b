import { mkdtempSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Limits, SourceTree } from '../../src/extract/index.ts';
import { diskTree, extract, memoryTree } from '../../src/extract/index.ts';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { insideTree } from '../../src/extract/source-tree.ts';

/* What people and hostile trees give us: a clear message, or survival with the hole reported. */

const kernel = {
  'conf/files': 'file kern/main.c\n',
  'arch/toy/conf/files.toy': '',
  'arch/toy/conf/GENERIC': 'machine toy i386\n',
  'kern/main.c': [
    'struct pool { int x; }; struct pool p;',
    'void pool_init(struct pool *, int);',
    'void pool_subsystem_init(void) { }',
    'void uvm_init(void) { pool_subsystem_init(); }',
    'int main(void) { uvm_init(); pool_init(&p, 1); return 0; }',
  ].join('\n'),
};

async function problem(
  files: { readonly [path: string]: string },
  arch = 'toy',
  limits: Partial<Limits> = {},
): Promise<Diagnostic | undefined> {
  const result = await extract(memoryTree(files), { arch, limits });
  return result.ok ? undefined : result.diagnostics[0];
}

async function holes(
  changes: { readonly [path: string]: string },
  limits: Partial<Limits> = {},
): Promise<readonly string[]> {
  const result = await extract(memoryTree({ ...kernel, ...changes }), { arch: 'toy', limits });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return (result.value.holes ?? []).map(({ kind, what }) => `${kind}: ${what}`);
}

describe('what is not a kernel tree', () => {
  it('is told apart by its conf/files', async () => {
    expect(await problem({ README: 'hello' })).toMatchObject({ code: 'bad-tree' });
    const tree = diskTree(mkdtempSync(join(tmpdir(), 'extract-')));
    expect(tree.ok).toBe(false);
    expect(diskTree('/nowhere/at/all')).toMatchObject({ diagnostics: [{ code: 'unreadable' }] });
  });

  it('may lack the architecture: the known and the nearest are listed', async () => {
    expect(await problem(kernel, 'toi')).toMatchObject({
      code: 'unknown-name',
      message: 'no architecture is called toi; known are toy',
      hint: 'the nearest are toy',
    });
  });

  it('may lack main()', async () => {
    const found = await problem({ ...kernel, 'kern/main.c': 'int x;' });
    expect(found?.message).toContain('no function main()');
  });

  it('may never come to an allocator', async () => {
    const found = await problem({ ...kernel, 'kern/main.c': 'int main(void) { return 0; }' });
    expect(found?.message).toBe('the trace has no events');
  });
});

describe('a hostile tree', () => {
  it('cannot lead outside itself by name', async () => {
    expect(insideTree('../../etc/passwd')).toBeNull();
    expect(insideTree('/etc/passwd')).toBeNull();
    expect(insideTree('kern/../../common/x.h')).toBe('../common/x.h');
    const source = `#include "../../../etc/passwd"\n${kernel['kern/main.c']}`;
    expect(await holes({ 'kern/main.c': source })).toContain('missing header: ../../../etc/passwd');
  });

  it('cannot lead outside itself by a symbolic link', () => {
    const folder = mkdtempSync(join(tmpdir(), 'extract-'));
    mkdirSync(join(folder, 'conf'));
    writeFileSync(join(folder, 'conf/files'), '');
    symlinkSync('/etc', join(folder, 'etc'));
    const tree = diskTree(folder);
    if (!tree.ok) throw new Error('not a tree');
    expect(tree.value.read('etc/passwd')).toBeNull();
    expect(tree.value.read('conf/files')).toBe('');
  });

  it('may have a configuration that includes itself', async () => {
    const config = 'machine toy i386\ninclude "arch/toy/conf/GENERIC"\n';
    expect(await holes({ 'arch/toy/conf/GENERIC': config })).toContain(
      'limit: arch/toy/conf/GENERIC includes itself',
    );
  });

  it('may have a header that includes itself', async () => {
    const source = `#include "loop.h"\n${kernel['kern/main.c']}`;
    const found = await holes({ 'kern/main.c': source, 'kern/loop.h': '#include "loop.h"\n' });
    expect(found.some((hole) => /includeDepthMax: kern\/loop.h includes itself/.test(hole))).toBe(
      true,
    );
  });

  it('may have a macro bomb', async () => {
    const levels = Array.from({ length: 40 }, (_, i) => `#define B${i + 1} B${i} B${i}`);
    const source = ['#define B0 x', ...levels, 'int bomb = B40;', kernel['kern/main.c']].join('\n');
    expect(await holes({ 'kern/main.c': source })).toContain('limit: expansionTokensMax');
  });

  it('may nest without end', async () => {
    const deep = `int deep(void) { return ${'('.repeat(50_000)}1${')'.repeat(50_000)}; }\n`;
    const source = `${deep}#if ${'('.repeat(9_000)}1\nint y;\n#endif\n${kernel['kern/main.c']}`;
    expect(await holes({ 'kern/main.c': source })).toBeDefined();
  });

  it('may have a file of a hundred megabytes', async () => {
    const small = memoryTree({
      ...kernel,
      'conf/files': 'file kern/main.c\nfile kern/big.c\n',
      'kern/big.c': '',
    });
    const tree: SourceTree = {
      ...small,
      size: (path) => (path === 'kern/big.c' ? 100_000_000 : small.size(path)),
      read: (path) => {
        if (path === 'kern/big.c') throw new Error('it was read');
        return small.read(path);
      },
    };
    const result = await extract(tree, { arch: 'toy' });
    expect(result.ok && result.value.holes?.map(({ what }) => what)).toContain('kern/big.c');
  });

  it('may loop for ever: the limit is named', async () => {
    const source = kernel['kern/main.c'].replace('uvm_init();', 'uvm_init(); f(0); f(1);');
    const calls = Array.from(
      { length: 12 },
      (_, i) => `int f${i}(int x) { f${i + 1}(x); f${i + 1}(x); f${i + 1}(x); return x; }`,
    );
    const bomb = `${calls.join('\n')}\nint f(int x) { return f0(x); }\n${source}`;
    const found = await problem({ ...kernel, 'kern/main.c': bomb }, 'toy', { stepsMax: 50_000 });
    expect(found?.message).toContain('the limit stepsMax');
  });
});
