import type { Sizes } from '../../src/boot/configure.ts';

const megabytes = (count: number): number => count * 1024 * 1024;

/**
 * A machine on which the whole boot of each port fits: only kernel_map, RAM and the groups of
 * caches are smaller than life; sizes of items, pages, chunks and submaps are not.
 */
export const portSizes: Sizes = {
  kernelMapBytes: megabytes(256),
  imageBytes: megabytes(4),
  kmemMapBytes: megabytes(8),
  vacachePages: 4,
  pages: 4096,
  reserveKernel: 5,
  reservePagedaemon: 1,
  freeTarget: 10,
  cpus: 2,
  groupObjects: { normal: 1, large: 2 },
  identity: 'page',
  vacacheIdentity: 'page',
};
