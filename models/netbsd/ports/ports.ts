import { alpha } from './alpha.ts';
import { amd64 } from './amd64.ts';
import { arm32 } from './arm32.ts';
import { i386 } from './i386.ts';

/** The four ports whose boot orders are kept. */
export const ports = { i386, amd64, arm32, alpha };
