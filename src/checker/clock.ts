/**
 * Where a search gets the time from: it measures itself and honours a limit, nothing else.
 *
 * The process's own CPU clock belongs to the caller, who hands it in.
 */
export interface Clock {
  wallMs(): number;
  /** Left out where nobody can tell. */
  cpuMs?(): number;
}

/** Wall time alone. */
export const wallClock: Clock = {
  wallMs: () => performance.now(),
};
