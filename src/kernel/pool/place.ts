import type { Halt } from '../../base/routine.ts';

/** Where all of this comes from. */
export const poolFile = 'sys/kern/subr_pool.c';
export const poolRevision = '1.170.4.1';

/** How the kernel stops in subr_pool.c. */
export function poolHalt(kind: Halt['kind'], message: string, line: number): Halt {
  return { kind, message, file: poolFile, line };
}
