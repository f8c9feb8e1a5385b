import * as v from 'valibot';
import { checkSchema, checkSchemaName } from './json-schema.ts';

/** docs/json.md: each field of the JSON report with its type and meaning, from the schema itself. */
export function renderJsonDocs(): string {
  const rows = fieldsOf(checkSchema, '').map(
    ({ path, type, meaning }) => `| \`${path}\` | ${type.replaceAll('|', '\\|')} | ${meaning} |`,
  );
  return [
    '# The JSON report',
    '',
    `\`bootproof check --json\` prints one object of schema \`${checkSchemaName}\` on standard output.`,
    'A field marked *optional* is left out where there is nothing to say. New fields may come within',
    'a version; a field that changes its meaning makes a new one.',
    '',
    '<!-- Written by `npm run golden:update`; a test compares it with the schema. -->',
    '',
    '| Field | Type | Meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

interface Field {
  readonly path: string;
  readonly type: string;
  readonly meaning: string;
}

function fieldsOf(schema: v.GenericSchema, path: string): Field[] {
  const shape = unpiped(schema);
  if (isArray(shape)) return fieldsOf(shape.item, `${path}[]`);
  if (isNullable(shape)) return fieldsOf(shape.wrapped, path);
  if (!isObject(shape)) return [];
  return Object.entries(shape.entries).flatMap(([name, field]) => {
    const below = path === '' ? name : `${path}.${name}`;
    const inner = isOptional(unpiped(field)) ? wrappedOf(field) : field;
    const optional = inner === field ? '' : ', *optional*';
    return [
      {
        path: below,
        type: `${typeText(inner)}${optional}`,
        meaning: v.getDescription(field) ?? '',
      },
      ...fieldsOf(inner, below),
    ];
  });
}

function typeText(schema: v.GenericSchema): string {
  const shape = unpiped(schema);
  if (isArray(shape)) return `array of ${typeText(shape.item)}`;
  if (isNullable(shape)) return `${typeText(shape.wrapped)} or null`;
  if (isObject(shape)) return 'object';
  if (shape.type === 'record') return 'object';
  if (shape.type === 'unknown') return 'any';
  if ('options' in shape && Array.isArray(shape.options)) {
    return shape.options.map(optionText).join(' \\| ').replaceAll('\\|', '|');
  }
  if ('literal' in shape) return JSON.stringify(shape.literal);
  return shape.type;
}

function optionText(option: unknown): string {
  if (isSchema(option)) return typeText(option);
  return JSON.stringify(option);
}

type Shape = v.GenericSchema & { readonly type: string };

/** A schema without the checks and descriptions that were piped onto it. */
function unpiped(schema: v.GenericSchema): Shape {
  if (!('pipe' in schema) || !Array.isArray(schema.pipe)) return schema;
  const root: unknown = schema.pipe[0];
  return isSchema(root) ? unpipedOnce(root, schema) : schema;
}

// The first item of a pipe is the schema itself without its pipe, unless pipes were nested.
function unpipedOnce(root: v.GenericSchema, outer: v.GenericSchema): Shape {
  return root === outer ? root : unpiped(root);
}

function wrappedOf(schema: v.GenericSchema): v.GenericSchema {
  const shape = unpiped(schema);
  return isOptional(shape) ? shape.wrapped : schema;
}

function isSchema(value: unknown): value is v.GenericSchema {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema';
}

const isArray = (shape: Shape): shape is Shape & { readonly item: v.GenericSchema } =>
  shape.type === 'array' && 'item' in shape;
const isNullable = (shape: Shape): shape is Shape & { readonly wrapped: v.GenericSchema } =>
  shape.type === 'nullable' && 'wrapped' in shape;
const isOptional = (shape: Shape): shape is Shape & { readonly wrapped: v.GenericSchema } =>
  shape.type === 'optional' && 'wrapped' in shape;
const isObject = (
  shape: Shape,
): shape is Shape & { readonly entries: { readonly [name: string]: v.GenericSchema } } =>
  shape.type === 'strict_object' && 'entries' in shape;
