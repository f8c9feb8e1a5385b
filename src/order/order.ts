import * as v from 'valibot';
import type { Diagnostic, Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';

/**
 * A boot order: the leaf calls that bring up a kernel's allocators, in the order in which they run.
 *
 * One schema for orders written by hand (`models/netbsd/orders`) and orders that `extract` reads
 * from a C tree; both enter the model by the same door. A leaf is a call of the allocators' API
 * (see `binding.ts`) or an assignment to a global that marks a phase, written as call `set`.
 */
export const orderSchema = 'bootproof/order/1';

const natural = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.pipe(v.string(), v.minLength(1));

/** One C function on the way to a leaf: where it calls the next one. */
const frame = v.strictObject({ function: text, file: text, line: natural });

/** What an event, a fact or a whole order rests on. */
const origin = v.picklist(['read', 'inferred', 'reconstructed']);

const guard = v.strictObject({
  /** The condition as it stands in the source. */
  text,
  /** `file:line` of the condition: events with the same `at` share one choice. */
  at: text,
  /** In an order that was read: which decision of the path; `at` may be passed several times. */
  choice: v.optional(natural),
  /** Which of its `arms` ways, counted from 0; with `not`, any other one. */
  arm: v.optional(natural),
  arms: v.optional(natural),
  not: v.optional(v.literal(true)),
});

const context = v.strictObject({
  /** The interrupt priority level at which the call runs: NONE, SOFTCLOCK, …, VM, SCHED, HIGH. */
  ipl: text,
  /** Who runs: a thread or an interrupt. */
  by: v.picklist(['thread', 'interrupt']),
  cold: v.boolean(),
  /** False where nothing can be woken yet. */
  maySleep: v.optional(v.boolean()),
});

const argument = v.union([v.string(), v.number(), v.boolean(), v.null()]);

const event = v.strictObject({
  /** The C function called, or `set` for an assignment to a phase-marking global. */
  call: text,
  /** The object as the C source names it, without `&`: `pmap_cache`, `kernel_map`; null if there is none. */
  object: v.nullable(text),
  /** Arguments by parameter name; sizes in bytes, `wchan` as ddb shows it. */
  args: v.record(v.string(), argument),
  function: text,
  file: text,
  line: natural,
  /** The macro from which the call was expanded. */
  macro: v.optional(text),
  /** Callers, outermost first; the last one calls `function`. */
  stack: v.array(frame),
  context,
  /** `must`: on every path; `may`: depends on the guards; `loop`: at least once; `loop0`: maybe never. */
  certainty: v.picklist(['must', 'may', 'loop', 'loop0']),
  guards: v.array(guard),
  /** For arguments that are one of two values: the decision (`choice`) on which it hangs which. */
  decidedBy: v.optional(v.record(text, natural)),
  origin: v.optional(origin),
  /** What a reader must know and the source does not say: why it is inferred, what was left out. */
  note: v.optional(text),
});

/** Where a reading of a C tree does not know: each hole is named in the verdict that it touches. */
const hole = v.strictObject({
  kind: v.picklist([
    'unresolved call',
    'cut',
    'opaque function',
    'parse error',
    'missing file',
    'missing header',
    'missing definition',
    'limit',
  ]),
  what: text,
  at: v.optional(text),
  /** Index of the event before which the hole lies. */
  before: v.optional(natural),
  why: v.optional(text),
  /** Event calls that the code behind the hole can make, all of them; absent where that is not known. */
  reaches: v.optional(v.array(text)),
});

/**
 * What a request would do at a moment at which nobody makes it: followed aside, its effect taken
 * back. Kept apart from the events, because it does not happen.
 */
const probe = v.strictObject({
  /** Index of the event before which it is asked; the answer holds until the next probe that asks the same. */
  before: natural,
  /** What is asked for: `page`. */
  asks: text,
  /** The function in which the request enters, and where that stands. */
  call: text,
  file: text,
  line: natural,
  /** What is taken to hold while it is asked: `uvmexp.free = 65536`. */
  given: v.array(v.string()),
  /** The conditions under which boot comes to this moment. */
  guards: v.optional(v.array(guard)),
  /** What would happen; stacks begin in `call`. */
  events: v.array(event),
  /** Where it was not known what would happen. */
  holes: v.array(hole),
});

const order = v.strictObject({
  schema: v.literal(orderSchema),
  /** `i386 of NetBSD 5.2`. */
  title: text,
  port: text,
  origin,
  source: v.strictObject({
    /** The tree the files belong to: `NetBSD 5.2`. */
    tree: text,
    /** RCS revision by file, where known. */
    revisions: v.record(v.string(), v.string()),
    /** For extracted orders: hash of what was read, kernel configuration and options. */
    hash: v.optional(text),
    /** For reviewed orders: the hash of the reading that they were made from. */
    reading: v.optional(text),
    config: v.optional(text),
    options: v.optional(v.record(v.string(), v.string())),
    /** Options that were asked for and that nothing in the tree knows, with those spelt alike. */
    unknownOptions: v.optional(v.array(v.strictObject({ name: text, nearest: v.array(text) }))),
  }),
  entries: v.optional(v.array(frame)),
  /** Macros by which the port says what it has: where each is defined, null where it is not. */
  facts: v.optional(v.record(text, v.nullable(text))),
  /** Assumptions of the reading: `no context switch while cold`. */
  axioms: v.optional(v.array(text)),
  events: v.pipe(v.array(event), v.minLength(1)),
  holes: v.optional(v.array(hole)),
  /**
   * Objects that are used and that no event initialises, with the places where the text of the
   * selected files names them otherwise than in a declaration or a known use. Where there are none,
   * nobody initialises the object, whatever the holes are. Absent where texts were not searched.
   */
  uninitialised: v.optional(v.array(v.strictObject({ object: text, named: v.array(text) }))),
  probes: v.optional(v.array(probe)),
  /**
   * Hash of the text of functions that whoever read the tree asked for: those that a model has in
   * its own words. Null where the tree has no such function. Absent where nobody asked.
   */
  routines: v.optional(
    v.array(v.strictObject({ function: text, file: text, textHash: v.nullable(text) })),
  ),
});

export type Order = v.InferOutput<typeof order>;
export type OrderEvent = v.InferOutput<typeof event>;
export type OrderFrame = v.InferOutput<typeof frame>;
export type OrderHole = v.InferOutput<typeof hole>;
export type OrderProbe = v.InferOutput<typeof probe>;
export type OrderArgument = v.InferOutput<typeof argument>;

/** Whether `extract` read the order from C; hand-written ones list calls, not what they lead to. */
export const isRead = (order: Order): boolean => order.source.hash !== undefined;

/** Reads a boot order from parsed JSON; what is wrong is told with the path of the field. */
export function parseOrder(input: unknown, from = 'order'): Result<Order> {
  const other = otherThanOrder(input);
  if (other !== null) return bad({ code: 'bad-order', at: from, ...other });
  const parsed = v.safeParse(order, input);
  if (parsed.success) return ok(parsed.output);
  return bad(...parsed.issues.map((issue) => fieldDiagnostic(issue, from)));
}

function fieldDiagnostic(issue: v.BaseIssue<unknown>, from: string): Diagnostic {
  const path = v.getDotPath(issue) ?? '(the whole file)';
  return { code: 'bad-order', message: `${path}: ${faultOf(issue)}`, at: from, hint: schemaHint };
}

const schemaHint = `the schema is ${orderSchema}; see docs/order-format.md`;

function faultOf({ received, expected }: v.BaseIssue<unknown>): string {
  if (expected === 'never') return 'found an unknown field';
  if (received === 'undefined') return 'the field is missing';
  return `found ${inWords(received)}, expected ${inWords(expected ?? 'another value')}`;
}

/** What the validator calls a kind of value, in the words of JSON. */
const inWords = (kind: string): string =>
  kind.replace(/\bArray\b/g, 'an array').replace(/\b(Object|Function)\b/g, 'an object');

/** What is no boot order at all is called by its name, instead of a list of missing fields. */
function otherThanOrder(
  input: unknown,
): { readonly message: string; readonly hint: string } | null {
  const expected = `an object with schema ${orderSchema}`;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    const found = Array.isArray(input) ? 'an array' : JSON.stringify(input);
    return { message: `found ${found}, expected ${expected}`, hint: 'see docs/order-format.md' };
  }
  const schema = 'schema' in input ? input.schema : undefined;
  if (schema === orderSchema) return null;
  if (typeof schema === 'string' && schema.startsWith('bootproof/trace/')) {
    return { message: `found a trace, expected ${expected}`, hint: 'use bootproof replay' };
  }
  const found =
    schema === undefined ? 'an object without schema' : `schema ${JSON.stringify(schema)}`;
  return { message: `found ${found}, expected ${expected}`, hint: 'see docs/order-format.md' };
}
