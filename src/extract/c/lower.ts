/**
 * From tree-sitter's concrete syntax to the intermediate form.
 *
 * The grammar has no table of typedef names, so `(paddr_t)(x)` reaches us as a call and
 * `(vaddr_t)&x` as an `and`: here, where the names are known, they become the casts they are.
 */
import type { Node } from 'web-tree-sitter';
import { characterCode } from '../cpp/condition.ts';
import type { CType, Expr, InitItem, Stmt } from './ir.ts';
import type { LowerContext } from './lower-statement.ts';
import { emptyStatement, loweredStatement, solid, sourceText } from './lower-statement.ts';
import { baseType, declare, wordType } from './lower-type.ts';

const nothing: Expr = { k: 'opaque', parts: [] };

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
    if (node === null || this.#depth > this.#context.nestingMax) return emptyStatement;
    this.#depth++;
    const lowered = loweredStatement(node, this.#context, this);
    this.#depth--;
    return lowered;
  }

  #text(node: Node | null, max?: number): string {
    return sourceText(this.#context, node, max);
  }

  #part(node: Node, field: string): Expr {
    return this.expression(node.childForFieldName(field));
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
        const inner = solid(node);
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
          line: this.#context.line(node),
        };
      case 'update_expression': {
        const operator = node.childForFieldName('operator');
        const by = this.#text(operator) === '--' ? -1 : 1;
        const prefix = operator?.startIndex === node.startIndex;
        return {
          k: 'step',
          by,
          prefix,
          a: this.#part(node, 'argument'),
          line: this.#context.line(node),
        };
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
          line: this.#context.line(node),
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
        return { k: 'seq', list: solid(node).map((child) => this.expression(child)) };
      case 'sizeof_expression':
        return this.#sizeof(node);
      case 'initializer_list':
        return { k: 'init', items: this.#items(node) };
      case 'gnu_asm_expression':
        return nothing;
      default:
        return { k: 'opaque', parts: solid(node).map((child) => this.expression(child)) };
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
    const inner = solid(node);
    const only = inner[0];
    if (inner.length !== 1 || only?.type !== 'identifier') return null;
    const name = this.#context.text(only);
    return this.#context.isTypeName(name) ? { k: 'name', name } : null;
  }

  #call(node: Node): Expr {
    const callee = node.childForFieldName('function');
    const list = node.childForFieldName('arguments');
    const args = list === null ? [] : solid(list);
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
      line: this.#context.line(node),
    };
  }

  // `(u_int)(u_long)(p)` is a call of a call to the grammar.
  #castChain(node: Node | null, depth: number): readonly CType[] | null {
    const type = this.#typeInBrackets(node);
    if (type !== null) return [type];
    if (node?.type !== 'call_expression' || depth > 10) return null;
    const before = this.#castChain(node.childForFieldName('function'), depth + 1);
    const list = node.childForFieldName('arguments');
    const args = list === null ? [] : solid(list);
    const name =
      args.length === 1 && args[0]?.type === 'identifier' ? this.#context.text(args[0]) : '';
    if (before === null) return null;
    const base = wordType(name, this.#context.model);
    if (base !== null) return [...before, base];
    return this.#context.isTypeName(name) ? [...before, { k: 'name', name }] : null;
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
    return solid(node).map((child): InitItem => {
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
}

/** The characters of a string literal, escapes left as they are; adjacent ones joined. */
export function stringValue(text: string): string {
  const parts = text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  return parts.map((part) => part.slice(1, -1)).join('');
}
