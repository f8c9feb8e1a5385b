import { present } from '../../src/base/assert.ts';
import type { CatalogEntry, Expectation } from '../../src/boot/catalog-entry.ts';
import type { Era } from '../netbsd/eras.ts';
import { eras } from '../netbsd/eras.ts';
import type { Order, OrderEvent } from '../../src/order/order.ts';
import type { SmallBoot } from './small-boot.ts';
import { smallBoot } from './small-boot.ts';

/** A model one line away from right, with the property that must catch it. */
export interface Mutant {
  /** `a-forgets-unbound`: the entry is called `mutants/` and this. */
  readonly name: string;
  /** What the line does instead. */
  readonly title: string;
  /** The model as it should be; it has none of the violations below. */
  readonly right: Omit<SmallBoot, 'name'>;
  /** What is different. */
  readonly wrong: Partial<Omit<SmallBoot, 'name'>>;
  /** The property that must catch it, and the length of the shortest run that shows it. */
  readonly caughtBy: string;
  readonly length: number;
  /** Objects by property: everything that comes with it. */
  readonly violated: { readonly [property: string]: Expectation['objects'] };
  /** `file:line` of the line that was changed. */
  readonly source: string;
  /** Share of random schedules that show it, where that is what it was planted for. */
  readonly share?: { readonly shown: number; readonly of: number; readonly seed: number };
}

export function mutantModel(mutant: Mutant): ReturnType<typeof smallBoot> {
  return smallBoot({ ...mutant.right, ...mutant.wrong, name: `mutants/${mutant.name}` });
}

export function unmutatedModel(mutant: Mutant): ReturnType<typeof smallBoot> {
  return smallBoot({ ...mutant.right, name: `right/${mutant.name}` });
}

export function entryOfMutant(mutant: Mutant): CatalogEntry {
  const order = mutant.wrong.order ?? mutant.right.order;
  return {
    name: `mutants/${mutant.name}`,
    title: mutant.title,
    reconstruction: mutant.right.era.policies.reconstruction,
    parameters: {},
    build: () => mutantModel(mutant),
    order: () => order,
    expect: Object.entries(mutant.violated).map(([property, objects]) => ({
      property,
      objects,
      ...(property === mutant.caughtBy ? { length: mutant.length } : {}),
      why: `planted: ${mutant.title}`,
      source: mutant.source,
    })),
    environmentReasons: ['left out: whatever the planted fault does not need'],
    default: false,
    sources: [`the line that was changed: ${mutant.source}`],
  };
}

export const eraNamed = (name: string): Era =>
  present(
    eras.find((era) => era.policies.era === name),
    `an era is called ${name}`,
  );

/** `order` with one event moved to just before another: what a careless edit of uvm_init does. */
export function moved(
  order: Order,
  what: (event: OrderEvent) => boolean,
  before: (event: OrderEvent) => boolean,
): Order {
  const event = present(order.events.find(what), 'the order has the event to move');
  const staying = order.events.filter((one) => one !== event);
  const at = staying.findIndex(before);
  const events = [...staying.slice(0, at), event, ...staying.slice(at)];
  return { ...order, title: `${order.title}, ${event.call} moved`, events };
}

/** `order` up to its first such event: what a kernel that stops there never reaches says nothing. */
export function upTo(order: Order, last: (event: OrderEvent) => boolean): Order {
  return { ...order, events: order.events.slice(0, order.events.findIndex(last) + 1) };
}

/** `order` with one event forgotten. */
export function without(order: Order, what: (event: OrderEvent) => boolean): Order {
  const event = present(order.events.find(what), 'the order has the event to forget');
  return {
    ...order,
    title: `${order.title}, ${event.call} forgotten`,
    events: order.events.filter((one) => one !== event),
  };
}

export const isCall =
  (call: string, object?: string) =>
  (event: OrderEvent): boolean =>
    event.call === call && (object === undefined || event.object === object);
