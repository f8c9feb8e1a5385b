import type { Property } from '../src/base/model.ts';
import { always, sometimes } from '../src/base/model.ts';
import { nameOf, ref } from '../src/base/plain.ts';
import type { BootParts } from '../src/boot/boot-model.ts';

/** The panics that the source documents for a machine that has run out of memory. */
const documented = [
  /** @source NetBSD sys/kern/kern_malloc.c 1.121.4.1 kern_malloc() */
  'out of space in kmem_map',
  /** @source NetBSD sys/uvm/uvm_km.c 1.101.4.2 uvm_km_suballoc() */
  'uvm_km_suballoc: unable to allocate space in parent map',
];

/** The kernel stops only where the source says that it may. */
export const noPanic = (parts: BootParts): Property =>
  always({
    name: 'no-panic',
    sentence:
      'no panic, failed assertion or fault but the documented ones of a machine out of memory',
    cites: 'PRE-1 to PRE-18',
    about: 'kernel',
    breaks: 'the machine stops',
    objects: [{ name: 'kernel' }],
    holds: (_, view) => {
      const outcome = view.observe(parts.kernel.cells.globals, 'outcome');
      return outcome === null || documented.some((text) => outcome.message.includes(text));
    },
  });

/**
 * A sleep that nobody can end: for a page before the pagedaemon exists, for address space or an
 * item before any other thread can run.
 */
export const noEarlySleep = (parts: BootParts): Property => {
  const { cells } = parts.kernel;
  const pageWait = cells.wchans.at(ref('wchan', 'uvmexp.free'));
  const others = cells.wchans.cells.filter(
    (wchan) => wchan !== pageWait && wchan.key !== 'wchan/uvm.pagedaemon',
  );
  return always({
    name: 'no-early-sleep',
    sentence: 'nothing sleeps before someone who can wake it exists',
    cites: 'PRE-17',
    about: 'kernel',
    breaks: 'boot hangs without a message',
    objects: parts.kernel.cells.threads.refs.map((at) => ({ name: nameOf(at), at })),
    holds: ({ at }, view) => {
      if (view.observe(pageWait, 'holds', at))
        return view.observe(parts.boot, 'isPast', parts.pagedaemon);
      if (view.observe(cells.globals, 'doThreadsRun')) return true;
      return (
        !view.observe(cells.threads.at(at), 'isAt', 'uvm_map_prepare', 'poll') &&
        others.every((wchan) => !view.observe(wchan, 'holds', at))
      );
    },
  });
};

/** A witness in every model: without it all other claims would be about a boot that never ends. */
export const bootCompletes = (parts: BootParts): Property =>
  sometimes({
    name: 'boot-completes',
    sentence: 'boot completes',
    cites: 'POST-8',
    about: 'kernel',
    objects: [{ name: 'boot' }],
    holds: (_, view) =>
      view.observe(parts.boot, 'isPast', parts.events.length - 1) &&
      !view.observe(parts.kernel.cells.globals, 'hasStopped'),
  });
