/**
 * printf(9)'s formats over values that are known: names of pools and threads are made this way.
 */
import type { Value } from './value.ts';
import { literalText } from './value.ts';

/** The text that `snprintf(…, format, …)` makes; undefined where a value or a conversion is not known. */
export function formatted(format: Value, values: readonly Value[]): string | undefined {
  const pattern = literalText(format);
  if (pattern === undefined) return undefined;
  const rest = [...values];
  let isKnown = true;
  const text = pattern.replace(
    /%(?:(%)|(?:hh?|ll?|z|j|t)?([a-zA-Z])|.|$)/g,
    (_, percent, conversion) => {
      if (percent !== undefined) return '%';
      const shown = converted(String(conversion ?? ''), rest.shift());
      isKnown &&= shown !== undefined;
      return shown ?? '';
    },
  );
  return isKnown ? text : undefined;
}

function converted(conversion: string, value: Value): string | undefined {
  if (conversion === 's') return literalText(value);
  if (typeof value !== 'bigint') return undefined;
  switch (conversion) {
    case 'd':
    case 'i':
    case 'u':
      return value.toString();
    case 'x':
      return value < 0n ? undefined : value.toString(16);
    case 'c':
      return String.fromCharCode(Number(BigInt.asUintN(8, value)));
    default:
      return undefined;
  }
}
