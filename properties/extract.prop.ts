import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutBodies } from '../src/extract/c/bodies.ts';
import { loadConfiguration } from '../src/extract/config/load.ts';
import { includePath } from '../src/extract/cpp/include-path.ts';
import { Preprocessor } from '../src/extract/cpp/preprocess.ts';
import type { Limits } from '../src/extract/index.ts';
import { defaultLimits, extract, memoryTree } from '../src/extract/index.ts';
import { readMakefile } from '../src/extract/make/makefile.ts';
import { insideTree } from '../src/extract/source-tree.ts';

import { boundsOf, narrowed, rangeResult } from '../src/extract/trace/range.ts';

/*
 * A tree is somebody else's text: whatever stands in it, reading it neither throws nor goes over
 * a limit. Texts are made of the words that matter, so that they get past the first line.
 */

const limits: Limits = {
  ...defaultLimits,
  expansionTokensMax: 5_000,
  stepsMax: 20_000,
  eventsMax: 500,
};

const textOf = (words: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...words) }, fc.string({ maxLength: 4 })),
      { maxLength: 120 },
    )
    .map((parts) => parts.join(''));

const cppText = textOf([
  ...[
    '#define ',
    '#if ',
    '#ifdef ',
    '#else',
    '#elif ',
    '#endif',
    '#include ',
    '#undef ',
    '"h.h"',
    '<h.h>',
  ],
  ...[
    'A',
    'B',
    'A(',
    'B(',
    ')',
    '(',
    ',',
    '##',
    '#',
    '...',
    '__VA_ARGS__',
    'defined',
    '\n',
    '\n',
    ' ',
    '\\\n',
  ],
  ...[
    '1',
    '0xffULL',
    '/*',
    '*/',
    '//',
    '"',
    "'",
    '+',
    '<<',
    '?',
    ':',
    '!',
    '__link_set_add_data(A,B)',
  ],
]);

const directiveLines = fc
  .array(
    fc.constantFrom(
      ...['#define A 1', '#define A 0', '#define B A', '#undef A', '#undef B', '#include "g.h"'],
      ...['#ifdef A', '#ifndef B', '#if A', '#if B', '#elif A', '#else', '#endif', '#endif'],
    ),
    { maxLength: 8 },
  )
  .map((lines) => lines.join('\n'));

const confText = textOf([
  ...[
    'machine toy i386',
    'include "',
    'conf/files"',
    'file ',
    'a.c',
    'options ',
    'device ',
    'attach ',
    ' at ',
  ],
  ...[
    'root',
    'define ',
    'defflag ',
    'deffs ',
    'prefix ',
    'ifdef ',
    'endif',
    'else',
    'no ',
    ':',
    '{',
    '}',
    '&',
    '|',
  ],
  ...[
    '!',
    '(',
    ')',
    '\n',
    '\n',
    '\n\t',
    ' ',
    '"',
    '#',
    '$MACHINE',
    '=',
    'pseudo-device ',
    'needs-count',
  ],
]);

const cText = textOf([
  ...[
    'int ',
    'struct s ',
    '{',
    '}',
    '(',
    ')',
    ';',
    ';\n',
    'x',
    'y',
    'p',
    'f(',
    '*',
    '&',
    '->n',
    '.n',
    '[i]',
    '= ',
  ],
  ...[
    'if (',
    'else ',
    'while (',
    'for (;;) ',
    'do ',
    'switch (',
    'case 1: ',
    'default: ',
    'break;',
    'goto l;',
    'l: ',
  ],
  ...[
    'return ',
    'pool_init(&x, 1)',
    'panic("")',
    'sizeof(',
    '1',
    '0',
    '+',
    '<<',
    '&&',
    '||',
    '?',
    ':',
    '++',
    ',',
  ],
]);

const makeText = textOf([
  ...['.include ', '"m.mk"', '<m.mk>', '.if ', '.elif ', '.else\n', '.endif\n', '.ifdef ', '.for '],
  ...['i in ', '.endfor\n', '.PATH: ', 'defined(', 'empty(', 'exists(', ')', '(', '!', '&&', '||'],
  ...['A', 'B', 'i', '=', '+=', ':=', '?=', '!=', '==', '"', '${', '$(', '}', '$A', '$i', '${A}'],
  ...[':M*', ':N?', ':U', ':T', ':.c=.o', '..', '/', '#', '\\', '\n', '\n', '\t', ' '],
]);

const kernel = {
  'conf/files': 'file kern/main.c\n',
  'arch/toy/conf/files.toy': '',
  'arch/toy/conf/GENERIC': 'machine toy i386\n',
};

function preprocessorOf(files: { readonly [path: string]: string }): Preprocessor {
  const tree = memoryTree(files);
  const generated = new Map<string, string>();
  return new Preprocessor({
    tree,
    limits,
    generated,
    includes: includePath(tree, ['arch/toy/include'], [''], generated, 'toy'),
    predefined: new Map(),
    fixed: new Set(),
    keep: new Set(),
    interesting: new Set(),
  });
}

describe('reading a tree', () => {
  it('reads any makefile, and names no folder outside the tree', () => {
    fc.assert(
      fc.property(makeText, makeText, (text, other) => {
        const tree = memoryTree({ 'lib/Makefile': text, 'm.mk': other, 'lib/m.mk': other });
        const given = new Map([['MACHINE', 'toy']]);
        const { value, paths } = readMakefile(tree, 'lib/Makefile', given, limits);
        expect(value('A').length).toBeLessThanOrEqual(2 * limits.expansionTokensMax);
        for (const path of paths) expect(insideTree(path)).toBe(path);
      }),
    );
  });

  it('preprocesses any text within its limits, and every line stays on its line', () => {
    fc.assert(
      fc.property(cppText, cppText, (text, header) => {
        const done = preprocessorOf({ 'main.c': text, 'h.h': header }).run('main.c');
        expect(done?.text.length).toBeLessThanOrEqual(limits.unitSizeMax + text.length);
        const linesIn = text.split('\n').length;
        expect(done?.text.split('\n').length).toBe(linesIn + 1);
      }),
      { seed: 20110101, numRuns: 400 },
    );
  });

  it('repeats what a header did to the macros as if it were walked again', () => {
    const unit = directiveLines.map((text) => `${text}\n#include "h.h"\nA B\n`);
    const units = fc.array(unit, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(directiveLines, directiveLines, units, (header, inner, texts) => {
        const sources = Object.fromEntries(texts.map((text, i) => [`${i}.c`, text]));
        const files = { ...sources, 'h.h': header, 'g.h': inner };
        const shared = preprocessorOf(files);
        for (const path of Object.keys(sources)) {
          // A unit that is alone walks the headers, whose text it does not want either.
          const alone = preprocessorOf(files);
          for (const one of [shared, alone]) for (const given of ['h.h', 'g.h']) one.give(given);
          expect(shared.run(path)).toEqual(alone.run(path));
        }
      }),
      { seed: 20110101, numRuns: 400 },
    );
  });

  it('takes bodies out of any text, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(cText, fc.constant('void f(void) { }\n'))), (parts) => {
        const text = parts.join('\n');
        const { text: skeleton, bodies } = withoutBodies(text);
        const lines = skeleton.split('\n');
        expect(lines.length).toBe(text.split('\n').length);
        let restored = '';
        let kept = 0;
        for (const [at, body] of bodies) {
          restored += skeleton.slice(kept, at) + body.text;
          kept = skeleton.indexOf('}', at) + 1;
          expect(restored.split('\n').length).toBe(body.line + body.text.split('\n').length - 1);
        }
        expect(restored + skeleton.slice(kept)).toBe(text);
      }),
      { seed: 20110101, numRuns: 400 },
    );
  });

  it('reads any configuration', () => {
    fc.assert(
      fc.property(confText, confText, (files, config) => {
        const tree = memoryTree({
          ...kernel,
          'conf/files': files,
          'arch/toy/conf/GENERIC': `machine toy\n${config}`,
          'a.c': '',
        });
        const loaded = loadConfiguration(tree, { arch: 'toy' }, limits);
        expect(loaded.ok || loaded.diagnostics.length > 0).toBe(true);
      }),
      { seed: 20110101, numRuns: 400 },
    );
  });

  it('interprets any C, or says why it stopped', async () => {
    await fc.assert(
      fc.asyncProperty(cText, cText, async (before, body) => {
        const text = `struct s { int n; struct s *next; } x;\nextern int y, i;\n${before}\nint main(void)\n{ ${body} }\n`;
        const result = await extract(memoryTree({ ...kernel, 'kern/main.c': text }), {
          arch: 'toy',
          limits,
        });
        if (result.ok) expect(result.value.events.length).toBeLessThanOrEqual(limits.eventsMax);
        else expect(result.diagnostics.length).toBeGreaterThan(0);
      }),
      { seed: 20110101, numRuns: 300 },
    );
  });
});

describe('numbers of which only the bounds are known', () => {
  const bounds = fc
    .tuple(fc.bigInt(-300n, 300n), fc.bigInt(0n, 40n), fc.bigInt(0n, 40n))
    .map(([lo, below, above]) => ({ lo, hi: lo + below + above, inside: lo + below }));
  const operators = ['+', '-', '*', '/', '<<', '>>', '&', '<', '>', '<=', '>=', '==', '!='];

  it('hold the result of every pair of numbers within them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...operators), bounds, bounds, fc.boolean(), (op, a, b, one) => {
        const right = one ? { lo: b.inside, hi: b.inside } : b;
        const exact = resultOf(op, a.inside, b.inside);
        const result = boundsOf(rangeResult(op, a, right));
        if (result === undefined || exact === undefined) return;
        expect(exact >= result.lo && exact <= result.hi).toBe(true);
      }),
      { seed: 20110101, numRuns: 3000 },
    );
  });

  it('keep every number for which a comparison holds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('<', '<=', '>', '>=', '!='),
        bounds,
        fc.bigInt(-300n, 300n),
        (op, a, limit) => {
          if (resultOf(op, a.inside, limit) !== 1n) return;
          const left = boundsOf(narrowed(a, op, limit));
          expect(left !== undefined && a.inside >= left.lo && a.inside <= left.hi).toBe(true);
        },
      ),
      { seed: 20110101, numRuns: 3000 },
    );
  });

  function resultOf(op: string, a: bigint, b: bigint): bigint | undefined {
    const truth = (value: boolean): bigint => (value ? 1n : 0n);
    const table: { readonly [op: string]: () => bigint | undefined } = {
      '+': () => a + b,
      '-': () => a - b,
      '*': () => a * b,
      '/': () => (b === 0n ? undefined : a / b),
      '<<': () => (b < 0n || b > 63n ? undefined : a << b),
      '>>': () => (b < 0n || b > 63n ? undefined : a >> b),
      '&': () => a & b,
      '<': () => truth(a < b),
      '>': () => truth(a > b),
      '<=': () => truth(a <= b),
      '>=': () => truth(a >= b),
      '==': () => truth(a === b),
      '!=': () => truth(a !== b),
    };
    return table[op]?.();
  }
});
