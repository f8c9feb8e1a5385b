import { describe, expect, it } from 'vitest';
import { askRules } from '../../src/order/rules/index.ts';
import { orderOf, texts } from './mini-tree.ts';

/*
 * The kernel heap gets an arena, in the miniature kernel, and the three orders that the first
 * version of it had wrong are planted one at a time.
 */

const arena = `
struct vmem { vaddr_t base, size; };
static struct vmem kmem_arena_store;
struct vmem *kmem_arena;

void
uvm_map_setup(struct vm_map *map, vaddr_t vmin, vaddr_t vmax, int flags) { map->min = vmin; map->max = vmax; }
struct vmem *
vmem_init(struct vmem *vm, const char *name, vaddr_t base, vaddr_t size) { return vm; }
void
vmem_subsystem_init(struct vmem *vm) { }
`;

const reserve = 'uvm_map_prepare(&kernel_map_store, start, 0x100000);';
const grow = 'pmap_growkernel(start + 0x100000);';

/** What the rule on the heap's arena says where `reserving` and `growing` stand around its creation. */
async function said(reserving: string, growing: string): Promise<readonly string[]> {
  const files = texts();
  const file = 'uvm/uvm_km.c';
  files[file] = (files[file] ?? '')
    .replace('void\nuvm_km_init', `${arena}\nvoid\nuvm_km_init`)
    .replace(
      'kernel_map = &kernel_map_store;',
      `${reserving} kernel_map = &kernel_map_store;
       kmem_arena = vmem_init(&kmem_arena_store, "kmem", start, 0x100000);
       ${growing} vmem_subsystem_init(kmem_arena);`,
    );
  // A selected file that is missing could reserve it as well.
  files['conf/files'] = (files['conf/files'] ?? '').replace(/^file\s+dev\/absent.*\n/m, '');
  const order = await orderOf(files);
  const report = askRules(order).rules.find(({ rule }) => rule === 'heap arena');
  return (report?.answers ?? []).map(({ verdict, object }) => `${verdict}: ${object}`);
}

describe('the arena of the kernel heap', () => {
  it('is right where its range is reserved and page tables reach it', async () => {
    expect(await said(reserve, grow)).toEqual([]);
  });

  it('B04: nothing reserves its range, because there is no image to reserve', async () => {
    const planted = `if (start != VM_MIN_KERNEL_ADDRESS) { ${reserve} }`;
    expect(await said(planted, grow)).toEqual(["violation: the arena's range"]);
  });

  it('B04 where the reading cannot know whether there is an image hangs on that', async () => {
    const planted = `extern int toy_flag; if (toy_flag) { ${reserve} }`;
    expect(await said(planted, grow)).toEqual(["unproved: the arena's range"]);
  });

  it('B05: page tables are not grown for it, on a port that grows them', async () => {
    expect(await said(reserve, '')).toEqual(['violation: kernel page tables']);
  });
});
