import { describe, expect, it } from 'vitest';
import { formatted } from '../../src/extract/trace/formatted.ts';
import { literal } from '../../src/extract/trace/value.ts';

describe('a name made by snprintf()', () => {
  it('is the text that the kernel would show', () => {
    expect(formatted(literal('buf%dk'), [4n])).toBe('buf4k');
    expect(formatted(literal('%s%u%%'), [literal('cpu'), 0n])).toBe('cpu0%');
    expect(formatted(literal('%lx'), [255n])).toBe('ff');
  });

  it('is not known where a value or a conversion is not', () => {
    expect(formatted(literal('buf%dk'), [undefined])).toBeUndefined();
    expect(formatted(literal('%p'), ['&x'])).toBeUndefined();
    expect(formatted(literal('%5d'), [1n])).toBeUndefined();
    expect(formatted('&format', [])).toBeUndefined();
    expect(formatted(literal('%d'), [])).toBeUndefined();
  });
});
