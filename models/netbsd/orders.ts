import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Order } from '../../src/order/order.ts';
import { parseOrder } from '../../src/order/order.ts';
import { changesOfB, changesOfC, changesOfCLowWater } from './changes.ts';
import type { Change } from './derive.ts';
import { derive } from './derive.ts';

/**
 * The boot orders of NetBSD by era and port.
 *
 * Era A is read from the files in `orders/a`; B and C are derived from it when first asked for.
 */
export const portNames = ['i386', 'amd64', 'arm32', 'alpha'] as const;

export type PortName = (typeof portNames)[number];

export type OrdersByPort = { readonly [port in PortName]: Order };

const read = memoised((port: PortName): Order => {
  const path = join('models', 'netbsd', 'orders', 'a', `${port}.json`);
  const parsed = parseOrder(JSON.parse(readFileSync(join(packageRoot(), path), 'utf8')), path);
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.diagnostics.map((one) => `${path}: ${one.message}`).join('\n'));
});

export const orders: {
  readonly a: OrdersByPort;
  readonly b: OrdersByPort;
  readonly c: OrdersByPort;
} = {
  a: byPort(read),
  b: derived('B', changesOfB),
  c: derived('C', changesOfC),
};

/** Era C as it would be if only the low-water call of these two ports had moved. */
export const lowWaterOrders = {
  get arm32(): Order {
    return derive(read('arm32'), 'C, low water moved alone', changesOfCLowWater);
  },
  get alpha(): Order {
    return derive(read('alpha'), 'C, low water moved alone', changesOfCLowWater);
  },
};

function derived(era: string, changes: readonly Change[]): OrdersByPort {
  return byPort(memoised((port) => derive(read(port), era, changes)));
}

function byPort(order: (port: PortName) => Order): OrdersByPort {
  return {
    get i386() {
      return order('i386');
    },
    get amd64() {
      return order('amd64');
    },
    get arm32() {
      return order('arm32');
    },
    get alpha() {
      return order('alpha');
    },
  };
}

function memoised(order: (port: PortName) => Order): (port: PortName) => Order {
  const known = new Map<PortName, Order>();
  return (port) => {
    const found = known.get(port) ?? order(port);
    known.set(port, found);
    return found;
  };
}

/** The files stay in `models`; this module runs from there or from `dist/models`. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('no package.json above models/netbsd/orders.ts');
    folder = parent;
  }
  return folder;
}
