/**
 * Which modelled routines read differently in another tree.
 *
 * A model of a routine is a claim about one revision of one file. This compares the claims with a
 * tree, given as a function, so that nothing here reads files.
 */
export interface ModelledRoutine {
  readonly file: string;
  readonly revision: string;
  readonly function: string;
  /** Hash of the function's text at that revision, where it was recorded. */
  readonly textHash?: string;
}

export interface FoundRoutine {
  readonly revision: string;
  readonly textHash: string;
}

/** What a tree has under a name; null where file or function is not there. */
export type Lookup = (file: string, name: string) => FoundRoutine | null;

export type RoutineState = 'same' | 'same text' | 'differs' | 'revision differs' | 'not there';

export interface RoutineCheck {
  readonly routine: ModelledRoutine;
  readonly found: FoundRoutine | null;
  /**
   * `same text`: another revision of the file, and this function was not touched;
   * `revision differs`: another revision, and no recorded text to compare.
   */
  readonly state: RoutineState;
}

export interface AgainstReport {
  readonly checks: readonly RoutineCheck[];
  /** Those that a person should read: everything but `same` and `same text`. */
  readonly differing: readonly RoutineCheck[];
}

export function against(routines: readonly ModelledRoutine[], lookup: Lookup): AgainstReport {
  const checks = routines.map((routine): RoutineCheck => {
    const found = lookup(routine.file, routine.function);
    return { routine, found, state: stateOf(routine, found) };
  });
  const differing = checks.filter(({ state }) => state !== 'same' && state !== 'same text');
  return { checks, differing };
}

function stateOf(routine: ModelledRoutine, found: FoundRoutine | null): RoutineState {
  if (found === null) return 'not there';
  const isSameRevision = found.revision === routine.revision;
  if (routine.textHash === undefined) return isSameRevision ? 'same' : 'revision differs';
  if (found.textHash !== routine.textHash) return 'differs';
  return isSameRevision ? 'same' : 'same text';
}
