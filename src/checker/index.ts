/** The checker: explores every state of a model and says which properties hold in it. */
export type { Clock } from './clock.ts';
export type * from './result.ts';
export type { Progress, Search, SearchOptions } from './search.ts';
export { check, startSearch } from './search.ts';
