/**
 * Where a search gets the time from: it measures itself and honours a limit, nothing else.
 *
 * The process's own CPU clock belongs to the caller, who hands it in.
 */
export interface Clock {
  wallMs(): number;
  cpuMs(): number;
}

/** Wall time alone; where no CPU clock was handed in, CPU time is reported as equal to it. */
export const wallClock: Clock = {
  wallMs: () => performance.now(),
  cpuMs: () => performance.now(),
};
