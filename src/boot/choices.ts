import type { OrderEvent } from '../order/order.ts';

/**
 * The conditions of an order as choices of a run.
 *
 * A choice is made once, at the first event that hangs on it, and its ways exclude each other: what
 * stands in both arms of one `if` never happens in one run. In an order that was read the reading
 * says which decision a guard belongs to; in one written by hand it is the place of the condition,
 * and `!(x)` is the other way of `x`.
 */
type Guard = OrderEvent['guards'][number];

/** One way that an event hangs on. */
export interface Way {
  readonly choice: string;
  readonly arm: number;
  /** Any way but that one. */
  readonly isNot: boolean;
}

/** A choice, with its ways as a trace shows them. */
export interface Choice {
  readonly why: string;
  readonly ways: readonly { readonly label: string; readonly value: number }[];
}

/** Of no event: a way on which nothing of the order hangs. */
const nowhere = -1;

export function wayOf(guard: Guard): Way {
  if (guard.choice !== undefined && guard.arm !== undefined) {
    return { choice: `#${guard.choice}`, arm: guard.arm, isNot: guard.not === true };
  }
  const { isNegated } = positive(guard.text);
  return { choice: guard.at, arm: isNegated ? 1 : 0, isNot: false };
}

export const holds = (way: Way, chosen: number): boolean => (chosen === way.arm) !== way.isNot;

/** Every choice of an order, by name. */
export function choicesOf(events: readonly OrderEvent[]): ReadonlyMap<string, Choice> {
  const guards = new Map<string, Guard[]>();
  for (const guard of events.flatMap((event) => event.guards)) {
    const { choice } = wayOf(guard);
    guards.set(choice, [...(guards.get(choice) ?? []), guard]);
  }
  return new Map([...guards].map(([name, shared]) => [name, choiceOf(shared)]));
}

function choiceOf(guards: readonly Guard[]): Choice {
  const [first] = guards;
  const isBinary = guards.every(({ arms }) => arms === undefined || arms === 2);
  if (first !== undefined && isBinary) {
    const ways = [
      { label: 'true', value: 0 },
      { label: 'false', value: 1 },
    ];
    const { text, isNegated } = positive(first.text);
    // The first way is the one that the text says, unless it is the second of the two that it negates.
    const isSwapped = (wayOf(first).arm === 1) !== isNegated;
    return isSwapped
      ? { why: text, ways: ways.map(({ label, value }) => ({ label, value: 1 - value })) }
      : { why: text, ways };
  }
  const arms = new Map(
    guards.flatMap(({ arm, text, not }) =>
      arm === undefined ? [] : [[arm, not === true ? positive(text).text : text] as const],
    ),
  );
  return {
    why: first?.at ?? '',
    ways: [
      ...[...arms].map(([value, label]) => ({ label, value })),
      { label: 'none of these', value: nowhere },
    ],
  };
}

/** A condition without the negations around it. */
export function positive(text: string): { readonly text: string; readonly isNegated: boolean } {
  let rest = text.trim();
  let isNegated = false;
  for (;;) {
    const inner = /^!\s*(\w+)$/.exec(rest)?.[1] ?? bracketed(rest);
    if (inner === null) return { text: rest, isNegated };
    rest = inner.trim();
    isNegated = !isNegated;
  }
}

/** `x` of `!(x)`, if the bracket that opens first closes last. */
function bracketed(text: string): string | null {
  if (!/^!\s*\(/.test(text) || !text.endsWith(')')) return null;
  const open = text.indexOf('(');
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0)
      return i === text.length - 1 ? text.slice(open + 1, -1) : null;
  }
  return null;
}

/** The guard's text, where a trace says that it holds: `x=true` for `x`, `x=false` for `!(x)`. */
export function isChosen(guard: Guard, choice: string): boolean {
  const { text, isNegated } = positive(guard.text);
  if (choice === `${text}=${isNegated ? 'false' : 'true'}`) return true;
  return choice === `${guard.at}=${guard.text}`;
}
