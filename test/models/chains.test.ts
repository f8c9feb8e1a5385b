import { describe, expect, it } from 'vitest';
import { boots } from '../../models/netbsd/boots.ts';
import { present } from '../../src/base/assert.ts';
import type { PhaseFacts } from '../../src/boot/page-facts.ts';

/**
 * The reclaim chains after pool_subsystem_init, in order, as the dossier derives them by hand from
 * the source (allocators.md 7.5): the queue is last in, first out, so meta is bound before nointr.
 */
const headerPools = ['0', '64', '128', '256', '512', '1024', '2048', '4096'].map(
  (elements) => `phpool-${elements}`,
);

const kmemChain = (...more: readonly string[]): readonly string[] => [
  'kvakmem',
  ...headerPools,
  'pcgnormal',
  'pcglarge',
  ...more,
];

function phasesOf(name: string): readonly PhaseFacts[] {
  const entry = present(
    boots.find((one) => one.name === name),
    `${name} is in the catalogue`,
  );
  return present(entry.page?.(), 'a boot has a page').phases;
}

/** The chain of a map right after pool_subsystem_init, before pcache and pcachecpu. */
function chainAfterInit(name: string, map: string): readonly string[] {
  const phase = phasesOf(name).find((one) => one.after.startsWith('pool_subsystem_init'));
  return present(phase?.chains.find((chain) => chain.map === map)?.entries, `${map} has a chain`);
}

describe('the chains at the end of pool_subsystem_init', () => {
  it('i386, era A: kvakernel, then nointr in the order of pool_init; kvakmem, then meta', () => {
    expect(chainAfterInit('netbsd/a-deferred-queue/i386', 'kernel_map')).toEqual([
      'kvakernel',
      'pmappl',
      'pdppl',
      'amappl',
      'vmmpepl',
      'vmsppl',
      'aobj',
    ]);
    expect(chainAfterInit('netbsd/a-deferred-queue/i386', 'kmem_map')).toEqual(kmemChain('pvpl'));
  });

  it('arm32, era A: pvepl has an allocator of its own and is on no chain', () => {
    expect(chainAfterInit('netbsd/a-deferred-queue/arm32', 'kernel_map')).toEqual([
      'kvakernel',
      'pmappl',
      'l2dtblpl',
      'l2ptppl',
      'amappl',
      'vmmpepl',
      'vmsppl',
      'aobj',
    ]);
    expect(chainAfterInit('netbsd/a-deferred-queue/arm32', 'kmem_map')).toEqual(kmemChain());
  });

  it('alpha, era A: no vacache, because pool pages are direct-mapped', () => {
    expect(chainAfterInit('netbsd/a-deferred-queue/alpha', 'kernel_map')[0]).not.toBe('kvakernel');
  });

  it.each(['i386', 'amd64', 'arm32', 'alpha'])(
    '%s: era C has the same pools on them as era A',
    (port) => {
      for (const map of ['kernel_map', 'kmem_map']) {
        const a = chainAfterInit(`netbsd/a-deferred-queue/${port}`, map);
        const c = chainAfterInit(`netbsd/c-explicit-order/${port}`, map);
        expect(c.toSorted()).toEqual(a.toSorted());
      }
    },
  );

  it.each(['h1', 'h2'])(
    'i386, era B %s: only the vacaches, which were bound from the start',
    (hypothesis) => {
      const name = `netbsd/b-lost-callbacks-${hypothesis}/i386`;
      expect(chainAfterInit(name, 'kernel_map')).toEqual(['kvakernel']);
      expect(chainAfterInit(name, 'kmem_map')).toEqual(['kvakmem']);
    },
  );
});
