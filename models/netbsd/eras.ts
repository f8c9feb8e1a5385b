import type { AnyStateMachine } from 'xstate';
import {
  aDeferredQueue,
  bLostCallbacksH1,
  bLostCallbacksH2,
  cExplicitOrder,
  cExplicitOrderPageFunctions,
} from '../../src/kernel/eras/index.ts';
import type { Policies } from '../../src/kernel/policies.ts';
import type { Order } from '../../src/order/order.ts';
import { machineA } from './machines/a.ts';
import { machineB } from './machines/b.ts';
import { machineC } from './machines/c.ts';
import type { PortName } from './orders.ts';
import { orders } from './orders.ts';

/** One design of the allocators: its policies, its phases, and the order in which it boots a port. */
export interface Era {
  readonly policies: Policies;
  readonly machine: AnyStateMachine;
  readonly title: string;
  order(port: PortName): Order;
}

export const eras: readonly Era[] = [
  {
    policies: aDeferredQueue,
    machine: machineA,
    title: 'NetBSD 5.x: allocators without a map wait in the deferred queue',
    order: (port) => orders.a[port],
  },
  {
    policies: bLostCallbacksH1,
    machine: machineB,
    title: 'first patch of January 2011, H1: allocators without a map are forgotten',
    order: (port) => orders.b[port],
  },
  {
    policies: bLostCallbacksH2,
    machine: machineB,
    title: 'first patch of January 2011, H2: allocators are bound late, earlier pools forgotten',
    order: (port) => orders.b[port],
  },
  {
    policies: cExplicitOrder,
    machine: machineC,
    title: 'second patch of January 2011: explicit order, every growth enforced',
    order: (port) => orders.c[port],
  },
  {
    policies: cExplicitOrderPageFunctions,
    machine: machineC,
    title: 'second patch of January 2011: explicit order, enforced in the standard page functions',
    order: (port) => orders.c[port],
  },
];
