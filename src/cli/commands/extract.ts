import { diskTree } from '../../extract/disk-tree.ts';
import type { SourceTree } from '../../extract/source-tree.ts';
import type { Result } from '../../base/diagnostic.ts';
import type { Order } from '../../order/order.ts';
import { layOut } from '../../report/text.ts';
import { valueOf } from '../failure.ts';
import type { Io } from '../io.ts';
import { loadExtract } from '../rooms.ts';

export interface ExtractWords {
  readonly arch: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** What the command asks of `src/extract/index.ts`. */
export interface ExtractRoom {
  extract(
    tree: SourceTree,
    options: { readonly arch: string; readonly config: string },
  ): Result<Order> | Promise<Result<Order>>;
}

/** `bootproof extract --arch ARCH TREE`: the order that is really there. */
export async function extractCommand(path: string, words: ExtractWords, io: Io): Promise<number> {
  const tree = valueOf(diskTree(path));
  const { extract } = await loadExtract();
  const order = valueOf(
    await extract(tree, { arch: words.arch, config: words.config ?? 'GENERIC' }),
  );
  if (words.json === true) io.out(`${JSON.stringify(order, null, 2)}\n`);
  else io.out(`${renderOrder(order)}\n`);
  return 0;
}

function renderOrder(order: Order): string {
  const rows = order.events.map((event, i) => [
    String(i + 1),
    event.call === 'set' ? `${event.object ?? ''} =` : `${event.call}(${event.object ?? ''})`,
    `${event.function}()`,
    `${event.file}:${event.line}`,
    event.certainty === 'must' ? '' : event.certainty,
  ]);
  const lines = layOut(
    [
      { head: '', align: 'right' },
      { head: 'event', align: 'left' },
      { head: 'in', align: 'left' },
      { head: 'where', align: 'left' },
      { head: '', align: 'left' },
    ],
    rows,
  );
  const holes = (order.holes ?? []).map(
    (hole) => `hole: ${hole.kind}: ${hole.what}${hole.at === undefined ? '' : ` (${hole.at})`}`,
  );
  return [order.title, '', ...lines, ...(holes.length > 0 ? ['', ...holes] : [])].join('\n');
}
