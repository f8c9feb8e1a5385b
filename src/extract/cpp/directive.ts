/**
 * Directives, understood once when their file is read: a header is walked by hundreds of units.
 */
import type { Macro } from './macros.ts';
import { parseMacro } from './macros.ts';
import { isBlank, tokenise } from './tokens.ts';

export type Directive =
  | { readonly kind: 'define'; readonly macro: Macro | null }
  | { readonly kind: 'undef'; readonly name: string }
  | { readonly kind: 'include'; readonly text: string; readonly target: IncludeTarget | null }
  | Conditional
  /** `#pragma`, `#error` and what nobody knows. */
  | { readonly kind: 'other' };

export type Conditional =
  | Opening
  | { readonly kind: 'elif'; readonly tokens: readonly string[] }
  | { readonly kind: 'else' }
  | { readonly kind: 'endif' };

export type Opening =
  | { readonly kind: 'if'; readonly tokens: readonly string[] }
  | { readonly kind: 'ifdef'; readonly name: string }
  | { readonly kind: 'ifndef'; readonly name: string };

export interface IncludeTarget {
  readonly name: string;
  readonly quoted: boolean;
}

export function parseDirective(word: string, text: string): Directive {
  switch (word) {
    case 'define':
      return { kind: 'define', macro: parseMacro(text) };
    case 'undef':
    case 'ifdef':
    case 'ifndef':
      return { kind: word, name: /^[\w$]*/.exec(text)?.[0] ?? '' };
    case 'include':
    case 'include_next':
      return { kind: 'include', text, target: includeTarget(text) };
    case 'if':
    case 'elif':
      return { kind: word, tokens: tokenise(text).filter((token) => !isBlank(token)) };
    case 'else':
    case 'endif':
      return { kind: word };
    default:
      return { kind: 'other' };
  }
}

/** `<name>` or `"name"`; null for a macro that will become one. */
export function includeTarget(text: string): IncludeTarget | null {
  const match = /^([<"])([^>"]+)[>"]/.exec(text);
  return match === null ? null : { name: match[2] ?? '', quoted: match[1] === '"' };
}

export function isConditional(directive: Directive): directive is Conditional {
  switch (directive.kind) {
    case 'define':
    case 'undef':
    case 'include':
    case 'other':
      return false;
    default:
      return true;
  }
}
