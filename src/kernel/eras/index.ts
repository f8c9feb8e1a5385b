/** The eras that can be modelled, by name. Each is data: the difference of two is a diff of two short files. */
import type { Policies } from '../policies.ts';
import { aDeferredQueue2007 } from './a-deferred-queue-2007.ts';
import { aDeferredQueue } from './a-deferred-queue.ts';
import { bLostCallbacksH1 } from './b-lost-callbacks-h1.ts';
import { bLostCallbacksH2 } from './b-lost-callbacks-h2.ts';
import { cExplicitOrderPageFunctions } from './c-explicit-order-page-functions.ts';
import { cExplicitOrder } from './c-explicit-order.ts';

export {
  aDeferredQueue,
  aDeferredQueue2007,
  bLostCallbacksH1,
  bLostCallbacksH2,
  cExplicitOrder,
  cExplicitOrderPageFunctions,
};

export const eras: readonly Policies[] = [
  aDeferredQueue,
  aDeferredQueue2007,
  bLostCallbacksH1,
  bLostCallbacksH2,
  cExplicitOrder,
  cExplicitOrderPageFunctions,
];
