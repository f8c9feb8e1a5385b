import { describe, expect, it } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { eras } from '../../models/netbsd/eras.ts';
import { portNames } from '../../models/netbsd/orders.ts';
import { buildBoot } from '../../models/netbsd/boots.ts';
import { phasesOf } from '../../src/boot/phases.ts';
import { walker } from '../../src/checker/index.ts';

/**
 * The machine in the search and XState's own actor are the same machine.
 *
 * Method: run a whole boot in the model, write down what the machine is told, tell a live actor the
 * same, and compare the snapshots after each event.
 */
describe('a boot machine', () => {
  for (const era of eras) {
    for (const port of portNames) {
      it(`${era.policies.era}/${port}: an XState actor goes through the same phases`, () => {
        const built = buildBoot(era, port, 'phases', { interrupts: 0, cpus: 1 });
        if (!built.ok) throw new Error('the model is built');
        const { parts, phases } = built.value;
        const run = walker(built.value);
        const actor = createActor(era.machine, { input: phases.first['context'] });
        actor.start();
        let compared = 0;
        for (const [index, { told, event }] of parts.events.entries()) {
          while (run.view.observe(parts.boot, 'next') === index) run.take(0);
          actor.send(told);
          const type = event.call === 'set' ? 'published' : 'ok';
          actor.send({ type, call: event.call, object: event.object });
          const inModel = run.valueOf(parts.boot).phase['value'];
          expect(actor.getSnapshot().value).toEqual(inModel);
          compared++;
        }
        expect(compared).toBe(parts.events.length);
        expect(phases.describe(run.valueOf(parts.boot).phase)).toContain('system.running');
      });
    }
  }
});

describe('phasesOf', () => {
  it('refuses what a search cannot see, store or repeat, with its path', () => {
    const refused = (config: Parameters<typeof createMachine>[0]): readonly string[] => {
      const result = phasesOf(createMachine(config), {});
      return result.ok ? [] : result.diagnostics.map((one) => one.message);
    };
    expect(refused({ id: 'x', initial: 'a', states: { a: { after: { 10: 'a' } } } })).toEqual([
      'x.states.a.after: found after: a boot machine must be pure data',
    ]);
    expect(refused({ id: 'x', invoke: { src: 'fetch' } })).toEqual([
      'x.invoke: found invoke: a boot machine must be pure data',
    ]);
    expect(refused({ id: 'x', entry: () => {} })).toEqual([
      'x.entry: found an action given as a function: a boot machine must be pure data',
    ]);
  });
});
