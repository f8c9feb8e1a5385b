import { earlyIn, isCertainlyMet, momentText, probeAt, wayText, windowsOf } from './demands.ts';
import type { Order } from './order.ts';
import type { Place } from './rules/answer.ts';
import { isMust } from './rules/ask.ts';
import type { EraName } from './rules/era.ts';
import type { Findings } from './rules/index.ts';
import { askRules } from './rules/index.ts';
import type { Facts, Need } from './rules/sources.ts';
import {
  doneNeed,
  factsOf,
  kmemNeeds,
  mallocNeeds,
  mapNeeds,
  pagesNeed,
  sourceOf,
} from './rules/sources.ts';
import type { Survey } from './rules/survey.ts';
import { surveyOf } from './rules/survey.ts';

/**
 * What may be called where: a row for each routine of boot, a column for each kind of request.
 *
 * This is the page that a person who moves a call wants beside the editor: `pmap_init` on this port
 * may map kernel addresses, and may not call kmem_alloc().
 */
export interface BringUp {
  readonly columns: readonly string[];
  readonly rows: readonly BringUpRow[];
  /** What a request would meet before it is there, by column: from the probes of the order. */
  readonly obstacles: readonly Obstacle[];
  /** Why there is no table, where there is none. */
  readonly reason: string | null;
}

export interface Obstacle {
  readonly column: string;
  readonly says: string;
}

/** `early`: it works, and a convention says to wait. */
export type Permission = 'yes' | 'no' | 'maybe' | 'early';

export interface BringUpRow {
  readonly routine: string;
  /** First and last event of its first run. */
  readonly from: number;
  readonly to: number;
  /** At its start; `maybe` where what brings it up is conditional or not known. */
  readonly allowed: readonly Permission[];
  /** What becomes possible while it runs. */
  readonly brings: readonly string[];
  /** What the rules find called too early in it. */
  readonly tooEarly: readonly {
    readonly says: string;
    readonly at: Place;
    readonly verdict: string;
  }[];
}

const routines = [
  ...['pmap_bootstrap', 'uvm_page_init', 'uvm_map_init', 'uvm_km_bootstrap', 'uvm_map_init_caches'],
  ...['uvm_amap_init', 'pmap_init', 'uvm_km_init', 'kmeminit', 'uvm_pager_init'],
  ...['pool_subsystem_init', 'kmem_init', 'percpu_init', 'extent_init', 'cpu_startup', 'bufinit'],
  ...['mi_cpu_attach', 'mbinit', 'configure', 'configure2', 'exec_init'],
];

interface Column {
  readonly name: string;
  readonly needs: readonly Need[] | null;
  /** Allowed until this is met. */
  readonly until?: Need;
  /** The probes that ask the same. */
  readonly asks?: string;
}

export function bringUp(order: Order, findings: Findings = askRules(order)): BringUp {
  const survey = surveyOf(order);
  const { era } = findings.era;
  if (era === null)
    return { columns: [], rows: [], obstacles: [], reason: findings.era.reasons.join('; ') };
  const columns = columnsOf(factsOf(survey, findings.era, era), era);
  const answers = findings.rules.flatMap((rule) => rule.answers);
  const rows = routines.flatMap((routine): BringUpRow[] => {
    const run = survey.run(routine);
    if (run === null) return [];
    const from = run.first.index;
    const to = run.last.index;
    const allowed = columns.map((column) => permission(survey, column, from));
    const after = columns.map((column) => permission(survey, column, to + 1));
    const brings = columns.flatMap(({ name }, i) =>
      allowed[i] !== 'yes' && after[i] === 'yes' ? [name] : [],
    );
    const tooEarly = answers.flatMap(({ verdict, says, at }) => {
      const isHere = at !== null && at.event >= from && at.event <= to;
      const isClaim = verdict === 'violation' || verdict === 'unproved';
      return isHere && isClaim ? [{ says, at, verdict }] : [];
    });
    return [{ routine, from, to, allowed, brings, tooEarly }];
  });
  return {
    columns: columns.map(({ name }) => name),
    rows: rows.toSorted((a, b) => a.from - b.from || b.to - a.to),
    obstacles: columns.flatMap((column) => obstaclesOf(survey, column)),
    reason: null,
  };
}

function obstaclesOf(survey: Survey, { name, asks, needs }: Column): Obstacle[] {
  if (asks === undefined) return [];
  const windows = windowsOf(survey, asks);
  const met = windows.map(({ first, until }): Obstacle => {
    const { event, object } = first;
    const end = until === null ? 'to the end' : `until ${momentText(survey.order, until.before)}`;
    const sure = isCertainlyMet(first) ? 'meets' : 'may meet';
    return {
      column: name,
      says: `${end} it ${sure} ${object}, which is not there: ${wayText(event)} ${event.file}:${event.line}`,
    };
  });
  const end = Math.max(0, ...windows.map(({ until }) => until?.before ?? Infinity));
  const later = (needs ?? []).filter((need) => isPending(survey, asks, need, end));
  return [
    ...met,
    ...later.map((need) => ({ column: name, says: waitsText(need, windows.length) })),
  ];
}

/** A need that is met only after the last moment at which a request would find something missing. */
function isPending(survey: Survey, asks: string, { suppliers }: Need, end: number): boolean {
  const first = survey.order.probes?.find((probe) => probe.asks === asks);
  const met = suppliers.find(isMust)?.index;
  return first !== undefined && met !== undefined && met >= Math.max(first.before, end);
}

function waitsText({ need, convention }: Need, windows: number): string {
  const then = windows === 0 ? '' : 'after that ';
  if (convention !== undefined)
    return `${then}until ${need} a request meets nothing that is not there; ${convention}`;
  return `${then}until ${need} what a pool may take in turn (page headers) has no source`;
}

function columnsOf(facts: Facts, era: EraName): Column[] {
  const { survey } = facts;
  const pool = (allocator: string): readonly Need[] | null => {
    const source = sourceOf(allocator, facts);
    return source.kind === 'needs' ? source.needs : null;
  };
  const pcache = doneNeed(survey, 'pool_subsystem_init', 'kern/subr_pool.c');
  const cache = pool(era === 'A' ? 'pool_allocator_nointr' : 'pool_allocator_meta');
  // A host has no pages to steal.
  const pages: Column[] = facts.isHosted
    ? []
    : [
        { name: 'steal', needs: [loadedNeed(survey)], until: pagesNeed(survey) },
        { name: 'page', needs: [pagesNeed(survey)], asks: 'page' },
      ];
  return [
    ...pages,
    { name: 'map', needs: mapNeeds(facts) },
    ...['meta', 'kmem', 'nointr'].map((allocator): Column => ({
      name: allocator === 'kmem' ? 'pool' : `${allocator} pool`,
      needs: pool(`pool_allocator_${allocator}`),
      asks: `page for pool_allocator_${allocator}`,
    })),
    { name: 'cache_init', needs: cache === null ? null : [pcache, ...cache] },
    { name: 'kmem', needs: kmemNeeds(facts), asks: 'kmem' },
    { name: 'malloc', needs: mallocNeeds(facts) },
  ];
}

/** What the rules know of the need and what a probe met there; the worse of the two. */
function permission(survey: Survey, column: Column, index: number): Permission {
  const both = [byNeeds(column, index), byProbe(survey, column, index)];
  return (['no', 'maybe', 'early'] as const).find((one) => both.includes(one)) ?? 'yes';
}

function byProbe(survey: Survey, { asks }: Column, index: number): Permission {
  const probe = asks === undefined ? undefined : probeAt(survey.order, asks, index);
  if (probe === undefined) return 'yes';
  const early = earlyIn(survey, probe);
  if (early.some(isCertainlyMet)) return 'no';
  return early.length + probe.holes.length > 0 ? 'maybe' : 'yes';
}

/** Pages can be stolen only out of memory that was handed over. */
const loadedNeed = (survey: Survey): Need => ({
  need: 'memory segments are loaded',
  suppliers: survey.calls('uvm_page_physload'),
  expectedIn: 'the port',
});

function byNeeds({ needs, until }: Column, index: number): Permission {
  if (needs === null) return 'maybe';
  if (until !== undefined && stateOf(until, index) === 'yes') return 'no';
  const states = needs.map((need) => {
    const state = stateOf(need, index);
    return state !== 'yes' && need.convention !== undefined ? 'early' : state;
  });
  return (['no', 'maybe', 'early'] as const).find((one) => states.includes(one)) ?? 'yes';
}

function stateOf({ suppliers }: Need, index: number): Permission {
  const earlier = suppliers.filter((one) => one.index < index);
  if (earlier.some(isMust)) return 'yes';
  return earlier.length > 0 ? 'maybe' : 'no';
}

/** The table as text, a line for each routine and one for each thing called too early in it. */
export function bringUpText({ columns, rows, obstacles, reason }: BringUp): string[] {
  if (reason !== null) return [`no table: ${reason}`];
  const first = Math.max(8, ...rows.map(({ routine }) => routine.length));
  const widths = columns.map((name) => Math.max(5, name.length));
  const line = (head: string, cells: readonly string[]): string =>
    [head.padEnd(first), ...cells.map((cell, i) => cell.padEnd(widths[i] ?? 0))]
      .join(' ')
      .trimEnd();
  return [
    'what each routine may call at its start, and what becomes possible while it runs:',
    line('may call', columns),
    ...rows.flatMap(({ routine, allowed, brings, tooEarly }) => [
      line(routine, allowed),
      ...(brings.length === 0 ? [] : [`  brings: ${brings.join(', ')}`]),
      ...tooEarly.map(({ verdict, says }) => `  ${verdict}: ${says}`),
    ]),
    ...obstacles.map(({ column, says }) => `${column}: ${says}`),
  ];
}
