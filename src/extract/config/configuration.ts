/**
 * What the configuration of one kernel says, as config(1) would leave it for make: which files
 * are compiled, which options are set, and what the headers contain that config(1) would write.
 */
export interface Configuration {
  readonly arch: string;
  readonly name: string;
  /** The configuration file, relative to `sys`. */
  readonly path: string;
  readonly machine: string;
  /** The other names of the `machine` line: CPU families whose headers and conf files count. */
  readonly families: readonly string[];
  /** A kernel that a machine starts, or a library that a program calls. */
  readonly kind: 'kernel' | 'library';
  /** Selected source files, in the order of the conf files. */
  readonly files: readonly string[];
  /** Headers that config(1) would write: `opt_*.h` and the counts of devices. */
  readonly headers: ReadonlyMap<string, string>;
  /** Options that no conf file declares: plain `-D`. */
  readonly defines: ReadonlyMap<string, string>;
  /** Further `-D` of single files, by path. */
  readonly fileDefines: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly options: ReadonlyMap<string, string>;
  /** Options of a request that no conf file declares, sets or selects files by. */
  readonly undeclared: readonly string[];
  /** Every option that some conf file declares, for whoever mistypes one. */
  readonly declared: readonly string[];
  /** What autoconfiguration could attach: `cpu at mainbus`, with the name of its attachment. */
  readonly attachments: readonly Attachment[];
  /** Folders that conf files add to the include path, as `-I$S/dist/ipf`. */
  readonly includeFolders: readonly string[];
  /** Folders for which `machine/` stands, the first before the next. */
  readonly machineFolders: readonly string[];
  readonly confFiles: readonly string[];
  /** Files that were looked for in vain: what is read changes where one appears. */
  readonly absentFiles: readonly string[];
  readonly problems: readonly ConfProblem[];
  /** What the configuration leaves open and the reading takes for granted, as sentences. */
  readonly assumed: readonly string[];
}

export interface Attachment {
  readonly device: string;
  readonly parent: string;
  /** The name before `_ca`: its attach routine is found in that structure. */
  readonly name: string;
}

export interface ConfProblem {
  /**
   * `outside`: a makefile of the system that builds the tree; it holds no code of the kernel.
   * `made`: a source that a command of the makefile writes, as vers.c.
   */
  readonly kind: 'missing file' | 'not understood' | 'limit' | 'outside' | 'made';
  readonly what: string;
  readonly at: string;
}

/** Everything declared and asked for, before any of it is selected. */
export interface Declarations {
  machine: string;
  families: string[];
  /** Attribute, device or option (lower case) → what it implies. */
  readonly implies: Map<string, string[]>;
  readonly devices: Map<string, readonly string[]>;
  readonly attaches: {
    device: string;
    parents: readonly string[];
    name: string;
    implies: readonly string[];
  }[];
  readonly files: {
    path: string;
    condition: string;
    header: 'none' | 'flag' | 'count';
    at: string;
  }[];
  /** Option → the header it is written to. */
  readonly headerOf: Map<string, string>;
  readonly options: Map<string, string>;
  /** Option → options that it sets as well. */
  readonly optionImplies: Map<string, readonly string[]>;
  readonly fileSystems: Set<string>;
  readonly pseudoDevices: Map<string, number>;
  readonly instances: { device: string; parent: string }[];
  readonly selects: Set<string>;
  readonly includeFolders: Set<string>;
  readonly confFiles: string[];
  readonly problems: ConfProblem[];
}

/** Nothing declared yet. */
export function noDeclarations(): Declarations {
  return {
    machine: '',
    families: [],
    implies: new Map(),
    devices: new Map(),
    attaches: [],
    files: [],
    headerOf: new Map(),
    options: new Map(),
    optionImplies: new Map(),
    fileSystems: new Set(),
    pseudoDevices: new Map(),
    instances: [],
    selects: new Set(),
    includeFolders: new Set(),
    confFiles: [],
    problems: [],
  };
}
