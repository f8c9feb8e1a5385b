import { importOrder } from '../../../../src/boot/import-order.ts';
import { diskTree, extract } from '../../../../src/extract/index.ts';
import type { Order } from '../../../../src/order/order.ts';
import type { PortName } from '../../orders.ts';
import { ports } from '../../ports/ports.ts';
import { decidedReading, reviewed } from './review.ts';
import { reviews } from './reviews.ts';

/** The order of a port as it is read out of a NetBSD 5.2 tree, with the decisions of its review. */
export async function generatedOrder(tree: string, port: PortName): Promise<Order> {
  const review = reviews[port];
  const source = diskTree(tree);
  if (!source.ok) throw new Error(source.diagnostics.map(({ message }) => message).join('\n'));
  const read = await extract(source.value, { arch: review.arch, config: review.config });
  if (!read.ok) throw new Error(read.diagnostics.map(({ message }) => message).join('\n'));
  return reviewed(importOrder(decidedReading(read.value, review), ports[port]), review);
}
