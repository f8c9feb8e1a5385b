import { newlyBroken } from './broken.ts';
import type { OrderDiff } from './diff.ts';
import { diffOrders, isSameOrder } from './diff.ts';
import type { Order } from './order.ts';
import type { Answer, Place } from './rules/answer.ts';

/** One change with the ports on which it is seen: a shared file changes many ports at once. */
export interface SharedChange {
  readonly kind: 'moved' | 'added' | 'removed' | 'certainty';
  /** The event without line numbers. */
  readonly key: string;
  readonly says: string;
  readonly ports: readonly string[];
  /** Where it stands on the first of the ports. */
  readonly at: Place;
}

export interface Comparison {
  readonly byPort: ReadonlyMap<string, OrderDiff>;
  readonly changes: readonly SharedChange[];
  /** By port: rules that the second side breaks and the first holds. */
  readonly broken: ReadonlyMap<string, readonly Answer[]>;
  /** Ports that only one of the two sides has. */
  readonly onlyOne: readonly string[];
}

interface Sides {
  readonly a: readonly Order[];
  readonly b: readonly Order[];
}

/**
 * Compares two sets of orders port by port, and says each change once with all its ports. The rules
 * are asked of `whole`, where only a part of the orders is compared.
 */
export function compareMany(
  a: readonly Order[],
  b: readonly Order[],
  whole: Sides = { a, b },
): Comparison {
  const byPort = new Map<string, OrderDiff>();
  const onlyOne: string[] = [];
  const ports = new Set([...a, ...b].map(({ port }) => port));
  const shared = new Map<string, SharedChange>();
  for (const port of ports) {
    const one = a.find((order) => order.port === port);
    const other = b.find((order) => order.port === port);
    if (one === undefined || other === undefined) {
      onlyOne.push(port);
      continue;
    }
    const diff = diffOrders(one, other);
    byPort.set(port, diff);
    for (const change of changesOf(diff)) {
      const key = `${change.kind} ${change.key}`;
      const known = shared.get(key);
      const seenOn = [...(known?.ports ?? []), port];
      shared.set(key, { ...(known ?? change), ports: [...new Set(seenOn)] });
    }
  }
  const changes = [...shared.values()].toSorted((x, y) => y.ports.length - x.ports.length);
  return { byPort, changes, broken: brokenOf(whole), onlyOne };
}

function brokenOf({ a, b }: Sides): ReadonlyMap<string, readonly Answer[]> {
  const broken = new Map<string, readonly Answer[]>();
  for (const one of a) {
    const other = b.find(({ port }) => port === one.port);
    const found = other === undefined ? [] : newlyBroken(one, other);
    if (found.length > 0) broken.set(one.port, found);
  }
  return broken;
}

type Change = Omit<SharedChange, 'ports'>;

function changesOf(diff: OrderDiff): Change[] {
  return [
    ...diff.moved.map(({ inB, direction, crossed }): Change => {
      const over = [...new Set(crossed.map(crossedText))].join(', ');
      const says = `${named(inB)} moved ${direction}${over === '' ? '' : ` across ${over}`}`;
      return { kind: 'moved', key: inB.key, says, at: inB };
    }),
    ...diff.added.map((at): Change => ({
      kind: 'added',
      key: at.key,
      says: `${named(at)} is new`,
      at,
    })),
    ...diff.removed.map((at): Change => ({
      kind: 'removed',
      key: at.key,
      says: `${named(at)} is gone`,
      at,
    })),
    ...diff.certainty.map(({ inB, from, to }): Change => {
      const says = from === to ? 'hangs on other conditions' : `was ${from} and is ${to}`;
      return { kind: 'certainty', key: inB.key, says: `${named(inB)} ${says}`, at: inB };
    }),
  ];
}

/**
 * A phase by the global that marks it, anything else by the routine that it happens in. What main()
 * calls is known by its own name: every phase happens in main().
 */
function crossedText(place: Place): string {
  if (place.call === 'set' && place.object !== null) return place.object;
  return place.function === 'main' ? named(place) : `${place.function}()`;
}

const named = ({ call, object }: Place): string => `${call}(${object ?? ''})`;

/** For a bisection by comparison with a known order. */
export const bisectByDiff = (diff: OrderDiff): 0 | 1 => (isSameOrder(diff) ? 0 : 1);
