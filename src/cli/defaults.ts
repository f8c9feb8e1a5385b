/** What a search may take when nobody says otherwise. */
export const defaultMemoryMax = '2G';

export const defaultFuzzRuns = 1000;

export const docsFolder = 'docs/generated';
