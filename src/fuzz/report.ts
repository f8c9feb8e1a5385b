import type { Enabled } from '../checker/index.ts';
import type { OrderTarget } from '../boot/order-target.ts';
import type { LostCallback, OrderOutcome } from './lost-callback.ts';
import { optionWords } from './configurations.ts';
import { describeChange, describeEvent } from './order-changes.ts';
import type { RandomRuns, ScheduleFault } from './random-runs.ts';

/** What became of one model: as text for people, as JSON for programs. */
export type FuzzedModel =
  | FuzzedRuns
  | FuzzedOrders
  | { readonly kind: 'not built'; readonly model: string; readonly why: string };

export interface FuzzedRuns {
  readonly kind: 'schedules';
  readonly model: string;
  readonly outcome: RandomRuns;
}

export interface FuzzedOrders {
  readonly kind: 'orders';
  readonly model: string;
  readonly target: OrderTarget;
  readonly outcome: OrderOutcome;
}

export type FuzzedWhat = 'schedules' | 'configurations' | 'orders' | 'orders and policies';

export interface Asked {
  readonly what: FuzzedWhat;
  readonly seed: number;
}

export const fuzzSchema = 'bootproof/fuzz/1';

export function textOf(asked: Asked, fuzzed: readonly FuzzedModel[]): string {
  const lines = fuzzed.flatMap((one) => linesOf(asked, one));
  return [`seed ${asked.seed}`, ...lines, ...coverageLines(fuzzed), ''].join('\n');
}

/** How much of what was asked for was run at all, where that is not plain to see. */
function coverageLines(fuzzed: readonly FuzzedModel[]): readonly string[] {
  const ran = fuzzed.filter(({ kind }) => kind !== 'not built').length;
  return fuzzed.length === 1 ? [] : [`${ran} of ${fuzzed.length} models were run`];
}

function linesOf(asked: Asked, one: FuzzedModel): readonly string[] {
  switch (one.kind) {
    case 'not built':
      return [`${one.model}: ${one.why}`];
    case 'schedules':
      return runLines(asked, one);
    case 'orders':
      return orderLines(asked, one);
  }
}

function runLines(asked: Asked, { model, outcome }: FuzzedRuns): readonly string[] {
  const { runs, found, known, states } = outcome;
  return [
    `${model}: ${runs} ${asked.what === 'schedules' ? 'schedules' : 'runs of generated configurations'}, ${shareWords(asked, states)}`,
    ...[...known].map(([property, count]) => `  as recorded: ${property}, met in ${count} runs`),
    ...(found === null ? ['  no violation that is not recorded'] : faultLines(asked, model, found)),
  ];
}

function shareWords(asked: Asked, { reached, all }: RandomRuns['states']): string {
  if (asked.what === 'configurations') return `${reached} steps`;
  return all === null
    ? `${reached} states reached; how many there are is not known`
    : `${reached} of ${all} states reached (${percent(reached / all)})`;
}

function faultLines(asked: Asked, model: string, found: ScheduleFault): readonly string[] {
  const { violation, path, configuration, schedule, shrunkLength, shortest, isMinimal } = found;
  const option = asked.what === 'configurations' ? ' --configurations' : '';
  const where = optionWords(configuration);
  const of = violation.object === '' ? '' : ` for ${violation.object}`;
  const how = isMinimal ? 'no shorter run shows it' : 'not shown minimal';
  return [
    `  VIOLATED ${violation.property}${of}, which is not recorded${where === '' ? '' : `, with${where}`}`,
    `  seed ${asked.seed}, path ${path}`,
    `  ${shrunkLength} steps as shrunk by fast-check (a schedule of ${schedule.length} numbers), ` +
      `${shortest.length} as shortened by the engine (${how})`,
    ...inTurns(shortest).map((turn) => `    ${turn}`),
    `  repeat: bootproof fuzz ${quoted(model)}${option} --seed ${asked.seed} --path ${path}`,
    `  search: bootproof check ${quoted(model)}${where}`,
  ];
}

/** `holder, 12 steps`: who runs, and for how long, until somebody else does. */
export function inTurns(steps: readonly Enabled[]): readonly string[] {
  const turns: { process: string; steps: number; choices: string[] }[] = [];
  for (const { process, choices } of steps) {
    const last = turns.at(-1);
    if (last?.process === process) {
      last.steps++;
      last.choices.push(...choices);
    } else {
      turns.push({ process, steps: 1, choices: [...choices] });
    }
  }
  return turns.map(({ process, steps: count, choices }) =>
    [process, `${count} ${count === 1 ? 'step' : 'steps'}`, ...choices].join(', '),
  );
}

function orderLines(asked: Asked, { model, target, outcome }: FuzzedOrders): readonly string[] {
  const { completes, stops } = outcome.ended;
  const noModel = outcome.ended['no model'];
  const boots = `${completes} complete, ${stops} stop${noModel === 0 ? '' : `, ${noModel} have no model`}`;
  return [
    `${model}: ${outcome.runs} generated ${asked.what}; of all boots tried ${boots}`,
    ...(outcome.found === null
      ? ['  no boot completes and loses a callback, beyond what is recorded']
      : lostLines(asked, model, target, outcome.found)),
  ];
}

function lostLines(
  asked: Asked,
  model: string,
  { order, policies }: OrderTarget,
  found: LostCallback,
): readonly string[] {
  const option = asked.what === 'orders' ? '--orders' : '--orders --policies';
  const events = found.subOrder.map((place) => describeEvent(order.events[place]));
  return [
    `  VIOLATED registered for ${found.lost.length} pools, and boot completes: ${found.lost.join(', ')}`,
    `  seed ${asked.seed}, path ${found.path}`,
    `  ${found.shrunk.length} changes as shrunk by fast-check, ${found.needed.length} needed:`,
    ...found.needed.map((change) => `    ${describeChange(order, policies, change)}`),
    `  ${found.runLength} steps of boot, ${found.shortestLength ?? 'unknown'} to the violation ` +
      'in the shortest run of the engine',
    `  the smallest part of the order that is right without and wrong with them, ${events.length} events:`,
    ...events.map((event) => `    ${event}`),
    `  repeat: bootproof fuzz ${quoted(model)} ${option} --seed ${asked.seed} --path ${found.path}`,
  ];
}

/** For a shell, whatever is in the name of a model or in the path of one's own. */
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function jsonOf(asked: Asked, fuzzed: readonly FuzzedModel[]): object {
  const ran = fuzzed.filter(({ kind }) => kind !== 'not built').length;
  return { schema: fuzzSchema, ...asked, ran, models: fuzzed.map(modelJson) };
}

function modelJson(one: FuzzedModel): object {
  const { model } = one;
  if (one.kind === 'not built') return { model, notBuilt: one.why };
  if (one.kind === 'schedules') {
    const { runs, found, known, states } = one.outcome;
    return {
      model,
      runs,
      states: { ...states, share: states.all === null ? null : states.reached / states.all },
      recorded: Object.fromEntries(known),
      found: found && {
        property: found.violation.property,
        object: found.violation.object,
        path: found.path,
        configuration: found.configuration,
        schedule: found.schedule,
        shrunkLength: found.shrunkLength,
        shortestLength: found.shortest.length,
        minimal: found.isMinimal,
        steps: found.shortest.map(({ process, choices }) => ({ process, choices })),
      },
    };
  }
  const { runs, ended, found } = one.outcome;
  const { order, policies } = one.target;
  return {
    model,
    runs,
    boots: { completes: ended.completes, stops: ended.stops, noModel: ended['no model'] },
    found: found && {
      property: 'registered',
      objects: found.lost,
      path: found.path,
      shrunk: found.shrunk.map((change) => describeChange(order, policies, change)),
      needed: found.needed.map((change) => describeChange(order, policies, change)),
      runLength: found.runLength,
      shortestLength: found.shortestLength,
      subOrder: found.subOrder.map((place) => describeEvent(order.events[place])),
    },
  };
}
