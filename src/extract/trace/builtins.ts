/**
 * Functions whose effect is known without reading them: interrupt levels, the current CPU,
 * memory that is filled or copied.
 */
import type { Evaluator } from './evaluate.ts';
import { formatted } from './formatted.ts';
import type { FlagTable } from './render.ts';
import { levelName, levels } from './render.ts';
import type { Session } from './session.ts';
import type { Value } from './value.ts';
import { addressOf, literal, literalText, pointee, rootOf, textAt, truth } from './value.ts';

const answer = (value: Value): { readonly value: Value } => ({ value });

// spl functions of the machine-independent interface, with the level each raises to.
const raises: { readonly [name: string]: string } = {
  ...{ splhigh: 'HIGH', splsched: 'SCHED', splclock: 'SCHED', splstatclock: 'SCHED', splvm: 'VM' },
  ...{ splimp: 'VM', splbio: 'VM', splnet: 'VM', spltty: 'VM', splserial: 'HIGH', spllock: 'HIGH' },
  ...{
    splsoftclock: 'SOFTCLOCK',
    splsoftnet: 'SOFTNET',
    splsoftserial: 'SOFTSERIAL',
    splipi: 'HIGH',
  },
  ...{ splsoftbio: 'SOFTBIO', splaudio: 'VM' },
};

const others =
  'curcpu cpu_number cpu_index makeiplcookie splraise _splraise splraiseipl splx _spllower spllower ' +
  'copystr kernel_lock_init KERNEL_LOCK KERNEL_UNLOCK_ONE _kernel_lock _kernel_unlock mutex_owned ' +
  'rw_write_held rw_lock_held kernel_locked_p cpu_intr_p';

/** Functions known here that call nothing of interest, defined in the tree or not. */
export const isBuiltin = (name: string): boolean => name in raises || builtins.has(name);

const builtins: ReadonlySet<string> = new Set(others.split(' '));

/** The value, where the function is one of those known here; null where it is not. */
export function builtin(
  name: string,
  values: readonly Value[],
  session: Session,
  evaluator: Evaluator,
  flags: FlagTable,
): { readonly value: Value } | null {
  const { store } = session;
  const level = raises[name];
  if (level !== undefined) return answer(raise(level, session));
  switch (name) {
    case 'curcpu':
      return answer(addressOf('@curcpu'));
    case 'cpu_number':
    case 'cpu_index':
      return answer(0n);
    case '__builtin_expect':
      return answer(values[0]);
    case 'makeiplcookie':
      return answer(values[0]);
    case 'splraise':
    case '_splraise':
    case 'splraiseipl':
      return answer(raise(levelName(values[0], flags) ?? literalText(values[0]), session));
    case 'splx':
    case '_spllower':
    case 'spllower': {
      const to = literalText(values[0]) ?? levelName(values[0], flags);
      if (to !== undefined) store.write('@ipl', literal(to));
      return answer(undefined);
    }
    case 'memset':
    case 'bzero': {
      const path = pointee(values[0]);
      const zero = name === 'bzero' || values[1] === 0n;
      if (path !== undefined) {
        store.forgetBelow(path, zero ? 0n : undefined);
        if (!/[.[]/.test(path)) evaluator.places.setDefault(path, zero ? 0n : undefined);
      }
      return answer(values[0]);
    }
    case 'memcpy':
    case 'memmove':
    case 'copystr': {
      const path = pointee(values[0]);
      if (path !== undefined) {
        store.write(path, undefined);
        store.forgetBelow(path, undefined);
      }
      return answer(values[0]);
    }
    case 'snprintf':
      return answer(print(values[0], formatted(values[2], values.slice(3)), values[1], session));
    case 'sprintf':
      return answer(print(values[0], formatted(values[1], values.slice(2)), undefined, session));
    case 'SHA1Init':
    case 'SHA1Update':
    case 'SHA1Transform':
    case 'SHA1Final':
    case 'MD5Init':
    case 'MD5Update':
    case 'MD5Final':
      for (const value of values) forget(value, session, evaluator);
      return answer(undefined);
    case 'strlen': {
      const text = literalText(values[0]);
      return answer(text === undefined ? undefined : BigInt(text.length));
    }
    case 'strcmp': {
      const [a, b] = [literalText(values[0]), literalText(values[1])];
      return answer(a === undefined || b === undefined ? undefined : a === b ? 0n : 1n);
    }
    case 'ffs':
      return answer(firstBit(values[0]));
    case 'kernel_lock_init':
    case 'KERNEL_LOCK':
    case 'KERNEL_UNLOCK_ONE':
    case '_kernel_lock':
    case '_kernel_unlock':
      return answer(undefined);
    case 'membar_sync':
    case 'membar_producer':
    case 'membar_consumer':
    case 'membar_enter':
    case 'membar_exit':
      return answer(undefined);
    case 'mutex_owned':
    case 'rw_write_held':
    case 'rw_lock_held':
    case 'kernel_locked_p':
      return answer(1n);
    case 'uvm_map_lookup_entry':
      return answer(undefined);
    case 'cpu_intr_p':
      return answer(0n);
    default:
      return /^_?atomic_/.test(name) ? atomic(name, values, session) : null;
  }
}

// A computation that changes what it is given a pointer to, and nothing else.
function forget(value: Value, session: Session, evaluator: Evaluator): void {
  const path = pointee(value);
  if (path === undefined) return;
  session.store.write(path, undefined);
  session.store.forgetBelow(path, undefined);
  const root = rootOf(path);
  if (path === root || path === `${root}[0]`) evaluator.places.setDefault(root, undefined);
}

// Leaves the text where it is printed to, as long as the room is; the answer is its whole length.
function print(to: Value, text: string | undefined, room: Value, session: Session): Value {
  const path = pointee(to);
  if (path !== undefined) {
    session.store.write(path, undefined);
    session.store.forgetBelow(path, undefined);
    const kept = typeof room === 'bigint' ? text?.slice(0, Math.max(0, Number(room) - 1)) : text;
    if (kept !== undefined) session.store.write(textAt(path), literal(kept));
  }
  return text === undefined ? undefined : BigInt(text.length);
}

// atomic_add_int(&x, n) and its family; what is not an addition leaves the place unknown.
function atomic(
  name: string,
  values: readonly Value[],
  session: Session,
): { readonly value: Value } {
  const path = pointee(values[0]);
  if (path === undefined) return answer(undefined);
  const { written, value: before } = session.store.read(path);
  const by = /inc/.test(name)
    ? 1n
    : /dec/.test(name)
      ? -1n
      : /add/.test(name)
        ? values[1]
        : undefined;
  const known = written && typeof before === 'bigint' && typeof by === 'bigint';
  const after = known ? before + by : /swap/.test(name) ? values[1] : undefined;
  session.store.write(path, after);
  return answer(/_nv$/.test(name) ? after : before);
}

function raise(to: string | undefined, session: Session): Value {
  const { store } = session;
  const before = store.read('@ipl').value;
  const from = literalText(before);
  if (to === undefined || from === undefined) store.write('@ipl', undefined);
  else if (levels.indexOf(to) > levels.indexOf(from)) store.write('@ipl', literal(to));
  return before;
}

function firstBit(value: Value): Value {
  if (typeof value !== 'bigint') return undefined;
  if (truth(value) === false) return 0n;
  let bit = 1n;
  while ((value & (1n << (bit - 1n))) === 0n && bit < 64n) bit++;
  return bit;
}
