/**
 * The intermediate form of C: plain data, small enough to keep, general enough to run.
 *
 * It says what a function does and where it stands, not how it was spelled. Every call keeps the
 * text of its arguments, because a person who reads an event wants to see what was written.
 */
export type CType =
  | { readonly k: 'int'; readonly size: 1 | 2 | 4 | 8; readonly signed: boolean }
  | { readonly k: 'float'; readonly size: number }
  | { readonly k: 'void' }
  | { readonly k: 'pointer'; readonly to: CType }
  | { readonly k: 'array'; readonly of: CType; readonly count?: Expr }
  | { readonly k: 'function'; readonly returns: CType; readonly parameters: readonly Parameter[] }
  | { readonly k: 'struct'; readonly tag: string }
  | { readonly k: 'name'; readonly name: string }
  | { readonly k: 'unknown' };

export interface Parameter {
  /** Empty where a prototype leaves it out. */
  readonly name: string;
  readonly type: CType;
}

export interface StructDef {
  readonly tag: string;
  readonly union: boolean;
  readonly fields: readonly Field[];
  /** Members follow each other without gaps. */
  readonly packed?: boolean;
  /** What `aligned` asks for. */
  readonly align?: Expr;
}

export interface Field {
  /** Empty for an anonymous structure or union. */
  readonly name: string;
  readonly type: CType;
  readonly bits?: Expr;
  /** What `aligned` asks for. */
  readonly align?: Expr;
  /** Begins at any byte. */
  readonly packed?: boolean;
}

export type Expr =
  /** `v` is decimal; as text where a double would not hold it. `s`: unsigned, long, … suffix. */
  | { readonly k: 'num'; readonly v: number | string; readonly s?: string }
  | { readonly k: 'str'; readonly v: string }
  | { readonly k: 'id'; readonly n: string }
  | CallExpr
  | {
      readonly k: 'assign';
      readonly op: string;
      readonly a: Expr;
      readonly b: Expr;
      readonly line: number;
    }
  | {
      readonly k: 'step';
      readonly by: 1 | -1;
      readonly prefix: boolean;
      readonly a: Expr;
      readonly line: number;
    }
  | { readonly k: 'bin'; readonly op: string; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'un'; readonly op: string; readonly a: Expr }
  | { readonly k: 'addr'; readonly a: Expr }
  | { readonly k: 'deref'; readonly a: Expr }
  | { readonly k: 'field'; readonly a: Expr; readonly n: string; readonly arrow: boolean }
  | { readonly k: 'index'; readonly a: Expr; readonly i: Expr }
  | {
      readonly k: 'cond';
      readonly c: Expr;
      readonly a: Expr | null;
      readonly b: Expr;
      readonly text: string;
      readonly line: number;
    }
  | { readonly k: 'cast'; readonly t: CType; readonly a: Expr }
  | { readonly k: 'seq'; readonly list: readonly Expr[] }
  | { readonly k: 'sizeof'; readonly t: CType }
  | { readonly k: 'sizeofExpr'; readonly a: Expr }
  | { readonly k: 'block'; readonly s: Stmt }
  | { readonly k: 'init'; readonly items: readonly InitItem[] }
  | { readonly k: 'opaque'; readonly parts: readonly Expr[] };

export interface CallExpr {
  readonly k: 'call';
  readonly f: Expr;
  readonly args: readonly Expr[];
  /** The arguments as written, after macro expansion. */
  readonly texts: readonly string[];
  readonly line: number;
}

/** One value of an initialiser; `at` is `.field`, `[3]` (an expression's text is kept out) or ''. */
export interface InitItem {
  readonly at: readonly (string | Expr)[];
  readonly value: Expr;
}

export type Stmt =
  | { readonly k: 'list'; readonly list: readonly Stmt[] }
  | { readonly k: 'expr'; readonly e: Expr }
  | {
      readonly k: 'decl';
      readonly n: string;
      readonly t: CType;
      readonly isStatic: boolean;
      readonly init?: Expr;
      readonly line: number;
    }
  | {
      readonly k: 'if';
      readonly c: Expr;
      readonly a: Stmt;
      readonly b?: Stmt;
      readonly text: string;
      readonly line: number;
    }
  | LoopStmt
  | {
      readonly k: 'switch';
      readonly c: Expr;
      readonly list: readonly Stmt[];
      readonly text: string;
      readonly line: number;
    }
  | {
      readonly k: 'case';
      readonly v?: Expr;
      readonly to?: Expr;
      readonly text: string;
      readonly list: readonly Stmt[];
    }
  | { readonly k: 'return'; readonly e?: Expr; readonly line: number }
  | { readonly k: 'goto'; readonly n: string; readonly line: number }
  | { readonly k: 'label'; readonly n: string; readonly s: Stmt }
  | { readonly k: 'break' }
  | { readonly k: 'continue' }
  | { readonly k: 'error'; readonly list: readonly Stmt[]; readonly line: number };

export interface LoopStmt {
  readonly k: 'loop';
  readonly kind: 'while' | 'do' | 'for';
  readonly first?: Stmt;
  readonly c?: Expr;
  readonly next?: Expr;
  readonly body: Stmt;
  readonly text: string;
  readonly line: number;
}

export interface FunctionDef {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly isStatic: boolean;
  readonly returns: CType;
  readonly parameters: readonly Parameter[];
  readonly body: Stmt;
  readonly hasError: boolean;
}

export interface GlobalDef {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly isStatic: boolean;
  readonly type: CType;
  readonly init?: Expr;
}

/** Everything that one text declares: a unit, or a header given out with it. */
export interface Declared {
  readonly path: string;
  readonly functions: readonly FunctionDef[];
  readonly globals: readonly GlobalDef[];
  /** Names declared `extern` or as prototypes, with their types. */
  readonly declared: readonly { readonly name: string; readonly type: CType }[];
  readonly structs: readonly StructDef[];
  readonly typedefs: readonly { readonly name: string; readonly type: CType }[];
  readonly constants: readonly { readonly name: string; readonly value: Expr }[];
  readonly errors: readonly { readonly line: number; readonly text: string }[];
}
