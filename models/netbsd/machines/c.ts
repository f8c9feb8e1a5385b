import { createMachine } from 'xstate';
import type { BootContext, BootEvent } from './events.ts';
import { guards } from './events.ts';
import {
  describing,
  growing,
  growingRefused,
  memory,
  outOfPhase,
  subsystemInit,
  system,
} from './regions.ts';

/**
 * Era C, the version that the mail announces: after bootstrap static pools may be described, after
 * pool_subsystem_init allocation is allowed, and "this behavior is now enforced".
 *
 * Reconstruction: neither the text of the patch nor the form of its enforcement is known. Both
 * plausible forms are here, by the context's `enforcement`.
 *
 * @source tech-kern, Lars Heidieker, January 2011 (reconstructed)
 */
export const machineC = createMachine(
  {
    id: 'c-explicit-order',
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
              ...growingRefused,
              pool_subsystem_bootstrap: { actions: 'call' },
              ok: { guard: 'bootstrap is done', target: 'bootstrapped' },
            },
          },
          bootstrapped: {
            on: {
              ...describing,
              ...growingRefused,
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
