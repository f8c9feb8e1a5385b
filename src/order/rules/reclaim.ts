import { alternativesOf, argumentText } from '../calls.ts';
import type { RuleReport } from './answer.ts';
import { Answers, placeOf } from './answer.ts';
import { isMust } from './ask.ts';
import type { ChainFault, Chains, ReplayedPool, ReplayOptions } from './chains.ts';
import { replayChains } from './chains.ts';
import type { EraFit } from './era.ts';
import { missingTexts } from './era.ts';
import type { Survey } from './survey.ts';
import { objectOf, surveyOf } from './survey.ts';
import type { Witnesses } from './witnesses.ts';
import { witnessesOf } from './witnesses.ts';

/**
 * Every reclaim callback is installed: each pool whose allocator declares a map is on that map's
 * chain, once, when boot ends.
 *
 * Stated over what is *declared*: over what is bound, a tree that forgets to bind passes. Trees
 * without chains have nothing to install; what reclaim reaches there are all pools, and drain hooks.
 */
export function reclaimInstalled(
  survey: Survey,
  fit: EraFit,
  options: ReplayOptions = {},
): RuleReport {
  const answers = new Answers(
    'reclaim',
    'Every pool whose allocator declares a map is on the reclaim chain of that map exactly once.',
  );
  drainHooks(survey, answers);
  if (fit.era === null) {
    answers.add({
      verdict: 'inconclusive',
      object: 'the era',
      says: `whether there are chains depends on the design: ${fit.reasons.join('; ')}`,
      at: null,
      holes: missingTexts(fit),
    });
    return answers.report();
  }
  if (fit.era !== 'A') {
    answers.add({
      verdict: 'not applicable',
      object: 'reclaim chains',
      says: `era ${fit.era} has no chains: the pagedaemon drains every pool there is, and pools may have a drain hook`,
      at: null,
    });
    return answers.report();
  }
  const replay = replayChains(survey, options);
  for (const fault of replay.faults) reportFault(survey, answers, fault);
  const others = otherWays(survey).map((way) => replayChains(way, options));
  judgePools(survey, answers, replay, others);
  return answers.report();
}

const faultTexts: Readonly<Record<ChainFault['kind'], (fault: ChainFault) => string>> = {
  'registered twice': ({ name, map }) =>
    `${name} is registered a second time on the chain of ${map}, which corrupts the list`,
  'map missing at the flush': ({ name, map }) =>
    `pool_subsystem_init() binds ${name}, and ${map} does not exist yet`,
  'queued after the flush': ({ name, map }) =>
    `the allocator of ${name} waits for ${map} after pool_subsystem_init() has emptied the queue`,
  'no such map': ({ name, map }) =>
    `${name} is registered on the chain of ${map}, which does not exist yet`,
};

function reportFault(survey: Survey, answers: Answers, fault: ChainFault): void {
  answers.add(
    {
      verdict: isMust(fault.at) ? 'violation' : 'unproved',
      object: fault.name,
      says: faultTexts[fault.kind](fault),
      at: placeOf(survey.order, fault.at.index),
      guards: fault.at.event.guards,
    },
    fault.kind,
  );
}

/**
 * The order once for each of the allocators that a pool may have, where the reading knows which they
 * are: `?pa (a or b)`. Pools are asked one by one, so ways of several need not be combined.
 */
function otherWays(survey: Survey): readonly Survey[] {
  const { events } = survey.order;
  const most = Math.max(...events.map((event) => alternativesOf(event.args['palloc']).length));
  return Array.from({ length: Math.max(0, most) }, (_, way) =>
    surveyOf({
      ...survey.order,
      events: events.map((event) => {
        const names = alternativesOf(event.args['palloc']);
        const palloc = names[Math.min(way, names.length - 1)];
        return palloc === undefined ? event : { ...event, args: { ...event.args, palloc } };
      }),
    }),
  );
}

function judgePools(
  survey: Survey,
  answers: Answers,
  replay: Chains,
  others: readonly Chains[],
): void {
  const none: string[] = [];
  const witnesses = witnessesOf(survey, replay);
  for (const [index, pool] of replay.pools.entries()) {
    if (alternativesOf(pool.allocator).length > 0) {
      judgeEither(survey, answers, index, others);
      continue;
    }
    if (/[*()]|->|^\?/.test(pool.allocator) && !pool.allocator.includes('vm_qcache')) {
      answers.add({
        verdict: 'inconclusive',
        object: pool.name,
        says: `the allocator of ${pool.name} is not known, so neither is the map that it declares`,
        at: placeOf(survey.order, pool.at.index),
        holes: [`the value of ${pool.allocator} in ${pool.at.event.file}`],
      });
      continue;
    }
    if (pool.declared === null) {
      none.push(`${pool.name} (${pool.allocator})`);
      continue;
    }
    const chain = replay.chains.get(pool.declared) ?? [];
    if (chain.some(({ name }) => name === pool.name)) {
      judgeWitness(survey, answers, pool, witnesses);
      continue;
    }
    answers.add({
      verdict: isMust(pool.at) ? 'violation' : 'unproved',
      object: pool.name,
      says: `${pool.name} declares ${pool.declared} through ${pool.allocator} and is not on its chain when boot ends`,
      at: placeOf(survey.order, pool.at.index),
      guards: pool.at.event.guards,
    });
  }
  for (const [map, entries] of replay.chains) {
    answers.note(`chain of ${map}: ${entries.map(({ name }) => name).join(', ')}`);
  }
  if (none.length > 0) {
    answers.note(`on no chain, because nothing here gives the allocator a map: ${none.join(', ')}`);
  }
}

/** On the chain by the kernel's design: the code of this tree must be seen to put it there, too. */
function judgeWitness(
  survey: Survey,
  answers: Answers,
  pool: ReplayedPool,
  { areTold, hidden, isSeen }: Witnesses,
): void {
  if (!areTold || isSeen(pool)) return answers.holds();
  const verdict = isMust(pool.at) ? 'violation' : 'unproved';
  answers.add({
    verdict: hidden.length > 0 ? 'inconclusive' : verdict,
    object: pool.name,
    says: `${pool.name} declares ${pool.declared ?? 'a map'} through ${pool.allocator}, and no code that boot comes to registers it`,
    at: placeOf(survey.order, pool.at.index),
    guards: pool.at.event.guards,
    holes: hidden,
  });
}

/** A pool of which the machine decides what allocator it has: every one of them must hold. */
function judgeEither(
  survey: Survey,
  answers: Answers,
  index: number,
  ways: readonly Chains[],
): void {
  const lost = ways.flatMap(({ pools, chains }) => {
    const pool = pools[index];
    if (pool === undefined || pool.declared === null) return [];
    const isOn = (chains.get(pool.declared) ?? []).some(({ name }) => name === pool.name);
    return isOn ? [] : [pool];
  });
  const [first] = lost;
  if (first === undefined) return answers.holds();
  answers.add({
    verdict: 'unproved',
    object: first.name,
    says: `${first.name} is not on the chain of ${first.declared ?? ''} when boot ends, if its allocator is ${first.allocator}`,
    at: placeOf(survey.order, first.at.index),
    guards: first.at.event.guards,
  });
}

/** Hooks that give memory back when a pool is asked to. */
function drainHooks(survey: Survey, answers: Answers): void {
  for (const one of survey.seen) {
    const hook = /_set_drain_hook$/.test(one.name)
      ? argumentText(one.event, 'fn', 'drainHook')
      : argumentText(one.event, 'drainHook');
    if (hook === undefined || hook === 'NULL') continue;
    const pool = objectOf(one) ?? 'a pool';
    answers.note(`drain hook ${hook} of ${pool}`, placeOf(survey.order, one.index));
  }
}
