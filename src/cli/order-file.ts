import type { Order } from '../order/order.ts';
import { parseOrder } from '../order/order.ts';
import { valueOf } from './failure.ts';
import { readJson, readText } from './files.ts';
import type { Io } from './io.ts';

/** An order from a file of JSON or standard input (`-`). */
export async function orderFile(path: string, io: Io): Promise<Order> {
  const from = path === '-' ? 'standard input' : path;
  const text = path === '-' ? await io.readInput() : readText(path);
  return valueOf(parseOrder(readJson(from, text), from));
}
