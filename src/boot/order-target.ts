import type { Result } from '../base/diagnostic.ts';
import type { Policies } from '../kernel/policies.ts';
import type { Order } from '../order/order.ts';
import type { BootModel } from './build.ts';

/**
 * A boot as a function of what may be generated: its order and the policies of its allocators.
 *
 * Nobody acts but the boot itself, so that one run says all there is to say of one order.
 */
export interface OrderTarget {
  /** The catalogue entry whose boot it is. */
  readonly name: string;
  readonly order: Order;
  readonly policies: Policies;
  build(order: Order, policies: Policies): Result<BootModel>;
}
