/**
 * From a file to its declarations: preprocess, parse, lower. Holds what is shared between units:
 * the preprocessor's memory of headers, the parser, and the flags' values.
 */
import type { Parser } from 'web-tree-sitter';
import type { Declared } from '../c/ir.ts';
import type { ReadSetup } from '../c/declared.ts';
import { readDeclared } from '../c/declared.ts';
import type { Configuration } from '../config/configuration.ts';
import { layoutAttributes, withoutRegisters } from '../cpp/attributes.ts';
import { withPrototypes } from '../cpp/old-style.ts';
import { conditionNumber } from '../cpp/condition.ts';
import { includePath } from '../cpp/include-path.ts';
import type { Expansion, MacroTable } from '../cpp/macros.ts';
import { expand } from '../cpp/macros.ts';
import type { DataModel } from '../cpp/predefined.ts';
import { hostOf, keptMacros, ownMacros, predefinedMacros } from '../cpp/predefined.ts';
import { Preprocessor } from '../cpp/preprocess.ts';
import { isBlank } from '../cpp/tokens.ts';
import type { PortFacts } from '../facts.ts';
import { factNames, factsFile, factsOf } from '../facts.ts';
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
  /** Typedef names, with the headers that declare them. */
  readonly #typeNames = new Map<string, string[]>();
  readonly #flags = new Map<string, bigint>();
  #facts: PortFacts | null = null;
  readonly #read: string[] = [];
  readonly #absent = new Set<string>();

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
    this.preprocessor = new Preprocessor({
      tree,
      limits,
      generated: configuration.headers,
      includes: includePath(
        tree,
        configuration.machineFolders,
        configuration.includeFolders,
        configuration.headers,
        hostOf(configuration),
      ),
      predefined: macros,
      ownMacros: ownMacros(configuration),
      fixed,
      keep: keptMacros,
      interesting: interestingCalls,
      placed: factNames,
    });
  }

  /** Every file that was preprocessed or included. */
  get filesRead(): readonly string[] {
    return this.#read;
  }

  /** Every place at which an included file was looked for in vain. */
  get filesAbsent(): ReadonlySet<string> {
    return this.#absent;
  }

  get flags(): ReadonlyMap<string, bigint> {
    return this.#flags;
  }

  /** What the port's headers say it has; null while nobody has read them. */
  get facts(): PortFacts | null {
    return this.#facts;
  }

  unit(path: string): UnitText | null {
    const preprocessed = this.preprocessor.run(path);
    if (preprocessed === null) return null;
    const setup = this.setupFor(preprocessed.includes);
    const headers = preprocessed.headers.map(({ path: header, text }) => {
      const declared = readDeclared(header, plainC(text), setup);
      this.#takeTypeNames(declared);
      return declared;
    });
    const declared = readDeclared(path, plainC(preprocessed.text), setup);
    const flags = this.wantsFlags(path) ? this.#flagsOf(preprocessed.macros) : null;
    const facts = path === factsFile ? factsOf(preprocessed.macros) : null;
    const { includes, absent, recorded, origins, missing, exceeded } = preprocessed;
    const unit = {
      ...{ declared, headers, flags, facts },
      preprocessed: { includes, absent, recorded, origins, missing, exceeded },
    };
    this.#take(unit);
    return unit;
  }

  /** Goes on as if the unit had been read here and now. */
  adopt(unit: UnitText): void {
    for (const header of unit.headers) {
      this.preprocessor.give(header.path);
      this.#takeTypeNames(header);
    }
    this.#take(unit);
  }

  /** Whether the unit's flag constants are collected. */
  wantsFlags(path: string): boolean {
    return flagFiles.test(path) || this.#flags.size === 0;
  }

  #take({ preprocessed, flags, facts }: UnitText): void {
    this.#facts = facts ?? this.#facts;
    this.#read.push(...preprocessed.includes);
    for (const path of preprocessed.absent) this.#absent.add(path);
    for (const [name, value] of flags ?? []) {
      if (!this.#flags.has(name)) this.#flags.set(name, value);
    }
  }

  #takeTypeNames({ path, typedefs }: Declared): void {
    for (const { name } of typedefs) {
      const known = this.#typeNames.get(name);
      if (known === undefined) this.#typeNames.set(name, [path]);
      else known.push(path);
    }
  }

  /** How the texts of a unit with these includes are read: a name is a type where one of them says so. */
  setupFor(includes: readonly string[]): ReadSetup {
    const included = new Set(includes);
    return {
      parser: this.#parser,
      model: this.#model,
      isTypeName: (name) => this.#typeNames.get(name)?.some((one) => included.has(one)) === true,
      nestingMax: this.#limits.nestingMax,
    };
  }

  #flagsOf(macros: MacroTable): ReadonlyMap<string, bigint> {
    const flags = new Map<string, bigint>();
    const context: Expansion = {
      macros,
      keep: new Set(),
      record: () => false,
      limits: this.#limits,
      line: 0,
    };
    for (const [name, macro] of macros) {
      if (macro.parameters !== null || !flagName.test(name)) continue;
      const tokens = expand(macro.body, context, () => undefined).filter(
        (token) => !isBlank(token),
      );
      const value = conditionNumber(tokens, this.#limits.nestingMax);
      if (value !== null) flags.set(name, value);
    }
    return flags;
  }
}

/** The text as the grammar takes it: without what GCC alone understands, definitions with prototypes. */
function plainC(text: string): string {
  return withPrototypes(withoutRegisters(layoutAttributes(text)));
}
