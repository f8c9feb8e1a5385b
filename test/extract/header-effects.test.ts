import { describe, expect, it } from 'vitest';
import type { Macro } from '../../src/extract/cpp/macros.ts';
import { WatchedMacros } from '../../src/extract/cpp/header-effects.ts';

/* What a header does to the macros is noted, and done at once where the macros are the same. */

const macro = (name: string, ...body: string[]): Macro => ({
  ...{ name, parameters: null, variadic: false, body },
});

describe('the effect of a header', () => {
  const debug = macro('DEBUG');
  const limit = macro('LIMIT', '8');
  const header = (macros: WatchedMacros): void => {
    macros.included('h.h');
    if (macros.has('DEBUG')) macros.define(limit);
    else macros.undefine('LIMIT');
    macros.has('LIMIT');
  };

  it('is what it asked for before it changed it, and what it changed', () => {
    const effect = new WatchedMacros(new Map([['DEBUG', debug]]));
    expect(effect.watch(() => header(effect))).toMatchObject({
      asked: new Map([['DEBUG', debug]]),
      changed: new Map([['LIMIT', limit]]),
      includes: ['h.h'],
    });
  });

  it('is repeated where the answers are the same, and not where one differs', () => {
    const first = new WatchedMacros(new Map([['DEBUG', debug]]));
    const effect = first.watch(() => header(first));
    const same = new WatchedMacros(new Map([['DEBUG', debug]]));
    expect(same.fits(effect)).toBe(true);
    same.repeat(effect);
    expect(same).toEqual(first);
    const without = new WatchedMacros(new Map([['LIMIT', limit]]));
    expect(without.fits(effect)).toBe(false);
    const other = without.watch(() => header(without));
    expect([...without.table.keys()]).toEqual([]);
    expect(other.changed).toEqual(new Map([['LIMIT', undefined]]));
  });

  it('has the effects of the headers inside it', () => {
    const macros = new WatchedMacros(new Map());
    const outer = macros.watch(() => {
      macros.define(debug);
      macros.watch(() => header(macros));
    });
    // The outer one has made DEBUG itself: it does not ask for it.
    expect(outer.asked).toEqual(new Map());
    expect([...outer.changed.keys()]).toEqual(['DEBUG', 'LIMIT']);
  });
});
