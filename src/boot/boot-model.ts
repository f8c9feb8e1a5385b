import type { Ref } from '../base/plain.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Order } from '../order/order.ts';
import type { BootCell, BoundEvent } from './boot-process.ts';
import type { EventNeeds } from './needs.ts';

/** A thread that asks for memory after boot: what properties about requests speak of. */
export interface Requester {
  readonly name: string;
  readonly thread: Ref<'thread'>;
  readonly map: Ref<'map'>;
  readonly bytes: number;
  readonly align: number;
  /** Whether it may sleep for address space: KM_SLEEP, PR_WAITOK on a cached path. */
  readonly sleeps: boolean;
  /** Whether its failed searches are counted (`RequestOptions.searchesMax`). */
  readonly counted: boolean;
}

/** The parts of a boot model that properties are about. */
export interface BootParts {
  readonly kernel: Kernel;
  readonly boot: BootCell;
  readonly order: Order;
  readonly events: readonly BoundEvent[];
  readonly needs: readonly EventNeeds[];
  readonly requesters: readonly Requester[];
  /** Index of the event after which pools may be used: pool_subsystem_init; -1 if there is none. */
  readonly subsystemInit: number;
  /** Index of the event that creates the pagedaemon; -1 if there is none. */
  readonly pagedaemon: number;
  /** Index of the first voluntary switch: other threads run from here on; -1 if there is none. */
  readonly firstSwitch: number;
}
