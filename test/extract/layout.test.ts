import { describe, expect, it } from 'vitest';
import { layoutAttributes, withoutRegisters } from '../../src/extract/cpp/attributes.ts';

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
