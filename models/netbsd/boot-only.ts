import type { BootModelInput } from '../../src/boot/build.ts';
import { portSizes } from './sizes.ts';

/**
 * The environment in which nobody acts but the boot itself: no other thread, no interrupt, no
 * second CPU, on a machine of real size.
 */
export const bootOnly = {
  parameters: {},
  sizes: { ...portSizes, cpus: 1 },
  actors: [],
  pagesLeft: null,
  grain: 'fine',
  preemption: false,
  environment: [],
  assumptions: [],
} satisfies Partial<BootModelInput>;
