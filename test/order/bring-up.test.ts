import { describe, expect, it } from 'vitest';
import { askRules, bringUp, bringUpText } from '../../src/order/index.ts';
import { before, boot, vmemBoot } from './small-boot.ts';

/*
 * The page for a person who moves a call: what each routine may ask for when it begins.
 */

describe('the bring-up table', () => {
  /** Whether pmap_bootstrap() and uvm_page_init() may steal pages, with these lines before. */
  const steals = (...lines: readonly string[]): (string | undefined)[] => {
    const bootstrap = 'start>pmap_bootstrap pool_cache_bootstrap pmap_cache wchan=p palloc=NULL';
    const all = [...lines, bootstrap].toReversed();
    const { columns, rows } = bringUp(boot(all.reduce((b, l) => [l, ...b], [...vmemBoot])));
    const at = columns.indexOf('steal');
    return ['pmap_bootstrap', 'uvm_page_init', 'uvm_map_init'].map(
      (name) => rows.find(({ routine }) => routine === name)?.allowed[at],
    );
  };

  it('lets no page be stolen before memory is loaded, nor after page initialisation', () => {
    expect(steals()).toEqual(['no', 'no', 'no']);
    expect(steals('start uvm_page_physload')).toEqual(['yes', 'yes', 'no']);
    expect(steals('?avail? start uvm_page_physload')).toEqual(['maybe', 'maybe', 'no']);
  });

  it('says that it speaks of the start of a routine, and what the routine brings', () => {
    const text = bringUpText(bringUp(boot(before(vmemBoot, 'page_init', 'start x'))));
    expect(text[0]).toContain('at its start');
    const row = text.findIndex((line) => line.startsWith('uvm_page_init'));
    expect(text[row + 1]).toBe('  brings: page');
  });
});

describe('what kmem(9) waits for', () => {
  const alloc = (way: string, size: number): string => `${way} kmem_alloc - size=${size}`;
  const answers = (port: string, lines: readonly string[]): readonly string[] =>
    askRules(boot(lines, { port }))
      .rules.flatMap((rule) => rule.answers)
      .flatMap(({ rule, object, says }) =>
        rule === 'grown' && object === 'kmem(9)' ? [says] : [],
      );

  it('is what is missing on the port, by the size that is asked for', () => {
    const early = (size: number): readonly string[] => [
      alloc('start>pmap_bootstrap', size),
      ...vmemBoot,
    ];
    const says = (need: string): string => `kmem_alloc() may grow kmem(9) before ${need} is set`;
    expect(answers('amd64', early(64))).toEqual([says('uvm.page_init_done')]);
    expect(answers('amd64', early(61_440))).toEqual([says('kmem_va_arena')]);
    expect(answers('i386', early(64))).toEqual([says('kmem_va_arena')]);
  });

  it('is a convention once the back end is up', () => {
    const lines = before(vmemBoot, '>kmem_init', alloc('main>uvm_init>uvm_km_init', 64));
    const [found] = answers('i386', lines);
    expect(found).toContain('before kmem_init() is done (convention: what is allocated before');
  });

  it('is in the table: early where it works, with a note where the convention ends', () => {
    const probe = {
      ...{ before: 3, asks: 'kmem', call: 'kmem_intr_alloc', file: 'kern/subr_kmem.c', line: 1 },
      ...{ given: [], events: [], holes: [] },
    };
    const table = (port: string): ReturnType<typeof bringUp> =>
      bringUp({ ...boot(vmemBoot, { port }), probes: [probe] });
    const cell = (port: string, name: string): string | undefined => {
      const { columns, rows } = table(port);
      return rows.find(({ routine }) => routine === name)?.allowed[columns.indexOf('kmem')];
    };
    expect(cell('amd64', 'uvm_map_init')).toBe('early');
    expect(cell('i386', 'uvm_map_init')).toBe('no');
    expect(cell('i386', 'pmap_init')).toBe('early');
    const [note] = table('amd64').obstacles.filter(({ column }) => column === 'kmem');
    expect(note?.says).toContain('until kmem_init() is done a request meets nothing');
    expect(note?.says).toContain('convention: what is allocated before kmem_init()');
  });
});
