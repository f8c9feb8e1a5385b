/**
 * What a preprocessed text declares: functions, globals with their initial values, types. The
 * syntax tree is gone when this returns; plain data stays, and bodies that are read when they are run.
 */
import type { Node, Parser } from 'web-tree-sitter';
import type { DataModel } from '../cpp/predefined.ts';
import type { BodyText, Skeleton } from './bodies.ts';
import { withoutBodies } from './bodies.ts';
import type { CType, Declared, Expr, FunctionDef, GlobalDef, Parameter, StructDef } from './ir.ts';
import type { FunctionHead, ReadBody } from './late-function.ts';
import { LateFunction } from './late-function.ts';
import { Lowering } from './lower.ts';
import { emptyStatement } from './lower-statement.ts';
import { baseType, declare, functionDeclarator, isDeclarator } from './lower-type.ts';

export interface ReadSetup {
  readonly parser: Parser;
  readonly model: DataModel;
  readonly isTypeName: (name: string) => boolean;
  readonly nestingMax: number;
}

/** Parses and lowers `text`, which stands for `path`. */
export function readDeclared(path: string, text: string, setup: ReadSetup): Declared {
  const found = readSkeleton(path, withoutBodies(text), setup);
  // An error in a body spoils what stands behind it; taken out it is one of that function alone.
  return found.errors.length === 0 ? found : readSkeleton(path, withoutBodies(text, true), setup);
}

function readSkeleton(path: string, { text, bodies }: Skeleton, setup: ReadSetup): Declared {
  const reader = new DeclaredReader(path, text, 1, setup, bodies);
  const tree = setup.parser.parse(text);
  if (tree !== null) {
    reader.visit(tree.rootNode, 0);
    tree.delete();
  }
  return reader.result();
}

/** A function of `path` whose body waits; `ownTypes` are the typedef names of the same text. */
export function lateFunction(
  head: FunctionHead,
  text: BodyText,
  ownTypes: ReadonlySet<string>,
  setup: ReadSetup,
): LateFunction {
  const isTypeName = (name: string): boolean => ownTypes.has(name) || setup.isTypeName(name);
  return new LateFunction(head, text, () => readBody(head.file, text, { ...setup, isTypeName }));
}

function readBody(path: string, { text, line }: BodyText, setup: ReadSetup): ReadBody {
  const whole = `void f(void)${text}`;
  const reader = new DeclaredReader(path, whole, line, setup, new Map());
  const tree = setup.parser.parse(whole);
  if (tree === null) return { body: emptyStatement, hasError: true };
  reader.visit(tree.rootNode, 0);
  const { hasError } = tree.rootNode;
  tree.delete();
  return { body: reader.result().functions[0]?.body ?? emptyStatement, hasError };
}

interface Mutable {
  functions: FunctionDef[];
  globals: GlobalDef[];
  declared: { name: string; type: CType }[];
  structs: StructDef[];
  typedefs: { name: string; type: CType }[];
  constants: { name: string; value: Expr }[];
  errors: { line: number; text: string }[];
}

class DeclaredReader {
  readonly #path: string;
  readonly #text: string;
  readonly #setup: ReadSetup;
  readonly #bodies: ReadonlyMap<number, BodyText>;
  readonly #lowering: Lowering;
  readonly #context: ConstructorParameters<typeof Lowering>[0];
  readonly #typeNames = new Set<string>();
  readonly #found: Mutable = {
    ...{ functions: [], globals: [], declared: [], structs: [] },
    ...{ typedefs: [], constants: [], errors: [] },
  };

  constructor(
    path: string,
    text: string,
    firstLine: number,
    setup: ReadSetup,
    bodies: ReadonlyMap<number, BodyText>,
  ) {
    this.#path = path;
    this.#text = text;
    this.#setup = setup;
    this.#bodies = bodies;
    this.#context = {
      model: setup.model,
      path,
      nestingMax: setup.nestingMax,
      text: (node) => text.slice(node.startIndex, node.endIndex),
      line: (node) => node.startPosition.row + firstLine,
      expression: (node) => this.#lowering.expression(node),
      struct: (definition) => void this.#found.structs.push(definition),
      constant: (name, value) => void this.#found.constants.push({ name, value }),
      isTypeName: (name) => this.#typeNames.has(name) || setup.isTypeName(name),
    };
    this.#lowering = new Lowering(this.#context);
  }

  result(): Declared {
    return { path: this.#path, ...this.#found };
  }

  visit(node: Node, depth: number): void {
    for (const child of node.namedChildren) {
      switch (child.type) {
        case 'function_definition':
          this.#function(child);
          break;
        case 'declaration':
          this.#declaration(child);
          break;
        case 'type_definition':
          this.#typedef(child);
          break;
        case 'struct_specifier':
        case 'union_specifier':
        case 'enum_specifier':
          baseType(child, this.#context);
          break;
        case 'ERROR':
          this.#found.errors.push({
            line: this.#context.line(child),
            text: this.#text.slice(child.startIndex, child.startIndex + 60).replace(/\s+/g, ' '),
          });
          if (depth < 20) this.visit(child, depth + 1);
          break;
        case 'linkage_specification':
        case 'declaration_list':
          if (depth < 20) this.visit(child, depth + 1);
          break;
        default:
          break;
      }
    }
  }

  #isStatic(node: Node): boolean {
    return node.namedChildren.some(
      (child) => child.type === 'storage_class_specifier' && this.#context.text(child) === 'static',
    );
  }

  #function(node: Node): void {
    const declarator = functionDeclarator(node.childForFieldName('declarator'));
    const body = node.childForFieldName('body');
    if (declarator === null || body === null) return;
    const base = baseType(node.childForFieldName('type'), this.#context);
    const { name, type } = declare(node.childForFieldName('declarator'), base, this.#context);
    if (name === '') return;
    // `int (*f(void))(int)` wraps the function's own type; its parameters do not matter here.
    const own = type.k === 'function' ? type : null;
    const parameters = withOldStyle(own?.parameters ?? [], node, this.#context);
    const head: FunctionHead = {
      name,
      file: this.#path,
      line: this.#context.line(declarator),
      isStatic: this.#isStatic(node),
      returns: own?.returns ?? { k: 'unknown' },
      parameters,
      hasError: node.hasError,
    };
    const left = this.#bodies.get(body.startIndex);
    this.#found.functions.push(
      left === undefined
        ? { ...head, body: this.#lowering.statement(body) }
        : lateFunction(head, left, this.#typeNames, this.#setup),
    );
  }

  #declaration(node: Node): void {
    const isExtern = node.namedChildren.some(
      (child) => child.type === 'storage_class_specifier' && this.#context.text(child) === 'extern',
    );
    const base = baseType(node.childForFieldName('type'), this.#context);
    for (const child of node.namedChildren) {
      if (!isDeclarator(child)) continue;
      const isInit = child.type === 'init_declarator';
      const declarator = isInit ? child.childForFieldName('declarator') : child;
      const { name, type } = declare(declarator, base, this.#context);
      if (name === '') continue;
      if (type.k === 'function' || (isExtern && !isInit)) {
        this.#found.declared.push({ name, type });
        continue;
      }
      const value = isInit ? child.childForFieldName('value') : null;
      this.#found.globals.push({
        name,
        file: this.#path,
        line: this.#context.line(child),
        isStatic: this.#isStatic(node),
        type,
        ...(value !== null && { init: this.#lowering.expression(value) }),
      });
    }
  }

  #typedef(node: Node): void {
    const base = baseType(node.childForFieldName('type'), this.#context);
    for (const child of node.childrenForFieldName('declarator')) {
      if (child === null) continue;
      const { name, type } = declare(child, base, this.#context);
      if (name === '') continue;
      this.#typeNames.add(name);
      this.#found.typedefs.push({ name, type });
    }
  }
}

// K&R: `int f(a, b) int a; char *b; { … }` gives the types after the list.
function withOldStyle(
  parameters: readonly Parameter[],
  node: Node,
  context: ConstructorParameters<typeof Lowering>[0],
): readonly Parameter[] {
  const types = new Map<string, CType>();
  for (const child of node.namedChildren) {
    if (child.type !== 'declaration') continue;
    const base = baseType(child.childForFieldName('type'), context);
    for (const part of child.namedChildren) {
      if (!isDeclarator(part)) continue;
      const { name, type } = declare(part, base, context);
      types.set(name, type);
    }
  }
  if (types.size === 0) return parameters;
  return parameters.map(({ name, type }) => ({ name, type: types.get(name) ?? type }));
}
