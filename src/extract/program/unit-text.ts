/**
 * A unit's declarations as text and back, for the cache.
 *
 * The first line is a hash of all others, the second one everything but the bodies of functions,
 * each of which has a line of its own: a boot runs through a small part of what a unit defines, so
 * a body is parsed when it is first asked for.
 */
import { createHash } from 'node:crypto';
import type { CType, Declared, FunctionDef, Parameter, Stmt } from '../c/ir.ts';
import type { PortFacts } from '../facts.ts';
import type { UnitText } from './program.ts';

/** What an entry needs beside the unit: the files that it rests on. */
export interface StoredUnit {
  readonly files: { readonly [path: string]: string | null };
  readonly unit: UnitText;
}

export function unitToText({ files, unit }: StoredUnit): string {
  const bodies: string[] = [];
  const shelved = (declared: Declared): unknown => ({
    ...declared,
    functions: declared.functions.map(({ body, ...rest }) => {
      bodies.push(JSON.stringify(body));
      return rest;
    }),
  });
  const { preprocessed, flags, facts } = unit;
  const head = JSON.stringify({
    files,
    declared: shelved(unit.declared),
    headers: unit.headers.map(shelved),
    facts,
    flags: flags === null ? null : [...flags].map(([name, value]) => [name, String(value)]),
    preprocessed: {
      ...preprocessed,
      absent: [...preprocessed.absent],
      origins: [...preprocessed.origins],
    },
  });
  const rest = [head, ...bodies].join('\n');
  return `${checksum(rest)}\n${rest}`;
}

interface Head {
  readonly files: StoredUnit['files'];
  readonly declared: Declared;
  readonly headers: readonly Declared[];
  readonly facts: PortFacts | null;
  readonly flags: readonly (readonly [string, string])[] | null;
  readonly preprocessed: Omit<UnitText['preprocessed'], 'absent' | 'origins'> & {
    readonly absent: readonly string[];
    readonly origins: readonly (readonly [string, string])[];
  };
}

/** Null where the text is not, to the byte, what `unitToText` has written. */
export function unitFromText(text: string): StoredUnit | null {
  const end = text.indexOf('\n');
  const rest = text.slice(end + 1);
  if (end < 0 || checksum(rest) !== text.slice(0, end)) return null;
  const lines = rest.split('\n');
  // The checksum vouches for the shape: nobody but `unitToText` has written this.
  const head = JSON.parse(lines[0] ?? '') as Head;
  let next = 1;
  const unshelved = (declared: Declared): Declared => ({
    ...declared,
    functions: declared.functions.map((one) => new ShelvedFunction(one, lines[next++] ?? '')),
  });
  const declared = unshelved(head.declared);
  const headers = head.headers.map(unshelved);
  const flags = head.flags?.map(([name, value]): [string, bigint] => [name, BigInt(value)]);
  return {
    files: head.files,
    unit: {
      ...{ declared, headers, facts: head.facts },
      flags: flags === undefined ? null : new Map(flags),
      preprocessed: {
        ...head.preprocessed,
        absent: new Set(head.preprocessed.absent),
        origins: new Map(head.preprocessed.origins),
      },
    },
  };
}

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A function whose body is parsed when somebody wants to run it. */
class ShelvedFunction implements FunctionDef {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly isStatic: boolean;
  readonly returns: CType;
  readonly parameters: readonly Parameter[];
  readonly hasError: boolean;
  #text: string;
  #body: Stmt | null = null;

  constructor(head: Omit<FunctionDef, 'body'>, text: string) {
    this.name = head.name;
    this.file = head.file;
    this.line = head.line;
    this.isStatic = head.isStatic;
    this.returns = head.returns;
    this.parameters = head.parameters;
    this.hasError = head.hasError;
    this.#text = text;
  }

  get body(): Stmt {
    this.#body ??= JSON.parse(this.#text) as Stmt;
    this.#text = '';
    return this.#body;
  }
}
