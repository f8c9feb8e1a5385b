import {
  broughtUpBy,
  initialisesNothing,
  mapEntryPool,
  meaningOf,
  ownLocks,
  plainName,
} from '../order/calls.ts';
import type { Order, OrderEvent } from '../order/order.ts';

/**
 * Who could initialise an object that the trace sees used and never initialised.
 *
 * What the trace did not follow is still text that can be searched: whoever initialises a global
 * names it, directly or by handing its address on. If every place that names it is a declaration
 * or a call that cannot initialise it, nobody does, whatever else was not read.
 */
export type Uninitialised = NonNullable<Order['uninitialised']>[number];

interface Texts {
  /** Every text that can name the object: selected files and the headers they include. */
  readonly all: ReadonlyMap<string, string>;
  /** Where assembly names it. */
  readonly isTouchedByAssembly: (name: string) => boolean;
}

/** One place is enough to leave an answer open; some more are worth looking at. */
const placesMax = 12;

/** The objects of the trace that are used and have no initialiser in it, with who else names them. */
export function uninitialised(events: readonly OrderEvent[], texts: Texts): Uninitialised[] {
  const isNamed = (object: string): boolean => {
    const word = new RegExp(`\\b${object}\\b`);
    return [...texts.all.values()].some((text) => text.includes(object) && word.test(text));
  };
  const routines = neverRun(events).filter(isNamed);
  return [...candidates(events, isNamed), ...routines.map((name) => `${name}()`)].map((object) => {
    const name = object.replace('()', '');
    const named = [...texts.all].flatMap(([file, text]) =>
      linesNaming(name, text).map((line) => `${file}:${line}`),
    );
    const shown = named.slice(0, placesMax);
    return { object, named: texts.isTouchedByAssembly(name) ? ['assembly', ...shown] : shown };
  });
}

/**
 * Globals by their own name, or elements of one; what is part of another is initialised with it.
 * Whoever enters a mapping uses the pool of map entries, and a pool or an arena has a lock inside, if
 * the tree has one of that name.
 */
function candidates(
  events: readonly OrderEvent[],
  isNamed: (object: string) => boolean,
): readonly string[] {
  const used = new Set<string>();
  const made = new Set<string>();
  for (const event of events) {
    const name = /^(\w+)(?:\[[^\]]*\])?$/.exec(event.object ?? '')?.[1];
    if (name === undefined) continue;
    const { role, kind } = meaningOf(event);
    if (role === 'declare' || event.call === 'set') made.add(name);
    else if (kind !== undefined && (role === 'use' || role === 'grow')) used.add(name);
  }
  const implied = [...(maps(events) ? [mapEntryPool] : []), ...locksInside(events)];
  for (const name of implied) if (!made.has(name) && isNamed(name)) used.add(name);
  return [...used].filter((name) => !made.has(name));
}

const maps = (events: readonly OrderEvent[]): boolean =>
  events.some((event) => {
    const { role, kind } = meaningOf(event);
    return kind === 'map' && role === 'grow';
  });

/** The locks of pools and arenas that are made, if no event initialises one of that name. */
function locksInside(events: readonly OrderEvent[]): readonly string[] {
  const makers = new Set(events.map(({ call }) => plainName(call)));
  const fields = [...ownLocks].flatMap(([maker, field]) => (makers.has(maker) ? [field] : []));
  const made = events.filter((event) => {
    const { role, kind } = meaningOf(event);
    return kind === 'lock' && role === 'declare';
  });
  return fields.filter(
    (field) => !made.some(({ object }) => new RegExp(`\\b${field}$`).test(object ?? '')),
  );
}

/** Routines that bring up what is used, and that take part in no event: is there a call of them? */
function neverRun(events: readonly OrderEvent[]): readonly string[] {
  const ran = new Set(
    events.flatMap((event) => [
      event.call,
      event.function,
      ...event.stack.map((frame) => frame.function),
    ]),
  );
  const needed = events.flatMap(({ call }) => broughtUpBy.get(plainName(call)) ?? []);
  return [...new Set(needed)].filter((name) => !ran.has(name));
}

/** Lines on which `name` stands otherwise than in a declaration or a call that initialises nothing. */
export function linesNaming(name: string, text: string): readonly number[] {
  if (!text.includes(name)) return [];
  const code = withoutComments(text);
  const lines: number[] = [];
  for (const { index } of code.matchAll(new RegExp(`\\b${name}\\b`, 'g'))) {
    const before = code.slice(Math.max(0, index - 200), index);
    const after = code.slice(index + name.length, index + name.length + 200);
    if (isHarmlessCall(before) || isDeclaration(before, after)) continue;
    lines.push(code.slice(0, index).split('\n').length);
  }
  return lines;
}

function isHarmlessCall(before: string): boolean {
  const call = /\b(\w+)\s*\(\s*&?\s*$/.exec(before)?.[1];
  if (call !== undefined && initialisesNothing(call)) return true;
  const around = /\b(\w+)\s*\((?:[^();{}]|\([^();{}]*\))*$/.exec(before)?.[1];
  return around !== undefined && /[(,]\s*&?\s*$/.test(before) && saysUse(around);
}

/** `UVM_UNLOCK_AND_WAIT`, `foo_lock`: a call or macro whose name says that it uses what it is given. */
const saysUse = (call: string): boolean =>
  /(^|_)((un|try)?lock(_and_wait)?|(try)?enter|exit|(timed)?wait|owned|held)$/i.test(call) &&
  !/init|new|make|alloc|set|create|boot|def|decl|static|attach|start/i.test(call);

/**
 * `static struct pool cache_pool;`: types alone before it, and no value behind it. Or a routine's
 * prototype, or the head of its body.
 */
function isDeclaration(before: string, after: string): boolean {
  const type = /(?:^|[;{}\n])([\w\s*]*\w[\s*]+)$/.exec(before)?.[1]?.trim() ?? '';
  if (type === '' || /\b(return|case|goto|sizeof|else|do)\b/.test(type)) return false;
  if (/^\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*(?:__\w+\s*)*[;{]/.test(after)) return true;
  return /^\s*(?:\[[^\]]*\]\s*)*(?:__\w+(?:\([^()]*(?:\([^()]*\))*\))?\s*)*[;,]/.test(after);
}

/** Comments and strings give way to spaces; lines stay where they are. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g, (part) =>
    part.replace(/[^\n]/g, ' '),
  );
