import { describe, expect, it } from 'vitest';
import { layoutAttributes, withoutRegisters } from '../../src/extract/cpp/attributes.ts';
import { layOut } from '../../src/extract/program/layout.ts';

describe('attributes', () => {
  it('go where they do not change a layout, line ends kept', () => {
    expect(layoutAttributes('void f(void) __attribute__((__noreturn__\n));')).toBe(
      'void f(void) \n;',
    );
    expect(layoutAttributes('static int x __attribute__((__aligned__(64))) = 3;')).toBe(
      'static int x  = 3;',
    );
  });

  it('stay on structures and their members, several as one', () => {
    const text =
      'struct x { int a; } __attribute__((__packed__)) __attribute__((aligned(1 << 2)));';
    expect(layoutAttributes(text)).toBe(
      'struct x { int a; }  __attribute__((packed,aligned(1 << 2)));',
    );
    expect(layoutAttributes('struct x { int a __attribute__((__aligned__(8))); };')).toBe(
      'struct x { int a  __attribute__((aligned(8))); };',
    );
  });

  it('are not taken from strings, and an open bracket does not hang it', () => {
    const text = 'char *s = "} __attribute__((packed))";';
    expect(layoutAttributes(text)).toBe(text);
    expect(layoutAttributes('int x __attribute__((aligned(')).toContain('int x');
  });
});

describe('the layout of a structure', () => {
  const plain = { union: false, packed: false, align: 1 };
  const char = { bytes: 1, align: 1 };
  const int = { bytes: 4, align: 4 };
  const bits = (width: number): { bytes: number; align: number; bits: number } => ({
    ...int,
    bits: width,
  });

  it('puts each member where its type may begin, and fills up to the strictest of them', () => {
    expect(layOut(plain, [char, int, char])).toEqual({ size: 12, align: 4, offsets: [0, 4, 8] });
    expect(layOut({ ...plain, union: true }, [char, int])).toEqual({
      ...{ size: 4, align: 4 },
      offsets: [0, 0],
    });
  });

  it('lets a bit-field share storage while it fits, and begins the next one where it does not', () => {
    expect(layOut(plain, [bits(16), bits(16), bits(1)]).size).toBe(8);
    expect(layOut(plain, [bits(16), bits(24)]).size).toBe(8);
    // A bit-field has no address; what follows begins at the next byte.
    expect(layOut(plain, [bits(3), char])).toEqual({ size: 4, align: 4, offsets: [undefined, 1] });
    expect(layOut(plain, [bits(3), bits(0), char]).offsets).toEqual([undefined, undefined, 4]);
  });

  it('has neither gaps nor storage borders in a packed one: a segment descriptor has 8 bytes', () => {
    const descriptor = [16, 24, 5, 2, 1, 4, 2, 1, 1, 8].map(bits);
    expect(layOut({ ...plain, packed: true }, descriptor).size).toBe(8);
    const packed = { ...plain, packed: true };
    expect(layOut(packed, [char, { bytes: 4, align: 1 }]).offsets).toEqual([0, 1]);
  });

  it('begins a member where it asks to begin: the part of a cache for one CPU at a cache line', () => {
    const line = { bytes: 64, align: 64 };
    expect(layOut(plain, [int, line, char])).toEqual({
      size: 192,
      align: 64,
      offsets: [0, 64, 128],
    });
  });
});

describe('names of registers', () => {
  it('go from variables, with an initial value or without', () => {
    const text = 'register long a0 __asm("$16") = ipl; register long v0 asm("$0"), x;';
    expect(withoutRegisters(text)).toBe('register long a0  = ipl; register long v0 , x;');
  });

  it('are told from instructions', () => {
    const text = '{ __asm volatile("nop"); __asm("nop" : : "r" (x)); }';
    expect(withoutRegisters(text)).toBe(text);
  });
});
