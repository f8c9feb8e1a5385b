import type { Expression, ObjectExpression, ObjectProperty } from 'oxc-parser';
import { Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import type { Source } from './sources.ts';
import { lineOf, sourcesIn } from './sources.ts';

/** Every modelled routine says which C file, revision and lines it was taken from. */

/** A `routine<…>()({ … })` of the kernel. */
interface Declared {
  readonly at: string;
  readonly name: string | null;
  readonly file: string | null;
  readonly revision: string | null;
  readonly labels: readonly { readonly name: string; readonly line: number | null }[];
}

const sources = sourcesIn(['src/kernel']);
const constants = new Map(sources.flatMap(constantsOf));

function constantsOf(source: Source): readonly [string, string | number][] {
  const found: [string, string | number][] = [];
  new Visitor({
    VariableDeclarator: ({ id, init }) => {
      if (id.type !== 'Identifier' || init?.type !== 'Literal') return;
      if (typeof init.value !== 'string' && typeof init.value !== 'number') return;
      // A file's own constant first: each file may have its `revision`.
      found.push([`${source.path} ${id.name}`, init.value], [id.name, init.value]);
    },
  }).visit(source.program);
  return found;
}

function declaredIn(source: Source): readonly Declared[] {
  const found: Declared[] = [];
  new Visitor({
    CallExpression: (node) => {
      const { callee } = node;
      const isRoutine =
        callee.type === 'CallExpression' &&
        callee.callee.type === 'Identifier' &&
        callee.callee.name === 'routine';
      const [definition] = node.arguments;
      if (!isRoutine || definition?.type !== 'ObjectExpression') return;
      const value = (key: string): string | number | null =>
        valueOf(source, partOf(definition, key));
      const labels = partOf(definition, 'labels');
      const text = (key: string): string | null => {
        const found = value(key);
        return typeof found === 'string' ? found : null;
      };
      found.push({
        at: `${source.path}:${lineOf(source, node)}`,
        name: text('name'),
        file: text('file'),
        revision: text('revision'),
        labels: labels?.type === 'ObjectExpression' ? labelsOf(source, labels) : [],
      });
    },
  }).visit(source.program);
  return found;
}

function labelsOf(source: Source, labels: ObjectExpression): Declared['labels'] {
  return propertiesOf(labels).map((property) => {
    const name =
      property.key.type === 'Identifier'
        ? property.key.name
        : source.text.slice(property.key.start, property.key.end);
    const line =
      property.value.type === 'ObjectExpression'
        ? valueOf(source, partOf(property.value, 'line'))
        : null;
    // A label made by a function has its line checked where it is made, by the types.
    const isMade = property.value.type !== 'ObjectExpression';
    return { name, line: isMade ? 1 : typeof line === 'number' ? line : null };
  });
}

const propertiesOf = (object: ObjectExpression): readonly ObjectProperty[] =>
  object.properties.filter((property) => property.type === 'Property');

function partOf(object: ObjectExpression, key: string): Expression | null {
  const property = propertiesOf(object).find(
    (one) => one.key.type === 'Identifier' && one.key.name === key,
  );
  return property?.value ?? null;
}

function valueOf(source: Source, node: Expression | null): string | number | null {
  if (node?.type === 'Literal') {
    return typeof node.value === 'string' || typeof node.value === 'number' ? node.value : null;
  }
  if (node?.type !== 'Identifier') return null;
  return constants.get(`${source.path} ${node.name}`) ?? constants.get(node.name) ?? null;
}

describe('every modelled routine', () => {
  const declared = sources.flatMap(declaredIn);

  it('is found', () => {
    expect(declared.length).toBeGreaterThan(20);
  });

  it('names a C file, a revision and a line for each label', () => {
    const faults = declared.flatMap(({ at, name, file, revision, labels }) => [
      // A name may be a parameter of a function that declares several routines alike.
      ...(file !== null && !/^sys\/[\w/.-]+\.[ch]$/.test(file) && revision !== 'model'
        ? [`${at}: ${name ?? '?'} has file ${file}`]
        : []),
      ...(revision !== null && revision !== 'model' && !/^\d+(\.\d+)+$/.test(revision)
        ? [`${at}: ${name ?? '?'} has revision ${revision}`]
        : []),
      ...labels
        .filter((label) => label.line !== null && (label.line < 0 || !Number.isInteger(label.line)))
        .map((label) => `${at}: ${name ?? '?'}.${label.name} has line ${String(label.line)}`),
    ]);
    expect(faults).toEqual([]);
  });

  it('says so in words that can be read without running it, for most of them', () => {
    const plain = declared.filter(({ file, revision }) => file !== null && revision !== null);
    expect(plain.length / declared.length).toBeGreaterThan(0.8);
  });
});
