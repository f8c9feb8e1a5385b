import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InternalError } from '../base/assert.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Model } from '../base/model.ts';
import { encode } from '../base/plain.ts';
import { InputError } from './failure.ts';

/** A model of the user's own: input like any other, looked at before it is run. */

type Fields = { readonly [name: string]: unknown };

/**
 * The model in full: what may be left out is filled in. Whatever else is missing or of another
 * shape ends the command, each fault with the path of its field.
 */
export function wholeModel(given: object, at: string): Model {
  const model: Fields = {
    parameters: {},
    mustPass: [],
    mayPass: [],
    assumptions: [],
    environment: [],
    ...given,
  };
  const faults = faultsOf(model);
  if (faults.length > 0) {
    const hint = 'see "Your own model" in the README, and examples/early-pool.mjs';
    throw new InputError(
      ...faults.map((message): Diagnostic => ({ code: 'bad-model', message, at, hint })),
    );
  }
  return model as unknown as Model;
}

function faultsOf(model: Fields): readonly string[] {
  const faults: string[] = [];
  const fault = (path: string, found: unknown, expected: string): void => {
    faults.push(`${path}: found ${shown(found)}, expected ${expected}`);
  };
  const text = (path: string, value: unknown, expected = 'a text'): void => {
    if (typeof value !== 'string' || value === '') fault(path, value, expected);
  };
  const oneOf = (path: string, value: unknown, all: readonly string[]): void => {
    if (!all.some((one) => one === value)) fault(path, value, listOf(all));
  };
  const code = (path: string, value: unknown, expected: string): void => {
    if (typeof value !== 'function') fault(path, value, expected);
  };
  const plain = (path: string, value: unknown): void => {
    try {
      encode(value, path);
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  };
  /** Calls `look` with each element that is an object; names by `key` must differ. */
  const each = (
    path: string,
    value: unknown,
    key: string,
    look: (path: string, element: Fields) => void,
  ): void => {
    if (!Array.isArray(value)) return fault(path, value, 'an array');
    const seen = new Set<unknown>();
    for (const [i, element] of (value as readonly unknown[]).entries()) {
      const place = `${path}[${i}]`;
      if (!isObject(element)) {
        fault(place, element, 'an object');
        continue;
      }
      text(`${place}.${key}`, element[key]);
      if (seen.has(element[key])) fault(`${place}.${key}`, element[key], 'another one each time');
      seen.add(element[key]);
      look(place, element);
    }
  };
  const texts = (path: string, value: unknown): void => {
    if (!Array.isArray(value)) return fault(path, value, 'an array of texts');
    for (const [i, one] of (value as readonly unknown[]).entries()) text(`${path}[${i}]`, one);
  };

  text('name', model['name']);
  if (isObject(model['parameters'])) plain('parameters', model['parameters']);
  else fault('parameters', model['parameters'], 'an object');
  each('cells', model['cells'], 'key', (path, { type, initial }) => {
    if (isObject(type)) {
      text(`${path}.type.name`, type['name']);
      for (const kind of ['observers', 'operations']) {
        const all = type[kind];
        if (!isObject(all)) fault(`${path}.type.${kind}`, all, 'an object of functions');
        else {
          for (const [name, one] of Object.entries(all)) {
            code(`${path}.type.${kind}.${name}`, one, 'a function');
          }
        }
      }
    } else fault(`${path}.type`, type, 'a cell type: name, observers, operations');
    plain(`${path}.initial`, initial);
  });
  each('processes', model['processes'], 'name', (path, process) => {
    oneOf(`${path}.kind`, process['kind'], ['system', 'environment']);
    code(`${path}.step`, process['step'], 'a function of a view');
  });
  each('properties', model['properties'], 'name', (path, property) => {
    const kinds = ['always', 'recoverable', 'sometimes', 'balance', 'fold'];
    const { kind } = property;
    oneOf(`${path}.kind`, kind, kinds);
    text(`${path}.sentence`, property['sentence'], 'the claim as a sentence');
    text(`${path}.cites`, property['cites'], 'a text: where the claim stands');
    oneOf(`${path}.about`, property['about'], ['mission', 'kernel', 'model sanity']);
    if (kind === 'balance') {
      const { weights } = property;
      if (!(weights instanceof Map)) fault(`${path}.weights`, weights, 'a Map by cell');
      return;
    }
    if (typeof kind !== 'string' || !kinds.includes(kind)) return;
    code(`${path}.holds`, property['holds'], 'a function');
    if (kind === 'fold') {
      if (!Array.isArray(property['over'])) fault(`${path}.over`, property['over'], 'an array');
      code(`${path}.step`, property['step'], 'a function');
      plain(`${path}.from`, property['from']);
      return;
    }
    if (property['premise'] !== undefined) {
      code(`${path}.premise`, property['premise'], 'a function, or nothing');
    }
    each(`${path}.objects`, property['objects'], 'name', () => {});
  });
  code('final', model['final'], 'a function of a view');
  for (const name of ['mustPass', 'mayPass', 'assumptions', 'environment']) {
    texts(name, model[name]);
  }
  if (model['bound'] !== undefined) oneOf('bound', model['bound'], ['grain']);
  return faults;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (all: readonly string[]): string =>
  all.length === 1 ? `"${all[0]}"` : `one of ${all.map((one) => `"${one}"`).join(', ')}`;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/**
 * Runs what runs the code of a model that was given by path. What that code throws is a fault of
 * the input, told with whose code it was and where; what we do wrong ourselves stays our own bug.
 */
export async function blaming<T>(word: string | null, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const place = word === null || error instanceof InputError ? null : faultPlace(error);
    if (word === null || place === null) throw error;
    throw new InputError({
      code: 'bad-model',
      message: `the code of the model went wrong: ${messageOf(error)}`,
      at: word,
      ...(place === '' ? {} : { hint: `at ${place}` }),
    });
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** What the checker says of code that depends on more than the state. */
const unsteady = /(when|was) (run|asked) again|now asks about/;

/** `file:line` of the user's code that threw; empty if that is not known; null if none of it did. */
function faultPlace(error: unknown): string | null {
  let first = error;
  while (first instanceof Error && first.cause !== undefined) first = first.cause;
  if (first instanceof Error) {
    const place = placeIn(first.stack ?? '');
    if (place !== null) return place;
  }
  // An answer that is no plain value is found only after the user's code has returned it.
  const isTheirs =
    first !== error || (error instanceof InternalError && unsteady.test(error.message));
  return isTheirs ? '' : null;
}

/** All of bootproof's own code: `src`, compiled or not. */
const ownRoot = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The innermost line of a stack that is neither Node's nor our own. */
function placeIn(stack: string): string | null {
  for (const [, url = '', line = ''] of stack.matchAll(
    /(?:\(|at |@)(file:\/\/[^\s)]+?|\/[^\s)]+?):(\d+):\d+\)?$/gm,
  )) {
    const path = url.startsWith('file:') ? fileURLToPath(url.replace(/\?.*$/, '')) : url;
    if (path.startsWith(`${ownRoot}/`) || path.includes('/node_modules/')) continue;
    const short = relative(process.cwd(), path);
    return `${short.startsWith('..') ? path : short}:${line}`;
  }
  return null;
}
