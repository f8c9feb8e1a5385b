/**
 * A unit's declarations as text and back, for the cache.
 *
 * The first line is a hash of all others, the second one everything but the bodies of functions,
 * each of which has a line of its own: a boot runs through a small part of what a unit defines. A
 * body that was run is there lowered, any other one as the text that it was.
 */
import { createHash } from 'node:crypto';
import type { BodyText } from '../c/bodies.ts';
import type { ReadSetup } from '../c/declared.ts';
import { lateFunction } from '../c/declared.ts';
import type { Declared, FunctionDef } from '../c/ir.ts';
import type { FunctionHead, ReadBody } from '../c/late-function.ts';
import { LateFunction } from '../c/late-function.ts';
import type { PortFacts } from '../facts.ts';
import type { UnitText } from './program.ts';

/** What an entry needs beside the unit: one hash of all files that it rests on. */
export interface StoredUnit {
  readonly files: string;
  readonly unit: UnitText;
}

export function unitToText({ files, unit }: StoredUnit): string {
  const bodies: string[] = [];
  const shelved = (declared: Declared): unknown => ({
    ...declared,
    functions: declared.functions.map((one) => {
      const { head, body } = shelvedFunction(one);
      bodies.push(JSON.stringify(body));
      return head;
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

// A text has a line of its own, a body that was read has none.
function shelvedFunction(one: FunctionDef): { head: FunctionHead; body: BodyText | ReadBody } {
  if (one instanceof LateFunction) {
    const { head, unread } = one;
    return { head, body: unread ?? { body: one.body, hasError: one.hasError } };
  }
  const { body, ...head } = one;
  return { head, body: { body, hasError: head.hasError } };
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

/**
 * Null where the text is not, to the byte, what `unitToText` has written; `setupFor` says how the
 * bodies of a unit with these includes are to be read.
 */
export function unitFromText(
  text: string,
  setupFor: (includes: readonly string[]) => ReadSetup,
): StoredUnit | null {
  const end = text.indexOf('\n');
  const rest = text.slice(end + 1);
  if (end < 0 || checksum(rest) !== text.slice(0, end)) return null;
  const lines = rest.split('\n');
  // The checksum vouches for the shape: nobody but `unitToText` has written this.
  const head = JSON.parse(lines[0] ?? '') as Head;
  const setup = setupFor(head.preprocessed.includes);
  let next = 1;
  const unshelved = (declared: Declared): Declared => {
    const types = new Set(declared.typedefs.map(({ name }) => name));
    const functions = declared.functions.map((one) => {
      const line = lines[next++] ?? '';
      return new LateFunction(one, null, () => {
        const body = JSON.parse(line) as BodyText | ReadBody;
        return 'text' in body ? lateFunction(one, body, types, setup) : body;
      });
    });
    return { ...declared, functions };
  };
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
