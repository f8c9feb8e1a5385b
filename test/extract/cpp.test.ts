import { describe, expect, it } from 'vitest';
import { conditionNumber } from '../../src/extract/cpp/condition.ts';
import { includePath } from '../../src/extract/cpp/include-path.ts';
import type { Preprocessed } from '../../src/extract/cpp/preprocessed.ts';
import { Preprocessor } from '../../src/extract/cpp/preprocess.ts';
import { tokenise } from '../../src/extract/cpp/tokens.ts';
import { defaultLimits } from '../../src/extract/limits.ts';
import { memoryTree } from '../../src/extract/source-tree.ts';

function preprocess(text: string, others: { readonly [path: string]: string } = {}): Preprocessed {
  const tree = memoryTree({ 'main.c': text, ...others });
  const generated = new Map<string, string>();
  const preprocessor = new Preprocessor({
    tree,
    limits: defaultLimits,
    generated,
    includes: includePath(tree, ['arch/toy/include'], [''], generated, 'toy'),
    predefined: new Map([
      [
        '__link_set_add_data',
        { name: '__link_set_add_data', parameters: ['a', 'b'], variadic: false, body: [] },
      ],
    ]),
    fixed: new Set(['__link_set_add_data']),
    keep: new Set(['KASSERT']),
    interesting: new Set(['pool_get']),
  });
  const done = preprocessor.run('main.c');
  if (done === null) throw new Error('main.c is there');
  return done;
}

const words = (text: string): string => preprocess(text).text.replace(/\s+/g, ' ').trim();

describe('the preprocessor', () => {
  it('keeps every line where it was', () => {
    const text = [
      '#define A(x) \\',
      '  (x)',
      '/* a comment',
      'over lines */ int a = A(1',
      ');',
      'int b;',
    ];
    const lines = preprocess(text.join('\n')).text.split('\n');
    expect(lines[5]).toBe('int b;');
    expect(lines[2]?.trim()).toBe('int a = (1 );');
  });

  it('puts a header that is a piece of a body or of a table on the line that includes it', () => {
    const table = { 'rows.h': '{ 1 },\n{ 2 },\n' };
    const text = 'int a[] = {\n#include "rows.h"\n};\nint b;';
    const { text: out, headers } = preprocess(text, table);
    expect(
      out
        .split('\n')
        .map((line) => line.trim())
        .slice(0, 4),
    ).toEqual(['int a[] = {', '{ 1 }, { 2 },', '};', 'int b;']);
    expect(headers).toEqual([]);
    // A brace in a string is none.
    const declaring = { 'rows.h': 'int c;\n' };
    expect(preprocess('char *s = "{";\n#include "rows.h"\n', declaring).headers).toHaveLength(1);
  });

  it('takes the branch that holds', () => {
    const text =
      '#if defined(A) && B > 1\nno\n#elif !defined A\nyes\n#else\nno\n#endif\n#ifdef A\nno\n#endif';
    expect(words(text)).toBe('yes');
  });

  it('pastes an empty argument as nothing', () => {
    const macros =
      '#define JOIN(prefix, x) mco_ ## prefix ## p ## x\n#define END(x) return x ## 1\n';
    expect(words(`${macros}JOIN(, all) JOIN(i_, all) END()`)).toBe('mco_pall mco_i_pall return 1');
  });

  it('expands, pastes and quotes as C does', () => {
    expect(words('#define CAT(a,b) a##b\n#define S(x) #x\nCAT(x, 1) S(a + b)')).toBe('x1 "a + b"');
    expect(words('#define f(x) x + f(x)\nf(1)')).toBe('1 + f(1)');
    expect(words('#define EMPTY\n#define g() done\n#define h g\nh EMPTY () h ()')).toContain(
      'done',
    );
    expect(words('#define v(a, ...) a(__VA_ARGS__)\nv(f, 1, 2)')).toBe('f( 1, 2)');
  });

  it('leaves alone what the interpreter knows by name', () => {
    expect(words('#define KASSERT(e) do { } while (0)\nKASSERT(x > 1);')).toBe('KASSERT(x > 1);');
  });

  it('records what goes into a link set, and where a call came from', () => {
    const text =
      '#define P(n) struct pool n; __link_set_add_data(pools, n)\nP(x);\n#define GET(p) pool_get(p, 0)\nGET(&x);';
    const { recorded, origins } = preprocess(text);
    expect(recorded).toEqual([
      { name: '__link_set_add_data', args: ['pools', 'x'], file: 'main.c', line: 2 },
    ]);
    expect([...origins]).toEqual([['main.c:4:pool_get', 'GET']]);
  });

  it('gives a header out once and its macros always', () => {
    const done = preprocess('#include "h.h"\n#include "h.h"\nint a = H;', {
      'h.h': '#ifndef H\n#define H 3\nint h;\n#endif',
    });
    expect(done.headers.map(({ path }) => path)).toEqual(['h.h']);
    expect(done.text.trim()).toBe('int a = 3;');
  });

  it('lists headers that are missing', () => {
    expect(preprocess('#include <no/such.h>\n').missing).toEqual([
      { name: 'no/such.h', at: 'main.c:1' },
    ]);
  });
});

describe('a #if expression', () => {
  const value = (text: string): bigint | null =>
    conditionNumber(
      tokenise(text).filter((token) => token.trim() !== ''),
      100,
    );

  it('is exact in 64 bits, signed unless a u says otherwise', () => {
    expect(value('0xffffffffffffffffULL >> 60')).toBe(15n);
    expect(value('-1 < 0')).toBe(1n);
    expect(value('-1 < 0U')).toBe(0n);
    expect(value('0x7fffffffffffffff + 1')).toBe(-(1n << 63n));
    expect(value('1 ? 2 : 3 / 0')).toBe(2n);
  });

  it('is nothing where it is not one', () => {
    expect(value('1 +')).toBeNull();
    expect(value('(1')).toBeNull();
    expect(value("'a' == 97")).toBe(1n);
  });
});
