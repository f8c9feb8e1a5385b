/**
 * Events: what is told of a call, an assignment that marks a phase, an attachment.
 */
import type { CallExpr, Expr } from '../c/ir.ts';
import type { ApiCall } from './api.ts';
import { backingMap, phaseGlobals } from './api.ts';
import type { FlagTable } from './render.ts';
import { argument } from './render.ts';
import { textOf } from './text.ts';
import type { Frame, Guard, Session, TraceEvent } from './session.ts';
import type { Value } from './value.ts';
import { decisionOf, literalText, pointee } from './value.ts';

// Its own bindings follow from what allocators declare, and are replayed by who asks for them.
const poolFile = 'kern/subr_pool.c';

export class Emitter {
  readonly #session: Session;
  readonly #flags: () => FlagTable;
  /** Events by the heap object they made, so that the object's later name reaches them. */
  readonly #makers = new Map<string, TraceEvent>();

  constructor(session: Session, flags: () => FlagTable) {
    this.#session = session;
    this.#flags = flags;
  }

  /** The heap object at `path` comes from that event. */
  made(path: string, event: TraceEvent): void {
    this.#makers.set(path, event);
  }

  /** A call of the API. */
  call(
    name: string,
    api: ApiCall,
    e: CallExpr,
    values: readonly Value[],
    frame: Frame,
  ): TraceEvent {
    const session = this.#session;
    const { program } = session;
    const defined = program
      .function(name, frame.definition.file)
      ?.parameters.map((one) => one.name);
    const names =
      defined !== undefined && defined.some((one) => one !== '') ? defined : api.parameters;
    const args: TraceEvent['args'] = {};
    e.texts.forEach((text, i) => {
      const parameter = names[i] || api.parameters[i] || `arg${i}`;
      args[parameter] = argument(parameter, values[i], text, api.flags, this.#flags(), session);
    });
    const decisions = e.texts.flatMap((_, i) => {
      const choice = decisionOf(values[i]);
      const parameter = names[i] || api.parameters[i] || `arg${i}`;
      return choice === undefined ? [] : [[parameter, choice] as const];
    });
    let object: string | null = null;
    if (typeof api.object === 'number') {
      const path = pointee(values[api.object]);
      const text = e.texts[api.object];
      object =
        path === undefined ? objectText(text, values[api.object], frame) : session.display(path);
    }
    const event = this.#push(name, object, args, e.line, frame);
    if (decisions.length > 0) event.decidedBy = Object.fromEntries(decisions);
    return event;
  }

  #push(
    call: string,
    object: string | null,
    args: TraceEvent['args'],
    line: number,
    frame: Frame,
  ): TraceEvent {
    const session = this.#session;
    const { events, limits, guards, stack, program } = session;
    const { name, file } = frame.definition;
    const macro = program.origin(file, line, call);
    const event: TraceEvent = {
      call,
      object,
      args,
      function: name,
      file,
      line,
      ...(macro !== undefined && { macro }),
      stack: [...stack],
      context: contextNow(session),
      certainty: certaintyOf(guards),
      guards: toldGuards(guards, `${file}:${line}`),
    };
    if (events.length >= limits.eventsMax) session.stop('eventsMax');
    else events.push(event);
    return event;
  }

  /**
   * Told of each assignment: gives heap objects the name of who holds them, and tells which global
   * marks a phase by it.
   */
  written(path: string, value: Value, frame: Frame, line: number): string | null {
    const target = pointee(value);
    if (/^(?:\d+:|@)/.test(path)) return null;
    if (target?.startsWith('@') === true) {
      const heap = /^@\w+#\d+/.exec(target)?.[0];
      const isLink = /(?:_first|_next|_prev|_last|_head)$/.test(path);
      if (
        heap !== undefined &&
        heap === target &&
        !isLink &&
        !this.#session.objectNames.has(heap)
      ) {
        const name = this.#session.display(path);
        this.#session.objectNames.set(heap, name);
        const maker = this.#makers.get(heap);
        if (maker !== undefined) maker.object = name;
      }
    }
    const global = path.replace(/@[^@]*?\.[chsS](?=$|\.)/, '');
    const isBound = backingMap.test(global) && frame.definition.file !== poolFile;
    if (!phaseGlobals.has(global) && !isBound) return null;
    const shown = argument('value', value, 'value', undefined, this.#flags(), this.#session);
    const event = this.#push('set', global, { value: shown }, line, frame);
    // The assignment itself still runs in the phase that it ends.
    if (global === 'cold') event.context = { ...event.context, cold: true, maySleep: false };
    return global;
  }

  /** A look through a pointer that is NULL, known by the text of the pointer. */
  nullRead(e: Expr, frame: Frame): void {
    this.#push('read', pointerText(textOf(e), frame), { value: null }, frame.line, frame);
  }

  /** Hardware decides which attach routines run: each is listed once, where that begins. */
  attach(line: number, frame: Frame): void {
    const { program, guards } = this.#session;
    const at = `${frame.definition.file}:${line}`;
    if (this.#isAttached) return;
    this.#isAttached = true;
    for (const { device, parent, name } of program.configuration.attachments) {
      const text = `${device} is found at ${parent}`;
      this.#session.guards = [...guards, { text, at, certainty: 'may' }];
      const event = this.#push(
        'attach',
        `${device} at ${parent}`,
        { attachment: `${name}_ca` },
        line,
        frame,
      );
      event.note =
        'attach routines are listed, not followed: hardware decides whether and when they run';
    }
    this.#session.guards = guards;
  }

  #isAttached = false;
}

/** Who runs, and at which level. */
export function contextNow({ store }: Session): TraceEvent['context'] {
  const cold = store.read('cold').value !== 0n;
  const ipl = literalText(store.read('@ipl').value) ?? 'unknown';
  return { ipl, by: 'thread', cold, maySleep: !cold };
}

/** Conditions as an event tells them; one without a place of its own stands `here`. */
export const toldGuards = (guards: readonly Guard[], here: string): TraceEvent['guards'] =>
  guards.map(({ text, at, choice, arm, arms, not }) => ({
    text: text === '' ? '…' : text,
    at: at === '' ? here : at,
    ...(choice !== undefined && { choice, arm, arms }),
    ...(not === true && { not }),
  }));

// What could not be named keeps its text, marked; a null pointer is known by what was written.
function objectText(text: string | undefined, value: Value, frame: Frame): string {
  const bare = (text ?? '').replace(/^&/, '');
  if (value !== 0n || !/^\w+$/.test(bare)) return `?${bare}`;
  const name = pointerText(bare, frame);
  return name === bare && frame.locals.has(bare) ? `?${bare}` : name;
}

/** A parameter by what the caller wrote, as far as that is a name: `vm` is `kmem_va_arena`. */
function pointerText(name: string, { definition, caller }: Frame): string {
  const index = definition.parameters.findIndex((parameter) => parameter.name === name);
  const given = index < 0 ? undefined : caller?.texts[index];
  if (given === undefined || caller === null || !/^\w*[A-Za-z_]\w*$/.test(given)) return name;
  return pointerText(given, caller.frame);
}

function certaintyOf(guards: readonly Guard[]): TraceEvent['certainty'] {
  if (guards.some((guard) => guard.certainty === 'may')) return 'may';
  if (guards.some((guard) => guard.certainty === 'loop0')) return 'loop0';
  return guards.some((guard) => guard.certainty === 'loop') ? 'loop' : 'must';
}
