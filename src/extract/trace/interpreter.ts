/**
 * The interpreter, put together: expressions, statements and calls know each other only here.
 */
import type { Expr } from '../c/ir.ts';
import type { Holes } from '../holes.ts';
import type { Limits } from '../limits.ts';
import type { OrderFrame } from '../../order/order.ts';
import type { Program } from '../program/program.ts';
import type { Types } from '../program/types.ts';
import type { Parts } from './evaluate.ts';
import { Evaluator } from './evaluate.ts';
import { Statements } from './execute.ts';
import { Calls } from './invoke.ts';
import type { FlagTable } from './render.ts';
import type { TraceEvent, TraceProbe } from './session.ts';
import { Session } from './session.ts';
import { literal } from './value.ts';

export interface InterpreterSetup {
  readonly program: Program;
  readonly types: Types;
  readonly holes: Holes;
  readonly limits: Limits;
  readonly withLocks: boolean;
  readonly flags: () => FlagTable;
}

export interface TraceResult {
  readonly events: TraceEvent[];
  readonly probes: readonly TraceProbe[];
  /** Entry functions that came to their end. */
  readonly ended: readonly string[];
  /** Entry functions that did not, with the panic in which all their paths end. */
  readonly diedIn: readonly string[];
  readonly stopped: string | null;
  readonly lastPlace: string;
  readonly files: readonly string[];
  readonly steps: number;
  readonly calls: number;
}

export class Interpreter {
  readonly #session: Session;
  readonly #evaluator: Evaluator;
  readonly #calls: Calls;

  constructor(setup: InterpreterSetup) {
    this.#session = new Session(setup);
    const parts: Partial<Parts> = {};
    this.#evaluator = new Evaluator(this.#session, lateParts(parts));
    const statements = new Statements(this.#session, this.#evaluator);
    this.#calls = new Calls(this.#session, this.#evaluator, statements, setup.flags);
    parts.statements = statements;
    parts.calls = this.#calls;
    // A machine starts with interrupts off; a program is called as any other function is.
    const isProgram = setup.program.configuration.kind === 'library';
    this.#session.store.initialise('@ipl', literal(isProgram ? 'NONE' : 'HIGH'));
  }

  /** The value of a constant expression. */
  constant(expression: Expr, file: string): bigint | undefined {
    const value = this.#evaluator.value(expression, this.#evaluator.places.constantFrame(file));
    return typeof value === 'bigint' ? value : undefined;
  }

  run(entries: readonly OrderFrame[]): TraceResult {
    const session = this.#session;
    const { program } = session;
    const ended: string[] = [];
    const diedIn: string[] = [];
    for (const entry of entries) {
      const definition = program.function(entry.function, '');
      if (definition === null) continue;
      this.#calls.enter(definition, entry.line, entry === entries.at(-1));
      // main() never returns: it ends in the scheduler, and so does the start code that calls it.
      const isOver = session.cutsMet.has('uvm_scheduler') || session.cutsMet.has('scheduler');
      if (!session.isDead || isOver) ended.push(entry.function);
      else diedIn.push(`${entry.function} dies in ${session.lastEnd}`);
      session.isDead = false;
      // Some start code calls main() itself.
      if (isOver) break;
    }
    session.nameObjects();
    const place = session.events.at(-1);
    return {
      events: session.events,
      probes: session.probes,
      ended,
      diedIn,
      stopped: session.stopped,
      lastPlace: `${place === undefined ? 'no event' : `${place.file}:${place.line}`} in ${session.lastEnd}`,
      files: [
        ...new Set(
          session.events.flatMap((event) => [event.file, ...event.stack.map((f) => f.file)]),
        ),
      ].sort(),
      steps: session.steps,
      calls: session.callCount,
    };
  }
}

// The ring of three is closed after all are made; nothing runs before that.
function lateParts(parts: Partial<Parts>): Parts {
  const need = <K extends keyof Parts>(name: K): Parts[K] => {
    const part = parts[name];
    if (part === undefined) throw new Error(`${name} is not set yet`);
    return part;
  };
  return {
    get calls() {
      return need('calls');
    },
    get statements() {
      return need('statements');
    },
  };
}
