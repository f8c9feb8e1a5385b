import { listed, wrap } from '../../report/text.ts';
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
  const lines = entries.flatMap((entry) => {
    const mark = entry.reconstruction === null ? '' : ' (reconstruction)';
    const known = [...new Set(entry.expect.map((one) => one.property))];
    return [
      `${entry.default ? '*' : ' '} ${entry.name}${mark}`,
      ...wrap(entry.title, '    ', '    '),
      ...(known.length === 0 ? [] : wrap(`known to violate ${listed(known, 8)}`, '    ', '      ')),
    ];
  });
  io.out(`${[...lines, '', '* is part of a plain check'].join('\n')}\n`);
  return 0;
}
