import type { AnyStateMachine } from 'xstate';
import { cell } from '../base/cell.ts';
import type { Diagnostic, Result } from '../base/diagnostic.ts';
import { bad, ok } from '../base/diagnostic.ts';
import type { Model, Process, Property } from '../base/model.ts';
import type { Plain } from '../base/plain.ts';
import { ref } from '../base/plain.ts';
import type { Grain, Routine } from '../base/routine.ts';
import { allPlaces, routineTable } from '../base/routine.ts';
import type { ReadView } from '../base/view.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Entry } from '../kernel/kmem/requesters.ts';
import { threadProcess } from '../kernel/machine/thread-process.ts';
import { makeKernel } from '../kernel/make-kernel.ts';
import type { Policies } from '../kernel/policies.ts';
import type { Order } from '../order/order.ts';
import { bindOrder } from './binding.ts';
import { bootType } from './boot-cell.ts';
import type { BootParts, Requester } from './boot-model.ts';
import type { BootCell, BoundEvent, Sequence } from './boot-process.ts';
import { bootRoutine } from './boot-process.ts';
import type { PortFacts, Sizes } from './configure.ts';
import { configure, poolNameOf } from './configure.ts';
import { needsOf } from './needs.ts';
import type { Phases } from './phases.ts';
import { phasesOf } from './phases.ts';
import { squeezeRoutine } from './squeeze.ts';

/** A thread or interrupt that acts besides the boot. */
export interface Actor {
  readonly name: string;
  readonly kind: 'system' | 'environment';
  /** For an interrupt: its level. */
  readonly level?: string;
  /** Routines of its own, that no kernel has. */
  readonly routines?: (kernel: Kernel) => readonly Routine[];
  /** What it runs. */
  readonly entry: (kernel: Kernel) => Entry;
  /** The earliest moment: interrupts once the port has opened them, threads after the first switch. */
  readonly from:
    | 'interrupts'
    | 'threads'
    | 'pagedaemon'
    | 'boot is over'
    | 'kernel_map is short'
    /** Once the actor of that name has ended. */
    | { readonly after: string };
  readonly cyclic?: boolean;
  /** What it asks for, where properties about requests should speak of it. */
  readonly asks?: Omit<Requester, 'name' | 'thread'>;
  /** Whether the run is over only when it has ended. */
  readonly ordinary: boolean;
}

/** Everything that makes one boot model. */
export interface BootModelInput {
  readonly name: string;
  readonly parameters: { readonly [name: string]: Plain };
  readonly order: Order;
  readonly port: PortFacts;
  readonly policies: Policies;
  readonly machine: AnyStateMachine;
  readonly sizes: Sizes;
  readonly actors: readonly Actor[];
  /** Names under which environment processes write down what they hold. */
  readonly moreThreads?: readonly string[];
  /** Pages of kernel_map that its other users leave; null leaves the map as the boot did. */
  readonly pagesLeft: number | null;
  readonly grain: Grain;
  readonly preemption: boolean;
  /** What runs next, where the order itself does not say. */
  readonly sequence?: Sequence;
  /** Routines that stand in for the kernel's own of the same name: one line away from right. */
  readonly replaced?: (kernel: Kernel) => readonly Routine[];
  readonly properties: readonly ((parts: BootParts) => Property)[];
  /** Environment processes that are not threads: ageing, page shortage. */
  readonly environment: readonly ((kernel: Kernel, parts: BootParts) => Process)[];
  readonly assumptions: readonly string[];
  readonly environmentText: readonly string[];
}

/** A boot model, with the parts that its properties speak of. */
export interface BootModel extends Model {
  readonly parts: BootParts;
  readonly phases: Phases;
}

const squeezer = 'other users of kernel_map';

/** Joins order, port, era and environment to a model for the checker. */
export function buildBootModel(input: BootModelInput): Result<BootModel> {
  const threads = [
    'boot',
    ...(input.pagesLeft === null ? [] : [squeezer]),
    ...input.actors.map((actor) => actor.name),
    ...(input.moreThreads ?? []),
  ];
  const spec = configure(input.order, input.port, input.policies, input.sizes, threads);
  if (!spec.ok) return spec;
  const phases = phasesOf(input.machine, {
    directMap: input.port.directMap,
    enforcement: input.policies.enforcement,
  });
  if (!phases.ok) return phases;

  const plain = makeKernel(spec.value);
  const { events, unbound } = bindOrder(plain, input.order);
  if (unbound.length > 0) return bad(...unbound.map(unboundDiagnostic));
  const boot: BootCell = cell('boot', bootType, {
    phase: phases.value.first,
    next: input.sequence === undefined ? 0 : -1,
    guards: {},
    pagesHeld: 0,
  });
  const kernel = withRoutines(plain, input.replaced?.(plain) ?? [], [
    bootRoutine(boot, phases.value, events, input.order, input.sequence),
    squeezeRoutine(plain),
    ...input.actors.flatMap((actor) => actor.routines?.(plain) ?? []),
  ]);
  const parts = partsOf(kernel, boot, input, events);
  return ok({
    name: input.name,
    parameters: input.parameters,
    cells: [boot, ...(input.sequence?.cells ?? []), ...kernel.allCells],
    processes: processesOf(kernel, parts, input),
    properties: input.properties.map((property) => property(parts)),
    final: (view) => isFinal(parts, input, view),
    mustPass: events
      .filter(({ event }) => event.certainty === 'must' || event.certainty === 'loop')
      .map(({ place }) => place),
    mayPass: allPlaces(kernel.routines),
    assumptions: [
      ...standingAssumptions,
      ...reconstructionOf(input.policies),
      ...input.assumptions,
    ],
    environment: input.environmentText,
    ...(input.grain === 'sleep' ? { bound: 'grain' as const } : {}),
    parts,
    phases: phases.value,
  });
}

const standingAssumptions = [
  'memory is sequentially consistent',
  'addresses count from a fixed start inside kernel_map',
  'assertions and panics of DIAGNOSTIC kernels are outcomes; sizes are those without DIAGNOSTIC',
  'no step ends inside a locked region; unlocked points that are passed in one step are listed in docs/grain.md',
];

const reconstructionOf = (policies: Policies): readonly string[] =>
  policies.reconstruction === null ? [] : [`reconstruction: ${policies.reconstruction}`];

function unboundDiagnostic({
  event,
  why,
}: {
  readonly event: Order['events'][number];
  readonly why: string;
}): Diagnostic {
  return {
    code: 'bad-order',
    message: `${event.call}(${event.object ?? ''}) binds to no modelled call: ${why}`,
    at: `${event.file}:${event.line}`,
    hint: 'leave the event out of the order, or model the call (src/boot/binding.ts)',
  };
}

function withRoutines(
  kernel: Kernel,
  replaced: readonly Routine[],
  more: readonly Routine[],
): Kernel {
  const own = new Map([...kernel.routines, ...routineTable(replaced)]);
  return { ...kernel, routines: routineTable([...own.values(), ...more]) };
}

function partsOf(
  kernel: Kernel,
  boot: BootCell,
  { order, actors }: BootModelInput,
  events: readonly BoundEvent[],
): BootParts {
  const indexOf = (call: string, object?: string): number =>
    order.events.findIndex(
      (event) => event.call === call && (object === undefined || event.object === object),
    );
  return {
    kernel,
    boot,
    order,
    events,
    needs: needsOf(kernel, boot, order, (event) => poolNameOf(order, event)),
    requesters: actors.flatMap((actor) =>
      actor.asks === undefined
        ? []
        : [{ name: actor.name, thread: ref('thread', actor.name), ...actor.asks }],
    ),
    subsystemInit: indexOf('pool_subsystem_init'),
    pagedaemon: indexOf('kthread_create', 'uvm_pageout'),
    firstSwitch: indexOf('yield'),
  };
}

function processesOf(kernel: Kernel, parts: BootParts, input: BootModelInput): readonly Process[] {
  const common = { grain: input.grain, preemption: input.preemption };
  const boot = threadProcess(kernel, 'boot', {
    ...common,
    kind: 'system',
    starts: () => true,
    routine: 'boot',
    params: {},
  });
  const squeeze =
    input.pagesLeft === null
      ? []
      : [
          threadProcess(kernel, squeezer, {
            ...common,
            kind: 'environment',
            starts: (view) => view.observe(parts.boot, 'isPast', parts.events.length - 1),
            routine: 'other_users_of_kernel_map',
            params: { pagesLeft: input.pagesLeft },
          }),
        ];
  const actors = input.actors.map((actor) =>
    threadProcess(kernel, actor.name, {
      ...common,
      kind: actor.kind,
      ...(actor.level === undefined ? {} : { level: actor.level }),
      starts: (view) => mayStart(parts, input, actor, view),
      ...actor.entry(kernel),
      cyclic: actor.cyclic === true,
    }),
  );
  return [boot, ...squeeze, ...actors, ...input.environment.map((make) => make(kernel, parts))];
}

function mayStart(parts: BootParts, input: BootModelInput, actor: Actor, view: ReadView): boolean {
  const { from } = actor;
  if (typeof from === 'object') {
    const before = parts.kernel.cells.threads.at(ref('thread', from.after));
    return view.observe(before, 'isDone');
  }
  switch (from) {
    case 'interrupts':
      // An interrupt waits for a CPU below its level; that is all there is to it.
      return true;
    case 'threads':
      return view.observe(parts.kernel.cells.globals, 'doThreadsRun');
    case 'pagedaemon':
      return view.observe(parts.boot, 'isPast', parts.pagedaemon);
    case 'boot is over':
      return view.observe(parts.boot, 'isPast', parts.events.length - 1);
    case 'kernel_map is short':
      return (
        input.pagesLeft === null ||
        view.observe(parts.kernel.cells.threads.at(ref('thread', squeezer)), 'isDone')
      );
  }
}

/** A run is over when boot and every ordinary thread are done, or when the kernel has stopped. */
function isFinal(parts: BootParts, input: BootModelInput, view: ReadView): boolean {
  const { globals, threads } = parts.kernel.cells;
  if (view.observe(globals, 'hasStopped')) return true;
  const ordinary = [
    'boot',
    ...input.actors.filter((actor) => actor.ordinary).map(({ name }) => name),
  ];
  return ordinary.every((name) => view.observe(threads.at(ref('thread', name)), 'isDone'));
}
