import { InputError } from './failure.ts';

/** The values of options: numbers, times and sizes as people write them. */

export function naturalOf(option: string, text: string, min: number, max: number): number {
  const value = Number(text.replaceAll('_', ''));
  if (text.trim() === '' || !Number.isSafeInteger(value)) {
    throw badOption(option, text, `a whole number from ${min} to ${max}`);
  }
  if (value < min || value > max) throw badOption(option, text, `${min} to ${max}`);
  return value;
}

/** `90`, `90s`, `500ms`, `2m`: milliseconds. */
export function timeOf(option: string, text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[parts?.[2] ?? 's'];
  const value = Math.round(Number(parts?.[1]) * (factor ?? NaN));
  if (!(value > 0))
    throw badOption(option, text, 'a time such as 30s, 500ms or 2m, more than zero');
  return value;
}

const bytesMin = 1 << 20;

/** `512M`, `2G`: bytes. */
export function sizeOf(option: string, text: string): number {
  const parts = /^(\d+(?:\.\d+)?)([KMG])?i?B?$/i.exec(text);
  const power = ['', 'K', 'M', 'G'].indexOf((parts?.[2] ?? '').toUpperCase());
  const value = Math.round(Number(parts?.[1]) * 1024 ** power);
  if (!(value >= bytesMin)) throw badOption(option, text, 'a size such as 512M or 2G, at least 1M');
  return value;
}

export function onOffOf(option: string, text: string): boolean {
  if (text === 'on' || text === 'true') return true;
  if (text === 'off' || text === 'false') return false;
  throw badOption(option, text, 'on or off');
}

export function badOption(option: string, found: string, expected: string): InputError {
  return new InputError({
    code: 'bad-option',
    message: `${option}: found ${JSON.stringify(found)}, expected ${expected}`,
  });
}
