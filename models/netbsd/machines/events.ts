/**
 * What the boot machines are told: a leaf call of the boot order, or the answer to the last one.
 *
 * A call's event type is the C function (`pool_init`) or `set <global>` for an assignment that
 * marks a phase (`set kernel_map`).
 */
export type BootEvent =
  | {
      readonly type: string;
      /** The object of the call: a pool by its wait channel, a map, a thread. */
      readonly object: string | null;
      /** For pool calls: its pool_allocator is one of the three of subr_pool.c. */
      readonly standard: boolean;
      /** For pool calls: its pages need no map (direct-mapped, or an allocator of its own on bare pages). */
      readonly needsNoMap: boolean;
      /** For uvm_km_suballoc: the struct vm_map is static. */
      readonly staticStorage: boolean;
    }
  | {
      readonly type: 'ok' | 'fail' | 'published';
      readonly call: string;
      readonly object: string | null;
    };

/** What a machine must know of the port before it starts. */
export interface BootContext {
  readonly directMap: boolean;
  /** Era C: what is refused before pool_subsystem_init. */
  readonly enforcement: 'none' | 'every growth' | 'standard page functions';
}

type Asked = { readonly event: BootEvent; readonly context: BootContext };

/** The guards of all boot machines, by name; pure functions of event and context. */
export const guards = {
  'physical memory is loaded': ({ event }: Asked): boolean => answers(event, 'uvm_page_physload'),
  'page queues are ready': ({ event }: Asked): boolean => publishes(event, 'uvm.page_init_done'),
  'kernel_map is published': ({ event }: Asked): boolean => publishes(event, 'kernel_map'),
  'kmem_map is published': ({ event }: Asked): boolean => publishes(event, 'kmem_map'),
  'bootstrap is done': ({ event }: Asked): boolean => answers(event, 'pool_subsystem_bootstrap'),
  'pool_subsystem_init is done': ({ event }: Asked): boolean =>
    answers(event, 'pool_subsystem_init'),
  'interrupts are open': ({ event }: Asked): boolean => answers(event, 'spl0'),
  'cold is cleared': ({ event }: Asked): boolean => publishes(event, 'cold'),
  'other CPUs run': ({ event }: Asked): boolean => answers(event, 'cpu_boot_secondary_processors'),
  'threads run': ({ event }: Asked): boolean => answers(event, 'yield'),
  'pagedaemon exists': ({ event }: Asked): boolean =>
    answers(event, 'kthread_create') && event.object === 'uvm_pageout',
  'boot is over': ({ event }: Asked): boolean => answers(event, 'uvm_scheduler'),
  'struct is static': ({ event }: Asked): boolean =>
    'staticStorage' in event && event.staticStorage,
  'pages need no map': ({ event }: Asked): boolean => 'needsNoMap' in event && event.needsNoMap,
  'allocator of its own': ({ event }: Asked): boolean => 'standard' in event && !event.standard,
  'refused by enforcement': ({ event, context }: Asked): boolean =>
    context.enforcement === 'every growth' ||
    (context.enforcement === 'standard page functions' && 'standard' in event && event.standard),
};

function answers(event: BootEvent, call: string): boolean {
  return event.type === 'ok' && 'call' in event && event.call === call;
}

function publishes(event: BootEvent, object: string): boolean {
  return event.type === 'published' && event.object === object;
}
