/**
 * What a reading may cost. A tree is somebody else's text; none may hang the reader or eat its
 * memory. Each limit has a name, and hitting one is a hole of the order, never silence.
 */
export interface Limits {
  /** Bytes of one source file; a larger one is treated as missing. */
  readonly fileSizeMax: number;
  /** Nesting of `#include`, and of conf files. */
  readonly includeDepthMax: number;
  /** Files that one translation unit, or one configuration, may include. */
  readonly includesMax: number;
  /** Tokens that macro expansion may produce for one line of source. */
  readonly expansionTokensMax: number;
  /** Bytes of preprocessed text for one translation unit. */
  readonly unitSizeMax: number;
  /** Nesting of macros, expressions and statements. */
  readonly nestingMax: number;
  /** Lines of configuration in all. */
  readonly confLinesMax: number;
  /** Statements and calls interpreted in all. */
  readonly stepsMax: number;
  /** Functions on the call stack. */
  readonly callDepthMax: number;
  /** Functions that are looked at to say what code that is not followed can call. */
  readonly reachMax: number;
  /** Rounds for which a loop with known bounds is followed one by one. */
  readonly unrollMax: number;
  /** The same, of a loop in which nothing happens that would be told. */
  readonly quietRoundsMax: number;
  /** Events of one order. */
  readonly eventsMax: number;
  /** Values remembered at one time. */
  readonly storeMax: number;
}

export const defaultLimits: Limits = {
  fileSizeMax: 8_000_000,
  includeDepthMax: 60,
  includesMax: 4_000,
  expansionTokensMax: 200_000,
  unitSizeMax: 16_000_000,
  nestingMax: 200,
  confLinesMax: 400_000,
  stepsMax: 6_000_000,
  callDepthMax: 60,
  reachMax: 300,
  unrollMax: 40,
  quietRoundsMax: 256,
  eventsMax: 50_000,
  storeMax: 1_000_000,
};
