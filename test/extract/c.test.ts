import { describe, expect, it } from 'vitest';
import { extract, memoryTree } from '../../src/extract/index.ts';

/* The interpreter on small pieces of C: what becomes of calls whose fate depends on values. */

const frame = (body: string, before: string): string =>
  [
    'struct pool { int size; struct pool *next; };',
    'void pool_init(struct pool *pp, unsigned long size);',
    'void pool_subsystem_init(void) { }',
    'void uvm_init(void) { pool_subsystem_init(); }',
    'extern int unknown;',
    'struct pool a, b, c, many[5];',
    before,
    'int main(void)',
    `{ uvm_init(); ${body} return 0; }`,
  ].join('\n');

/** Events of `body`, after pool_subsystem_init(): `certainty object size`. */
async function events(body: string, before = ''): Promise<readonly string[]> {
  const tree = memoryTree({
    'conf/files': 'file kern/main.c\n',
    'arch/toy/conf/files.toy': '',
    'arch/toy/conf/GENERIC': 'machine toy i386\n',
    'kern/main.c': frame(body, before),
  });
  const result = await extract(tree, { arch: 'toy' });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value.events
    .slice(1)
    .map(({ certainty, object, args }) => `${certainty} ${object} ${String(args['size'])}`);
}

describe('values', () => {
  it('are exact in 64 bits and cut to their types', async () => {
    const body =
      'unsigned int x = 0xffffffffU; unsigned long long y = 0xffffffffffffffffULL; x++; y >>= 60;';
    expect(await events(`${body} pool_init(&a, x); pool_init(&b, y);`)).toEqual([
      'must a 0',
      'must b 15',
    ]);
  });

  it('go through casts in a row, of which the grammar makes calls', async () => {
    const before = 'typedef unsigned long cell_t; typedef unsigned int u_int;';
    expect(await events('pool_init(&a, (cell_t)(u_int)(int)(0x1ffffffffLL));', before)).toEqual([
      'must a 4294967295',
    ]);
  });

  it('know sizes, offsets and enumerations', async () => {
    const before =
      'enum { ONE = 1, TWO }; struct s { char c; short h; int *p; long long l; char t[3]; };';
    expect(await events('pool_init(&a, sizeof(struct s)); pool_init(&b, TWO);', before)).toEqual([
      'must a 20',
      'must b 2',
    ]);
    const cast = 'typedef unsigned long word; struct s v[3];';
    expect(
      await events(
        'pool_init((struct pool *)((word)&v[1] - (word)&v[1] + 1), 1);',
        `${before} ${cast}`,
      ),
    ).toEqual(['must ?(struct pool *)((word)&v[1] - (word)&v[1] + 1) 1']);
    const offset = '(unsigned long)&((struct s *)0)->l';
    expect(await events(`pool_init(&a, ${offset});`, before)).toEqual(['must a 8']);
  });

  it('come through pointers, structures and functions', async () => {
    const before = [
      'static int twice(int x) { return 2 * x; }',
      'struct op { int (*f)(int); } ops = { twice };',
      'static void set(int *to) { *to = 21; }',
    ].join('\n');
    const body = 'int x; struct op *o = &ops; set(&x); pool_init(&a, (*o->f)(x));';
    expect(await events(body, before)).toEqual(['must a 42']);
  });

  it('start as zero, or as written', async () => {
    const before = 'static int zero; static int five = 5; int t[] = { 1, 2, [4] = 7 };';
    expect(await events('pool_init(&a, zero + five); pool_init(&b, t[4]);', before)).toEqual([
      'must a 5',
      'must b 7',
    ]);
  });
});

describe('paths', () => {
  it('on what is known go one way', async () => {
    expect(await events('int x = 3; if (x > 2) pool_init(&a, 1); else pool_init(&b, 1);')).toEqual([
      'must a 1',
    ]);
  });

  it('on what is not known go both ways and join', async () => {
    const body =
      'int x = 1; if (unknown) { x = 2; pool_init(&a, x); } else pool_init(&b, x); pool_init(&c, x);';
    expect(await events(body)).toEqual(['may a 2', 'may b 1', 'must c ?x']);
  });

  it('that panic leave no guard behind', async () => {
    const before = 'void panic(const char *, ...);';
    expect(await events('if (unknown) panic("no"); pool_init(&a, 1);', before)).toEqual([
      'must a 1',
    ]);
  });

  it('that return early leave a guard to the end of the function, not beyond', async () => {
    const before = 'static void f(void) { if (unknown) return; pool_init(&a, 1); }';
    expect(await events('f(); pool_init(&b, 1);', before)).toEqual(['may a 1', 'must b 1']);
  });

  it('that jump forward to a label meet there', async () => {
    const before =
      'static void f(void) { if (unknown) goto out; pool_init(&a, 1); out: pool_init(&b, 1); }';
    expect(await events('f();', before)).toEqual(['may a 1', 'must b 1']);
  });

  it('of a switch on a known value take its case, on another all of them', async () => {
    const known = 'switch (2) { case 1: pool_init(&a, 1); break; case 2: pool_init(&b, 1); }';
    expect(await events(known)).toEqual(['must b 1']);
    const open = 'switch (unknown) { case 1: pool_init(&a, 1); break; default: pool_init(&b, 1); }';
    expect(await events(open)).toEqual(['may a 1', 'may b 1']);
  });

  it('learn what their condition says', async () => {
    const before = 'struct pool *p;';
    const body =
      'p = (struct pool *)unknown; if (p == 0) { if (p) pool_init(&a, 1); pool_init(&b, 1); }';
    expect(await events(body, before)).toEqual(['may b 1']);
  });
});

describe('loops', () => {
  it('with known bounds are followed round by round', async () => {
    expect(await events('int i; for (i = 0; i < 3; i++) pool_init(&many[i], 8 << i);')).toEqual([
      'must many 8',
      'must many[1] 16',
      'must many[2] 32',
    ]);
  });

  it('without are taken once, for all rounds', async () => {
    expect(await events('int i; for (i = 0; i < unknown; i++) pool_init(&many[i], 1);')).toEqual([
      'loop0 many[*] 1',
    ]);
    expect(await events('do { pool_init(&a, 1); } while (unknown);')).toEqual(['loop a 1']);
  });

  it('over a list follow its links', async () => {
    const body =
      'struct pool *p; a.next = &b; b.next = &c; for (p = &a; p; p = p->next) pool_init(p, 1);';
    expect(await events(body)).toEqual(['must a 1', 'must b 1', 'must c 1']);
  });
});

describe('numbers of which only the bounds are known', () => {
  it('decide what every number within them decides', async () => {
    const body =
      'int n = unknown ? 4 : 16; if (n != 0) pool_init(&a, n); if (n > 16) pool_init(&b, 1);';
    expect(await events(body)).toEqual(['must a ?n']);
  });

  it('come from clamping what is not known', async () => {
    const clamp = 'int n = unknown; if (n > 100) n = 100; if (n < 10) n = 10;';
    const asks = 'if (n * 4096UL >= 40960) pool_init(&a, 1); if (n == 7) pool_init(&b, 1);';
    expect(await events(`${clamp} ${asks}`)).toEqual(['must a 1']);
  });

  it('make a loop run at least once, without a count of its rounds', async () => {
    const body = 'int i, n = unknown ? 4 : 16; for (i = n; i > 0; i--) pool_init(&many[0], 1);';
    expect(await events(body)).toEqual(['loop many 1']);
  });

  it('are lost where they may wrap around, or a comparison converts them', async () => {
    const wraps = 'unsigned char n = unknown ? 1 : 255; n++; if (n != 0) pool_init(&a, 1);';
    expect(await events(wraps)).toEqual(['may a 1']);
    const signs = 'int n = unknown; if (n < 10U) return 0; if (n < 0) pool_init(&b, 1);';
    expect(await events(signs)).toEqual(['may b 1']);
  });
});

describe('what a loop counts', () => {
  it('is known where nothing is told in it, however many rounds it has', async () => {
    const before = 'static int left = 200, taken;';
    const body = 'while (left-- > 0) taken++; if (taken == 200) pool_init(&a, taken);';
    expect(await events(body, before)).toEqual(['must a 200']);
  });

  it('is not known where it does not come to an end in time', async () => {
    const before = 'static int taken;';
    const body = 'for (int i = 0; i < 100000; i++) taken++; if (taken > 5) pool_init(&a, 1);';
    expect(await events(body, before)).toEqual(['may a 1']);
  });
});

describe('an allocation that is not followed', () => {
  const before = [
    'static int tags = 5, limit = 3;',
    'static void refill(void) { tags--; }',
    'unsigned long',
    'vmem_alloc(struct pool *vm, unsigned long size) { refill(); return 1; }',
    'void set_limit(void) { limit = 4; }',
  ].join('\n');

  it('leaves what its file counts unknown, and the rest as it was', async () => {
    const asks = 'if (tags > 0) pool_init(&a, 1); if (limit == 3) pool_init(&b, 1);';
    expect(await events(asks, before)).toEqual(['must a 1', 'must b 1']);
    expect(await events(`vmem_alloc(&c, 1); ${asks}`, before)).toEqual([
      'must c 1',
      'may a 1',
      'must b 1',
    ]);
  });

  it('and so does one of another allocator, once the first has been set up', async () => {
    const asks = 'pool_get(&c, 1); if (tags > 0) pool_init(&a, 1);';
    expect(await events(asks, before)).toEqual(['must c undefined', 'may a 1']);
    // Its code in a file of its own, of which nothing has run.
    const tree = {
      'conf/files': 'file kern/main.c\nfile kern/tags.c\n',
      'arch/toy/conf/files.toy': '',
      'arch/toy/conf/GENERIC': 'machine toy i386\n',
      'kern/tags.c': `${before.replace('static int tags', 'int tags')}\nvoid\nset_up(void) { }\n`,
    };
    const certainty = async (body: string): Promise<string | undefined> => {
      const main = frame(`${body} ${asks}`, 'extern int tags; void set_up(void);');
      const result = await extract(memoryTree({ ...tree, 'kern/main.c': main }), { arch: 'toy' });
      if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
      return result.value.events.find(({ object }) => object === 'a')?.certainty;
    };
    expect(await certainty('')).toBe('must');
    expect(await certainty('set_up();')).toBe('may');
  });
});
