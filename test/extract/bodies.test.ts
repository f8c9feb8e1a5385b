import { describe, expect, it } from 'vitest';
import { withoutBodies } from '../../src/extract/c/bodies.ts';
import { extract, memoryTree } from '../../src/extract/index.ts';

/* Bodies of functions are taken out before a text is parsed, and read when they are run. */

const taken = (text: string): readonly (readonly [string, number])[] =>
  [...withoutBodies(text).bodies.values()].map((body) => [body.text, body.line]);

describe('bodies', () => {
  it('are taken out; every line and column around them stays', () => {
    const text = 'static int\nf(int a)\n{\n\treturn "}"[a];\n} int x;\nvoid g(void) { f(1); }\n';
    const skeleton = withoutBodies(text);
    expect(skeleton.text).toBe('static int\nf(int a)\n{\n\n} int x;\nvoid g(void) {       }\n');
    expect(taken(text)).toEqual([
      ['{\n\treturn "}"[a];\n}', 3],
      ['{ f(1); }', 6],
    ]);
    expect([...skeleton.bodies.keys()].map((at) => skeleton.text[at])).toEqual(['{', '{']);
  });

  it('stay where they define what others may use: a structure, constants', () => {
    expect(taken('void f(void) { enum { ONE, TWO }; g(ONE); }')).toEqual([]);
    expect(taken('void f(void) { struct s { int a; } x; g(&x); }')).toEqual([]);
    expect(taken('void f(void) { struct s x; g(&x); }')).toHaveLength(1);
  });

  it('go all the same where the text has an error: it is then one of that function alone', () => {
    const text =
      'void f(void) { struct s { int a; } x; while <"retry"> (1) { } }\nint g(void) { return 1; }';
    expect(withoutBodies(text).bodies.size).toBe(1);
    expect(withoutBodies(text, true).bodies.size).toBe(2);
  });

  it('are of functions: not of structures, values, old heads or macros', () => {
    const others = [
      'struct s { int (*f)(void); };',
      'struct __attribute__((packed)) { int a; } x;',
      'int v[] = { 1, 2 };',
      'struct s *p = &(struct s) { 0 };',
      'int f(a) int a; { return a; }',
      'ENTRY(x) { return 1; }',
    ];
    for (const text of others) expect(withoutBodies(text)).toEqual({ text, bodies: new Map() });
  });

  it('stay from a brace on that has no other', () => {
    const text = 'void f(void) { }\nvoid g(void) { if (x) {\n}\nvoid h(void) { }\n';
    expect(taken(text)).toEqual([['{ }', 1]]);
  });
});

describe('reading a body late', () => {
  const tree = (body: string): ReturnType<typeof memoryTree> =>
    memoryTree({
      'conf/files': 'file kern/main.c\nfile kern/other.c\n',
      'arch/toy/conf/files.toy': '',
      'arch/toy/conf/GENERIC': 'machine toy i386\n',
      'kern/main.c': [
        'typedef unsigned long word_t;',
        'struct pool { int size; } a;',
        'void pool_subsystem_init(void) { }',
        'void uvm_init(void) { pool_subsystem_init(); }',
        'void never_run(void) { this is ( not C }',
        `int main(void)\n{\n\tuvm_init();\n\t${body}\n\treturn 0;\n}`,
      ].join('\n'),
    });

  it('keeps lines, and knows the types of its file', async () => {
    const result = await extract(tree('pool_init(&a, (word_t)(8));'), { arch: 'toy' });
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    expect(result.value.events.at(-1)).toMatchObject({ line: 9, args: { size: 8 } });
  });

  it('finds an error where it runs, and none where nobody comes', async () => {
    const result = await extract(tree('pool_init(&a, 8); if ( ] ;'), { arch: 'toy' });
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    const errors = (result.value.holes ?? []).filter(({ kind }) => kind === 'parse error');
    expect(errors.map(({ what }) => what)).toContain('in main');
    expect(errors.map(({ what }) => what)).not.toContain('in never_run');
  });
});
