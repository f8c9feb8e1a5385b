import type { Imported } from '../boot/import-order.ts';
import { importOrder } from '../boot/import-order.ts';
import { isRead } from '../order/order.ts';
import type { CatalogEntry } from '../boot/catalog-entry.ts';
import type { CheckResult, Trace } from '../checker/result.ts';
import { isChosen } from '../boot/choices.ts';
import { irrelevantCalls, modelledRoutines } from '../boot/import-tables.ts';
import { callNames } from '../order/calls.ts';
import type { Order, OrderEvent } from '../order/index.ts';
import type { Judgement } from '../report/judgement.ts';
import { violationsOf } from '../report/judgement.ts';
import { counted, grouped, listed, wrap } from '../report/text.ts';
import { nearest } from './nearest.ts';
import type { Doubts } from './order-doubts.ts';
import { someOf } from './order-doubts.ts';

/** An extracted order in the model: what it could take of it, and what the verdict is worth. */

/** Facts of a port that reading an order needs, from the model of that port. */
const wide: ReadonlySet<string> = new Set(['amd64', 'alpha', 'sparc64', 'ia64']);
const bigPages: ReadonlyMap<string, number> = new Map([
  ['alpha', 8192],
  ['sparc64', 8192],
]);

/** The order as the model runs it; hand-written ones as they are. */
export function importFor(order: Order, entry: CatalogEntry): Imported | null {
  if (!isRead(order)) return null;
  const port = entry.name.slice(entry.name.lastIndexOf('/') + 1);
  return importOrder(order, {
    pageBytes: bigPages.get(port) ?? 4096,
    lp64: wide.has(port),
    multiprocessor: Number(entry.parameters.cpus?.default ?? 1) > 1,
  });
}

/**
 * The verdict about an extracted order: a pass of what was read is open where the reading has
 * holes or events without meaning; a violation whose every run hangs on a condition of the source
 * is unproved. What the rules find in the order counts, whatever the model makes of it.
 */
export function judgeImported(
  judgement: Judgement,
  result: CheckResult,
  imported: Imported,
  doubts: Doubts,
): Judgement {
  const open = (reason: string): Judgement => ({
    outcome: 'INCONCLUSIVE',
    exitCode: 5,
    surprises: judgement.surprises,
    reason,
  });
  const reasons = [...openReasons(imported), ...doubts.open];
  if (doubts.violations.length > 0) {
    if (judgement.exitCode === 1) return judgement;
    const { surprises } = judgement;
    const reason = `violated by the rules: ${someOf(doubts.violations)}; extract shows the paths`;
    return { outcome: 'VIOLATED', exitCode: 1, surprises, reason };
  }
  if (judgement.exitCode === 1) {
    const runs = violationsOf(result).flatMap(({ property, objects }) =>
      objects.map(({ object, trace }) => ({
        property,
        object,
        guards: [...guardsOf(trace, imported), ...guardsOfObject(object, imported)],
      })),
    );
    if (runs.some(({ guards }) => guards.length === 0)) return judgement;
    const guards = [...new Set(runs.flatMap((run) => run.guards))];
    return open([`unproved: each violation hangs on ${listed(guards, 6)}`, ...reasons].join('; '));
  }
  if (judgement.exitCode === 3 || reasons.length === 0) return judgement;
  return open(reasons.join('; '));
}

/** Conditions of the source that a run has chosen to hold. */
function guardsOf(trace: Trace | undefined, imported: Imported): readonly string[] {
  const guards = imported.order.events.flatMap((event) => event.guards);
  const chosen = (trace?.steps ?? []).flatMap((step) => step.choices);
  return chosen.flatMap((choice) => guards.find((guard) => isChosen(guard, choice))?.text ?? []);
}

/** Where a property speaks of the events of an order, those of the event that it names. */
function guardsOfObject(object: string, { order }: Imported): readonly string[] {
  const named = order.events.filter(
    ({ call, file, line }) => object.startsWith(`${call}(`) && object.includes(`${file}:${line}:`),
  );
  const isConditional = named.every(({ certainty }) => certainty === 'may');
  return isConditional ? named.flatMap(({ guards }) => guards.map(({ text }) => text)) : [];
}

function openReasons({ unknown, holes }: Imported): string[] {
  const events = unknown.map(
    ({ event, why }) =>
      `${event.call}(${event.object ?? ''}) at ${event.file}:${event.line}: ${why}`,
  );
  const places = holes.map(
    ({ kind, what, at }) => `${kind} ${what}${at === undefined ? '' : ` at ${at}`}`,
  );
  return [
    ...(places.length === 0
      ? []
      : [`not read before pool_subsystem_init is over: ${listed(places, 10)}`]),
    ...(events.length === 0 ? [] : [`without meaning in the model: ${listed(events, 6)}`]),
  ];
}

/** Calls of the port and of boot itself that the model binds and no table of the allocators has. */
const bootCalls = 'pool_subsystem_bootstrap splraise x86_enable_intr uvm_scheduler kthread_create';

/** Calls of these events that nobody has heard of, each with the known names most like it. */
export function unheardOf(events: readonly OrderEvent[]): readonly string[] {
  const known = new Set([
    ...callNames(),
    ...modelledRoutines,
    ...irrelevantCalls.keys(),
    ...bootCalls.split(' '),
  ]);
  const unheard = new Set(events.map(({ call }) => call).filter((call) => !known.has(call)));
  return [...unheard].map((call) => {
    const near = nearest(call, [...known]);
    return `no call ${call} is known${near.length === 0 ? '' : `; nearest: ${near.join(', ')}`}`;
  });
}

/** What became of the events of an extracted order, for people. */
export function importText(order: Order, imported: Imported, isFull: boolean): string {
  const { below, irrelevant, unknown, closedHoles } = imported;
  const made = [...below.values()].reduce((sum, count) => sum + count, 0);
  const left = [...irrelevant.values()].reduce((sum, events) => sum + events.length, 0);
  const lines = [
    `order: ${order.title}`,
    ...unheardOf(unknown.map(({ event }) => event)).flatMap((line) => wrap(line, '  ', '    ')),
    ...wrap(
      `${counted(order.events.length, 'event')}: ${grouped(imported.order.events.length)} run in ` +
        `the model, ${grouped(made)} are made by modelled routines themselves, ` +
        `${grouped(left)} are irrelevant, ${grouped(unknown.length)} have no meaning in it`,
      '  ',
      '  ',
    ),
    ...wrap(`made inside: ${pairs(below)}`, '  ', '    '),
    ...[...irrelevant].flatMap(([reason, events]) => {
      const calls = [...new Set(events.map(({ call }) => call))];
      return wrap(`${events.length} irrelevant: ${reason} (${listed(calls, 6)})`, '  ', '    ');
    }),
    ...unknown.flatMap(({ event, why }) =>
      wrap(
        `unknown: ${event.call}(${event.object ?? ''}) at ${event.file}:${event.line}: ${why}`,
        '  ',
        '    ',
      ),
    ),
    ...[...closedHoles].flatMap(([reason, count]) =>
      wrap(`${counted(count, 'hole')} that cannot matter: ${reason}`, '  ', '    '),
    ),
  ];
  if (!isFull) return lines.join('\n');
  return [
    ...lines,
    ...imported.order.events.map(
      ({ call, object, args }) => `    ${call}(${String(args['wchan'] ?? object ?? '')})`,
    ),
  ].join('\n');
}

const pairs = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';

/** The same for programs: the field `order` of `check --json`. */
export function importJson(order: Order, imported: Imported): object {
  return {
    title: order.title,
    events: order.events.length,
    run: imported.order.events.length,
    madeInside: Object.fromEntries(imported.below),
    irrelevant: [...imported.irrelevant].map(([reason, events]) => ({
      reason,
      calls: [...new Set(events.map(({ call }) => call))],
      count: events.length,
    })),
    unknown: imported.unknown.map(({ event, why }) => ({
      call: event.call,
      object: event.object,
      at: `${event.file}:${event.line}`,
      why,
    })),
    assumptions: imported.assumptions,
    openHoles: imported.holes,
  };
}
