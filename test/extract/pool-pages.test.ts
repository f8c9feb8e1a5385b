import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { extract, memoryTree } from '../../src/extract/index.ts';

/*
 * What a pool page asks for at a moment at which no pool asks for one.
 */

const root = join(import.meta.dirname, '../fixtures/mini-bsd/sys');

function texts(folder = root, prefix = ''): { [path: string]: string } {
  const found: { [path: string]: string } = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) Object.assign(found, texts(path, `${prefix}${name}/`));
    else found[prefix + name] = readFileSync(path, 'latin1');
  }
  return found;
}

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
  const order = await extract(memoryTree(files), { arch: 'toy' });
  if (!order.ok) throw new Error(JSON.stringify(order.diagnostics));
  const probes = order.value.probes ?? [];
  const last = (asks: string) => probes.findLast((probe) => probe.asks === asks);
  const nointr = last('page for pool_allocator_nointr');
  expect(nointr?.call).toBe('pool_page_alloc');
  expect(nointr?.events).toEqual(last('page for pool_allocator_kmem')?.events);
  expect(nointr?.events.map(({ call, certainty }) => `${certainty} ${call}`)).toEqual([
    'must uvm_pagealloc_strat',
  ]);
});
