import type { Model, Property } from '../base/model.ts';
import type { Plain } from '../base/plain.ts';
import type { Grain } from '../base/routine.ts';
import type { CatalogEntry, ModelOptions, ParameterName } from '../boot/catalog-entry.ts';
import type { Order } from '../order/order.ts';
import { InputError, valueOf } from './failure.ts';
import { matcher } from './catalogue.ts';
import { unknownName } from './nearest.ts';
import { badOption, naturalOf, onOffOf } from './values.ts';

/** Environment options as they came from the command line. */
export type EnvironmentWords = { readonly [name in ParameterName]?: string };

const optionOf = (name: ParameterName): string => `--${name}`;

/** What to build of an entry: the words turned into values, refused where the entry has no such knob. */
export function optionsFor(
  entry: CatalogEntry,
  words: EnvironmentWords,
  order: Order | null,
): ModelOptions {
  const numbers: { [name in 'cpus' | 'interrupts' | 'pages' | 'failures']?: number } = {};
  for (const name of ['cpus', 'interrupts', 'pages', 'failures'] as const) {
    const word = words[name];
    if (word === undefined) continue;
    const parameter = parameterOf(entry, name);
    numbers[name] = naturalOf(optionOf(name), word, parameter.min ?? 0, parameter.max ?? 1_000_000);
  }
  if (words.preemption !== undefined) parameterOf(entry, 'preemption');
  if (words.grain !== undefined) parameterOf(entry, 'grain');
  return {
    ...numbers,
    ...(words.preemption === undefined
      ? {}
      : { preemption: onOffOf('--preemption', words.preemption) }),
    ...(words.grain === undefined ? {} : { grain: grainOf(words.grain) }),
    ...(order === null ? {} : { order }),
  };
}

function parameterOf(
  entry: CatalogEntry,
  name: ParameterName,
): NonNullable<CatalogEntry['parameters'][ParameterName]> {
  const parameter = entry.parameters[name];
  if (parameter !== undefined) return parameter;
  const has = Object.keys(entry.parameters).map((one) => `--${one}`);
  throw new InputError({
    code: 'bad-option',
    message: `${entry.name} has no ${optionOf(name)}`,
    hint: has.length === 0 ? 'it has no options of its own' : `it has ${has.join(', ')}`,
  });
}

function grainOf(word: string): Grain {
  if (word === 'fine' || word === 'sleep') return word;
  throw badOption('--grain', word, 'fine or sleep');
}

/** A model's recorded parameters as options again: how a trace rebuilds its model. */
export function optionsOfParameters(
  entry: CatalogEntry,
  parameters: { readonly [name: string]: Plain },
  order: Order | null,
): ModelOptions {
  const words: { [name in ParameterName]?: string } = {};
  for (const name of ['cpus', 'interrupts', 'pages', 'failures', 'preemption', 'grain'] as const) {
    const value = parameters[name];
    if (value === undefined || entry.parameters[name] === undefined) continue;
    words[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return optionsFor(entry, words, order);
}

/** Whether the options ask what the entry's records speak of. */
export function isRecordedQuestion(entry: CatalogEntry, options: ModelOptions): boolean {
  if (options.order !== undefined) return false;
  return (['cpus', 'interrupts', 'pages', 'failures', 'preemption', 'grain'] as const).every(
    (name) => options[name] === undefined || options[name] === entry.parameters[name]?.default,
  );
}

export function build(entry: CatalogEntry, options: ModelOptions): Model {
  return valueOf(entry.build(options));
}

/** The model with those properties alone that the patterns name; all of them without a pattern. */
export function withProperties(model: Model, patterns: readonly string[]): Model {
  if (patterns.length === 0) return model;
  const names = model.properties.map((property) => property.name);
  const wanted = new Set<Property>();
  for (const pattern of patterns) {
    const isMatch = matcher(pattern);
    const found = model.properties.filter((property) => isMatch(property.name));
    if (found.length === 0) {
      const all = `${model.name} has ${names.join(', ') || 'none'}`;
      throw new InputError(unknownName('property', pattern, names, all));
    }
    for (const property of found) wanted.add(property);
  }
  return { ...model, properties: model.properties.filter((property) => wanted.has(property)) };
}
