/**
 * Probes: what a request would do at a moment of boot at which nobody makes it.
 *
 * Port code takes `uvm.page_init_done` as its licence to ask for pages, whenever it likes. Whether
 * that works is not seen in a boot in which no port happens to ask in between. So at each moment at
 * which a phase begins the request is followed aside: what it would touch is told, its effect on
 * memory is taken back, and the boot goes on as if nobody had asked.
 */
import type { FunctionDef } from '../c/ir.ts';
import type { Calls } from './invoke.ts';
import type { FlagTable } from './render.ts';
import type { Guard, Session, TraceProbe } from './session.ts';
import type { Value } from './value.ts';
import { addressOf, truth } from './value.ts';

/** A number, the address of an object, or what the first of some places holds that is set. */
type Given = bigint | { readonly addressOf: string } | { readonly firstOf: readonly string[] };

interface Request {
  /** What is asked for, in a word. */
  readonly asks: string;
  /** Where the request enters: the first of these that the tree defines. */
  readonly enters: readonly string[];
  /** Static functions are looked for here. */
  readonly file: string;
  readonly args: readonly (Given | { readonly flag: string })[];
  /** What is taken to hold while it is asked: an ordinary day, not a shortage. */
  readonly given: { readonly [path: string]: Given };
}

const plenty = { 'uvmexp.free': 65_536n };
const somePool = {
  '@asked.pr_alloc': { addressOf: '@allocator' },
  // Pools give an allocator the constant PAGE_SIZE; some ports take uvmexp.pagesize from firmware.
  '@allocator.pa_pagesz': {
    firstOf: [
      ...['kmem', 'nointr', 'meta'].map((one) => `pool_allocator_${one}.pa_pagesz`),
      'uvmexp.pagesize',
    ],
  },
};

/** From where its pages come, newest name last: without one of its own it is as kmem's. */
const pageRoutines = {
  meta: ['pool_page_alloc_meta'],
  kmem: ['pool_page_alloc'],
  nointr: ['pool_page_alloc_nointr', 'pool_page_alloc'],
};

const requests: readonly Request[] = [
  {
    ...{ asks: 'page', enters: ['uvm_pagealloc_strat'], file: 'uvm/uvm_page.c' },
    ...{ args: [0n, 0n, 0n, 0n, 0n, 0n], given: plenty },
  },
  ...Object.entries(pageRoutines).map(([allocator, enters]): Request => ({
    asks: `page for pool_allocator_${allocator}`,
    enters,
    file: 'kern/subr_pool.c',
    args: [{ addressOf: '@asked' }, { flag: 'PR_NOWAIT' }],
    given: { ...plenty, ...somePool },
  })),
  {
    ...{ asks: 'kmem', enters: ['kmem_intr_alloc', 'kmem_alloc'], file: 'kern/subr_kmem.c' },
    ...{ args: [64n, { flag: 'KM_NOSLEEP' }], given: plenty },
  },
];

/**
 * Calls of the API that only pass a request on. A probe follows them, because what they do with
 * the map or arena that they are given hangs on the port.
 */
const passOn: ReadonlySet<string> = new Set([
  ...['uvm_km_kmem_alloc', 'uvm_km_alloc_poolpage', 'uvm_km_alloc_poolpage_cache'],
]);

export const isPassedOn = (name: string, session: Session): boolean =>
  session.isProbing && passOn.has(name);

/** Globals at whose assignment it is asked: what a request may look at. */
const marks = /^(?:uvm\.page_init_done|kernel_map|kmem_map|pmap_initialized|kmem_\w*arena)$/;

/** Routines at whose beginning it is asked. */
const begins: ReadonlySet<string> = new Set([
  ...['uvm_map_init', 'uvm_km_bootstrap', 'uvm_map_init_caches', 'uvm_amap_init', 'pmap_init'],
  ...['uvm_km_init', 'kmeminit', 'uvm_pager_init', 'pool_subsystem_init', 'kmem_init'],
  ...['percpu_init', 'extent_init', 'cpu_startup', 'configure'],
]);

/** Routines at whose end it is asked. */
const ends: ReadonlySet<string> = new Set([
  ...['pool_subsystem_init', 'vmem_subsystem_init', 'uvm_map_init_caches', 'pmap_init'],
  ...['kmem_init', 'kmeminit', 'uvm_init'],
]);

export class Probes {
  readonly #session: Session;
  readonly #calls: Calls;
  readonly #flags: () => FlagTable;

  constructor(session: Session, calls: Calls, flags: () => FlagTable) {
    this.#session = session;
    this.#calls = calls;
    this.#flags = flags;
  }

  marked(global: string): void {
    if (marks.test(global)) this.ask();
  }

  begin(routine: string): void {
    if (begins.has(routine)) this.ask();
  }

  end(routine: string): void {
    if (ends.has(routine)) this.ask();
  }

  /** Makes each request aside, once pages may be asked for and until autoconfiguration begins. */
  ask(): void {
    const session = this.#session;
    if (session.isProbing || session.stopped !== null) return;
    if (truth(session.store.read('uvm.page_init_done').value) !== true) return;
    if (session.cutsMet.has('config_rootfound')) return;
    for (const request of requests) {
      const definition = this.#definitionOf(request);
      if (definition !== null) this.#make(request, definition);
    }
  }

  #definitionOf({ enters, file }: Request): FunctionDef | null {
    for (const name of enters) {
      const found = this.#session.program.function(name, file);
      if (found !== null) return found;
    }
    return null;
  }

  #make({ asks, args, given }: Request, definition: FunctionDef): void {
    const session = this.#session;
    const { guards } = session;
    const found = session.aside(() => {
      for (const [path, value] of Object.entries(given))
        session.store.write(path, this.#value(value));
      const values = args.map((arg) => this.#value(arg));
      this.#calls.follow(definition, values, null, 0);
    });
    const probe: TraceProbe = {
      before: session.events.length,
      asks,
      call: definition.name,
      file: definition.file,
      line: definition.line,
      given: Object.entries(given).flatMap(([path, value]) =>
        typeof value === 'bigint' ? [`${path} = ${value}`] : [],
      ),
      ...(guards.length > 0 && { guards: guards.map(shownGuard) }),
      ...found,
    };
    // What an earlier moment answered holds on.
    const last = session.probes.findLast((one) => one.asks === asks);
    if (last === undefined || answerOf(last) !== answerOf(probe)) session.probes.push(probe);
  }

  #value(given: Request['args'][number]): Value {
    if (typeof given === 'bigint') return given;
    if ('flag' in given) return this.#flags().get(given.flag);
    if ('addressOf' in given) return addressOf(given.addressOf);
    const values = given.firstOf.map((path) => this.#session.store.read(path).value);
    return values.find((value) => typeof value === 'bigint' && value !== 0n);
  }
}

const shownGuard = ({ text, at }: Guard): { text: string; at: string } => ({ text, at });

// The numbers of heap objects go on from moment to moment and say nothing.
const answerOf = ({ events, holes, guards }: TraceProbe): string =>
  JSON.stringify([events, holes, guards]).replace(/(@\w+)#\d+/g, '$1');
