import { nameOf } from '../base/plain.ts';
import type { ReadView } from '../base/view.ts';
import type { Walker } from '../checker/index.ts';
import { walker } from '../checker/index.ts';
import type { BootModel } from './build.ts';
import type { Need } from './needs.ts';
import type { EventFacts, PageFacts, PhaseFacts } from './page-facts.ts';

/** The part of a page that people write. */
export type PageText = Pick<PageFacts, 'era' | 'port' | 'title' | 'about' | 'facts'>;

/**
 * The facts of a boot, read off one run of the model with nobody else in it: what each event makes
 * available, and how chains and allocators stand whenever a phase has changed.
 */
export function pageOf(model: BootModel, text: PageText): PageFacts {
  const { parts, phases: machine } = model;
  const facts = [...new Map(parts.needs.flatMap(({ all }) => all).map(byFact)).values()];
  const run = walker(model);
  const events: EventFacts[] = [];
  const phases: PhaseFacts[] = [phaseFacts(model, run, 'reset')];
  let up = upNow(facts, run.view);
  let phase = machine.describe(run.valueOf(parts.boot).phase);

  for (const [index, { event }] of parts.events.entries()) {
    while (run.view.observe(parts.boot, 'next') === index && run.enabled().length > 0) run.take(0);
    const upAfter = upNow(facts, run.view);
    events.push({
      event,
      makesAvailable: [...upAfter].filter((fact) => !up.has(fact)),
      needs: parts.needs
        .filter((one) => one.index === index)
        .flatMap((one) => one.all.map((need) => `${need.fact} (${need.cites})`)),
      origin: event.origin ?? 'read',
    });
    up = upAfter;
    const phaseAfter = machine.describe(run.valueOf(parts.boot).phase);
    if (phaseAfter !== phase) {
      const ran = parts.events[index]?.told['object'];
      const called =
        event.call === 'set' ? `${event.object} =` : `${event.call}(${String(ran ?? '')})`;
      phases.push(phaseFacts(model, run, called));
      phase = phaseAfter;
    }
  }
  return { ...text, machine: machine.machine.root, order: parts.order, events, phases };
}

const byFact = (need: Need): [string, Need] => [need.fact, need];

function upNow(facts: readonly Need[], view: ReadView): ReadonlySet<string> {
  return new Set(facts.filter((need) => need.isUp(view)).map((need) => need.fact));
}

function phaseFacts({ parts, phases }: BootModel, run: Walker, after: string): PhaseFacts {
  const { cells, spec } = parts.kernel;
  return {
    phase: phases.describe(run.valueOf(parts.boot).phase),
    after,
    chains: cells.chains.refs
      .filter((map) => run.view.observe(cells.chains.at(map), 'isSetUp'))
      .map((map) => {
        const cursor = run.view.observe(cells.chains.at(map), 'cursor');
        return {
          map: nameOf(map),
          entries: run.view.observe(cells.chains.at(map), 'queue').map((entry) => nameOf(entry)),
          cursor: cursor === null ? null : nameOf(cursor),
        };
      }),
    allocators: cells.allocators.refs
      .filter((at) => run.view.observe(cells.allocators.at(at), 'initialised'))
      .map((at) => {
        const cell = cells.allocators.at(at);
        const bound = run.view.observe(cell, 'backingMap');
        const declared = spec.allocators.find((one) => one.name === nameOf(at));
        return {
          name: nameOf(at),
          declared: declared?.declares ?? declared?.boundFromTheStart ?? null,
          bound: bound === null ? null : nameOf(bound),
          pools: run.view.observe(cell, 'pools').map((pool) => nameOf(pool)),
        };
      }),
  };
}
