import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decidedReading, reviewed } from '../models/netbsd/orders/review/review.ts';
import { reviews } from '../models/netbsd/orders/review/reviews.ts';
import type { PortName } from '../models/netbsd/orders.ts';
import { ports } from '../models/netbsd/ports/ports.ts';
import { importOrder } from '../src/boot/import-order.ts';
import { revisionOf } from '../src/extract/function-text.ts';
import { diskTree, extract } from '../src/extract/index.ts';
import type { Order } from '../src/order/order.ts';

/** The order of a port as it is read out of a NetBSD 5.2 tree, with the decisions of its review. */
export async function generatedOrder(tree: string, port: PortName): Promise<Order> {
  const review = reviews[port];
  const source = diskTree(tree);
  if (!source.ok) throw new Error(source.diagnostics.map(({ message }) => message).join('\n'));
  const read = await extract(source.value, { arch: review.arch, config: review.config });
  if (!read.ok) throw new Error(read.diagnostics.map(({ message }) => message).join('\n'));
  const order = reviewed(importOrder(decidedReading(read.value, review), ports[port]), review);
  return { ...order, source: { ...order.source, revisions: revisionsOf(order, tree) } };
}

/** Of every file in which an event stands; a review adds events of files that nothing else reads. */
function revisionsOf(order: Order, tree: string): Order['source']['revisions'] {
  const files = new Set(
    order.events.flatMap((event) => [event, ...event.stack].map(({ file }) => file)),
  );
  const found = [...files].sort().flatMap((file) => {
    const revision = revisionOf(readFileSync(join(tree, file), 'latin1'));
    return revision === null ? [] : [[file, revision] as const];
  });
  return Object.fromEntries(found);
}
