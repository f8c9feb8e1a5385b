/**
 * Preprocessor tokens are plain strings, blanks included: joined again they are the text.
 */
const token =
  /[A-Za-z_$][A-Za-z0-9_$]*|\.?[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\s+|##|#|<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\sA-Za-z0-9_]/g;

export function tokenise(text: string): string[] {
  return text.match(token) ?? [];
}

/** Whether a token can name a macro. */
export function isName(text: string | undefined): text is string {
  if (text === undefined) return false;
  const c = text.charCodeAt(0);
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 36;
}

/** Whether a token is white space. */
export function isBlank(text: string | undefined): boolean {
  if (text === undefined) return false;
  const c = text.charCodeAt(0);
  return c === 32 || (c >= 9 && c <= 13);
}

/** The index of the next token that is not blank, from `from` on. */
export function nextSolid(tokens: readonly string[], from: number): number {
  let at = from;
  while (at < tokens.length && isBlank(tokens[at])) at++;
  return at;
}

export function withoutEdges(tokens: readonly string[]): readonly string[] {
  let start = 0;
  let end = tokens.length;
  while (start < end && isBlank(tokens[start])) start++;
  while (end > start && isBlank(tokens[end - 1])) end--;
  return tokens.slice(start, end);
}
