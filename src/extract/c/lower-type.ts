/**
 * C's declarations: base types, declarators, structures, enumerations.
 */
import type { Node } from 'web-tree-sitter';
import type { DataModel } from '../cpp/predefined.ts';
import type { CType, Expr, Field, Parameter, StructDef } from './ir.ts';

/** What lowering a type needs from whoever lowers expressions, and where it puts what it finds. */
export interface TypeContext {
  readonly model: DataModel;
  readonly path: string;
  text(node: Node): string;
  /** The line on which a node begins, from 1. */
  line(node: Node): number;
  expression(node: Node): Expr;
  struct(definition: StructDef): void;
  constant(name: string, value: Expr): void;
}

export const unknownType: CType = { k: 'unknown' };
const int: CType = { k: 'int', size: 4, signed: true };
const bool: CType = { k: 'int', size: 1, signed: false };

/** Whether a node declares something (and is not a type, an initialiser or a size). */
export function isDeclarator(node: Node): boolean {
  return (
    /declarator$/.test(node.type) || node.type === 'identifier' || node.type === 'field_identifier'
  );
}

/** The type in front of the declarators of a declaration. */
export function baseType(node: Node | null, context: TypeContext): CType {
  if (node === null) return int;
  switch (node.type) {
    case 'primitive_type':
    case 'sized_type_specifier':
      return arithmeticType(context.text(node), context.model);
    case 'type_identifier':
    case 'identifier':
      return namedType(context.text(node));
    case 'struct_specifier':
    case 'union_specifier':
      return structType(node, context);
    case 'enum_specifier':
      enumConstants(node, context);
      return { k: 'int', size: 4, signed: false };
    default:
      return unknownType;
  }
}

/** The grammar takes `_Bool` for a name that somebody declared. */
function namedType(name: string): CType {
  return name === '_Bool' ? bool : { k: 'name', name };
}

/** The type that is one word of the language, where the grammar takes `(u_int)(int)(x)` for a call. */
export function wordType(word: string, model: DataModel): CType | null {
  return /^(?:int|char|short|long|unsigned|signed|float|double|_Bool)$/.test(word)
    ? arithmeticType(word, model)
    : null;
}

function arithmeticType(text: string, model: DataModel): CType {
  const words = text.split(/\s+/);
  const has = (word: string): boolean => words.includes(word);
  const signed = !has('unsigned');
  if (has('void')) return { k: 'void' };
  if (has('bool') || has('_Bool')) return bool;
  if (has('char'))
    return { k: 'int', size: 1, signed: has('signed') || (signed && model.charSigned) };
  if (has('short')) return { k: 'int', size: 2, signed };
  if (has('double') || has('float')) return { k: 'float', size: has('float') ? 4 : 8 };
  const exact = /\bu?int(8|16|32|64)_t\b/.exec(text);
  if (exact !== null) {
    const size = Number(exact[1]) / 8;
    if (size === 1 || size === 2 || size === 4 || size === 8) {
      return { k: 'int', size, signed: !text.includes('uint') };
    }
  }
  if (/\b(size_t|uintptr_t)\b/.test(text) && !text.includes('ssize_t')) {
    return { k: 'int', size: model.pointer, signed: false };
  }
  if (/\b(ssize_t|intptr_t|ptrdiff_t)\b/.test(text))
    return { k: 'int', size: model.pointer, signed: true };
  const longs = words.filter((word) => word === 'long').length;
  if (longs > 1) return { k: 'int', size: 8, signed };
  if (longs === 1) return { k: 'int', size: model.long, signed };
  return { k: 'int', size: 4, signed };
}

function structType(node: Node, context: TypeContext): CType {
  const name = node.childForFieldName('name');
  const body = node.childForFieldName('body');
  const place = `@${context.path}:${context.line(node)}:${node.startPosition.column}`;
  const tag = name === null ? place : context.text(name);
  if (body !== null) {
    const fields: Field[] = [];
    for (const child of body.namedChildren) {
      if (child.type === 'field_declaration') fields.push(...structFields(child, context));
    }
    const union = node.type === 'union_specifier';
    context.struct({ tag, union, fields, ...layoutWords(node, context) });
  }
  return { k: 'struct', tag };
}

/** `packed` and `aligned(n)` of a structure or a member. */
function layoutWords(node: Node, context: TypeContext): Pick<StructDef, 'packed' | 'align'> {
  let packed = false;
  let align: Expr | undefined;
  for (const child of node.namedChildren) {
    if (child.type !== 'attribute_specifier') continue;
    for (const word of child.namedChildren[0]?.namedChildren ?? []) {
      if (word.type === 'identifier') packed ||= /packed/.test(context.text(word));
      const value = word.childForFieldName('arguments')?.namedChildren[0];
      if (word.type === 'call_expression' && value !== undefined) align = context.expression(value);
    }
  }
  return { ...(packed && { packed }), ...(align !== undefined && { align }) };
}

function structFields(node: Node, context: TypeContext): readonly Field[] {
  const base = baseType(node.childForFieldName('type'), context);
  const fields: Field[] = [];
  const words = layoutWords(node, context);
  const children = node.namedChildren;
  children.forEach((child, i) => {
    if (!isDeclarator(child)) return;
    const { name, type } = declare(child, base, context);
    const after = children[i + 1];
    const size = after?.type === 'bitfield_clause' ? after.namedChildren[0] : undefined;
    fields.push({
      name,
      type,
      ...(size !== undefined && { bits: context.expression(size) }),
      ...words,
    });
  });
  // An anonymous structure or union inside, whose members are the outer one's; or bits without a name.
  if (fields.length === 0) {
    const width = children.find((child) => child.type === 'bitfield_clause')?.namedChildren[0];
    const bits = width === undefined ? {} : { bits: context.expression(width) };
    fields.push({ name: '', type: base, ...bits, ...words });
  }
  return fields;
}

function enumConstants(node: Node, context: TypeContext): void {
  let previous: string | null = null;
  for (const child of node.childForFieldName('body')?.namedChildren ?? []) {
    if (child.type !== 'enumerator') continue;
    const name = child.childForFieldName('name');
    if (name === null) continue;
    const value = child.childForFieldName('value');
    const one: Expr = { k: 'num', v: 1 };
    const next: Expr =
      previous === null
        ? { k: 'num', v: 0 }
        : { k: 'bin', op: '+', a: { k: 'id', n: previous }, b: one };
    previous = context.text(name);
    context.constant(previous, value === null ? next : context.expression(value));
  }
}

/** Applies a declarator to a base type: `*x[3]` on `int` is x, an array of pointers. */
export function declare(
  node: Node | null,
  base: CType,
  context: TypeContext,
): { readonly name: string; readonly type: CType } {
  let at = node;
  let type = base;
  // From the outside in: each declarator wraps the type of what is inside it.
  for (let depth = 0; at !== null && depth < 50; depth++) {
    switch (at.type) {
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier':
      case 'primitive_type':
        return { name: context.text(at), type };
      case 'pointer_declarator':
      case 'abstract_pointer_declarator':
        type = { k: 'pointer', to: type };
        break;
      case 'array_declarator':
      case 'abstract_array_declarator': {
        const size = at.childForFieldName('size');
        type = { k: 'array', of: type, ...(size !== null && { count: context.expression(size) }) };
        break;
      }
      case 'function_declarator':
      case 'abstract_function_declarator':
        type = { k: 'function', returns: type, parameters: parametersOf(at, context) };
        break;
      default:
        break;
    }
    at = innerDeclarator(at);
  }
  return { name: '', type };
}

function innerDeclarator(node: Node): Node | null {
  const named = node.childForFieldName('declarator');
  if (named !== null) return named;
  return node.namedChildren.find((child) => isDeclarator(child)) ?? null;
}

/** The `function_declarator` inside a declarator, if it declares a function. */
export function functionDeclarator(node: Node | null): Node | null {
  let at = node;
  for (let depth = 0; at !== null && depth < 50; depth++) {
    if (at.type === 'function_declarator') {
      const inner = at.childForFieldName('declarator');
      return inner?.type === 'parenthesized_declarator' ? (functionDeclarator(inner) ?? at) : at;
    }
    at = innerDeclarator(at);
  }
  return null;
}

function parametersOf(node: Node, context: TypeContext): readonly Parameter[] {
  const parameters: Parameter[] = [];
  for (const child of node.childForFieldName('parameters')?.namedChildren ?? []) {
    if (child.type === 'parameter_declaration') {
      const base = baseType(child.childForFieldName('type'), context);
      const { name, type } = declare(child.childForFieldName('declarator'), base, context);
      if (type.k !== 'void') parameters.push({ name, type });
    } else if (child.type === 'identifier') {
      parameters.push({ name: context.text(child), type: int });
    }
  }
  return parameters;
}
