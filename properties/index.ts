import type { Property } from '../src/base/model.ts';
import type { BootParts } from '../src/boot/boot-model.ts';
import {
  boundOnce,
  callbackCount,
  deferredExactly,
  forgottenWhenGone,
  noDuplicates,
  queueFlushed,
} from './chains.ts';
import { entryHomes, mapSizes, pagesConserved, vacacheChunks } from './conservation.ts';
import { mapsBeforePools, needs } from './needs.ts';
import { bootCompletes, noEarlySleep, noPanic } from './outcomes.ts';
import { poolSanity } from './pool-sanity.ts';
import {
  noSleepBesideIdlePages,
  noSleepForEver,
  pageWaitersServed,
  reclaimable,
  secondAttempt,
  servedAtOnce,
} from './reclaim.ts';
import { hooksInstalled, registered } from './registered.ts';

type MakeProperty = (parts: BootParts) => Property;

/** Whether our own re-implementation keeps its word; asked everywhere. */
const sanity: readonly MakeProperty[] = [
  pagesConserved,
  mapSizes,
  entryHomes,
  vacacheChunks,
  ...poolSanity,
];

/** What is asked of every boot. */
export const bootProperties: readonly MakeProperty[] = [
  needs,
  mapsBeforePools,
  registered,
  hooksInstalled,
  boundOnce,
  deferredExactly,
  queueFlushed,
  noDuplicates,
  forgottenWhenGone,
  callbackCount,
  noEarlySleep,
  noPanic,
  bootCompletes,
  ...sanity,
];

/** What is asked where a map is short of space and several threads fight for it. */
export const sleepProperties: readonly MakeProperty[] = [
  noSleepForEver,
  noSleepBesideIdlePages,
  noPanic,
  bootCompletes,
  ...sanity,
];

/** What is asked where one request is alone with the pools: its searches can be counted, too. */
export const reclaimProperties: readonly MakeProperty[] = [reclaimable, ...sleepProperties];

/** What is asked where RAM is short. */
export const pageProperties: readonly MakeProperty[] = [
  pageWaitersServed,
  noEarlySleep,
  noPanic,
  bootCompletes,
  ...sanity,
];

export { secondAttempt, servedAtOnce };
