import { describe, expect, it } from 'vitest';
import { modelledFunctions, modelledRoutines } from '../../src/cli/modelled-routines.ts';
import { doubtsOf } from '../../src/cli/order-doubts.ts';
import { judgeImported } from '../../src/cli/order-model.ts';
import type { Order } from '../../src/order/order.ts';
import type { Judgement } from '../../src/report/judgement.ts';
import { checkOrder, waiverFor } from '../../src/order/index.ts';
import { boot, chainBoot, without } from '../order/small-boot.ts';

/**
 * A model runs its own text of the allocators. Its PASS is one about the tree only where the tree's
 * text is the same, and where the rules, which read the tree, find nothing.
 */
const registered = [
  'main>uvm_init>pool_subsystem_init>pa_reclaim_register>pool_reclaim_register callback_register ?map obj=?pp fn=pool_reclaim_callback',
  'main>uvm_init>pool_subsystem_init>pool_init>pool_reclaim_register callback_register ?map obj=cache_pool fn=pool_reclaim_callback',
];

/** The small boot as if it had been read from C: each registration is there to be seen. */
function readBoot(lines: readonly string[], routines?: Order['routines']): Order {
  const flush = lines.findIndex((line) => line.includes('>kmem_init callback_register'));
  const order = boot(lines.toSpliced(flush, 0, ...registered));
  const source = { ...order.source, hash: 'of what was read' };
  return { ...order, source, ...(routines === undefined ? {} : { routines }) };
}

const texts = modelledRoutines();
const asModelled = modelledFunctions().map((one) => ({
  ...one,
  textHash:
    texts.find(
      ({ file, function: name, textHash }) =>
        file === `sys/${one.file}` && name === one.function && textHash !== undefined,
    )?.textHash ?? null,
}));

const pass: Judgement = { outcome: 'PASS', exitCode: 0, surprises: [] };

function verdictOf(order: Order): string {
  const imported = { order, holes: [], unknown: [], below: new Map(), irrelevant: new Map() };
  const nothing = { assumptions: [], closedHoles: new Map() };
  const noResult = {} as never;
  return judgeImported(pass, noResult, { ...imported, ...nothing }, doubtsOf(order)).outcome;
}

describe('what keeps a PASS of the model from being one of the tree', () => {
  it('is nothing where every modelled routine reads the same and the rules find nothing', () => {
    const order = readBoot(chainBoot, asModelled);
    expect(asModelled.length).toBeGreaterThan(80);
    expect(doubtsOf(order)).toEqual({ violations: [], open: [], assumptions: [] });
    expect(verdictOf(order)).toBe('PASS');
  });

  it.each([
    ['has another text', 'somebody changed it'],
    ['is not there', null],
  ])('a modelled routine that %s: the verdict is open and names it', (_, textHash) => {
    const changed = asModelled.map((one) =>
      one.function === 'pool_subsystem_init' ? { ...one, textHash } : one,
    );
    const order = readBoot(chainBoot, changed);
    expect(doubtsOf(order).open).toEqual([
      '1 modelled routine reads otherwise in this tree: pool_subsystem_init() in kern/subr_pool.c',
    ]);
    expect(verdictOf(order)).toBe('INCONCLUSIVE');
  });

  it("another port's own routines do not matter where boot never enters their file", () => {
    const changed = asModelled.map((one) =>
      one.file.startsWith('arch/') ? { ...one, textHash: 'another' } : one,
    );
    expect(verdictOf(readBoot(chainBoot, changed))).toBe('PASS');
  });

  it('an order that does not tell the texts is taken at its word, and says so', () => {
    expect(doubtsOf(readBoot(chainBoot)).assumptions).toEqual([
      'the routines that are modelled read as in the cited revisions (the order does not tell)',
    ]);
  });

  it('a violation that the rules find, though the model brings up only what it is told of', () => {
    const order = readBoot(without(chainBoot, 'pool_init cache_pool'), asModelled);
    expect(doubtsOf(readBoot(chainBoot, asModelled)).violations).toEqual([]);
    const unregistered = {
      ...order,
      events: order.events.filter(({ call }) => call !== 'callback_register'),
    };
    expect(verdictOf(unregistered)).toBe('VIOLATED');
    // A person who has looked at each and found it false is heard here, too.
    const waivers = checkOrder(unregistered).waived.standing.map((answer) =>
      waiverFor(unregistered, answer, 'registered by hand', 'me'),
    );
    expect(doubtsOf(unregistered, waivers).violations).toEqual([]);
  });
});
