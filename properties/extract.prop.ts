import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../src/extract/config/load.ts';
import { includePath } from '../src/extract/cpp/include-path.ts';
import { Preprocessor } from '../src/extract/cpp/preprocess.ts';
import type { Limits } from '../src/extract/index.ts';
import { defaultLimits, extract, memoryTree } from '../src/extract/index.ts';

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

const kernel = {
  'conf/files': 'file kern/main.c\n',
  'arch/toy/conf/files.toy': '',
  'arch/toy/conf/GENERIC': 'machine toy i386\n',
};

describe('reading a tree', () => {
  it('preprocesses any text within its limits, and every line stays on its line', () => {
    fc.assert(
      fc.property(cppText, cppText, (text, header) => {
        const tree = memoryTree({ 'main.c': text, 'h.h': header });
        const generated = new Map<string, string>();
        const preprocessor = new Preprocessor({
          tree,
          limits,
          generated,
          includes: includePath(tree, ['arch/toy/include'], [], generated),
          predefined: new Map(),
          fixed: new Set(),
          keep: new Set(),
          interesting: new Set(),
        });
        const done = preprocessor.run('main.c');
        expect(done?.text.length).toBeLessThanOrEqual(limits.unitSizeMax + text.length);
        const linesIn = text.split('\n').length;
        expect(done?.text.split('\n').length).toBe(linesIn + 1);
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
