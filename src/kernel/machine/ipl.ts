import { present } from '../../base/assert.ts';

/** Interrupt priority levels of NetBSD 5, lowest first. */
const levels = ['none', 'softclock', 'softbio', 'softnet', 'softserial', 'vm', 'sched', 'high'];

/** The rank of a level: `IPL_VM` or `vm`. */
export function iplLevel(name: string): number {
  const short = name.replace(/^IPL_/, '').toLowerCase();
  const level = levels.indexOf(short);
  return present(level < 0 ? null : level, `${name} is an interrupt priority level`);
}
