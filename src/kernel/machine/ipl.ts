import { present } from '../../base/assert.ts';

/** Interrupt priority levels of NetBSD 5, lowest first. */
const levels = ['none', 'softclock', 'softbio', 'softnet', 'softserial', 'vm', 'sched', 'high'];

/** Other names of levels, as sys/intr.h has them. */
const aliases: { readonly [name: string]: string } = {
  ipi: 'high',
  serial: 'high',
  clock: 'sched',
};

/** The rank of a level: `IPL_VM` or `vm`. */
export function iplLevel(name: string): number {
  const short = name.replace(/^IPL_/, '').toLowerCase();
  const level = levels.indexOf(aliases[short] ?? short);
  return present(level < 0 ? null : level, `${name} is an interrupt priority level`);
}
