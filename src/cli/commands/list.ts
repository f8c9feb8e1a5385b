import { layOut } from '../../report/text.ts';
import type { LoadCatalog } from '../catalogue.ts';
import { choose } from '../catalogue.ts';
import type { Io } from '../io.ts';

/** `bootproof list`: what there is to check. */
export async function listCommand(
  names: readonly string[],
  words: { readonly json?: boolean },
  loadCatalog: LoadCatalog,
  io: Io,
): Promise<number> {
  const entries =
    names.length === 0
      ? await loadCatalog()
      : (await choose(names, loadCatalog)).map((one) => one.entry);
  if (words.json === true) {
    const models = entries.map((entry) => ({
      name: entry.name,
      title: entry.title,
      reconstruction: entry.reconstruction,
      default: entry.default,
      parameters: entry.parameters,
      expect: entry.expect,
      environmentReasons: entry.environmentReasons,
      sources: entry.sources,
    }));
    io.out(`${JSON.stringify({ schema: 'bootproof/list/1', models }, null, 2)}\n`);
    return 0;
  }
  const rows = entries.map((entry) => [
    entry.name,
    entry.default ? 'yes' : '',
    entry.expect.length === 0
      ? ''
      : [...new Set(entry.expect.map((one) => one.property))].join(', '),
    entry.reconstruction === null ? entry.title : `${entry.title} (reconstruction)`,
  ]);
  const lines = layOut(
    [
      { head: 'model', align: 'left' },
      { head: 'in check', align: 'left' },
      { head: 'known to violate', align: 'left' },
      { head: 'what it is', align: 'left' },
    ],
    rows,
  );
  io.out(`${lines.join('\n')}\n`);
  return 0;
}
