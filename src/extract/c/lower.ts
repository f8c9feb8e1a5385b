/**
 * From tree-sitter's concrete syntax to the intermediate form.
 *
 * The grammar has no table of typedef names, so `(paddr_t)(x)` reaches us as a call and
 * `(vaddr_t)&x` as an `and`: here, where the names are known, they become the casts they are.
 */
import type { Node } from 'web-tree-sitter';
import { characterCode } from '../cpp/condition.ts';
import type { CType, Expr, InitItem, Stmt } from './ir.ts';
import type { TypeContext } from './lower-type.ts';
import { baseType, declare, isDeclarator } from './lower-type.ts';

export interface LowerContext extends TypeContext {
  isTypeName(name: string): boolean;
  readonly nestingMax: number;
}

const nothing: Expr = { k: 'opaque', parts: [] };
const empty: Stmt = { k: 'list', list: [] };

export class Lowering {
  readonly #context: LowerContext;
  #depth = 0;

  constructor(context: LowerContext) {
    this.#context = context;
  }

  /** An expression; what cannot be understood keeps its parts, so that no call is lost. */
  expression(node: Node | null): Expr {
    if (node === null || this.#depth > this.#context.nestingMax) return nothing;
    this.#depth++;
    const lowered = this.#expression(node);
    this.#depth--;
    return lowered;
  }

  statement(node: Node | null): Stmt {
    if (node === null || this.#depth > this.#context.nestingMax) return empty;
    this.#depth++;
    const lowered = this.#statement(node);
    this.#depth--;
    return lowered;
  }

  #text(node: Node | null, max = 200): string {
    if (node === null) return '';
    const text = this.#context.text(node).replace(/\s+/g, ' ');
    return text.length > max ? `${text.slice(0, max)}…` : text;
  }

  #line(node: Node): number {
    return node.startPosition.row + 1;
  }

  #part(node: Node, field: string): Expr {
    return this.expression(node.childForFieldName(field));
  }

  #solid(node: Node): readonly Node[] {
    return node.namedChildren.filter((child) => child.type !== 'comment');
  }

  #expression(node: Node): Expr {
    switch (node.type) {
      case 'identifier':
      case 'field_identifier':
        return { k: 'id', n: this.#context.text(node) };
      case 'true':
        return { k: 'num', v: 1 };
      case 'false':
      case 'null':
        return { k: 'num', v: 0 };
      case 'number_literal':
        return this.#number(this.#context.text(node));
      case 'char_literal':
        return { k: 'num', v: characterCode(this.#context.text(node)) };
      case 'string_literal':
      case 'concatenated_string':
        return { k: 'str', v: stringValue(this.#text(node, 400)) };
      case 'parenthesized_expression': {
        const inner = this.#solid(node);
        const only = inner[0];
        if (inner.length === 1 && only?.type === 'compound_statement') {
          return { k: 'block', s: this.statement(only) };
        }
        return this.expression(only ?? null);
      }
      case 'compound_statement':
        return { k: 'block', s: this.statement(node) };
      case 'call_expression':
        return this.#call(node);
      case 'assignment_expression':
        return {
          k: 'assign',
          op: this.#text(node.childForFieldName('operator')) || '=',
          a: this.#part(node, 'left'),
          b: this.#part(node, 'right'),
          line: this.#line(node),
        };
      case 'update_expression': {
        const operator = node.childForFieldName('operator');
        const by = this.#text(operator) === '--' ? -1 : 1;
        const prefix = operator?.startIndex === node.startIndex;
        return { k: 'step', by, prefix, a: this.#part(node, 'argument'), line: this.#line(node) };
      }
      case 'binary_expression':
        return this.#binary(node);
      case 'unary_expression': {
        const op = this.#text(node.childForFieldName('operator'));
        return { k: 'un', op, a: this.#part(node, 'argument') };
      }
      case 'pointer_expression': {
        const a = this.#part(node, 'argument');
        return this.#text(node.childForFieldName('operator')) === '&'
          ? { k: 'addr', a }
          : { k: 'deref', a };
      }
      case 'field_expression': {
        const arrow = node.childForFieldName('operator')?.type === '->';
        const n = this.#text(node.childForFieldName('field'));
        return { k: 'field', a: this.#part(node, 'argument'), n, arrow };
      }
      case 'subscript_expression':
        return { k: 'index', a: this.#part(node, 'argument'), i: this.#part(node, 'index') };
      case 'conditional_expression': {
        const yes = node.childForFieldName('consequence');
        const condition = node.childForFieldName('condition');
        return {
          k: 'cond',
          c: this.expression(condition),
          a: yes === null ? null : this.expression(yes),
          b: this.#part(node, 'alternative'),
          text: this.#text(condition, 120),
          line: this.#line(node),
        };
      }
      case 'cast_expression':
        return {
          k: 'cast',
          t: this.#type(node.childForFieldName('type')),
          a: this.#part(node, 'value'),
        };
      case 'compound_literal_expression':
        return this.#part(node, 'value');
      case 'comma_expression':
        return { k: 'seq', list: this.#solid(node).map((child) => this.expression(child)) };
      case 'sizeof_expression':
        return this.#sizeof(node);
      case 'initializer_list':
        return { k: 'init', items: this.#items(node) };
      case 'gnu_asm_expression':
        return nothing;
      default:
        return { k: 'opaque', parts: this.#solid(node).map((child) => this.expression(child)) };
    }
  }

  #number(text: string): Expr {
    const suffix = /[uUlL]+$/.exec(text)?.[0].toLowerCase();
    const digits = text.replace(/[uUlL]+$/, '');
    const radix = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
    if (!/^(0[xX][0-9a-fA-F]+|0[bB][01]+|0o[0-7]+|[0-9]+)$/.test(radix)) return nothing;
    const value = BigInt(radix);
    const v = value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
    return suffix === undefined ? { k: 'num', v } : { k: 'num', v, s: suffix };
  }

  // `(paddr_t)` in parentheses before an operand, where the grammar saw a value.
  #typeInBrackets(node: Node | null): CType | null {
    if (node?.type !== 'parenthesized_expression') return null;
    const inner = this.#solid(node);
    const only = inner[0];
    if (inner.length !== 1 || only?.type !== 'identifier') return null;
    const name = this.#context.text(only);
    return this.#context.isTypeName(name) ? { k: 'name', name } : null;
  }

  #call(node: Node): Expr {
    const callee = node.childForFieldName('function');
    const list = node.childForFieldName('arguments');
    const args = list === null ? [] : this.#solid(list);
    const type = this.#typeInBrackets(callee);
    const chain = this.#castChain(callee, 0);
    if (type === null && chain !== null) {
      let value = this.expression(args[0] ?? null);
      for (const one of chain.toReversed()) value = { k: 'cast', t: one, a: value };
      return value;
    }
    if (type !== null) {
      const values = args.map((arg) => this.expression(arg));
      return {
        k: 'cast',
        t: type,
        a: values.length === 1 ? (values[0] ?? nothing) : { k: 'seq', list: values },
      };
    }
    return {
      k: 'call',
      f: this.expression(callee),
      args: args.map((arg) => this.expression(arg)),
      texts: args.map((arg) => this.#text(arg)),
      line: this.#line(node),
    };
  }

  // `(u_int)(u_long)(p)` is a call of a call to the grammar.
  #castChain(node: Node | null, depth: number): readonly CType[] | null {
    const type = this.#typeInBrackets(node);
    if (type !== null) return [type];
    if (node?.type !== 'call_expression' || depth > 10) return null;
    const before = this.#castChain(node.childForFieldName('function'), depth + 1);
    const list = node.childForFieldName('arguments');
    const args = list === null ? [] : this.#solid(list);
    const name =
      args.length === 1 && args[0]?.type === 'identifier' ? this.#context.text(args[0]) : '';
    if (before === null || !this.#context.isTypeName(name)) return null;
    return [...before, { k: 'name', name }];
  }

  #binary(node: Node): Expr {
    const left = node.childForFieldName('left');
    const op = this.#text(node.childForFieldName('operator'));
    const type = this.#typeInBrackets(left);
    if (type !== null && op === '&') return this.#castInto(node.childForFieldName('right'), type);
    const b = this.#part(node, 'right');
    if (type === null) return { k: 'bin', op, a: this.expression(left), b };
    if (op === '*') return { k: 'cast', t: type, a: { k: 'deref', a: b } };
    if (op === '-' || op === '+') return { k: 'cast', t: type, a: { k: 'un', op, a: b } };
    return { k: 'bin', op, a: this.expression(left), b };
  }

  // `(u_int)&x + y`: what the grammar took for the weaker `&` is a cast of the leftmost operand.
  #castInto(node: Node | null, type: CType): Expr {
    if (node?.type !== 'binary_expression') {
      return { k: 'cast', t: type, a: { k: 'addr', a: this.expression(node) } };
    }
    const op = this.#text(node.childForFieldName('operator'));
    const a = this.#castInto(node.childForFieldName('left'), type);
    return { k: 'bin', op, a, b: this.#part(node, 'right') };
  }

  #sizeof(node: Node): Expr {
    const type = node.childForFieldName('type');
    if (type !== null) return { k: 'sizeof', t: this.#type(type) };
    const value = node.childForFieldName('value');
    const named = this.#typeInBrackets(value);
    if (named !== null) return { k: 'sizeof', t: named };
    return { k: 'sizeofExpr', a: this.expression(value) };
  }

  #type(node: Node | null): CType {
    if (node === null) return { k: 'unknown' };
    const base = baseType(node.childForFieldName('type'), this.#context);
    return declare(node.childForFieldName('declarator'), base, this.#context).type;
  }

  #items(node: Node): readonly InitItem[] {
    return this.#solid(node).map((child): InitItem => {
      if (child.type !== 'initializer_pair') return { at: [], value: this.expression(child) };
      const at = child.namedChildren
        .filter((part) => /designator$/.test(part.type))
        .map((part): string | Expr => {
          const inner = part.namedChildren[0] ?? null;
          if (part.type === 'field_designator') return `.${this.#text(inner)}`;
          return this.expression(inner);
        });
      const field = child.namedChildren[0];
      if (at.length === 0 && field?.type === 'field_identifier') at.push(`.${this.#text(field)}`);
      const value = child.childForFieldName('value') ?? child.namedChildren.at(-1) ?? null;
      return { at, value: this.expression(value) };
    });
  }

  #statement(node: Node): Stmt {
    switch (node.type) {
      case 'compound_statement':
        return { k: 'list', list: this.#solid(node).map((child) => this.statement(child)) };
      case 'expression_statement': {
        const inner = this.#solid(node)[0];
        return inner === undefined ? empty : { k: 'expr', e: this.expression(inner) };
      }
      case 'declaration':
        return this.#declaration(node);
      case 'if_statement': {
        const condition = node.childForFieldName('condition');
        const otherwise = node.childForFieldName('alternative');
        const b =
          otherwise?.type === 'else_clause' ? (this.#solid(otherwise)[0] ?? null) : otherwise;
        return {
          k: 'if',
          c: this.expression(condition),
          a: this.statement(node.childForFieldName('consequence')),
          ...(b !== null && b !== undefined && { b: this.statement(b) }),
          text: bare(this.#text(condition, 160)),
          line: this.#line(node),
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
          c: this.expression(condition),
          list: body === null ? [] : this.#solid(body).map((child) => this.statement(child)),
          text: bare(this.#text(condition, 120)),
          line: this.#line(node),
        };
      }
      case 'case_statement':
        return this.#case(node);
      case 'return_statement': {
        const value = this.#solid(node)[0];
        const line = this.#line(node);
        return value === undefined
          ? { k: 'return', line }
          : { k: 'return', e: this.expression(value), line };
      }
      case 'goto_statement':
        return {
          k: 'goto',
          n: this.#text(node.childForFieldName('label')),
          line: this.#line(node),
        };
      case 'labeled_statement': {
        const label = node.childForFieldName('label');
        const inner = this.#solid(node).filter((child) => child.startIndex !== label?.startIndex);
        const list = inner.map((child) => this.statement(child));
        return { k: 'label', n: this.#text(label), s: { k: 'list', list } };
      }
      case 'break_statement':
        return { k: 'break' };
      case 'continue_statement':
        return { k: 'continue' };
      case 'ERROR': {
        const list = this.#solid(node).map((child) => this.statement(child));
        return { k: 'error', list, line: this.#line(node) };
      }
      default:
        if (/expression|identifier|literal/.test(node.type))
          return { k: 'expr', e: this.expression(node) };
        return empty;
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
      ...(condition !== null && { c: this.expression(condition) }),
      ...(next !== null && { next: this.expression(next) }),
      body: this.statement(node.childForFieldName('body')),
      text: bare(this.#text(condition, 120)),
      line: this.#line(node),
    };
  }

  #first(node: Node): Stmt {
    return node.type === 'declaration'
      ? this.#declaration(node)
      : { k: 'expr', e: this.expression(node) };
  }

  #case(node: Node): Stmt {
    const value = node.childForFieldName('value');
    const list = this.#solid(node)
      .filter((child) => child.startIndex !== value?.startIndex)
      .map((child) => this.statement(child));
    const text = value === null ? 'default' : this.#text(value, 80);
    return value === null
      ? { k: 'case', text, list }
      : { k: 'case', v: this.expression(value), text, list };
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
        ...(isInit && { init: this.expression(child.childForFieldName('value')) }),
        line: this.#line(child),
      });
    }
    return { k: 'list', list };
  }
}

// The condition without the parentheses that the statement needs.
function bare(text: string): string {
  return text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1).trim() : text;
}

/** The characters of a string literal, escapes left as they are; adjacent ones joined. */
export function stringValue(text: string): string {
  const parts = text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  return parts.map((part) => part.slice(1, -1)).join('');
}
