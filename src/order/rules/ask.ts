import type { OrderHole } from '../order.ts';
import type { Answers, Guard } from './answer.ts';
import { holeText, placeOf } from './answer.ts';
import type { Seen, Survey } from './survey.ts';
import { canHide } from './unread.ts';

/**
 * The one question behind most rules: *is it up when this runs?* `suppliers` are all events of
 * the order that bring it up, before the use or after it.
 *
 * Certain is a supplier that runs on every path that reaches the use: it is `must`, or it hangs on
 * conditions on which the use hangs too. A supplier in the other arm of a condition does not count.
 * An object is brought up once: where its initialiser is seen after the use, a hole before the use
 * hides another one only if the same function was cut there.
 */
export interface Question {
  readonly object: string;
  /** What must be up, as the end of a sentence: `pool amappl is initialised`. */
  readonly need: string;
  /** Who needs it: the start of the sentence. */
  readonly who: string;
  readonly use: Seen;
  readonly suppliers: readonly Seen[];
  /** What is needed is the initialiser of this object: the text may tell that there is none. */
  readonly initialises?: string;
  /** The file in which a supplier is to be expected, where none was found. */
  readonly expectedIn?: string;
  /** Why one should wait though nothing would be missing; ends the sentence. */
  readonly convention?: string;
}

/** Asks, adds the answer, and says whether it held. */
export function ask(survey: Survey, answers: Answers, question: Question): boolean {
  const held = answers.heldCount;
  put(survey, answers, question);
  return answers.heldCount > held;
}

function put(survey: Survey, answers: Answers, question: Question): void {
  const { use, suppliers, object, need, who } = question;
  const at = placeOf(survey.order, use.index);
  const why = question.convention === undefined ? '' : ` (${question.convention})`;
  const earlier = suppliers.filter((one) => one.index < use.index && !excludes(one, use));
  if (earlier.some((one) => isCertain(one, use))) return answers.holds();

  const later = suppliers.find((one) => one.index > use.index);
  const laterPlace = later === undefined ? null : placeOf(survey.order, later.index);
  const other = laterPlace === null ? {} : { other: laterPlace };
  const maybe = earlier[0];
  if (maybe !== undefined) {
    const place = placeOf(survey.order, maybe.index);
    return answers.add(
      {
        verdict: 'unproved',
        object,
        says: `${who}; ${need} before it only if ${guardsText(maybe.event.guards)}${why}`,
        at,
        ...(place !== null && { other: place }),
        guards: [...maybe.event.guards, ...use.event.guards],
      },
      need,
    );
  }

  const when =
    later === undefined ? `and nothing in this order shows that ${need}` : `before ${need}`;
  const made = question.initialises ?? object;
  const named =
    later === undefined && question.initialises !== undefined ? survey.namedAt(made) : null;
  const elsewhere = (named ?? []).map((place) => `${made} is named at ${place}`);
  if (!isMust(use)) {
    return answers.add(
      {
        verdict: 'unproved',
        object,
        says: `${who} ${when}, if ${guardsText(use.event.guards)}${why}`,
        at,
        ...other,
        guards: use.event.guards,
        holes: elsewhere,
      },
      need,
    );
  }
  if (named !== null && named.length === 0) {
    const does = made.endsWith('()') ? 'calls' : 'initialises';
    const nobody = `and no code of the tree ${does} ${made}`;
    return answers.add({ verdict: 'violation', object, says: `${who}, ${nobody}`, at }, need);
  }
  const hiding = holesBefore(survey, use.index).filter(
    (hole) => later === undefined || couldRun(hole, later),
  );
  if (hiding.length > 0 || (later === undefined && question.expectedIn !== undefined)) {
    const missing =
      question.expectedIn === undefined ? [] : [`not found in ${question.expectedIn}`];
    return answers.add(
      {
        verdict: 'inconclusive',
        object,
        says: `${who} ${when}; it may happen in what was not read`,
        at,
        ...other,
        holes: [
          ...elsewhere,
          ...nearest(hiding, use).map(holeText),
          ...(later === undefined ? missing : []),
        ],
      },
      need,
    );
  }
  answers.add({ verdict: 'violation', object, says: `${who} ${when}${why}`, at, ...other }, need);
}

export const isMust = (one: Seen): boolean =>
  one.event.certainty === 'must' || one.event.certainty === 'loop';

const guardKey = (guard: Guard): string => `${guard.at}\n${guard.text}`;

/** Whether `one` has run whenever `use` runs after it. */
export function isCertain(one: Seen, use: Seen): boolean {
  if (isMust(one)) return true;
  if (one.event.guards.length === 0) return false;
  const held = new Set(use.event.guards.map(guardKey));
  return one.event.guards.every((guard) => held.has(guardKey(guard)));
}

/** Whether the two stand in different arms of one condition. */
function excludes(one: Seen, use: Seen): boolean {
  const texts = new Map(use.event.guards.map((guard) => [guard.at, guard.text]));
  return one.event.guards.some((guard) => {
    const text = texts.get(guard.at);
    return text !== undefined && isNegation(text, guard.text);
  });
}

/** `x` and `!(x)`; two conditions that merely share a line are not arms of one. */
export function isNegation(a: string, b: string): boolean {
  const [positive, aNegated] = stripNegation(a);
  const [other, bNegated] = stripNegation(b);
  return positive === other && aNegated !== bNegated;
}

function stripNegation(text: string): [string, boolean] {
  let rest = text.trim();
  let negated = false;
  for (;;) {
    if (/^(else|not)\s/.test(rest)) {
      rest = rest.replace(/^(else|not)\s+/, '');
      negated = !negated;
    } else if (rest.startsWith('!') && !rest.startsWith('!=')) {
      rest = rest.slice(1).trim();
      negated = !negated;
    } else if (isWrapped(rest)) rest = rest.slice(1, -1).trim();
    else return [rest, negated];
  }
}

function isWrapped(text: string): boolean {
  if (!text.startsWith('(') || !text.endsWith(')')) return false;
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')') depth--;
    if (depth === 0) return false;
  }
  return true;
}

/** Holes that lie before an event, and so could hide something that happens before it. */
export const holesBefore = (survey: Survey, index: number): OrderHole[] =>
  survey.holes.filter(
    (hole) => canHide(hole) && (hole.before === undefined || hole.before <= index),
  );

/** Holes between two events, which could hide something that one of them is there for. */
export const holesWithin = (survey: Survey, from: number, to: number): OrderHole[] =>
  survey.holes.filter(
    (hole) =>
      canHide(hole) && hole.before !== undefined && hole.before >= from && hole.before <= to,
  );

/** Whether what a hole hides could run the code at which `event` stands. */
function couldRun(hole: OrderHole, event: Seen): boolean {
  const what = hole.what.replace(/\(.*$/, '').trim();
  return event.path.includes(what) || event.name === what;
}

/** The holes worth naming: those in files on the way to the use first, then the latest. */
function nearest(holes: readonly OrderHole[], use: Seen, most = 4): OrderHole[] {
  const files = new Set([use.event.file, ...use.event.stack.map((frame) => frame.file)]);
  const inSight = (hole: OrderHole): number =>
    files.has((hole.at ?? '').replace(/:\d+$/, '')) ? 0 : 1;
  const ranked = holes.toSorted(
    (a, b) => inSight(a) - inSight(b) || (b.before ?? 0) - (a.before ?? 0),
  );
  return ranked.slice(0, most);
}

export function guardsText(guards: readonly Guard[], most = 3): string {
  if (guards.length === 0) return 'a loop runs at least once';
  const shown = guards.slice(-most).map(({ text, at }) => `${text} (${at})`);
  const hidden = guards.length - shown.length;
  return shown.join(' and ') + (hidden > 0 ? ` and ${hidden} more` : '');
}
