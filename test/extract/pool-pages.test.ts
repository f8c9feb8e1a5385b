import { expect, it } from 'vitest';
import { orderOf, texts } from './mini-tree.ts';

/*
 * What a pool page asks for at a moment at which no pool asks for one.
 */

it('is asked for kmem and nointr alike where both have one routine, with the size that pools give', async () => {
  const files = texts();
  const pool = files['kern/subr_pool.c'] ?? '';
  files['sys/pool.h'] = (files['sys/pool.h'] ?? '').replace(
    'void *(*pa_alloc)',
    'unsigned pa_pagesz;\n\tvoid *(*pa_alloc)',
  );
  files['kern/subr_pool.c'] = `${pool.replace(
    'palloc = &pool_allocator_kmem;\n',
    'palloc = &pool_allocator_kmem;\n\tpalloc->pa_pagesz = PAGE_SIZE;\n',
  )}
    void *pool_page_alloc(struct pool *pp, int flags) {
      if (pp->pr_alloc->pa_pagesz == PAGE_SIZE) return (void *)uvm_pagealloc_strat(0, 0, 0, 0, 0, 0);
      return (void *)uvm_km_alloc(kernel_map, 0, 0, 0);
    }`;
  const order = await orderOf(files);
  const probes = order.probes ?? [];
  const last = (asks: string) => probes.findLast((probe) => probe.asks === asks);
  const nointr = last('page for pool_allocator_nointr');
  expect(nointr?.call).toBe('pool_page_alloc');
  expect(nointr?.events).toEqual(last('page for pool_allocator_kmem')?.events);
  expect(nointr?.events.map(({ call, certainty }) => `${certainty} ${call}`)).toEqual([
    'must uvm_pagealloc_strat',
  ]);
});
