/** Reads the boot order that is really in a kernel tree. */
export type { ExtractOptions } from './extract.ts';
export { extract } from './extract.ts';
export type { SourceTree } from './source-tree.ts';
export { memoryTree } from './source-tree.ts';
export { diskTree } from './disk-tree.ts';
export type { Cache } from './cache.ts';
export { memoryCache } from './cache.ts';
export type { Limits } from './limits.ts';
export { defaultLimits } from './limits.ts';
export { knownArchitectures, knownConfigurations } from './config/load.ts';
