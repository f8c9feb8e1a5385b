import type { Always, Model, Property, Recoverable, Sometimes } from '../base/model.ts';
import type { ReadView } from '../base/view.ts';
import type { Question } from './question.ts';
import type { Space } from './space.ts';
import { FoldQuestion, TrieQuestion } from './question.ts';
import { assertDistinct } from './space.ts';

/**
 * A model's properties as questions about states. What is not applicable is not asked.
 *
 * Answers: for *always* and folds 0 no premise, 1 holds, 2 violated; for *sometimes* 1 witness;
 * for *recoverable* bit 0 premise, bit 1 holds; for `final` 1 final.
 */
export interface Inquiry {
  readonly property: Property;
  readonly object: string;
  /** The place of its question in `now` or, for *recoverable*, `later`. -1 for a balance. */
  readonly question: number;
}

export interface Inquiries {
  readonly all: readonly Inquiry[];
  /** Answered once and for all at each state. The first is `final`. */
  readonly now: readonly Question[];
  /** Whose answers are needed again when the search is over. */
  readonly later: readonly Question[];
}

export const finalQuestion = 0;

/** The object of a property that speaks of the whole state. */
export const wholeState = 'all';

export function inquiriesOf(model: Model, space: Space): Inquiries {
  const now: Question[] = [new TrieQuestion(space, 'final', (view) => (model.final(view) ? 1 : 0))];
  const later: Question[] = [];
  const all: Inquiry[] = [];
  assertDistinct(
    model.properties.map(({ name }) => name),
    'properties',
  );
  for (const property of model.properties) {
    if (property.notApplicable !== undefined) continue;
    if (property.kind === 'balance') {
      all.push({ property, object: wholeState, question: -1 });
    } else if (property.kind === 'fold') {
      all.push({ property, object: wholeState, question: now.length });
      now.push(new FoldQuestion(space, property.name, property));
    } else {
      const list = property.kind === 'recoverable' ? later : now;
      assertDistinct(
        property.objects.map(({ name }) => name),
        `objects of ${property.name}`,
      );
      for (const [i, object] of property.objects.entries()) {
        all.push({ property, object: object.name, question: list.length });
        const name = `${property.name} for ${object.name}`;
        list.push(new TrieQuestion(space, name, askOf(property, i)));
      }
    }
  }
  return { all, now, later };
}

function askOf(property: Always | Recoverable | Sometimes, i: number): (view: ReadView) => number {
  const [object] = property.objects.slice(i);
  if (object === undefined) return () => 0;
  switch (property.kind) {
    case 'always':
      return (view) => {
        if (property.premise !== undefined && !property.premise(object, view)) return 0;
        return property.holds(object, view) ? 1 : 2;
      };
    case 'sometimes':
      return (view) => (property.holds(object, view) ? 1 : 0);
    case 'recoverable':
      return (view) => {
        const premise = property.premise === undefined || property.premise(object, view) ? 1 : 0;
        return premise | (property.holds(object, view) ? 2 : 0);
      };
  }
}
