import type { Model } from '../src/base/model.ts';
import { check } from '../src/checker/index.ts';
import { toyBoot } from '../models/litmus/toy-boot.ts';

/**
 * One search in a process of its own: prints what it counted and what it cost, as JSON.
 *
 * node dist/bench/explore.js toy CPUS POOLS PAGES | node dist/bench/explore.js model NAME
 */

const [kind, ...rest] = process.argv.slice(2);
const result = check(kind === 'toy' ? toy(rest.map(Number)) : await catalogued(rest[0] ?? ''));
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    states: result.states,
    transitions: result.transitions,
    cpuSeconds: (user + system) / 1e6,
    bytesPerState: result.cost.bytesPerState,
    runs: result.cost.runs,
  }),
);

function toy([cpus = 3, pools = 3, pages = 2]: readonly number[]): Model {
  return toyBoot(cpus, pools, pages);
}

/** The catalogue builds its models itself; a name that it does not have ends with an error. */
async function catalogued(name: string): Promise<Model> {
  const { modelOfCatalogue } = await import('./catalogue.ts');
  const model = await modelOfCatalogue(name);
  if (model === undefined) throw new Error(`no model is called ${name}`);
  return model;
}
