import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../src/extract/config/configuration.ts';
import { loadConfiguration } from '../../src/extract/config/load.ts';
import { conditionHolds } from '../../src/extract/config/select.ts';
import { defaultLimits } from '../../src/extract/limits.ts';
import { memoryTree } from '../../src/extract/source-tree.ts';

function configuration(
  files: string,
  config: string,
  others: { readonly [path: string]: string } = {},
): Configuration {
  const tree = memoryTree({
    'conf/files': files,
    'arch/toy/conf/files.toy': '',
    'arch/toy/conf/GENERIC': `machine toy cpu\n${config}`,
    'a.c': '',
    'b.c': '',
    'c.c': '',
    ...others,
  });
  const loaded = loadConfiguration(tree, { arch: 'toy' }, defaultLimits);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.value;
}

describe('config(1)', () => {
  it('selects files by options, devices and file systems', () => {
    const files =
      'defflag INET: net\ndefine net\ndevice disk\nattach disk at root\nfile a.c net\nfile b.c disk\nfile c.c disk & !inet\n';
    expect(configuration(files, 'options INET\ndisk0 at root\n').files).toEqual(['a.c', 'b.c']);
    expect(configuration(files, 'disk0 at root\n').files).toEqual(['b.c', 'c.c']);
  });

  it('defines MAXUSERS: what the configuration says, else the usual number of the port', () => {
    expect(configuration('maxusers 2 8 64\n', '').defines.get('MAXUSERS')).toBe('8');
    expect(configuration('maxusers 2 8 64\n', 'maxusers 32\n').defines.get('MAXUSERS')).toBe('32');
  });

  it('writes options and counts into headers', () => {
    const files =
      'defparam opt_x.h LIMIT\ndefflag opt_x.h FLAG\ndefpseudo pty\nfile a.c pty needs-count\n';
    const { headers, defines } = configuration(
      files,
      'options LIMIT=5, FLAG\noptions OTHER="a b"\npseudo-device pty 16\n',
    );
    expect(headers.get('opt_x.h')).toBe('#define LIMIT 5\n#define FLAG 1\n');
    expect(headers.get('pty.h')).toBe('#define NPTY 16\n');
    expect(defines.get('OTHER')).toBe('a b');
  });

  it('sets the options that an option implies', () => {
    const files = 'defflag opt_cpu.h CPU_OLD\ndefflag opt_cpu.h CPU_NEW: CPU_OLD\n';
    expect([...configuration(files, 'options CPU_NEW\n').options.keys()]).toEqual([
      'CPU_NEW',
      'CPU_OLD',
    ]);
  });

  it('reads the families before the machine, and continued lines as one', () => {
    const { confFiles, files } = configuration('file\ta.c\n\tcpu &\n\ttoy\n', '', {
      'arch/cpu/conf/files.cpu': '',
    });
    expect(confFiles).toEqual([
      'arch/toy/conf/GENERIC',
      'conf/files',
      'arch/cpu/conf/files.cpu',
      'arch/toy/conf/files.toy',
      'arch/toy/conf/Makefile.toy',
    ]);
    expect(files).toEqual(['a.c']);
  });

  it('takes out what `no` says', () => {
    const files = 'defflag A\nfile a.c a\ndevice d\nattach d at root\nfile b.c d\n';
    expect(
      configuration(files, 'options A\nd0 at root\nno options A\nno d at root\n').files,
    ).toEqual([]);
  });

  it('lists selected files that are not there, and lines it does not understand', () => {
    const { problems } = configuration('file gone.c\n', 'what is this\n');
    expect(problems.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([
      'not understood: what is this',
      'missing file: gone.c',
    ]);
  });
});

describe('a condition of files(5)', () => {
  it('binds ! before & before |', () => {
    const holds = (text: string): boolean => conditionHolds(text, (name) => name === 'a');
    expect(holds('a | b & c')).toBe(true);
    expect(holds('!a | b')).toBe(false);
    expect(holds('(a | b) & !(b & a)')).toBe(true);
    expect(holds('')).toBe(true);
  });
});
