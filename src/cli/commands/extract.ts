import { diskTree, extract } from '../../extract/index.ts';
import type { Order } from '../../order/order.ts';
import { layOut } from '../../report/text.ts';
import { valueOf } from '../failure.ts';
import type { Io } from '../io.ts';

export interface ExtractWords {
  readonly arch: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** `bootproof extract --arch ARCH TREE`: the order that is really there. */
export async function extractCommand(path: string, words: ExtractWords, io: Io): Promise<number> {
  const tree = valueOf(diskTree(path));
  const order = valueOf(
    await extract(tree, {
      arch: words.arch,
      ...(words.config === undefined ? {} : { config: words.config }),
      progress: (what) => {
        if (io.showsProgress) io.err(`\r\x1b[K${what}`);
      },
    }),
  );
  if (io.showsProgress) io.err('\r\x1b[K');
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
