import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diskTree } from '../../extract/index.ts';
import type { AgainstReport, ModelledRoutine } from '../../order/index.ts';
import { against } from '../../order/index.ts';
import { InternalError } from '../../base/assert.ts';
import { counted, layOut } from '../../report/text.ts';
import { valueOf } from '../failure.ts';
import { functionHash, revisionOf } from '../function-text.ts';
import type { Io } from '../io.ts';

export interface AgainstWords {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly full?: boolean;
}

/**
 * `bootproof check --against TREE`: which of the routines that are modelled read differently in
 * a tree. Exit code 0 if none does, 1 otherwise.
 */
export function againstCommand(path: string, words: AgainstWords, io: Io): number {
  const tree = valueOf(diskTree(path));
  const texts = new Map<string, string | null>();
  const read = (file: string): string | null => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    const text = tree.read(file.replace(/^sys\//, ''));
    texts.set(file, text);
    return text;
  };
  const report = against(modelledRoutines(), (file, name) => {
    const text = read(file);
    const textHash = text === null ? null : functionHash(text, name);
    if (text === null || textHash === null) return null;
    return { revision: revisionOf(text) ?? '(none)', textHash };
  });
  const code = report.differing.length === 0 ? 0 : 1;
  if (words.json === true) {
    const { checks } = report;
    io.out(
      `${JSON.stringify({ schema: 'bootproof/against/1', exitCode: code, checks }, null, 2)}\n`,
    );
  } else if (words.quiet !== true) io.out(againstText(report, words.full === true));
  return code;
}

const shown = {
  same: 'same',
  'same text': 'same',
  differs: 'differs',
  'revision differs': 'differs',
  'not there': 'missing',
} as const;

function againstText({ checks, differing }: AgainstReport, isFull: boolean): string {
  const rows = (isFull ? checks : differing).map(({ routine, found, state }) => [
    shown[state],
    `${routine.function}()`,
    routine.file,
    routine.revision,
    found?.revision ?? '-',
  ]);
  const table = layOut(
    ['', 'routine', 'file', 'modelled', 'here'].map((head) => ({ head, align: 'left' as const })),
    rows,
  );
  const missing = differing.filter(({ state }) => state === 'not there').length;
  const end =
    `${counted(checks.length, 'routine')}: ${checks.length - differing.length} the same, ` +
    `${differing.length - missing} differ, ${missing} missing`;
  return `${[...(rows.length === 0 ? [] : table), end].join('\n')}\n`;
}

/** What the modelled kernel cites, with a hash of each text; generated, see bench/routine-hashes. */
function modelledRoutines(): readonly ModelledRoutine[] {
  const path = join(packageRoot(), 'models', 'netbsd', 'routine-hashes.json');
  const list: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (Array.isArray(list) && list.every(isRoutine)) return list;
  throw new InternalError(`${path} is not as bench/routine-hashes writes it`);
}

const isRoutine = (value: unknown): value is ModelledRoutine =>
  typeof value === 'object' &&
  value !== null &&
  'file' in value &&
  typeof value.file === 'string' &&
  'revision' in value &&
  typeof value.revision === 'string' &&
  'function' in value &&
  typeof value.function === 'string' &&
  (!('textHash' in value) || typeof value.textHash === 'string');

/** The file stays in `models`; this module runs from `src` or from `dist/src`. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
