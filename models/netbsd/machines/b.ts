import { createMachine } from 'xstate';
import type { BootContext, BootEvent } from './events.ts';
import { guards } from './events.ts';
import {
  describing,
  growing,
  growingEarly,
  memory,
  outOfPhase,
  subsystemInit,
  system,
} from './regions.ts';

/**
 * Era B, the first version of the January 2011 patch: pool_subsystem_init is split, the deferred
 * queue is gone, and nothing goes back to the allocators that found no map.
 *
 * Reconstruction: the text of this patch was never published.
 *
 * @source tech-kern, Lars Heidieker, January 2011 (reconstructed)
 */
export const machineB = createMachine(
  {
    id: 'b-lost-callbacks',
    types: {} as { context: BootContext; events: BootEvent; input: BootContext },
    type: 'parallel',
    context: ({ input }) => input,
    states: {
      memory,
      pools: {
        initial: 'nothing',
        states: {
          nothing: {
            on: {
              pool_subsystem_bootstrap: { actions: 'call' },
              ok: { guard: 'bootstrap is done', target: 'bootstrapped' },
            },
          },
          bootstrapped: {
            on: {
              ...describing,
              ...growingEarly,
              ...subsystemInit,
              ok: { guard: 'pool_subsystem_init is done', target: 'initialised' },
            },
          },
          initialised: { on: { ...describing, ...growing } },
        },
      },
      system,
    },
    on: outOfPhase,
  },
  { guards },
);
