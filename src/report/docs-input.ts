import type { PageFacts } from '../boot/page-facts.ts';
import type { Reported } from './reported.ts';

/**
 * What the executable specification is written from: per model the facts of its boot, and the
 * result of the check that has just run. `docs.ts` turns it into Markdown.
 */
export interface DocsInput {
  readonly pages: readonly Page[];
}

/** One era on one port. */
export interface Page {
  readonly facts: PageFacts;
  readonly reported: Reported;
}
