import { bareName, plainName, shownName } from './calls.ts';
import type { Order, OrderEvent } from './order.ts';

/**
 * The form in which two readings are compared: what a change elsewhere in a file must not disturb
 * is left out (line numbers, the numbers of heap objects), what a person would call *the same
 * call* is kept.
 */

/** `@kmem_alloc#142.lock` becomes `@kmem_alloc.lock`; indexes become `[]`. */
export const canonicalName = (name: string): string =>
  bareName(name)
    .replace(/#\d+/g, '')
    .replace(/\[[^\]]*\]/g, '[]');

/** Where a call stands: the functions on the way to it, outermost first. */
export const pathOf = (event: OrderEvent): readonly string[] => [
  ...event.stack.map((frame) => frame.function),
  event.function,
];

/** What is called for what: enough to recognise the call in another tree. */
export function subjectOf(event: OrderEvent): string {
  const object = event.object === null ? '' : canonicalName(event.object);
  const shown = shownName(event);
  const name = shown === undefined ? undefined : canonicalName(shown);
  const value = event.call === 'set' ? `=${canonicalName(String(event.args['value'] ?? ''))}` : '';
  return `${plainName(event.call)}(${object}${value}${name === undefined ? '' : ` "${name}"`})`;
}

/** The call with its way: one line, without line numbers. */
export const eventKey = (event: OrderEvent): string =>
  `${pathOf(event).join('>')} ${subjectOf(event)}`;

/** Everything that the source says of one call, without line numbers: changes when the code does. */
export function canonicalEvent(event: OrderEvent): string {
  const args = Object.entries(event.args)
    .filter(([name]) => name !== 'what')
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? canonicalName(value) : value}`)
    .toSorted();
  const guards = event.guards.map(({ text }) => text);
  const { ipl, by, cold } = event.context;
  return [
    eventKey(event),
    `(${args.join(', ')})`,
    event.certainty,
    guards.map((guard) => `{${guard}}`).join(''),
    `${ipl} ${by}${cold ? ' cold' : ''}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** The whole order as text; two readings of the same boot give the same. */
export const canonicalOrder = (order: Order): string => order.events.map(canonicalEvent).join('\n');

const prime = 1_099_511_628_211n;
const mask = (1n << 64n) - 1n;

/** A fingerprint of a text (FNV-1a, 64 bits): tells a change, does not resist an adversary. */
export function fingerprint(text: string): string {
  let hash = 14_695_981_039_346_656_037n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * prime) & mask;
  }
  return hash.toString(16).padStart(16, '0');
}
