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
 * Era A, NetBSD 5.x: pools may be described from the first instruction; an allocator whose map is
 * not there yet waits in pa_deferinitq until pool_subsystem_init, nearly the last step of uvm_init.
 *
 * @source NetBSD sys/uvm/uvm_init.c 1.34 uvm_init(); sys/kern/subr_pool.c 1.170.4.1 pool_subsystem_init()
 */
export const machineA = createMachine(
  {
    id: 'a-deferred-queue',
    types: {} as { context: BootContext; events: BootEvent; input: BootContext },
    type: 'parallel',
    context: ({ input }) => input,
    states: {
      memory,
      pools: {
        initial: 'described',
        states: {
          described: {
            on: {
              ...describing,
              ...growingEarly,
              ...subsystemInit,
              ok: { guard: 'pool_subsystem_init is done', target: 'hooksInstalled' },
            },
          },
          hooksInstalled: { on: { ...describing, ...growing } },
        },
      },
      system,
    },
    on: outOfPhase,
  },
  { guards },
);
