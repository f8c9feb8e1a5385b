/**
 * Statements and local declarations, from tree-sitter's syntax to the intermediate form.
 */
import type { Node } from 'web-tree-sitter';
import type { Expr, Stmt } from './ir.ts';
import type { TypeContext } from './lower-type.ts';
import { baseType, declare, isDeclarator } from './lower-type.ts';

export interface LowerContext extends TypeContext {
  isTypeName(name: string): boolean;
  readonly nestingMax: number;
}

/** Lowers what stands inside a statement, and counts how deep it is nested. */
interface Parts {
  expression(node: Node | null): Expr;
  statement(node: Node | null): Stmt;
}

export const emptyStatement: Stmt = { k: 'list', list: [] };

/** What was written, on one line and not too long. */
export function sourceText(context: TypeContext, node: Node | null, max = 200): string {
  if (node === null) return '';
  const text = context.text(node).replace(/\s+/g, ' ');
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

/** Children that are not comments. */
export function solid(node: Node): readonly Node[] {
  return node.namedChildren.filter((child) => child.type !== 'comment');
}

export function loweredStatement(node: Node, context: LowerContext, parts: Parts): Stmt {
  return new StatementLowering(context, parts).lower(node);
}

class StatementLowering {
  readonly #context: LowerContext;
  readonly #parts: Parts;

  constructor(context: LowerContext, parts: Parts) {
    this.#context = context;
    this.#parts = parts;
  }

  #text(node: Node | null, max?: number): string {
    return sourceText(this.#context, node, max);
  }

  lower(node: Node): Stmt {
    switch (node.type) {
      case 'compound_statement':
        return { k: 'list', list: solid(node).map((child) => this.#parts.statement(child)) };
      case 'expression_statement': {
        const inner = solid(node)[0];
        return inner === undefined
          ? emptyStatement
          : { k: 'expr', e: this.#parts.expression(inner) };
      }
      case 'declaration':
        return this.#declaration(node);
      case 'if_statement': {
        const condition = node.childForFieldName('condition');
        const otherwise = node.childForFieldName('alternative');
        const b = otherwise?.type === 'else_clause' ? (solid(otherwise)[0] ?? null) : otherwise;
        return {
          k: 'if',
          c: this.#parts.expression(condition),
          a: this.#parts.statement(node.childForFieldName('consequence')),
          ...(b !== null && b !== undefined && { b: this.#parts.statement(b) }),
          text: bare(this.#text(condition, 160)),
          line: this.#context.line(node),
        };
      }
      case 'while_statement':
      case 'do_statement':
      case 'for_statement':
        return this.#loop(node);
      case 'switch_statement': {
        const condition = node.childForFieldName('condition');
        const body = node.childForFieldName('body');
        return {
          k: 'switch',
          c: this.#parts.expression(condition),
          list: body === null ? [] : solid(body).map((child) => this.#parts.statement(child)),
          text: bare(this.#text(condition, 120)),
          line: this.#context.line(node),
        };
      }
      case 'case_statement':
        return this.#case(node);
      case 'return_statement': {
        const value = solid(node)[0];
        const line = this.#context.line(node);
        return value === undefined
          ? { k: 'return', line }
          : { k: 'return', e: this.#parts.expression(value), line };
      }
      case 'goto_statement':
        return {
          k: 'goto',
          n: this.#text(node.childForFieldName('label')),
          line: this.#context.line(node),
        };
      case 'labeled_statement': {
        const label = node.childForFieldName('label');
        const inner = solid(node).filter((child) => child.startIndex !== label?.startIndex);
        const list = inner.map((child) => this.#parts.statement(child));
        return { k: 'label', n: this.#text(label), s: { k: 'list', list } };
      }
      case 'break_statement':
        return { k: 'break' };
      case 'continue_statement':
        return { k: 'continue' };
      case 'ERROR': {
        const list = solid(node).map((child) => this.#parts.statement(child));
        return { k: 'error', list, line: this.#context.line(node) };
      }
      default:
        if (/expression|identifier|literal/.test(node.type))
          return { k: 'expr', e: this.#parts.expression(node) };
        return emptyStatement;
    }
  }

  #loop(node: Node): Stmt {
    const condition = node.childForFieldName('condition');
    const first = node.childForFieldName('initializer');
    const next = node.childForFieldName('update');
    return {
      k: 'loop',
      kind: node.type === 'do_statement' ? 'do' : node.type === 'for_statement' ? 'for' : 'while',
      ...(first !== null && { first: this.#first(first) }),
      ...(condition !== null && { c: this.#parts.expression(condition) }),
      ...(next !== null && { next: this.#parts.expression(next) }),
      body: this.#parts.statement(node.childForFieldName('body')),
      text: bare(this.#text(condition, 120)),
      line: this.#context.line(node),
    };
  }

  #first(node: Node): Stmt {
    return node.type === 'declaration'
      ? this.#declaration(node)
      : { k: 'expr', e: this.#parts.expression(node) };
  }

  #case(node: Node): Stmt {
    const value = node.childForFieldName('value');
    const list = solid(node)
      .filter((child) => child.startIndex !== value?.startIndex)
      .map((child) => this.#parts.statement(child));
    const text = value === null ? 'default' : this.#text(value, 80);
    return value === null
      ? { k: 'case', text, list }
      : { k: 'case', v: this.#parts.expression(value), text, list };
  }

  #declaration(node: Node): Stmt {
    const storage = node.namedChildren
      .filter((child) => child.type === 'storage_class_specifier')
      .map((child) => this.#text(child));
    const base = baseType(node.childForFieldName('type'), this.#context);
    const list: Stmt[] = [];
    for (const child of node.namedChildren) {
      if (!isDeclarator(child)) continue;
      const isInit = child.type === 'init_declarator';
      const declarator = isInit ? child.childForFieldName('declarator') : child;
      const { name, type } = declare(declarator, base, this.#context);
      if (name === '' || type.k === 'function' || storage.includes('extern')) continue;
      list.push({
        k: 'decl',
        n: name,
        t: type,
        isStatic: storage.includes('static'),
        ...(isInit && { init: this.#parts.expression(child.childForFieldName('value')) }),
        line: this.#context.line(child),
      });
    }
    return { k: 'list', list };
  }
}

// The condition without the parentheses that the statement needs.
function bare(text: string): string {
  return text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1).trim() : text;
}
