import type { Order, OrderEvent } from '../order/order.ts';

/**
 * What a model knows of its boot before anything is searched: the facts that a page of the
 * executable specification shows beside the verdicts (see `src/report/docs.ts`).
 */

/** How well a fact is known. */
export type Origin = 'read' | 'inferred' | 'reconstructed';

/** What a model knows of its boot before anything is searched. */
export interface PageFacts {
  /** `a-deferred-queue` */
  readonly era: string;
  /** `i386` */
  readonly port: string;
  readonly title: string;
  /** A paragraph or two of what this design does, in plain words. */
  readonly about: readonly string[];
  /** The root of the XState machine that is the boot process: `machine.root`. */
  readonly machine: StateNodeLike;
  readonly order: Order;
  /** One for each event of the order, in its order. */
  readonly events: readonly EventFacts[];
  /** After each phase, in order; run from the model itself, so that it is what really happens. */
  readonly phases: readonly PhaseFacts[];
  /** What is known and how: the port's facts, the era's policies. */
  readonly facts: readonly {
    readonly text: string;
    readonly origin: Origin;
    readonly source: string;
  }[];
}

export interface EventFacts {
  readonly event: OrderEvent;
  /** What is up after it and was not before. */
  readonly makesAvailable: readonly string[];
  readonly needs: readonly string[];
  readonly origin: Origin;
}

export interface PhaseFacts {
  /** `reclaim hooks installed` */
  readonly phase: string;
  /** The event that ends the phase before it: `pool_subsystem_init()`. */
  readonly after: string;
  readonly chains: readonly ChainFacts[];
  readonly allocators: readonly AllocatorFacts[];
}

/** The callbacks of a map by name, in the order in which they run. */
export interface ChainFacts {
  readonly map: string;
  readonly entries: readonly string[];
  /** The entry at which the next run begins; null for the head. */
  readonly cursor: string | null;
}

export interface AllocatorFacts {
  readonly name: string;
  /** The map it was declared with; null where it has none. */
  readonly declared: string | null;
  /** The map it is bound to by now. */
  readonly bound: string | null;
  readonly pools: readonly string[];
}

/** As much of an XState state node as a diagram needs. */
export interface StateNodeLike {
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly states: { readonly [key: string]: StateNodeLike };
  /** The initial transition of a compound state. */
  readonly initial?:
    { readonly target: readonly { readonly key: string }[] | undefined } | undefined;
  readonly transitions: ReadonlyMap<string, readonly TransitionLike[]>;
}

export interface TransitionLike {
  readonly target: readonly StateNodeLike[] | undefined;
  readonly guard?: unknown;
  readonly eventType: string;
  readonly actions: readonly unknown[];
}
