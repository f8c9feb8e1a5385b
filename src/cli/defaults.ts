/** What a search may take when nobody says otherwise. */
export const defaultMemoryMax = '2G';

export const defaultFuzzRuns = 1000;

export const docsFolder = 'docs/generated';

/** What the letters of a listed boot order stand for, in one line. */
export const listingLegend =
  'M always, m on a condition, L in a loop, l maybe never; a>b: a calls b; ?: if; ~: cut off';
