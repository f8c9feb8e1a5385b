import type { BodyText } from './bodies.ts';
import type { CType, FunctionDef, Parameter, Stmt } from './ir.ts';

export type FunctionHead = Omit<FunctionDef, 'body'>;

export interface ReadBody {
  readonly body: Stmt;
  readonly hasError: boolean;
}

/** A function whose body is read when somebody wants to run it. */
export class LateFunction implements FunctionDef {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly isStatic: boolean;
  readonly returns: CType;
  readonly parameters: readonly Parameter[];
  readonly head: FunctionHead;
  /** What the body will be read from, where that is known; null once it has been read. */
  unread: BodyText | null;
  readonly #reading: () => ReadBody;
  #read: ReadBody | null = null;

  constructor(head: FunctionHead, text: BodyText | null, reading: () => ReadBody) {
    this.name = head.name;
    this.file = head.file;
    this.line = head.line;
    this.isStatic = head.isStatic;
    this.returns = head.returns;
    this.parameters = head.parameters;
    this.head = head;
    this.unread = text;
    this.#reading = reading;
  }

  get body(): Stmt {
    return this.#now().body;
  }

  /** Whether the parser found an error in the function, before its body or inside. */
  get hasError(): boolean {
    return this.head.hasError || this.#now().hasError;
  }

  #now(): ReadBody {
    this.#read ??= this.#reading();
    this.unread = null;
    return this.#read;
  }
}
