/**
 * Conditions of make(1): `defined(X) && !empty(Y) || ${Z} == "z" || exists(file)`.
 */
export interface Asked {
  readonly isDefined: (name: string) => boolean;
  /** A text with its variables expanded; `null` where a variable is not known. */
  readonly text: (text: string) => string | null;
  /** What `empty()` asks about: a variable with its modifiers. */
  readonly isEmpty: (variable: string) => boolean;
  readonly exists: (path: string) => boolean;
}

const token =
  /&&|\|\||!=|==|>=|<=|[!()<>]|"(?:[^"\\]|\\.)*"|(?:\$\{(?:[^{}]|\{[^{}]*\})*\}|\$\([^()]*\)|\$.|[^\s()&|!=<>"$]|=(?!=))+|\S/g;

/** Thrown inside this file alone: the condition was not understood. */
class NotUnderstood extends Error {}

/** The condition's value; null where it is not understood or hangs on what is not known. */
export function makeCondition(text: string, asked: Asked, nestingMax: number): boolean | null {
  try {
    return new Reader(text, asked, nestingMax).whole();
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

class Reader {
  readonly #tokens: readonly string[];
  readonly #asked: Asked;
  readonly #nestingMax: number;
  #at = 0;
  #depth = 0;

  constructor(text: string, asked: Asked, nestingMax: number) {
    this.#tokens = text.match(token) ?? [];
    this.#asked = asked;
    this.#nestingMax = nestingMax;
  }

  whole(): boolean {
    const value = this.#either();
    if (this.#at < this.#tokens.length) throw new NotUnderstood();
    return value;
  }

  #either(): boolean {
    let value = this.#both();
    while (this.#take('||')) {
      // Both sides are read, one side may decide.
      const right = this.#unless(value, () => this.#both());
      value = value || right;
    }
    return value;
  }

  #both(): boolean {
    let value = this.#one();
    while (this.#take('&&')) {
      const right = this.#unless(!value, () => this.#one());
      value = value && right;
    }
    return value;
  }

  // Behind a side that decides, a variable that is not known does not matter.
  #unless(decided: boolean, read: () => boolean): boolean {
    if (!decided) return read();
    this.#idle++;
    const value = read();
    this.#idle--;
    return value;
  }

  #idle = 0;

  #one(): boolean {
    if (++this.#depth > this.#nestingMax) throw new NotUnderstood();
    const value = this.#plain();
    this.#depth--;
    return value;
  }

  #plain(): boolean {
    if (this.#take('!')) return !this.#one();
    if (this.#take('(')) {
      const value = this.#either();
      this.#need(')');
      return value;
    }
    const word = this.#next();
    if (this.#peek() === '(' && /^[a-z]+$/.test(word)) return this.#question(word);
    const relation = this.#peek();
    if (relation !== undefined && /^(?:==|!=|<|>|<=|>=)$/.test(relation)) {
      this.#at++;
      return this.#compare(word, relation, this.#next());
    }
    // A word alone asks for a variable's value, or names a variable.
    if (!word.includes('$')) return this.#asked.isDefined(word);
    const value = this.#text(word);
    return value !== '' && value !== '0';
  }

  #question(name: string): boolean {
    this.#need('(');
    const words: string[] = [];
    for (let depth = 1; ;) {
      const one = this.#next();
      if (one === '(') depth++;
      if (one === ')' && --depth === 0) break;
      words.push(one);
    }
    const argument = words.join('');
    switch (name) {
      case 'defined':
        return this.#asked.isDefined(argument);
      case 'empty':
        return this.#asked.isEmpty(argument);
      case 'exists':
        return this.#asked.exists(this.#text(argument));
      // No target is being made: the makefile is only read.
      case 'make':
      case 'target':
      case 'commands':
        return false;
      default:
        throw new NotUnderstood();
    }
  }

  #compare(left: string, relation: string, right: string): boolean {
    const a = this.#text(left);
    const b = this.#text(right);
    if (relation === '==') return a === b;
    if (relation === '!=') return a !== b;
    const [x, y] = [Number(a), Number(b)];
    if (a === '' || b === '' || Number.isNaN(x) || Number.isNaN(y)) {
      if (this.#idle > 0) return false;
      throw new NotUnderstood();
    }
    if (relation === '<') return x < y;
    if (relation === '>') return x > y;
    return relation === '<=' ? x <= y : x >= y;
  }

  #text(word: string): string {
    const value = this.#asked.text(word.replace(/^"([^]*)"$/, '$1'));
    if (value === null && this.#idle === 0) throw new NotUnderstood();
    return value ?? '';
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(word: string): boolean {
    if (this.#peek() !== word) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const word = this.#tokens[this.#at++];
    if (word === undefined) throw new NotUnderstood();
    return word;
  }

  #need(word: string): void {
    if (!this.#take(word)) throw new NotUnderstood();
  }
}
