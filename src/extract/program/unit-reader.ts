/**
 * From a file to its declarations: preprocess, parse, lower. Holds what is shared between units:
 * the preprocessor's memory of headers, the parser, and the flags' values.
 */
import type { Parser } from 'web-tree-sitter';
import type { Declared } from '../c/ir.ts';
import { readDeclared } from '../c/declared.ts';
import type { Configuration } from '../config/configuration.ts';
import { conditionNumber } from '../cpp/condition.ts';
import { includePath } from '../cpp/include-path.ts';
import type { Expansion, MacroTable } from '../cpp/macros.ts';
import { expand } from '../cpp/macros.ts';
import type { DataModel } from '../cpp/predefined.ts';
import { keptMacros, predefinedMacros } from '../cpp/predefined.ts';
import { Preprocessor } from '../cpp/preprocess.ts';
import { isBlank } from '../cpp/tokens.ts';
import type { Limits } from '../limits.ts';
import type { SourceTree } from '../source-tree.ts';
import { interestingCalls } from '../trace/api.ts';
import { flagName } from '../trace/render.ts';
import type { UnitReader, UnitText } from './program.ts';

// Where the flags of all families are in scope at once.
const flagFiles =
  /^(?:kern\/(?:init_main|subr_pool|subr_kmem|subr_vmem|kern_malloc)|uvm\/uvm_(?:init|km))\.c$/;

export class FreshUnits implements UnitReader {
  readonly preprocessor: Preprocessor;
  readonly #limits: Limits;
  readonly #parser: Parser;
  readonly #model: DataModel;
  readonly #typeNames = new Set<string>();
  readonly #flags = new Map<string, bigint>();
  readonly #read: string[] = [];

  constructor(
    tree: SourceTree,
    configuration: Configuration,
    model: DataModel,
    limits: Limits,
    parser: Parser,
  ) {
    const { macros, fixed } = predefinedMacros(configuration);
    this.#limits = limits;
    this.#parser = parser;
    this.#model = model;
    const folders = ['arch', '../common/include', ...configuration.includeFolders];
    this.preprocessor = new Preprocessor({
      tree,
      limits,
      generated: configuration.headers,
      includes: includePath(tree, configuration.machine, folders, configuration.headers),
      predefined: macros,
      fixed,
      keep: keptMacros,
      interesting: interestingCalls,
    });
  }

  /** Every file that was preprocessed or included. */
  get filesRead(): readonly string[] {
    return this.#read;
  }

  get flags(): ReadonlyMap<string, bigint> {
    return this.#flags;
  }

  unit(path: string): UnitText | null {
    const preprocessed = this.preprocessor.run(path);
    if (preprocessed === null) return null;
    this.#read.push(...preprocessed.includes);
    if (flagFiles.test(path) || this.#flags.size === 0) this.#takeFlags(preprocessed.macros);
    const headers = preprocessed.headers.map(({ path: header, text }) =>
      this.#declared(header, text),
    );
    const declared = this.#declared(path, preprocessed.text);
    return { declared, headers, preprocessed };
  }

  #declared(path: string, text: string): Declared {
    const isHeader = path.endsWith('.h');
    const declared = readDeclared(path, text, {
      parser: this.#parser,
      model: this.#model,
      isTypeName: (name) => this.#typeNames.has(name),
      nestingMax: this.#limits.nestingMax,
    });
    if (isHeader) for (const { name } of declared.typedefs) this.#typeNames.add(name);
    return declared;
  }

  #takeFlags(macros: MacroTable): void {
    const context: Expansion = {
      macros,
      keep: new Set(),
      record: () => false,
      limits: this.#limits,
      line: 0,
    };
    for (const [name, macro] of macros) {
      if (macro.parameters !== null || this.#flags.has(name) || !flagName.test(name)) continue;
      const tokens = expand(macro.body, context, () => undefined).filter(
        (token) => !isBlank(token),
      );
      const value = conditionNumber(tokens, this.#limits.nestingMax);
      if (value !== null) this.#flags.set(name, value);
    }
  }
}
