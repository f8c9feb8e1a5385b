/**
 * What the initialisation of a lock allocates with LOCKDEBUG: a record of the lock.
 *
 * Records come in batches, the first of which is static; the routine that takes one asks kmem(9)
 * for the next batch when few are left. How many locks were initialised before hangs on loops and on
 * what is not followed, so at each of them a batch may be due. The routine is followed aside with
 * what it counts not known, and what it would allocate is told as `may`, once for each way to it.
 * Without the option a macro stands there that is `false`, and nothing is told.
 */
import { apiCalls } from './api.ts';
import { lockRecords } from './axioms.ts';
import { contextNow, toldGuards } from './emit.ts';
import type { Evaluator } from './evaluate.ts';
import type { Calls } from './invoke.ts';
import type { Frame, Session, TraceEvent } from './session.ts';
import type { Value } from './value.ts';

export class LockRecords {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  readonly #calls: Calls;
  #isAsking = false;
  /** What is asked for hangs on the kind of lock alone. */
  readonly #asked = new Map<string, readonly TraceEvent[]>();
  /** The last event that was told on a way; a way that was taken back is told again. */
  readonly #told = new Map<string, { readonly index: number; readonly event: TraceEvent }>();

  constructor(session: Session, evaluator: Evaluator, calls: Calls) {
    this.#session = session;
    this.#evaluator = evaluator;
    this.#calls = calls;
  }

  /** Told of the call of a routine; says whether it was one that takes a record, and is done with. */
  called(name: string, file: string, values: readonly Value[], frame: Frame): boolean {
    const isTaker = name === lockRecords.taker;
    const session = this.#session;
    if (!isTaker && !lockRecords.initialisers.has(name)) return false;
    if (this.#isAsking) return false;
    if (session.isProbing) return isTaker;
    if (!isTaker && !session.program.configuration.options.has(lockRecords.option)) return false;
    const events = this.#askedBy(name, file, values);
    const here = { function: frame.definition.name, file: frame.definition.file, line: frame.line };
    const stack = [...session.stack, here];
    const guards = toldGuards(session.guards, `${here.file}:${here.line}`);
    const way = [...stack.map((one) => one.function), ...guards.map(({ text }) => text)].join('>');
    const told = this.#told.get(way);
    if (told !== undefined && session.events[told.index] === told.event) return isTaker;
    for (const one of events) {
      const event: TraceEvent = {
        ...one,
        stack: [...stack, ...one.stack],
        context: contextNow(session),
        guards: [...guards, ...one.guards],
      };
      if (session.events.length >= session.limits.eventsMax)
        return (session.stop('eventsMax'), true);
      session.events.push(event);
      this.#told.set(way, { index: session.events.length - 1, event });
    }
    return isTaker;
  }

  #askedBy(name: string, file: string, values: readonly Value[]): readonly TraceEvent[] {
    // The lock's own address and the words of its channel change nothing.
    const kind = [name, ...values.slice(1).map((one) => typeof one === 'bigint' && one)].join();
    const known = this.#asked.get(kind);
    if (known !== undefined) return known;
    const definition = this.#session.program.function(name, file);
    if (definition === null) return [];
    const { events } = this.#session.aside(() => {
      this.#isAsking = true;
      this.#forgetCounts();
      this.#calls.follow(definition, values, null, 0);
    });
    this.#isAsking = false;
    const asked = merged(events.filter(({ call }) => apiCalls.get(call)?.answer === 'object'));
    this.#asked.set(kind, asked);
    return asked;
  }

  #forgetCounts(): void {
    const { store, program } = this.#session;
    const { places } = this.#evaluator;
    const file = program.function(lockRecords.taker, '')?.file ?? '';
    for (const name of lockRecords.keeps) {
      const binding = places.bind(name, places.constantFrame(file));
      if (binding.kind !== 'place') continue;
      store.write(binding.path, undefined);
      store.forgetBelow(binding.path, undefined);
    }
  }
}

/** One event for each call in the text: it hangs on what all ways to it have in common. */
function merged(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const byPlace = new Map<string, TraceEvent>();
  for (const event of events) {
    const place = `${event.call} ${event.file}:${event.line}`;
    const first = byPlace.get(place);
    const keys = new Set((first ?? event).guards.map(guardKey));
    const guards = event.guards.filter((guard) => keys.has(guardKey(guard))).map(plain);
    byPlace.set(place, { ...(first ?? event), certainty: 'may', guards });
  }
  return [...byPlace.values()];
}

const guardKey = ({ text, at }: { text: string; at: string }): string => `${at}\n${text}`;

// A decision is one of the moment at which it was followed, and says nothing of another.
const plain = ({ text, at }: { text: string; at: string }): { text: string; at: string } => ({
  text,
  at,
});
