import { diskTree } from '../../extract/index.ts';
import { functionHash, revisionOf } from '../../extract/function-text.ts';
import type { AgainstReport } from '../../order/index.ts';
import { against } from '../../order/index.ts';
import { counted, layOut } from '../../report/text.ts';
import { valueOf } from '../failure.ts';
import type { Io } from '../io.ts';
import { modelledRoutines } from '../modelled-routines.ts';

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
