import { describe, expect, it } from 'vitest';
import { bringUp, checkOrder, waiverFor } from '../../src/order/index.ts';
import type { Order } from '../../src/order/order.ts';
import type { Answer, Verdict } from '../../src/order/rules/answer.ts';
import { askRules } from '../../src/order/rules/index.ts';
import { before, boot, chainBoot, event, moveBefore, vmemBoot, without } from './small-boot.ts';

/** What the rules say, a line an answer, without what does not apply. */
function said(order: Order, ...verdicts: Verdict[]): string[] {
  const wanted = verdicts.length === 0 ? ['violation', 'unproved', 'inconclusive'] : verdicts;
  return askRules(order).rules.flatMap(({ answers }) =>
    answers
      .filter(({ verdict }) => wanted.includes(verdict))
      .map(
        ({ rule, verdict, object, at }) => `${verdict}: ${rule}: ${object} #${at?.event ?? '-'}`,
      ),
  );
}

describe('the two designs as they are', () => {
  it('are found right, with nothing left open', () => {
    expect(said(boot(vmemBoot))).toEqual([]);
    expect(said(boot(chainBoot))).toEqual([]);
  });

  it('are told apart by what their boot does', () => {
    expect(askRules(boot(vmemBoot)).era.era).toBe('D');
    expect(askRules(boot(chainBoot)).era.era).toBe('A');
  });
});

describe('bugs that were really made, planted again', () => {
  it('B09: growing page tables invalidates a cache that is not there yet', () => {
    const call = 'start>pmap_growkernel pool_cache_invalidate pmap_pdp_cache';
    const planted = boot(before(vmemBoot, 'uvm_pageboot_alloc', call));
    expect(said(planted)).toEqual(['violation: initialised: pmap_pdp_cache #1']);
    const [answer] = askRules(planted).rules.flatMap(({ answers }) => answers);
    expect(answer?.says).toBe(
      'pool_cache_invalidate() uses the pool pmap_pdp_cache before pmap_pdp_cache is initialised',
    );
    expect(answer?.other?.function).toBe('pmap_init');
    expect(answer?.at?.stack.map((frame) => frame.function)).toEqual(['start']);
  });

  it('B09 with the guard in place is unproved, and names the guard', () => {
    const call = '?pmap_initialized? start>pmap_growkernel pool_cache_invalidate pmap_pdp_cache';
    const guarded = boot(before(vmemBoot, 'uvm_pageboot_alloc', call));
    expect(said(guarded)).toEqual(['unproved: initialised: pmap_pdp_cache #1']);
    const [answer] = askRules(guarded).rules.flatMap(({ answers }) => answers);
    expect(answer?.guards.map(({ text }) => text)).toEqual(['pmap_initialized']);
  });

  it('B09 was no bug while the cache was bootstrapped in pmap_bootstrap', () => {
    const call = 'main>uvm_init>uvm_km_init>pmap_growkernel pool_cache_invalidate pmap_pdp_cache';
    expect(said(boot(before(chainBoot, 'set kernel_map', call)))).toEqual([]);
  });

  it('B03: the starvation test looks into an arena that does not exist', () => {
    const read = 'main>uvm_init>uvm_page_init>uvm_kick_pdaemon>uvm_km_va_starved_p read kmem_arena';
    expect(said(boot(before(vmemBoot, 'mutex_init uvm_kentry_lock', read)))).toEqual([
      'violation: heap arena: kmem_arena #3',
    ]);
  });

  it('B03 cannot be decided where page allocations are not followed, and says so', () => {
    const page = 'main>uvm_init>uvm_km_bootstrap uvm_pagealloc_strat - flags=0';
    expect(said(boot(before(vmemBoot, 'uvm_map_setup', page)))).toEqual([
      'inconclusive: heap arena: kmem_arena #5',
    ]);
  });

  it('B04: the range of the arena is reserved only where the image is', () => {
    const reserve = 'uvm_map_prepare kernel_map_store start=kmembase size=kmemsize';
    const planted = vmemBoot.map((line) =>
      line.includes(reserve) ? `?start!=base? ${line}` : line,
    );
    expect(said(boot(planted))).toEqual(["unproved: heap arena: the arena's range #11"]);
    expect(said(boot(without(vmemBoot, 'start=kmembase size=kmemsize')))).toEqual([
      "unproved: heap arena: the arena's range #10",
    ]);
  });

  describe('B04 where it is known that there is no image to reserve', () => {
    // alpha: the map begins where the arena does.
    const known = vmemBoot
      .filter((line) => !line.includes('uvm_map_prepare'))
      .map((line) => line.replace('uvm_map_setup kernel_map_store', '$& vmin=4096 vmax=65536'))
      .map((line) => line.replace('base=kmembase size=kmemsize', 'base=4096 size=?kmemsize'));
    const answerOf = (order: Order): Answer | undefined =>
      askRules(order).rules.find(({ rule }) => rule === 'heap arena')?.answers[0];

    it('is a violation: both hand the range out', () => {
      const answer = answerOf(boot(known));
      expect(answer?.verdict).toBe('violation');
      expect(answer?.says).toBe(
        'vmem_init() creates the arena of the kernel heap, and nothing reserves its range in ' +
          'kernel_map: it begins at 0x1000, within the map (0x1000 to 0x10000), so both hand it out',
      );
      expect(answer?.other?.call).toBe('uvm_map_setup');
    });

    it('is inconclusive if something was passed over since the map was set up, not before', () => {
      const hole = { kind: 'unresolved call', what: 'f' } as const;
      expect(answerOf(boot(known, { holes: [{ ...hole, before: 7 }] }))?.verdict).toBe(
        'inconclusive',
      );
      expect(answerOf(boot(known, { holes: [{ ...hole, before: 2 }] }))?.verdict).toBe('violation');
    });

    it('is none where the map ends before the arena begins', () => {
      const apart = known.map((line) => line.replace('base=4096', 'base=65536'));
      expect(said(boot(apart))).toEqual([]);
    });

    it('is unproved where a reservation of some other, unknown size may reach it', () => {
      const reserve =
        'main>uvm_init>uvm_km_bootstrap uvm_map_prepare kernel_map_store start=?base size=?image';
      expect(said(boot(before(known, 'set kernel_map', reserve)))).toEqual([
        "unproved: heap arena: the arena's range #10",
      ]);
    });
  });

  it('B05: page tables do not reach the arena when it is first used', () => {
    expect(said(boot(without(vmemBoot, 'maxkvaddr=2')))).toEqual([
      'violation: heap arena: kernel page tables #13',
    ]);
  });

  it('B05 where the call taken out was the only one: the port says that it has such calls', () => {
    const none = boot(vmemBoot.filter((line) => !line.includes('pmap_growkernel')));
    expect(said(none)).toEqual([]);
    expect(said({ ...none, facts: { PMAP_GROWKERNEL: null } })).toEqual([]);
    expect(said({ ...none, facts: { PMAP_GROWKERNEL: 'arch/x/include/pmap.h:1' } })).toEqual([
      'violation: heap arena: kernel page tables #12',
    ]);
  });

  it('swapped uvm_map_init_caches and pmap_init break a promise, and a port that maps', () => {
    expect(said(boot(moveBefore(vmemBoot, '>pmap_init', '>uvm_map_init_caches')))).toEqual([
      'violation: grown: kernel_map #21',
      'violation: promised order: pmap_init #20',
    ]);
  });

  it('a low-water mark grows a pool before its map exists', () => {
    const grow = 'main>uvm_init>uvm_map_init pool_cache_setlowat uvm_map_entry_cache n=10';
    expect(said(boot(before(chainBoot, 'uvm_map_setup_kernel', grow)))).toEqual([
      'violation: grown: pool uvm_map_entry_cache on pool_allocator_nointr #3',
    ]);
  });

  it('a callback is registered twice', () => {
    const again = 'main>soinit callback_register kernel_map entry=kmem_kva_reclaim_entry';
    expect(said(boot(before(chainBoot, 'uvm_uarea_init', again)))).toEqual([
      'violation: reclaim: kmem_kva_reclaim_entry #14',
    ]);
  });

  it('pool_subsystem_init() empties the queue and registers nobody', () => {
    const flushed =
      'main>uvm_init>pool_subsystem_init>pa_reclaim_register>pool_reclaim_register callback_register ?map obj=?pp fn=pool_reclaim_callback';
    const own =
      'main>uvm_init>pool_subsystem_init>pool_init>pool_reclaim_register callback_register ?map obj=cache_pool fn=pool_reclaim_callback';
    // An order that was read tells of each registration that the code comes to.
    const asRead = (lines: readonly string[]): Order => {
      const order = boot(lines);
      return { ...order, source: { ...order.source, hash: 'of what was read' } };
    };
    const whole = before(before(chainBoot, 'init cache_pool', flushed), '>kmem_init', own);
    expect(said(asRead(whole))).toEqual([]);
    expect(said(asRead(without(whole, 'pa_reclaim_register')))).toEqual([
      'violation: reclaim: pdppl #0',
      'violation: reclaim: vmmpepl #2',
    ]);
    expect(said(asRead(without(whole, 'obj=cache_pool')))).toEqual([
      'violation: reclaim: pcache #13',
    ]);
  });

  it('the deferred queue is flushed before kmem_map exists', () => {
    const early = moveBefore(chainBoot, 'pool_subsystem_init', '>kmeminit uvm_km_suballoc');
    expect(said(boot(early), 'violation')).toContain('violation: reclaim: pool_allocator_meta #7');
  });
});

describe('a request that nobody makes', () => {
  /** A small boot with what asking for a page would do, by the event before which it is asked. */
  function asked(answers: { [before: number]: readonly string[] }): Order {
    const probes = Object.entries(answers).map(([before, lines]) => ({
      ...{ before: Number(before), asks: 'page', call: 'uvm_pagealloc_strat' },
      ...{ file: 'uvm_pagealloc_strat.c', line: 1, given: [], holes: [] },
      events: lines.map((line) => event(line)),
    }));
    return { ...boot(vmemBoot), probes };
  }
  const look = 'uvm_pagealloc_strat>uvm_km_va_starved_p vmem_size kmem_arena vm=0';
  const there =
    'uvm_pagealloc_strat>uvm_km_va_starved_p vmem_size kmem_arena_store vm=kmem_arena_store';

  it('is a violation all the same: whoever makes it first finds out', () => {
    const order = asked({ 3: [look], 13: [there] });
    expect(said(order)).toEqual(['violation: page demand: kmem_arena #2']);
    const [answer] = askRules(order).rules.flatMap(({ answers }) =>
      answers.filter(({ verdict }) => verdict === 'violation'),
    );
    expect(answer?.other?.object).toBe('kmem_arena');
    expect(answer?.at?.function).toBe('uvm_km_va_starved_p');
  });

  it('is unproved where it hangs on a condition, and fine where it meets what is there', () => {
    expect(said(asked({ 3: [`?short? ${look}`], 13: [there] }))).toEqual([
      'unproved: page demand: kmem_arena #2',
    ]);
    expect(said(asked({ 3: [], 13: [there] }))).toEqual([]);
  });

  it('is told by the table of what may be called where', () => {
    const { columns, rows, obstacles } = bringUp(asked({ 3: [look], 13: [there] }));
    const page = columns.indexOf('page');
    const allowed = rows.map(({ routine, allowed: cells }) => `${routine} ${cells[page] ?? ''}`);
    expect(allowed).toContain('uvm_map_init no');
    expect(allowed).toContain('uvm_map_init_caches yes');
    expect(obstacles.map(({ column, says }) => `${column}: ${says}`)).toEqual([
      'page: until kmem_arena is set (uvm_km_bootstrap.c:112) it meets kmem_arena, which is not ' +
        'there: uvm_pagealloc_strat() > uvm_km_va_starved_p() uvm_km_va_starved_p.c:100',
    ]);
  });

  it('is waived by the event that it would meet, and looked at again when that changes', () => {
    const order = asked({ 3: [look], 13: [there] });
    const [found] = checkOrder(order).waived.standing.filter(({ rule }) => rule === 'page demand');
    if (found === undefined) throw new Error('no answer');
    const waivers = [waiverFor(order, found, 'nobody asks on this port', 'a reader')];
    expect(checkOrder(order, { waivers }).waived.waived).toHaveLength(1);
    const changed = asked({ 3: [look.replace('vm=0', 'vm=0 typemask=3')], 13: [there] });
    expect(checkOrder(changed, { waivers }).waived.stale).toHaveLength(1);
  });
});

describe('a rule is about an allocator, not about a phase', () => {
  it('the meta pools grow while the arena of the others is still being made', () => {
    const grow = 'main>uvm_init>uvm_km_bootstrap>vmem_init pool_get cache_pool flags=PR_WAITOK';
    expect(said(boot(before(vmemBoot, 'set kmem_va_arena', grow)))).toEqual([]);
    expect(said(boot(before(vmemBoot, 'set kmem_meta_arena', grow)))).toEqual([
      'violation: grown: pool cache_pool on pool_allocator_meta #16',
    ]);
  });

  it('a direct-mapped port may grow standard pools once it has pages', () => {
    const grow = 'main>uvm_init>pmap_init pool_cache_setlowat pmap_pdp_cache n=1';
    const lines = before(chainBoot, 'uvm_km_suballoc', grow);
    const direct = lines.filter((line) => !line.includes('uvm_km_vacache_init'));
    expect(said(boot(direct, { port: 'alpha' }))).toEqual([]);
    expect(said(boot(lines))).toEqual([
      'violation: grown: pool pmap_pdp_cache on pool_allocator_nointr #7',
    ]);
  });

  it('an own allocator whose source is not known is inconclusive until everything is up', () => {
    const own = 'start>pmap_bootstrap pool_init own_pool wchan=own palloc=own_allocator ipl=NONE';
    const lines = before(chainBoot, 'page_init_done', own);
    const early = before(lines, 'uvm_map_setup_kernel', 'main>uvm_init pool_get own_pool flags=0');
    const late = before(lines, 'set cold', 'main>cpu_startup pool_get own_pool flags=0');
    expect(said(boot(early))).toEqual(['inconclusive: grown: pool own_pool on own_allocator #4']);
    expect(said(boot(late))).toEqual([]);
  });

  it('a pool whose allocator steals pages may grow before the page queues are there', () => {
    const lines = [
      'start>pmap_bootstrap uvm_page_physload',
      'start>pmap_bootstrap pool_init upvo wchan=upvo palloc=pmap_pool_uallocator ipl=NONE',
      'start>pmap_bootstrap pool_setlowat upvo n=252',
    ].reduce((order, line) => before(order, 'page_init_done', line), chainBoot);
    expect(said(boot(lines))).toEqual([]);
  });
});

describe('the four answers', () => {
  const use = 'main>foo_init mutex_enter foo_lock';
  const cut = { kind: 'cut', what: 'bar_init', before: 2 } as const;

  it('no initialiser anywhere and nothing unread is a violation', () => {
    expect(said(boot(before(vmemBoot, 'cpu_startup', use)))).toEqual([
      'violation: initialised: foo_lock #26',
    ]);
  });

  it('no initialiser anywhere and a hole before it is inconclusive, and names the hole', () => {
    const order = boot(before(vmemBoot, 'cpu_startup', use), { holes: [cut] });
    expect(said(order)).toEqual(['inconclusive: initialised: foo_lock #26']);
    const [answer] = askRules(order).rules.flatMap(({ answers }) => answers);
    expect(answer?.holes).toEqual(['cut bar_init']);
  });

  it('an initialiser that is seen later is the one, whatever holes there are', () => {
    const late = before(vmemBoot, 'set cold', 'main>foo_late mutex_init foo_lock');
    expect(said(boot(before(late, 'cpu_startup', use), { holes: [cut] }))).toEqual([
      'violation: initialised: foo_lock #26',
    ]);
  });

  it('a hole hides it all the same if it is the routine that initialises', () => {
    const late = before(vmemBoot, 'set cold', 'main>bar_init mutex_init foo_lock');
    expect(said(boot(before(late, 'cpu_startup', use), { holes: [cut] }))).toEqual([
      'inconclusive: initialised: foo_lock #26',
    ]);
  });

  it('an initialiser under a condition proves only what hangs on the same condition', () => {
    const init = '?option? main>foo_init mutex_init foo_lock';
    const lines = before(vmemBoot, 'cpu_startup', init);
    expect(said(boot(before(lines, 'cpu_startup', use)))).toEqual([
      'unproved: initialised: foo_lock #27',
    ]);
    expect(said(boot(before(lines, 'cpu_startup', `?option? ${use}`)))).toEqual([]);
  });

  it('a pool of which the machine decides what allocator it has must be on the chain of either', () => {
    const pool = 'main>bufinit pool_init buf4k wchan=buf4k ipl=NONE palloc=?';
    const either = (lines: readonly string[]): Order => {
      const order = boot(lines);
      const palloc = '?pa (own_allocator or pool_allocator_kmem)';
      const events = order.events.map((one) =>
        one.args['palloc'] === '?' ? { ...one, args: { ...one.args, palloc } } : one,
      );
      return { ...order, events };
    };
    expect(said(either(before(chainBoot, 'set cold', pool)))).toEqual([]);
    // With the queue emptied too early one of the two waits in it for ever.
    const flushed = moveBefore(chainBoot, 'pool_subsystem_init', '>kmeminit uvm_km_suballoc');
    const late = either(before(flushed, '>kmeminit uvm_km_suballoc', pool));
    const [answer] = askRules(late)
      .rules.flatMap(({ answers }) => answers)
      .filter(({ object }) => object === 'buf4k');
    expect(answer).toMatchObject({
      verdict: 'unproved',
      says: 'buf4k is not on the chain of kmem_map when boot ends, if its allocator is pool_allocator_kmem',
    });
  });

  it('trees without chains have no reclaim callbacks to miss, and the answer says why', () => {
    const [reclaim] = askRules(boot(vmemBoot)).rules.filter(({ rule }) => rule === 'reclaim');
    expect(reclaim?.answers.map(({ verdict }) => verdict)).toEqual(['not applicable']);
  });
});

describe('an order that is not complete', () => {
  const partial = vmemBoot.filter((line) => !line.includes('uvm_init'));

  it('fits no era, and says which anchors are missing in which files', () => {
    const { era } = askRules(
      boot(partial, { holes: [{ kind: 'missing file', what: 'uvm/uvm_km.c' }] }),
    );
    expect(era.era).toBeNull();
    expect(era.missing.map(({ file }) => file)).toContain('uvm/uvm_km.c');
    expect(era.unread).toEqual(['uvm/uvm_km.c']);
  });

  it('gets no violation for what comes after an anchor that was not read', () => {
    expect(
      said(boot(partial, { holes: [{ kind: 'missing file', what: 'uvm/uvm_km.c' }] }), 'violation'),
    ).toEqual([]);
  });

  it('with anchors of both designs lies between them', () => {
    const both = [...chainBoot, ...vmemBoot.filter((line) => line.includes('uvm_km_bootstrap'))];
    expect(askRules(boot(both)).era.reasons.slice(0, 2)).toEqual([
      'no era fits',
      'anchors of both designs are there: the tree lies between them',
    ]);
  });
});

describe('what is worth knowing and no fault', () => {
  const notes = (order: Order): string[] =>
    askRules(order).rules.flatMap((rule) => rule.notes.map(({ says }) => says));

  it('a static pool described before pool_subsystem_init', () => {
    expect(notes(boot(vmemBoot)).join('\n')).toContain('uao_swhash_elt_pool is described before');
  });

  it('allocations that may sleep before the pagedaemon exists, as a table', () => {
    const { sleepers } = askRules(boot(vmemBoot));
    expect(sleepers.map(({ at, when }) => `${at.call} ${when}`)).toEqual([
      'kmem_alloc cold',
      'percpu_alloc cold',
    ]);
  });

  it('but in an interrupt such an allocation is a violation', () => {
    const lines = boot(vmemBoot);
    const events = lines.events.map((one) =>
      one.call === 'kmem_alloc'
        ? { ...one, context: { ...one.context, by: 'interrupt' as const } }
        : one,
    );
    expect(said({ ...lines, events })).toEqual(['violation: sleeping: pager_map #24']);
  });

  it('what is stolen, as a number: at least what is certain', () => {
    const lines = [
      '?grow? start>pmap_growkernel uvm_page_physget -',
      '* start>pmap_growkernel uvm_page_physget -',
      'start uvm_pageboot_alloc - size=?nothing_known',
      // The pages of a taking by size are in that size.
      'start>uvm_pageboot_alloc uvm_page_physget -',
    ].reduce((order, line) => before(order, 'main>uvm_init>uvm_page_init uvm', line), vmemBoot);
    expect(askRules(boot(lines)).reserves).toMatchObject([
      {
        name: 'memory stolen before page initialisation',
        ...{ used: 8192, unit: 'bytes', unknown: 1, isAtLeast: true, conditional: 0 },
      },
      {
        name: 'pages taken one by one before page initialisation',
        ...{ used: 1, unit: 'pages', unknown: 0, isAtLeast: true, conditional: 1 },
      },
      { name: 'static boundary tags until the meta arena exists' },
    ]);
  });

  it('boundary tags by what each arena moves out of the reserve, and with the source of that', () => {
    const bootstrap = vmemBoot.map((line) =>
      line.replace(/ vmem_init kmem_(meta_)?arena_store.*/, '$& flags=VM_NOSLEEP|VM_BOOTSTRAP'),
    );
    const tagsOf = (lines: readonly string[]) =>
      askRules(boot(lines)).reserves.find(({ unit }) => unit === 'tags');
    // Two for the span of the heap and five kept by each arena that is made for bootstrap.
    expect(tagsOf(bootstrap)).toMatchObject({ used: 2 + 5 + 5, limit: 200, isAtLeast: true });
    expect(tagsOf(vmemBoot)).toMatchObject({ used: 2 + 4 });
    expect(tagsOf(bootstrap)?.source).toContain('kern/subr_vmem.c');
  });

  it('stealing after page initialisation is not one of them', () => {
    const late = 'main>uvm_init>uvm_map_init uvm_pageboot_alloc - size=4096';
    expect(said(boot(before(vmemBoot, 'uao_init', late)))).toEqual([
      'violation: pages: page stealing #4',
    ]);
  });
});
