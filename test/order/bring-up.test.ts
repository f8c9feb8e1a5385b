import { describe, expect, it } from 'vitest';
import { bringUp, bringUpText } from '../../src/order/index.ts';
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
