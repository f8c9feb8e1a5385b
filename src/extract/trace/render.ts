/**
 * Arguments as a reader of the order sees them: objects by name, flags by their constants' names.
 */
import type { OrderArgument } from '../../order/order.ts';
import type { Session } from './session.ts';
import { isRange } from './range.ts';
import type { Value } from './value.ts';
import { addressesOf, literalText, pointee, textAt } from './value.ts';

/** Values of the tree's own `PR_WAITOK`, `IPL_VM`, …. */
export type FlagTable = ReadonlyMap<string, bigint>;

const families: { readonly [family: string]: RegExp } = {
  PR: /^PR_[A-Z]+$/,
  KM: /^KM_(SLEEP|NOSLEEP)$/,
  M: /^M_(WAITOK|NOWAIT|ZERO|CANFAIL)$/,
  VM: /^VM_(SLEEP|NOSLEEP|INSTANTFIT|BESTFIT|BOOTSTRAP|POPULATING|LARGEIMPORT|XIMPORT|PRIVTAGS)$/,
  UVM_KMF: /^UVM_KMF_(WIRED|PAGEABLE|VAONLY|CANFAIL|ZERO|EXEC|NOWAIT|WAITVA|TRYLOCK|COLORMATCH)$/,
};

/** Names that flag and level constants have, for whoever collects them from headers. */
export const flagName =
  /^(IPL_[A-Z0-9]+|PR_[A-Z]+|KM_[A-Z]+|M_(WAITOK|NOWAIT|ZERO|CANFAIL)|VM_[A-Z]+|UVM_KMF_[A-Z]+)$/;

/** The levels' names without `IPL_`, from the lowest. */
export const levels: readonly string[] = [
  'NONE',
  'SOFTCLOCK',
  'SOFTBIO',
  'SOFTNET',
  'SOFTSERIAL',
  'SOFT',
  'VM',
  'SCHED',
  'HIGH',
];

/** The level's usual name; where several share a number, the machine-independent one. */
export function levelName(value: Value, flags: FlagTable): string | undefined {
  if (typeof value !== 'bigint') return undefined;
  const usual = levels.find((level) => flags.get(`IPL_${level}`) === value);
  if (usual !== undefined) return usual;
  for (const [name, number] of flags) {
    if (number === value && name.startsWith('IPL_')) return name.slice(4);
  }
  return undefined;
}

export function flagNames(value: Value, family: string, flags: FlagTable): string | undefined {
  const pattern = families[family];
  if (typeof value !== 'bigint' || pattern === undefined) return undefined;
  const names: string[] = [];
  let rest = value;
  for (const [name, bits] of flags) {
    if (bits === 0n || !pattern.test(name) || (rest & bits) !== bits) continue;
    names.push(name);
    rest &= ~bits;
  }
  if (rest !== 0n) return undefined;
  if (names.length > 0) return names.join('|');
  for (const [name, bits] of flags) if (bits === 0n && pattern.test(name)) return name;
  return '0';
}

/** One argument. What is not known is its source text after a question mark. */
export function argument(
  name: string,
  value: Value,
  text: string,
  family: string | undefined,
  flags: FlagTable,
  session: Session,
): OrderArgument {
  if (value === undefined || isRange(value)) return `?${text}`;
  const several = addressesOf(value);
  if (several.length > 1) {
    return `?${text} (${several.map((path) => session.display(path)).join(' or ')})`;
  }
  if (name === 'ipl') return levelName(value, flags) ?? plain(value, session);
  if (family !== undefined && /flags$/.test(name)) {
    return flagNames(value, family, flags) ?? plain(value, session);
  }
  return plain(value, session);
}

function plain(value: bigint | string, session: Session): OrderArgument {
  if (typeof value === 'bigint') {
    const small = value >= -(1n << 53n) && value <= 1n << 53n;
    return small ? Number(value) : `0x${BigInt.asUintN(64, value).toString(16)}`;
  }
  const path = pointee(value);
  if (path === undefined) return literalText(value) ?? value;
  return literalText(session.store.read(textAt(path)).value) ?? session.display(path);
}
