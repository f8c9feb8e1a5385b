import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExtractOptions } from '../../src/extract/index.ts';
import { extract, memoryTree } from '../../src/extract/index.ts';
import type { Order } from '../../src/order/order.ts';

/*
 * The miniature kernel as texts, so that a test can put a construct of real trees into it.
 */

export type Texts = { [path: string]: string };

const root = join(import.meta.dirname, '../fixtures/mini-bsd/sys');

export function texts(folder = root, prefix = ''): Texts {
  const found: Texts = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) Object.assign(found, texts(path, `${prefix}${name}/`));
    else found[prefix + name] = readFileSync(path, 'latin1');
  }
  return found;
}

/** The boot order that such texts have. */
export async function orderOf(files: Texts, options: Partial<ExtractOptions> = {}): Promise<Order> {
  const order = await extract(memoryTree(files), { arch: 'toy', ...options });
  if (!order.ok) throw new Error(JSON.stringify(order.diagnostics));
  return order.value;
}

/** The boot with some text before uvm_init(), and some at its beginning. */
export function withUvmInit(before: string, inside: string): Texts {
  const files = texts();
  const file = 'uvm/uvm_init.c';
  files[file] = (files[file] ?? '')
    .replace('void\nuvm_init(void)\n{', `${before}\nvoid\nuvm_init(void)\n{\n`)
    .replace('\tuvm_page_init();', `${inside}\n\tuvm_page_init();`);
  return files;
}
