import * as v from 'valibot';
import type { Diagnostic, Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';
import type { Plain } from '../base/plain.ts';
import { encode } from '../base/plain.ts';
import type { Trace, TraceStep } from '../checker/result.ts';
import { isList, isRecord } from './changes.ts';
import { contentHash } from './hash.ts';

/**
 * Trace files: a run written down so that anybody can repeat it, today or in ten years.
 *
 * Everything is by name. The same run gives the same bytes: keys in a fixed order, no time, no
 * path of a machine. A replay renders what it saw in the same way and compares the texts.
 */
export const traceSchemaName = 'bootproof/trace/1';

const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const plain = v.custom<Plain>(isPlain, 'expected null, boolean, integer, string, array or record');

const traceFileSchema = v.strictObject({
  schema: v.literal(traceSchemaName),
  model: v.strictObject({
    name: v.pipe(text, v.minLength(1)),
    parameters: v.record(text, plain),
    hash: text,
  }),
  /** The boot order that the model follows; null for a model that has none. */
  order: v.nullable(v.strictObject({ hash: text, order: v.record(text, plain) })),
  property: v.strictObject({
    name: text,
    object: text,
    verdict: v.picklist(['violated', 'witnessed']),
  }),
  minimal: v.boolean(),
  loopsTo: v.nullable(count),
  steps: v.array(
    v.strictObject({
      process: text,
      choices: v.array(text),
      path: v.array(text),
      changes: v.array(v.strictObject({ cell: text, before: plain, after: plain })),
    }),
  ),
});

export type TraceFile = v.InferOutput<typeof traceFileSchema>;

/** What a trace file says besides the run. */
export interface TraceHead {
  readonly model: {
    readonly name: string;
    readonly parameters: { readonly [name: string]: Plain };
    readonly hash: string;
  };
  /** The boot order as parsed JSON, or null. */
  readonly order: { readonly [field: string]: unknown } | null;
  readonly property: {
    readonly name: string;
    readonly object: string;
    readonly verdict: 'violated' | 'witnessed';
  };
}

/** The text of a trace file. */
export function traceFile(head: TraceHead, trace: Trace): string {
  const order =
    head.order === null
      ? 'null'
      : `{"hash":${quoted(contentHash(head.order))},"order":${encode(head.order)}}`;
  const { name, parameters, hash } = head.model;
  const lines = [
    '{',
    `  "schema": ${quoted(traceSchemaName)},`,
    `  "model": {"name":${quoted(name)},"parameters":${encode(parameters)},"hash":${quoted(hash)}},`,
    `  "order": ${order},`,
    `  "property": ${JSON.stringify(propertyOf(head))},`,
    `  "minimal": ${trace.minimal},`,
    `  "loopsTo": ${trace.loopsTo ?? 'null'},`,
  ];
  if (trace.steps.length === 0) lines.push('  "steps": []');
  else lines.push('  "steps": [', trace.steps.map(stepText).join(',\n'), '  ]');
  return `${[...lines, '}'].join('\n')}\n`;
}

const quoted = (part: string): string => JSON.stringify(part);

const propertyOf = ({ property }: TraceHead): TraceHead['property'] => ({
  name: property.name,
  object: property.object,
  verdict: property.verdict,
});

function stepText(step: TraceStep): string {
  const changes = step.changes.map(
    ({ cell, before, after }) =>
      `        {"cell":${quoted(cell)},"before":${encode(before)},"after":${encode(after)}}`,
  );
  return [
    '    {',
    `      "process": ${quoted(step.process)},`,
    `      "choices": ${JSON.stringify(step.choices)},`,
    `      "path": ${JSON.stringify(step.path)},`,
    changes.length === 0
      ? '      "changes": []'
      : `      "changes": [\n${changes.join(',\n')}\n      ]`,
    '    }',
  ].join('\n');
}

/** Reads a trace file; what is wrong is told with the path of the field. */
export function parseTraceFile(source: string, from: string): Result<TraceFile> {
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return bad(badTrace(`not JSON: ${why}`, from));
  }
  const schema = isRecord(json) ? json['schema'] : undefined;
  if (schema !== traceSchemaName) {
    const found = typeof schema === 'string' ? `schema ${schema}` : 'no schema';
    return bad(badTrace(`found ${found}, expected ${traceSchemaName}`, from));
  }
  const parsed = v.safeParse(traceFileSchema, json);
  if (!parsed.success) {
    return bad(
      ...parsed.issues.map((issue) => {
        const path = v.getDotPath(issue) ?? '(the whole file)';
        const expected = issue.expected ?? issue.message;
        return badTrace(`${path}: found ${issue.received}, expected ${expected}`, from);
      }),
    );
  }
  const { order } = parsed.output;
  if (order !== null && contentHash(order.order) !== order.hash) {
    return bad(badTrace('order: the boot order is not the one that its hash was taken of', from));
  }
  return ok(parsed.output);
}

const badTrace = (message: string, at: string): Diagnostic => ({
  code: 'bad-trace',
  message,
  at,
  hint: 'trace files are written by bootproof check --trace-dir',
});

function isPlain(value: unknown): boolean {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (isList(value)) return value.every(isPlain);
  return isRecord(value) && Object.values(value).every(isPlain);
}

/** `b-lost-callbacks-h1-i386.registered.amappl.json`: the name of a trace file in a folder. */
export function traceFileName(model: string, property: string, object: string): string {
  const word = (part: string): string => part.replace(/[^\w@+-]+/g, '-').replace(/^-+|-+$/g, '');
  return (
    [model, property, object]
      .map(word)
      .filter((part) => part !== '')
      .join('.') + '.json'
  );
}
