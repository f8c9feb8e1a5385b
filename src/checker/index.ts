/** The checker: explores every state of a model and says which properties hold in it. */
export type { Afterwards } from './afterwards.ts';
export type { Clock } from './clock.ts';
export type { FinalOutcome, Finals, FinalsDifference } from './finals.ts';
export type { Difference, Replayed, StepToReplay } from './replay.ts';
export type * from './result.ts';
export type { Progress, Search, SearchOptions } from './search.ts';
export type { Enabled, Violation, Waiting, Walker } from './walker.ts';
export { isLost, isStuck, isWitness } from './afterwards.ts';
export { compareFinals, finals } from './finals.ts';
export { replay } from './replay.ts';
export { check, startSearch } from './search.ts';
export { walker } from './walker.ts';
