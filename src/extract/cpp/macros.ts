/**
 * Macros and their expansion.
 *
 * A macro is not expanded inside its own expansion. Three kinds are treated apart: macros that
 * stay as they are because the interpreter knows them by name (`KASSERT`, `curcpu`), macros whose
 * use is recorded instead of expanded (`__link_set_add_data`), and ours, which the tree may not
 * redefine (`__attribute__`).
 */
import type { Limits } from '../limits.ts';
import { isBlank, isName, nextSolid, tokenise, withoutEdges } from './tokens.ts';

export interface Macro {
  readonly name: string;
  /** Null for an object-like macro. */
  readonly parameters: readonly string[] | null;
  readonly variadic: boolean;
  readonly body: readonly string[];
  /** `file:line` of a macro that is asked for by name. */
  readonly at?: string;
}

export type MacroTable = Map<string, Macro>;

/** Macros for those who only ask. */
export type MacroView = Pick<MacroTable, 'get'>;

/** Reads what follows `#define`; null where there is no name. */
export function parseMacro(text: string): Macro | null {
  const head = /^([A-Za-z_$][\w$]*)(\(([^)]*)\))?/.exec(text);
  if (head === null) return null;
  const body = tokenise(text.slice(head[0].length).trim());
  const name = head[1] ?? '';
  if (head[2] === undefined) return { name, parameters: null, variadic: false, body };
  const parameters = (head[3] ?? '')
    .split(',')
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== '');
  const last = parameters.at(-1) ?? '';
  const variadic = last.endsWith('...');
  if (variadic) parameters[parameters.length - 1] = last.slice(0, -3).trim() || '__VA_ARGS__';
  return { name, parameters, variadic, body };
}

/** What an expansion may ask of its surroundings. */
export interface Expansion {
  readonly macros: MacroView;
  /** Left alone: the interpreter knows them. */
  readonly keep: ReadonlySet<string>;
  /** Recorded instead of expanded. */
  record(name: string, args: readonly (readonly string[])[]): boolean;
  /** Called once for each outermost macro with what it became. */
  expanded?(macro: string, tokens: readonly string[]): void;
  readonly limits: Limits;
  readonly line: number;
}

/** Expands a line; what goes over a limit is left unexpanded and told to `exceeded`. */
export function expand(
  tokens: readonly string[],
  context: Expansion,
  exceeded: (limit: string) => void,
): readonly string[] {
  return new Expander(context, exceeded).run(tokens, null, 0);
}

type Hidden = ReadonlySet<string> | null;

class Expander {
  readonly #context: Expansion;
  readonly #exceeded: (limit: string) => void;
  #budget: number;

  constructor(context: Expansion, exceeded: (limit: string) => void) {
    this.#context = context;
    this.#exceeded = exceeded;
    this.#budget = context.limits.expansionTokensMax;
  }

  run(input: readonly string[], hidden: Hidden, depth: number): readonly string[] {
    if (depth > this.#context.limits.nestingMax) {
      this.#exceeded('nestingMax of macros');
      return input;
    }
    const out: string[] = [];
    let tokens = input;
    for (let i = 0; i < tokens.length; i++) {
      if (--this.#budget < 0) {
        this.#exceeded('expansionTokensMax');
        for (; i < tokens.length && out.length < this.#context.limits.expansionTokensMax; i++) {
          out.push(tokens[i] ?? '');
        }
        return out;
      }
      const name = tokens[i] ?? '';
      if (!isName(name)) {
        out.push(name);
        continue;
      }
      if (name === '__LINE__') {
        out.push(String(this.#context.line));
        continue;
      }
      const macro = this.#context.macros.get(name);
      if (macro === undefined || hidden?.has(name) === true || this.#context.keep.has(name)) {
        out.push(name);
        continue;
      }
      let last = i;
      let args: readonly (readonly string[])[] = [];
      if (macro.parameters !== null) {
        const call = argumentsAt(tokens, i + 1, macro);
        if (call === null) {
          out.push(name);
          continue;
        }
        ({ last, args } = call);
      }
      if (this.#context.record(name, args)) {
        i = last;
        continue;
      }
      const inner = new Set(hidden ?? []).add(name);
      const body = pasted(
        macro.parameters === null ? macro.body : this.#substituted(macro, args, hidden, depth),
      );
      const became = this.run(body, inner, depth + 1);
      if (depth === 0) this.#context.expanded?.(name, became);
      // An expansion that ends in a function-like macro takes its arguments from what follows.
      const tail = became.at(-1);
      const opens = tokens[nextSolid(tokens, last + 1)] === '(';
      const tailMacro = isName(tail) ? this.#context.macros.get(tail) : undefined;
      const reads = opens && tailMacro !== undefined && tailMacro.parameters !== null;
      if (reads && tail !== undefined && !inner.has(tail)) {
        push(out, became.slice(0, -1));
        tokens = [tail, ...tokens.slice(last + 1)];
        i = -1;
      } else {
        push(out, became);
        i = last;
      }
    }
    return out;
  }

  #substituted(
    macro: Macro,
    args: readonly (readonly string[])[],
    hidden: Hidden,
    depth: number,
  ): readonly string[] {
    const { body } = macro;
    const parameters = macro.parameters ?? [];
    const expandedArgs: (readonly string[] | undefined)[] = [];
    const out: string[] = [];
    for (let i = 0; i < body.length; i++) {
      const token = body[i] ?? '';
      if (token === '#') {
        const next = nextSolid(body, i + 1);
        const index = parameters.indexOf(body[next] ?? '');
        if (index >= 0) {
          out.push(JSON.stringify((args[index] ?? []).join('').trim()));
          i = next;
          continue;
        }
      }
      const index = isName(token) ? parameters.indexOf(token) : -1;
      if (index < 0) {
        out.push(token);
        continue;
      }
      const arg = args[index] ?? [];
      if (besidePaste(body, i)) {
        const bare = withoutEdges(arg);
        push(out, bare.length === 0 ? [placemarker] : bare);
      } else {
        expandedArgs[index] ??= this.run(arg, hidden, depth + 1);
        const expanded = expandedArgs[index] ?? [];
        this.#budget -= expanded.length;
        if (this.#budget < 0) return out;
        push(out, expanded);
      }
    }
    return out;
  }
}

// Spreading into `push` would overflow the stack for a long expansion.
function push(out: string[], tokens: readonly string[]): void {
  for (const token of tokens) out.push(token);
}

function besidePaste(body: readonly string[], at: number): boolean {
  if (body[nextSolid(body, at + 1)] === '##') return true;
  let before = at - 1;
  while (before >= 0 && isBlank(body[before])) before--;
  return body[before] === '##';
}

/** Stands for an empty argument beside `##` (C99 6.10.3.3): `a ## EMPTY ## b` is `ab`. */
const placemarker = '\u0000';

function pasted(body: readonly string[]): readonly string[] {
  if (!body.includes('##')) return body;
  const out: string[] = [];
  for (let i = 0; i < body.length; i++) {
    if (body[i] !== '##') {
      out.push(body[i] ?? '');
      continue;
    }
    while (isBlank(out.at(-1))) out.pop();
    const next = nextSolid(body, i + 1);
    const left = out.pop() ?? placemarker;
    const right = body[next] ?? placemarker;
    i = next;
    // GNU: `, ## __VA_ARGS__` drops the comma when there are none.
    if (left === ',' && right === placemarker) continue;
    if (left === placemarker || right === placemarker) {
      out.push(left === placemarker ? right : left);
    } else push(out, tokenise(left + right));
  }
  return out.filter((token) => token !== placemarker);
}

function argumentsAt(
  tokens: readonly string[],
  from: number,
  macro: Macro,
): { readonly args: readonly (readonly string[])[]; readonly last: number } | null {
  let at = nextSolid(tokens, from);
  if (tokens[at] !== '(') return null;
  const wanted = macro.parameters?.length ?? 0;
  const args: string[][] = [];
  let current: string[] = [];
  let depth = 0;
  for (; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    if (token === '(' && depth++ === 0) continue;
    if (token === ')' && --depth === 0) return { args: [...args, current], last: at };
    if (token === ',' && depth === 1 && !(macro.variadic && args.length >= wanted - 1)) {
      args.push(current);
      current = [];
    } else current.push(token);
  }
  return null;
}

/** Whether the line ends inside the arguments of a macro, or right before them. */
export function endsInsideCall(tokens: readonly string[], macros: MacroView): boolean {
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!isName(token)) continue;
    const macro = macros.get(token);
    if (macro === undefined || macro.parameters === null) continue;
    const open = nextSolid(tokens, i + 1);
    if (open >= tokens.length) return true;
    if (tokens[open] !== '(') continue;
    let depth = 0;
    let at = open;
    for (; at < tokens.length; at++) {
      if (tokens[at] === '(') depth++;
      else if (tokens[at] === ')' && --depth === 0) break;
    }
    if (at >= tokens.length) return true;
  }
  return false;
}
