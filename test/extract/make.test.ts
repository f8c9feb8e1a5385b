import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/extract/limits.ts';
import type { Makefile } from '../../src/extract/make/makefile.ts';
import { readMakefile } from '../../src/extract/make/makefile.ts';
import { memoryTree } from '../../src/extract/source-tree.ts';

/* The part of make(1) that says which files a library has. */

function makefile(
  text: string,
  others: { readonly [path: string]: string } = {},
  given: ReadonlyMap<string, string> = new Map(),
): Makefile {
  const tree = memoryTree({ 'lib/Makefile': text, ...others });
  return readMakefile(tree, 'lib/Makefile', given, { ...defaultLimits, includeDepthMax: 5 });
}

const value = (text: string, name = 'A'): string => makefile(text).value(name);

describe('make(1): variables', () => {
  it('are lazy with =, at once with :=, appended with +=, and given with ?= only once', () => {
    expect(value('A=$B\nB=x\nB=y')).toBe('y');
    expect(value('B=x\nA:=$B\nB=y')).toBe('x');
    expect(value('A=x\nA+=\ty \\\n\tz # not this')).toBe('x y z');
    expect(value('A?=x\nA?=y')).toBe('x');
    expect(value('A=${B:Unone} ${C:Dsome}${D:Dsome}\nD=')).toBe('none some');
  });

  it('may be changed on the way', () => {
    const list = 'L=a.c b.S c.c\n';
    expect(value(`${list}A=\${L:M*.c} \${L:N*.c} \${L:.c=.o}`)).toBe('a.c c.c b.S a.o b.S c.o');
    expect(value('P=x/y/z.c w\nA=${P:T} ${P:H} ${P:R}')).toBe('z.c w x/y . x/y/z w');
  });

  it('of the command line win', () => {
    const { value: of } = makefile('A=file\n', {}, new Map([['A', 'given']]));
    expect(of('A')).toBe('given');
  });

  it('may hold themselves: that is a limit, not a loop', () => {
    expect(makefile('A=$A x\nB:=$A\n').problems[0]?.what).toContain('nestingMax');
  });
});

describe('make(1): conditions', () => {
  const holds = (condition: string): string =>
    value(`S=yes\nE=\n.if ${condition}\nA=1\n.else\nA=0\n.endif`);

  it('bind ! before && before ||', () => {
    expect(holds('defined(S) && !defined(N)')).toBe('1');
    expect(holds('defined(N) && defined(S) || ${S} == "yes"')).toBe('1');
    expect(holds('!(defined(S) || defined(N))')).toBe('0');
    expect(holds('empty(E) && !empty(S:My*)')).toBe('1');
    expect(holds('exists (lib/Makefile) && !exists(../../etc/passwd)')).toBe('1');
    expect(holds('${S} != yes')).toBe('0');
  });

  it('ask no further than they must', () => {
    expect(holds('defined(N) && ${N} == "x"')).toBe('0');
    expect(makefile('.if defined(N) && ${N} == "x"\n.endif').problems).toEqual([]);
  });

  it('take one branch, and know ifdef, ifndef and elif', () => {
    expect(value('.ifdef N\nA=1\n.elif defined(N)\nA=2\n.else\nA=3\n.endif')).toBe('3');
    expect(value('.ifndef N\nA=1\n.ifdef N\nA=2\n.endif\n.elif 1\nA=3\n.endif')).toBe('1');
  });

  it('on a variable that nobody sets are a problem with its place', () => {
    expect(makefile('\n.if ${N} == "x"\nA=1\n.endif').problems).toEqual([
      { kind: 'not understood', what: '.if ${N} == "x"', at: 'lib/Makefile:2' },
    ]);
  });
});

describe('make(1): the rest', () => {
  it('reads what it includes from the folder of the including file', () => {
    const { value: of, files } = makefile('.include "sub/Makefile.inc"\nA=${B}', {
      'lib/sub/Makefile.inc': 'B:=${.PARSEDIR}\n.sinclude "gone.inc"\n',
    });
    expect(of('A')).toBe('lib/sub');
    expect(files).toEqual(['lib/Makefile', 'lib/sub/Makefile.inc']);
  });

  it('goes round a .for, and collects .PATH', () => {
    const text = '.for d in a b\n.PATH.c: ${.CURDIR}/${d} $d\nA+=${d:T}.c\n.endfor';
    expect(makefile(text).paths).toEqual(['lib/a', 'a', 'lib/b', 'b']);
    expect(value(text)).toBe('a.c b.c');
  });

  it('runs nothing: a recipe is left out, a command is a problem', () => {
    const { problems, value: of } = makefile('all:\n\tA=recipe\nA!=uname\n');
    expect(of('A')).toBe('');
    expect(problems).toEqual([{ kind: 'not understood', what: 'A!=uname', at: 'lib/Makefile:3' }]);
  });

  it('may be hostile', () => {
    const what = (text: string): readonly string[] =>
      makefile(text, { etc: '' }).problems.map((one) => one.what);
    expect(what('.include "Makefile"\n')).toEqual(['lib/Makefile includes itself']);
    expect(what('.include "../../etc/passwd"\n')).toEqual([
      '../../etc/passwd: leads outside the tree',
    ]);
    expect(what('.PATH: /etc ../..\n')).toEqual([
      '/etc: leads outside the tree',
      '../..: leads outside the tree',
    ]);
    expect(what('.include <bsd.own.mk>\n.include <bsd.own.mk>\n')).toEqual(['<bsd.own.mk>']);
    expect(what(`.if ${'('.repeat(5_000)}1\n.endif`)[0]).toContain('.if ((((');
    expect(what('.for i in a b\n'.repeat(9_000))[0]).toMatch(/nestingMax|confLinesMax/);
    const doubled = Array.from({ length: 60 }, (_, i) => `V${i + 1}=$\{V${i}}$\{V${i}}`);
    expect(what(['V0=x', ...doubled, 'A:=${V60}'].join('\n'))).toEqual(['expansionTokensMax']);
    expect(what(`A=x\n${'A:=$A$A\n'.repeat(60)}`)[0]).toBe('expansionTokensMax');
    expect(what('.for x\n.endfor\n.frobnicate\n')).toEqual(['.for x', '.frobnicate']);
  });
});
